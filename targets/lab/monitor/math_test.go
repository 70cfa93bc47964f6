package monitor

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"
	"pgregory.net/rapid"
)

// sums holds three metrics: a is 1, 2, 3, 4 in the minutes from noon, b is 10,
// 0, –, 40, and none is empty.
func sums() *Store {
	s := New(at(noon.Add(time.Hour)), 0)
	for minute, v := range []float64{1, 2, 3, 4} {
		s.Put("AWS/ApiGateway", "a", Count, nil, noon.Add(time.Duration(minute)*time.Minute), v)
	}
	for minute, v := range map[int]float64{0: 10, 1: 0, 3: 40} {
		s.Put("AWS/ApiGateway", "b", Count, nil, noon.Add(time.Duration(minute)*time.Minute), v)
	}
	return s
}

// calculateBy asks for expressions over a, b and none and returns what comes
// back for the last one, as "minute:value".
func calculateBy(t *testing.T, client *cloudwatch.Client, expressions ...string) ([]string, []types.MetricDataResult, error) {
	t.Helper()
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), ScanBy: types.ScanByTimestampAscending}
	for _, name := range []string{"a", "b", "none"} {
		q := query(name, name, "Sum", 60)
		q.ReturnData = aws.Bool(false)
		in.MetricDataQueries = append(in.MetricDataQueries, q)
	}
	for i, e := range expressions {
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String(fmt.Sprintf("e%d", i)), Expression: &e, ReturnData: aws.Bool(i == len(expressions)-1)})
	}
	out, err := client.GetMetricData(t.Context(), in)
	if err != nil {
		return nil, nil, err
	}
	var all []string
	for _, r := range out.MetricDataResults {
		var points []string
		for i, v := range r.Values {
			points = append(points, fmt.Sprintf("%.0f:%g", r.Timestamps[i].Sub(noon).Minutes(), v))
		}
		all = append(all, strings.Join(points, " "))
	}
	return all, out.MetricDataResults, nil
}

func TestMetricMath(t *testing.T) {
	client := sdk(t, sums())
	tests := []struct {
		name        string
		expressions []string
		want        []string
	}{
		{"a metric alone", []string{"a"}, []string{"0:1 1:2 2:3 3:4"}},
		{"a number applies to every point", []string{"a + 1"}, []string{"0:2 1:3 2:4 3:5"}},
		{"numbers may stand on the left", []string{"12 / a"}, []string{"0:12 1:6 2:4 3:3"}},
		{"two series give points where both have one", []string{"a + b"}, []string{"0:11 1:2 3:44"}},
		{"a division by zero gives no point", []string{"a / b"}, []string{"0:0.1 3:0.1"}},
		{"a metric without points gives none", []string{"a + none"}, []string{""}},
		{"multiplication binds tighter", []string{"1 + a * 2 - 6 / 2"}, []string{"0:0 1:2 2:4 3:6"}},
		{"operators of one rank go from the left", []string{"100 - a - 10 / 5 / 2"}, []string{"0:98 1:97 2:96 3:95"}},
		{"parentheses bind tightest", []string{"(1 + a) * (2 - 3)"}, []string{"0:-2 1:-3 2:-4 3:-5"}},
		{"signs", []string{"-a * -2 + +1"}, []string{"0:3 1:5 2:7 3:9"}},
		{"decimals and exponents", []string{"a * 1.5e1 + .5"}, []string{"0:15.5 1:30.5 2:45.5 3:60.5"}},
		{"a function of one series is a number", []string{"a - AVG(a)"}, []string{"0:-1.5 1:-0.5 2:0.5 3:1.5"}},
		{"the sum, the least and the most of a series", []string{"a * 0 + SUM(b) + MIN(b) + MAX(a)"}, []string{"0:54 1:54 2:54 3:54"}},
		{"a function of nothing gives no point", []string{"a + SUM(none)"}, []string{""}},
		{"the sum of an array takes what is missing for 0", []string{"SUM([a, b])"}, []string{"0:11 1:2 2:3 3:44"}},
		{"so does the average", []string{"AVG([a, b])"}, []string{"0:5.5 1:1 2:1.5 3:22"}},
		{"but not the minimum", []string{"MIN([a, b])"}, []string{"0:1 1:0 2:3 3:4"}},
		{"nor the maximum", []string{"MAX([a, b])"}, []string{"0:10 1:2 2:3 3:40"}},
		{"METRICS are all metrics and no expression", []string{"a * 1000", "SUM(METRICS())"}, []string{"0:11 1:2 2:3 3:44"}},
		{"METRICS by a part of the id", []string{`SUM(METRICS("a"))`}, []string{"0:1 1:2 2:3 3:4"}},
		{"an array gives a result for each of its series", []string{"[a, b] * 2"}, []string{"0:2 1:4 2:6 3:8", "0:20 1:0 3:80"}},
		{"an array and a series", []string{"[a, b] - a"}, []string{"0:0 1:0 2:0 3:0", "0:9 1:-2 3:36"}},
		{"an expression of an expression", []string{"a + b", "e0 * 2"}, []string{"0:22 1:4 3:88"}},
		{"an expression of a later one", []string{"e1 + 1", "a * 10"}, []string{"0:10 1:20 2:30 3:40"}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, results, err := calculateBy(t, client, test.expressions...)
			if err != nil || !slices.Equal(got, test.want) {
				t.Fatalf("%v: got %q, %v; want %q", test.expressions, got, err, test.want)
			}
			for _, r := range results {
				if want := fmt.Sprintf("e%d", len(test.expressions)-1); *r.Id != want || r.StatusCode != types.StatusCodeComplete {
					t.Errorf("the result is of %s and %s", *r.Id, r.StatusCode)
				}
			}
		})
	}
}

