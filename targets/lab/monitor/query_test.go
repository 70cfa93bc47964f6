package monitor

import (
	"compress/gzip"
	"encoding/xml"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
)

// post sends a form as clients of the Query protocol do.
func post(s *Store, parameters ...string) *httptest.ResponseRecorder {
	form := url.Values{"Version": {"2010-08-01"}}
	for i := 0; i < len(parameters); i += 2 {
		form.Set(parameters[i], parameters[i+1])
	}
	r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(form.Encode()))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	w := httptest.NewRecorder()
	s.Handler().ServeHTTP(w, r)
	return w
}

// An element is any XML, for comparing answers without their formatting.
type element struct {
	XMLName  xml.Name
	Text     string    `xml:",chardata"`
	Children []element `xml:",any"`
}

func parse(t *testing.T, text string) element {
	t.Helper()
	var e element
	if err := xml.Unmarshal([]byte(text), &e); err != nil {
		t.Fatalf("%v in %s", err, text)
	}
	var tidy func(*element)
	tidy = func(e *element) {
		e.Text = strings.TrimSpace(e.Text)
		for i := range e.Children {
			tidy(&e.Children[i])
		}
	}
	tidy(&e)
	return e
}

func TestTheQueryProtocol(t *testing.T) {
	const head, tail = `xmlns="http://monitoring.amazonaws.com/doc/2010-08-01/">`, `<ResponseMetadata><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ResponseMetadata>`
	fault := func(code, message string) string {
		return `<ErrorResponse ` + head + `<Error><Code>` + code + `</Code><Message>` + message + `</Message><Type>Sender</Type></Error><RequestId>00000000-0000-4000-8000-000000000000</RequestId></ErrorResponse>`
	}
	data := []string{
		"Action", "GetMetricData", "StartTime", "2026-11-22T12:00:00Z", "EndTime", "2026-11-22T12:02:00Z", "ScanBy", "TimestampAscending",
		"MetricDataQueries.member.1.Id", "q", "MetricDataQueries.member.1.ReturnData", "true",
		"MetricDataQueries.member.1.MetricStat.Metric.Namespace", "AWS/ApiGateway", "MetricDataQueries.member.1.MetricStat.Metric.MetricName", "Count",
		"MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Name", "Stage", "MetricDataQueries.member.1.MetricStat.Metric.Dimensions.member.1.Value", "prod",
		"MetricDataQueries.member.1.MetricStat.Period", "60", "MetricDataQueries.member.1.MetricStat.Stat", "Sum",
	}
	tests := []struct {
		name       string
		parameters []string
		status     int
		want       string
	}{
		{"data of a metric", data, 200, `<GetMetricDataResponse ` + head + `<GetMetricDataResult><Messages></Messages><MetricDataResults><member><Id>q</Id><Label>Count</Label><StatusCode>Complete</StatusCode><Timestamps><member>2026-11-22T12:00:00Z</member><member>2026-11-22T12:01:00Z</member></Timestamps><Values><member>1</member><member>1</member></Values></member></MetricDataResults></GetMetricDataResult>` + tail + `</GetMetricDataResponse>`},
		{
			"statistics of a metric",
			[]string{
				"Action", "GetMetricStatistics", "Namespace", "AWS/ApiGateway", "MetricName", "Count", "Dimensions.member.1.Name", "Stage", "Dimensions.member.1.Value", "prod",
				"StartTime", "2026-11-22T12:00:00+00:00", "EndTime", "2026-11-22T12:05:00Z", "Period", "300", "Statistics.member.2", "Sum", "Statistics.member.1", "Average", "ExtendedStatistics.member.1", "p99",
			},
			200, `<GetMetricStatisticsResponse ` + head + `<GetMetricStatisticsResult><Datapoints><member><Average>1</Average><ExtendedStatistics><entry><key>p99</key><value>1</value></entry></ExtendedStatistics><Sum>5</Sum><Timestamp>2026-11-22T12:00:00Z</Timestamp><Unit>Count</Unit></member></Datapoints><Label>Count</Label></GetMetricStatisticsResult>` + tail + `</GetMetricStatisticsResponse>`,
		},
		{"a list of metrics", []string{"Action", "ListMetrics", "Dimensions.member.1.Name", "Stage"}, 200, `<ListMetricsResponse ` + head + `<ListMetricsResult><Metrics><member><Dimensions><member><Name>Stage</Name><Value>prod</Value></member></Dimensions><MetricName>Count</MetricName><Namespace>AWS/ApiGateway</Namespace></member></Metrics></ListMetricsResult>` + tail + `</ListMetricsResponse>`},
		{"a value put in", []string{"Action", "PutMetricData", "Namespace", "Mine", "MetricData.member.1.MetricName", "<&>", "MetricData.member.1.Value", "1e3"}, 200, `<PutMetricDataResponse ` + head + tail + `</PutMetricDataResponse>`},
		{"an unknown action", []string{"Action", "Fly"}, 404, fault("UnknownOperationException", "Fly is nothing this endpoint knows: it answers GetMetricData, GetMetricStatistics, ListMetrics and PutMetricData")},
		{"another version", []string{"Action", "ListMetrics", "Version", "2009-05-15"}, 400, fault("NoSuchVersion", `version &#34;2009-05-15&#34; is not known; 2010-08-01 is`)},
		{"a mistake", []string{"Action", "ListMetrics", "RecentlyActive", "<"}, 400, fault("ValidationError", "RecentlyActive must be PT3H")},
		{"text for a number", []string{"Action", "GetMetricData", "StartTime", "noon", "EndTime", "2026-11-22T12:05:00Z", "MetricDataQueries", "x"}, 400, fault("ValidationError", "StartTime must be a timestamp; MetricDataQueries must be a list")},
		{"a parameter that is both text and structure", []string{"Action", "ListMetrics", "Dimensions", "x", "Dimensions.member.1.Name", "y"}, 400, fault("MalformedQueryString", `parameter &#34;Dimensions.member.1.Name&#34; contradicts another or is nested too deeply`)},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			w := post(full(), test.parameters...)
			if got, want := parse(t, w.Body.String()), parse(t, test.want); w.Code != test.status || !reflect.DeepEqual(got, want) {
				t.Errorf("status %d, want %d\ngot  %s\nwant %s", w.Code, test.status, w.Body, test.want)
			}
		})
	}
}

