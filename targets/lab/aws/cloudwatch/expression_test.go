package cloudwatch

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
)

// twoMetrics holds three metrics: a is 1, 2, 3, 4 in the minutes from noon, b is
// 10, 0, nothing, 40, and none is empty.
func twoMetrics() *Store {
	s := New(at(noon.Add(time.Hour)), 0)
	for minute, v := range []float64{1, 2, 3, 4} {
		s.Put("AWS/ApiGateway", "a", Count, nil, noon.Add(time.Duration(minute)*time.Minute), v)
	}
	for minute, v := range map[int]float64{0: 10, 1: 0, 3: 40} {
		s.Put("AWS/ApiGateway", "b", Count, nil, noon.Add(time.Duration(minute)*time.Minute), v)
	}
	return s
}

// calculateBy asks for an expression over a, b and none, and returns what comes
// back as "minute:value".
func calculateBy(t *testing.T, client *cloudwatch.Client, expression string) (string, error) {
	t.Helper()
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), ScanBy: types.ScanByTimestampAscending}
	for _, name := range []string{"a", "b", "none"} {
		q := query(name, name, "Sum", 60)
		q.ReturnData = aws.Bool(false)
		in.MetricDataQueries = append(in.MetricDataQueries, q)
	}
	in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{Id: aws.String("e"), Expression: &expression})
	out, err := client.GetMetricData(t.Context(), in)
	if err != nil {
		return "", err
	}
	if len(out.MetricDataResults) != 1 || *out.MetricDataResults[0].Id != "e" || out.MetricDataResults[0].StatusCode != types.StatusCodeComplete {
		t.Fatalf("results %+v", out.MetricDataResults)
	}
	var points []string
	for i, v := range out.MetricDataResults[0].Values {
		points = append(points, fmt.Sprintf("%.0f:%g", out.MetricDataResults[0].Timestamps[i].Sub(noon).Minutes(), v))
	}
	return strings.Join(points, " "), nil
}

func TestExpressions(t *testing.T) {
	client := sdk(t, twoMetrics())
	for _, test := range []struct{ name, expression, want string }{
		{"the share that our alarms watch", "IF(b > 0, a / b, 0)", "0:0.1 1:0 3:0.1"},
		{"what is missing can be filled", "IF(a > 0, (FILL(none, 0) + FILL(b, 5)) / a, 0)", "0:10 1:0 2:1.6666666666666667 3:10"},
		{"a metric alone", "a", "0:1 1:2 2:3 3:4"},
		{"a number applies to every point", "12 / a", "0:12 1:6 2:4 3:3"},
		{"two metrics give points where both have one", "a + b", "0:11 1:2 3:44"},
		{"a division by zero gives no point", "a / b", "0:0.1 3:0.1"},
		{"a metric without points gives none", "a + none", ""},
		{"operators bind as in arithmetic", "1 + a * 2 - 6 / 2", "0:0 1:2 2:4 3:6"},
		{"operators of one rank go from the left", "100 - a - 10 / 5 / 2", "0:98 1:97 2:96 3:95"},
		{"parentheses bind tightest", "(1 + a) * (2 - 3)", "0:-2 1:-3 2:-4 3:-5"},
		{"signs, decimals and exponents", "-a * -1.5e1 + +.5", "0:15.5 1:30.5 2:45.5 3:60.5"},
		{"comparisons give 1 or 0", "(a >= 2) + (a < 4) * 10 + (a == 1) * 100 + (a != 1) * 1000 + (a <= 1) * 10000", "0:10110 1:1011 2:1011 3:1001"},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got, err := calculateBy(t, client, test.expression); err != nil || got != test.want {
				t.Errorf("%s: got %q, %v; want %q", test.expression, got, err, test.want)
			}
		})
	}
}

func TestExpressionsThatAreRefused(t *testing.T) {
	client := sdk(t, twoMetrics())
	const beyond = "and no other metric math"
	for _, test := range []struct{ name, expression, want string }{
		{"an operator without its right side", "a +", "it cannot be read"},
		{"an operator that is not evaluated here", "a ^ 2", beyond},
		{"a function that is not evaluated here", "SUM(a)", beyond},
		{"an array", "[a, b]", "cannot be read"},
		{"IF with two arguments", "IF(a, 1)", beyond},
		{"text", `a + "x"`, "invalid syntax"},
		{"an id that no metric has", "a + c", `Error in expression 'e': it names "c"`},
		{"filled metrics alone", "FILL(a, 0)", "names no metric outside FILL"},
		{"filling by a metric", "a + FILL(b, a)", beyond},
		{"a number alone", "1 + 1", "the result must be a time series"},
		{"too long", "a" + strings.Repeat("+a", 1024), "the limit is 2048"},
	} {
		t.Run(test.name, func(t *testing.T) {
			_, err := calculateBy(t, client, test.expression)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != "ValidationError" || !strings.Contains(api.ErrorMessage(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
}

func TestLabelsOfExpressions(t *testing.T) {
	client := sdk(t, twoMetrics())
	out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{
			query("a", "a", "Sum", 60),
			{Id: aws.String("e"), Expression: aws.String("a*2")},
			{Id: aws.String("f"), Expression: aws.String("a*3"), Label: aws.String("three times")},
		},
	})
	if err != nil {
		t.Fatal(err)
	}
	var labels []string
	for _, r := range out.MetricDataResults {
		labels = append(labels, *r.Label)
	}
	if want := []string{"a", "e", "three times"}; !slices.Equal(labels, want) {
		t.Errorf("labels %q, want %q", labels, want)
	}
	if first := out.MetricDataResults[1]; first.Values[0] != 8 {
		t.Errorf("the newest of %v must come first", first.Values)
	}
}

func TestPeriodsMayNotBeMixedUnderExpressions(t *testing.T) {
	client := sdk(t, twoMetrics())
	_, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)),
		MetricDataQueries: []types.MetricDataQuery{query("a", "a", "Sum", 60), query("b", "b", "Sum", 300), {Id: aws.String("e"), Expression: aws.String("a+b")}},
	})
	if err == nil || !strings.Contains(err.Error(), "must have one Period") {
		t.Errorf("got %v", err)
	}
}

func FuzzExpression(f *testing.F) {
	for _, text := range []string{"a+b*2", "IF(b > 0, a / b, 0)", "a + FILL(b, 1)", "-(-1e5)", "((((", "a.b", "func(){}", "a[1]", "IF(a, b...)", "1e999", "0x_1", "'a'"} {
		f.Add(text)
	}
	metrics := map[string][]point{"a": {{noon, 1}, {noon.Add(time.Minute), 2}}, "b": {{noon, 0}}}
	f.Fuzz(func(t *testing.T, text string) {
		x, err := parseExpression(text)
		if err != nil {
			return
		}
		points, err := x.points(metrics)
		if err == nil && len(points) > 2 {
			t.Errorf("%q gives %d points of 2", text, len(points))
		}
	})
}