func TestExpressionsThatAreRefused(t *testing.T) {
	client := sdk(t, sums())
	tests := []struct {
		name        string
		expressions []string
		want        string
	}{
		{"an operator without its right side", []string{"a +"}, `Error in expression 'e0': a metric, a number or a function is missing before "the end"`},
		{"a parenthesis that is left open", []string{"(a"}, `")" is missing`},
		{"too many parentheses", []string{"a)"}, `")" is not understood here`},
		{"an operator that there is none of", []string{"a ^ 2"}, `unexpected character "^"`},
		{"a function that there is none of", []string{"RATE(a)"}, `there is no function RATE here`},
		{"an id that nobody has", []string{"a + c"}, `there is no query with the id "c"`},
		{"a number for a result", []string{"SUM(a)"}, "must be a time series or an array of them, and not a number"},
		{"a function of a number", []string{"a + SUM(1)"}, "SUM is of a time series"},
		{"two arrays", []string{"[a, b] + [b, a]"}, "two arrays of time series cannot be combined by +"},
		{"a number in an array", []string{"SUM([a, 1])"}, "an array is of time series"},
		{"a circle", []string{"e1 + 1", "e0 + 1"}, "refers to itself, by way of e0, e1, e0"},
		{"no number", []string{"a + 1.2.3"}, `"1.2.3" is no number`},
		{"too long", []string{"a" + strings.Repeat("+a", 1024)}, "may have 2048 characters"},
		{"nested too deeply", []string{strings.Repeat("(", 200) + "a" + strings.Repeat(")", 200)}, "nested too deeply"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			_, _, err := calculateBy(t, client, test.expressions...)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "ValidationError" || !strings.Contains(api.ErrorMessage(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestLabelsOfExpressions(t *testing.T) {
	client := sdk(t, sums())
	in := &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{
			query("a", "a", "Sum", 60),
			{Id: aws.String("e"), Expression: aws.String("a*2")},
			{Id: aws.String("f"), Expression: aws.String("a*3"), Label: aws.String("thrice")},
			{Id: aws.String("g"), Expression: aws.String("METRICS()*2"), Label: aws.String("twice")},
		},
	}
	out, err := client.GetMetricData(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, r := range out.MetricDataResults {
		labels = append(labels, *r.Label)
	}
	if want := []string{"a", "e", "thrice", "twice a"}; !slices.Equal(labels, want) {
		t.Errorf("labels %q, want %q", labels, want)
	}
	if first := out.MetricDataResults[1]; first.Values[0] != 8 {
		t.Errorf("the newest of %v must come first", first.Values)
	}
}

func TestPeriodsMayNotBeMixedUnderExpressions(t *testing.T) {
	client := sdk(t, sums())
	_, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{query("a", "a", "Sum", 60), query("b", "b", "Sum", 300), {Id: aws.String("e"), Expression: aws.String("a+b")}},
	})
	if err == nil || !strings.Contains(err.Error(), "must have one Period") {
		t.Errorf("got %v", err)
	}
}

// arithmetic draws an expression of numbers with its value, written with no
// more parentheses than needed; rank says which operator it ends in.
func arithmetic(t *rapid.T, depth int) (text string, v float64, rank int) {
	if depth == 0 || rapid.Bool().Draw(t, "leaf") {
		n := rapid.IntRange(0, 9).Draw(t, "number")
		return fmt.Sprint(n), float64(n), 3
	}
	a, x, rankA := arithmetic(t, depth-1)
	b, y, rankB := arithmetic(t, depth-1)
	operator := rapid.SampledFrom([]byte("+-*/")).Draw(t, "operator")
	rank = 1
	if operator == '*' || operator == '/' {
		rank = 2
	}
	if rankA < rank {
		a = "(" + a + ")"
	}
	if rankB <= rank {
		b = "(" + b + ")"
	}
	return a + string(operator) + b, calculate(operator, x, y), rank
}

func TestPrecedenceIsThatOfArithmetic(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		text, want, _ := arithmetic(t, 5)
		f, err := parseMath(text)
		if err != nil {
			t.Fatalf("%s: %v", text, err)
		}
		got, err := f(mathScope{})
		if err != nil || got.kind != isScalar || got.scalar != want && isValue(want) {
			t.Fatalf("%s is %v, %v; want %v", text, got.scalar, err, want)
		}
	})
}

func FuzzMath(f *testing.F) {
	for _, text := range []string{"a+b*2", `SUM(METRICS("x"))/[a,b]`, "-(-1e5)", "((((", "[a,[b,c]]", "AVG", "1e"} {
		f.Add(text)
	}
	store := sums()
	f.Fuzz(func(t *testing.T, text string) {
		formula, err := parseMath(text)
		if err != nil {
			return
		}
		request := dataRequest{from: noon, to: noon.Add(time.Hour), queries: []dataQuery{
			{id: "a", namespace: "AWS/ApiGateway", metric: "a", period: 1, stat: mustStatistic("Sum")},
			{id: "b", namespace: "AWS/ApiGateway", metric: "b", period: 1, stat: mustStatistic("Sum")},
			{id: "e", formula: formula, returned: true},
		}}
		e := &evaluation{store: store, request: request, horizon: store.horizon(), known: map[string]operand{}}
		results, err := e.results()
		if err != nil {
			return
		}
		for _, r := range results {
			for _, p := range r.points {
				if !isValue(p.value) {
					t.Fatalf("%s has the value %v", text, p.value)
				}
			}
		}
	})
}

func mustStatistic(name string) statistic {
	s, err := statisticNamed(name)
	if err != nil {
		panic(err)
	}
	return s
}