func TestBothProtocolsGiveTheSameNumbers(t *testing.T) {
	s := full()
	client := sdk(t, s)
	out, err := client.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/ApiGateway"), MetricName: aws.String("Count"), Dimensions: []types.Dimension{{Name: aws.String("Stage"), Value: aws.String("prod")}},
		StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), Period: aws.Int32(120),
		Statistics: []types.Statistic{types.StatisticSum, types.StatisticSampleCount, types.StatisticAverage, types.StatisticMinimum, types.StatisticMaximum}, ExtendedStatistics: []string{"p50", "p99.9"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var sums []float64
	for i, p := range out.Datapoints {
		sums = append(sums, *p.Sum)
		if *p.Average != 1 || *p.Minimum != 1 || *p.Maximum != 1 || *p.SampleCount != *p.Sum || p.ExtendedStatistics["p50"] != 1 || p.ExtendedStatistics["p99.9"] != 1 || p.Unit != types.StandardUnitCount || !p.Timestamp.Equal(noon.Add(time.Duration(i)*2*time.Minute)) {
			t.Errorf("point %d: %+v", i, p)
		}
	}
	if fmt.Sprint(sums) != "[2 2 1]" || *out.Label != "Count" {
		t.Errorf("%s: %v", *out.Label, sums)
	}
	_, err = client.GetMetricStatistics(t.Context(), &cloudwatch.GetMetricStatisticsInput{
		Namespace: aws.String("AWS/ApiGateway"), MetricName: aws.String("Count"), StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(48 * time.Hour)), Period: aws.Int32(60), Statistics: []types.Statistic{"Sum"},
	})
	if err == nil || !strings.Contains(err.Error(), "InvalidParameterCombination: You have requested up to 2880 datapoints") {
		t.Errorf("two days by the minute: %v", err)
	}
}

func TestTheRealClientPutsData(t *testing.T) {
	s := New(at(noon.Add(time.Minute)), 0)
	client := sdk(t, s)
	many := make([]float64, 100)
	for i := range many {
		many[i] = float64(i + 1)
	}
	in := &cloudwatch.PutMetricDataInput{Namespace: aws.String("Mine"), MetricData: []types.MetricDatum{
		{MetricName: aws.String("one"), Timestamp: aws.Time(noon), Value: aws.Float64(5), Unit: types.StandardUnitSeconds},
		{MetricName: aws.String("many"), Timestamp: aws.Time(noon), Values: many},
		{MetricName: aws.String("weighted"), Timestamp: aws.Time(noon), Values: []float64{1, 2}, Counts: []float64{9, 1}},
		{MetricName: aws.String("set"), StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(4), Sum: aws.Float64(10), Minimum: aws.Float64(1), Maximum: aws.Float64(4)}},
	}}
	for i := range 300 { // enough for the SDK to compress the request
		in.MetricData = append(in.MetricData, types.MetricDatum{MetricName: aws.String("more"), Timestamp: aws.Time(noon), Value: aws.Float64(float64(i))})
	}
	if _, err := client.PutMetricData(t.Context(), in); err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		metric string
		want   string // sample count, sum, minimum, maximum, median
	}{
		{"one", "1 5 5 5 5"},
		{"many", "100 5050 1 100 50"},
		{"weighted", "10 11 1 2 1"},
		{"set", "4 10 1 4"}, // a set has no percentiles
		{"more", "300 44850 0 299 149"},
	}
	for _, test := range tests {
		out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), MetricDataQueries: mine(test.metric)})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, r := range out.MetricDataResults {
			for _, v := range r.Values {
				got = append(got, fmt.Sprint(v))
			}
		}
		if s := strings.Join(got, " "); s != test.want {
			t.Errorf("%s: %s, want %s", test.metric, s, test.want)
		}
	}
}

func mine(metric string) (all []types.MetricDataQuery) {
	for i, stat := range []string{"SampleCount", "Sum", "Minimum", "Maximum", "p50"} {
		q := query(fmt.Sprintf("q%d", i), metric, stat, 60)
		q.MetricStat.Metric.Namespace = aws.String("Mine")
		all = append(all, q)
	}
	return all
}

func TestDataThatIsRefused(t *testing.T) {
	tests := []struct {
		name  string
		datum types.MetricDatum
		want  string
	}{
		{"two sorts of value", types.MetricDatum{Value: aws.Float64(1), Values: []float64{1}}, "only one of them"},
		{"no value", types.MetricDatum{}, "only one of them"},
		{"more counts than values", types.MetricDatum{Values: []float64{1}, Counts: []float64{1, 2}}, "Counts must have as many members as Values"},
		{"a count of nothing", types.MetricDatum{Values: []float64{1}, Counts: []float64{0}}, "Counts must be from 1"},
		{"a value out of range", types.MetricDatum{Value: aws.Float64(1e300)}, "Value must be a number from -2^360"},
		{"an empty set", types.MetricDatum{StatisticValues: &types.StatisticSet{SampleCount: aws.Float64(0), Sum: aws.Float64(0), Minimum: aws.Float64(0), Maximum: aws.Float64(0)}}, "SampleCount must be positive"},
		{"a time too far ahead", types.MetricDatum{Value: aws.Float64(1), Timestamp: aws.Time(noon.Add(3 * time.Hour))}, "Timestamp must be within"},
		{"a unit that the metric does not have", types.MetricDatum{Value: aws.Float64(1), Unit: types.StandardUnitBytes}, "InvalidParameterValue: taken is kept in Count here, and not also in Bytes"},
	}
	s := New(at(noon), 0)
	s.Put("Mine", "taken", Count, nil, noon, 1)
	client := sdk(t, s)
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			test.datum.MetricName = aws.String("taken")
			good := types.MetricDatum{MetricName: aws.String("taken"), Unit: types.StandardUnitCount, Value: aws.Float64(1)}
			_, err := client.PutMetricData(t.Context(), &cloudwatch.PutMetricDataInput{Namespace: aws.String("Mine"), MetricData: []types.MetricDatum{good, test.datum}})
			if err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want %s", err, test.want)
			}
		})
	}
	if truth := s.Truth(); len(truth) != 1 || truth[0].Count != 1 {
		t.Errorf("refused requests left values behind: %v", truth)
	}
}

func TestCompressedBodiesAreBounded(t *testing.T) {
	pack := func(n int) string {
		var b strings.Builder
		z := gzip.NewWriter(&b)
		for range n {
			_, _ = z.Write(make([]byte, 1<<20))
		}
		_ = z.Close()
		return b.String()
	}
	tests := []struct {
		name, coding, body string
		want               int
	}{
		{"a bomb", "gzip", pack(2), http.StatusRequestEntityTooLarge},
		{"no gzip at all", "gzip", "x", http.StatusBadRequest},
		{"cut off", "gzip", pack(1)[:50], http.StatusBadRequest},
		{"another coding", "br", "x", http.StatusUnsupportedMediaType},
	}
	for _, test := range tests {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(test.body))
		r.Header.Set("Content-Encoding", test.coding)
		w := httptest.NewRecorder()
		full().Handler().ServeHTTP(w, r)
		if w.Code != test.want {
			t.Errorf("%s: status %d, want %d", test.name, w.Code, test.want)
		}
	}
}

func FuzzQueries(f *testing.F) {
	f.Add("Action=ListMetrics&Version=2010-08-01&Dimensions.member.1.Name=Stage")
	f.Add("Action=GetMetricData&Version=2010-08-01&StartTime=2026-11-22T12:00:00Z&EndTime=2026-11-22T12:05:00Z&MetricDataQueries.member.1.Id=a&MetricDataQueries.member.1.MetricStat.Period=60")
	f.Add("Action=PutMetricData&Version=2010-08-01&Namespace=a&MetricData.member.1.MetricName=b&MetricData.member.1.Values.member.1=1&MetricData.member.1.Counts.member.1=2")
	f.Add("Action=GetMetricStatistics&Version=2010-08-01&Namespace=a&MetricName=b&Period=60&Statistics.member.1=Sum&StartTime=2026-11-22T12:00:00Z&EndTime=2026-11-22T12:05:00Z")
	f.Add("Action=ListMetrics&Version=2010-08-01&" + strings.Repeat("a.", 5000) + "=1")
	f.Fuzz(func(t *testing.T, body string) {
		r := httptest.NewRequest(http.MethodPost, "/", strings.NewReader(body))
		w := httptest.NewRecorder()
		full().Handler().ServeHTTP(w, r)
		if w.Code != http.StatusOK && (w.Code < 400 || w.Code >= 500) {
			t.Fatalf("status %d", w.Code)
		}
		if err := xml.Unmarshal(w.Body.Bytes(), new(element)); err != nil {
			t.Fatalf("the answer is no XML: %v: %s", err, w.Body)
		}
	})
}
