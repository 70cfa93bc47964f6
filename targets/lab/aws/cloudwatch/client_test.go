package cloudwatch

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	"github.com/aws/aws-sdk-go-v2/credentials"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"
	"github.com/aws/aws-sdk-go-v2/service/cloudwatch/types"
	"github.com/aws/smithy-go"

	"tollgate/targets/lab/aws/protocol"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// sdk serves a store on loopback and returns AWS's own client for it.
func sdk(t *testing.T, s *Store) *cloudwatch.Client {
	t.Helper()
	return sdkAt(t, s.Service())
}

func sdkAt(t *testing.T, h http.Handler) *cloudwatch.Client {
	t.Helper()
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return cloudwatch.New(cloudwatch.Options{
		Region:           "us-east-1",
		BaseEndpoint:     aws.String(server.URL),
		Credentials:      credentials.NewStaticCredentialsProvider("lab", "lab", ""),
		RetryMaxAttempts: 1,
		HTTPClient:       &http.Client{Transport: plainBodies{http.DefaultTransport}},
	})
}

// PlainBodies hides that a request's body has WriteTo. That of smithy-go 1.28 returns
// io.EOF once the SDK has closed the body, which it does as soon as it has the head of
// the response. Where the server is as fast as this one, net/http may still look for
// surplus bytes then; it takes the error for a failed request, and closes the
// connection while the SDK reads the response.
type plainBodies struct{ http.RoundTripper }

func (p plainBodies) RoundTrip(r *http.Request) (*http.Response, error) {
	if r.Body != nil {
		r.Body = struct{ io.ReadCloser }{r.Body}
	}
	return p.RoundTripper.RoundTrip(r)
}

func at(now time.Time) func() time.Time { return func() time.Time { return now } }

func query(id, metric, stat string, period int32, dims ...string) types.MetricDataQuery {
	m := &types.Metric{Namespace: aws.String("AWS/ApiGateway"), MetricName: aws.String(metric)}
	for i := 0; i < len(dims); i += 2 {
		m.Dimensions = append(m.Dimensions, types.Dimension{Name: &dims[i], Value: &dims[i+1]})
	}
	return types.MetricDataQuery{Id: &id, MetricStat: &types.MetricStat{Metric: m, Period: &period, Stat: &stat}}
}

func TestTheRealClientReadsEveryStatistic(t *testing.T) {
	s := New(at(noon.Add(3*time.Minute)), 0)
	x := s.Series("AWS/ApiGateway", "Latency", Milliseconds, Dimensions{"ApiName": "ml", "Stage": "prod"})
	for i := range 100 {
		x.Put(noon.Add(time.Duration(i)*time.Second/10), float64(i+1)) // 1…100 in one minute
	}
	x.Put(noon.Add(2*time.Minute), 7)
	client := sdk(t, s)
	want := map[string][]float64{ // newest first
		"SampleCount": {1, 100}, "Sum": {7, 5050}, "Average": {7, 50.5}, "Minimum": {7, 1}, "Maximum": {7, 100},
		"p50": {7, 50}, "p90": {7, 90}, "p99": {7, 99}, "p99.9": {7, 100}, "p0": {7, 1}, "p100": {7, 100},
	}
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(3 * time.Minute))}
	var stats []string
	for stat := range want {
		stats = append(stats, stat)
		in.MetricDataQueries = append(in.MetricDataQueries, query(fmt.Sprintf("q%d", len(stats)), "Latency", stat, 60, "Stage", "prod", "ApiName", "ml"))
	}
	out, err := client.GetMetricData(t.Context(), in)
	if err != nil {
		t.Fatal(err)
	}
	if len(out.MetricDataResults) != len(stats) || out.NextToken != nil {
		t.Fatalf("%d results, token %v", len(out.MetricDataResults), out.NextToken)
	}
	stamps := []time.Time{noon.Add(2 * time.Minute), noon}
	for i, r := range out.MetricDataResults {
		if !slices.Equal(r.Values, want[stats[i]]) || !slices.EqualFunc(r.Timestamps, stamps, time.Time.Equal) {
			t.Errorf("%s: %v at %v, want %v", stats[i], r.Values, r.Timestamps, want[stats[i]])
		}
		if r.StatusCode != types.StatusCodeComplete || *r.Label != "Latency" {
			t.Errorf("%s: status %s, label %s", stats[i], r.StatusCode, *r.Label)
		}
	}
}

func TestWindowsAndPeriods(t *testing.T) {
	s := New(at(noon.Add(time.Hour)), 0)
	for minute := range 10 {
		for range minute + 1 {
			s.Put("AWS/ApiGateway", "Count", Count, nil, noon.Add(time.Duration(minute)*time.Minute+30*time.Second), 1)
		}
	}
	client := sdk(t, s)
	tests := []struct {
		name     string
		from, to time.Duration
		period   int32
		unit     types.StandardUnit
		want     []float64
	}{
		{"the end is exclusive", 0, 2 * time.Minute, 60, "", []float64{1, 2}},
		{"a start within a minute is rounded down", 70 * time.Second, 3 * time.Minute, 60, "", []float64{2, 3}},
		{"an end within a minute takes the minute along", 0, 61 * time.Second, 60, "", []float64{1, 2}},
		{"minutes are merged over a longer period", 0, 10 * time.Minute, 300, "", []float64{15, 40}},
		{"a longer period begins on its own multiples", 6 * time.Minute, 10 * time.Minute, 300, "", []float64{40}},
		{"minutes without values have no point", 5 * time.Minute, time.Hour, 60, "", []float64{6, 7, 8, 9, 10}},
		{"the right unit", 0, time.Minute, 60, types.StandardUnitCount, []float64{1}},
		{"a wrong unit gives nothing", 0, time.Minute, 60, types.StandardUnitSeconds, nil},
		{"before anything was put", -time.Hour, 0, 60, "", nil},
		{"over all time", -1000 * time.Hour, 1000 * time.Hour, 86400, "", []float64{55}},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			q := query("q", "Count", "Sum", test.period)
			q.MetricStat.Unit = test.unit
			out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(noon.Add(test.from)), EndTime: aws.Time(noon.Add(test.to)),
				ScanBy: types.ScanByTimestampAscending, MetricDataQueries: []types.MetricDataQuery{q},
			})
			if err != nil {
				t.Fatal(err)
			}
			if got := out.MetricDataResults[0].Values; !slices.Equal(got, test.want) {
				t.Errorf("got %v, want %v", got, test.want)
			}
		})
	}
}

func TestPagesJoinToTheWhole(t *testing.T) {
	s := New(at(noon.Add(time.Hour)), 0)
	for minute := range 7 {
		for _, metric := range []string{"Count", "4XXError", "Latency"} {
			s.Put("AWS/ApiGateway", metric, Count, nil, noon.Add(time.Duration(minute)*time.Minute), float64(minute))
		}
	}
	client := sdk(t, s)
	for _, order := range []types.ScanBy{types.ScanByTimestampAscending, types.ScanByTimestampDescending} {
		for limit := int32(1); limit <= 22; limit++ {
			pages := cloudwatch.NewGetMetricDataPaginator(client, &cloudwatch.GetMetricDataInput{
				StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), ScanBy: order, MaxDatapoints: &limit,
				MetricDataQueries: []types.MetricDataQuery{
					query("a", "Count", "Sum", 60), query("none", "Nothing", "Sum", 60), query("b", "4XXError", "Sum", 60), query("c", "Latency", "p50", 60),
				},
			})
			got, count := map[string][]float64{}, 0
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				points := 0
				for _, r := range page.MetricDataResults {
					got[*r.Id] = append(got[*r.Id], r.Values...)
					points += len(r.Values)
				}
				if points > int(limit) {
					t.Fatalf("a page of %d holds %d points", limit, points)
				}
				count++
			}
			want := []float64{0, 1, 2, 3, 4, 5, 6}
			if order == types.ScanByTimestampDescending {
				slices.Reverse(want)
			}
			for _, id := range []string{"a", "b", "c"} {
				if !slices.Equal(got[id], want) {
					t.Errorf("%s by %d: %s has %v", order, limit, id, got[id])
				}
			}
			if least := (21 + int(limit) - 1) / int(limit); count < least {
				t.Errorf("%s by %d: only %d pages", order, limit, count)
			}
		}
	}
}

func TestAMinuteAppearsWhenItIsPublished(t *testing.T) {
	now := noon
	s := New(func() time.Time { return now }, 2*time.Minute)
	s.Put("AWS/ApiGateway", "Count", Count, Dimensions{"Stage": "prod"}, noon.Add(59*time.Second), 1)
	client := sdk(t, s)
	read := func() (values []float64, listed int) {
		out, err := client.GetMetricData(t.Context(), &cloudwatch.GetMetricDataInput{
			StartTime: aws.Time(noon), EndTime: aws.Time(noon.Add(time.Hour)), MetricDataQueries: []types.MetricDataQuery{query("q", "Count", "Sum", 60, "Stage", "prod")},
		})
		if err != nil {
			t.Fatal(err)
		}
		list, err := client.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
		if err != nil {
			t.Fatal(err)
		}
		return out.MetricDataResults[0].Values, len(list.Metrics)
	}
	for _, step := range []struct {
		name string
		now  time.Duration
		want int
	}{
		{"while it is open", 59 * time.Second, 0},
		{"just before the delay has passed", 3*time.Minute - time.Nanosecond, 0},
		{"once the delay has passed since its end", 3 * time.Minute, 1},
	} {
		now = noon.Add(step.now)
		if values, listed := read(); len(values) != step.want || listed != step.want {
			t.Errorf("%s: %v, %d metrics listed; want %d", step.name, values, listed, step.want)
		}
	}
}

func TestMetricsAreListedByFilter(t *testing.T) {
	s := New(at(noon), 0)
	for i := range 600 {
		s.Put("AWS/Lambda", "Invocations", Count, Dimensions{"FunctionName": fmt.Sprintf("f%03d", i)}, noon, 1)
	}
	s.Put("AWS/Lambda", "Invocations", Count, Dimensions{"FunctionName": "f000", "Resource": "f000:live"}, noon, 1)
	s.Put("AWS/Lambda", "Errors", Count, Dimensions{"FunctionName": "f000"}, noon, 1)
	s.Put("AWS/ApiGateway", "Count", Count, nil, noon, 1)
	s.Series("AWS/ApiGateway", "Latency", Milliseconds, nil) // nothing put: not there yet
	client := sdk(t, s)
	tests := []struct {
		name string
		in   cloudwatch.ListMetricsInput
		want int
	}{
		{"everything, over two pages", cloudwatch.ListMetricsInput{}, 603},
		{"by namespace", cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/ApiGateway")}, 1},
		{"by metric", cloudwatch.ListMetricsInput{MetricName: aws.String("Errors"), RecentlyActive: types.RecentlyActivePt3h}, 1},
		{"by a dimension's value", cloudwatch.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("FunctionName"), Value: aws.String("f000")}}}, 3},
		{"by a dimension's name", cloudwatch.ListMetricsInput{Dimensions: []types.DimensionFilter{{Name: aws.String("Resource")}}}, 1},
		{"by what is not there", cloudwatch.ListMetricsInput{Namespace: aws.String("AWS/S3")}, 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			seen := map[string]bool{}
			pages := cloudwatch.NewListMetricsPaginator(client, &test.in)
			for pages.HasMorePages() {
				page, err := pages.NextPage(t.Context())
				if err != nil {
					t.Fatal(err)
				}
				for _, m := range page.Metrics {
					var name strings.Builder
					name.WriteString(*m.Namespace + " " + *m.MetricName)
					for _, d := range m.Dimensions {
						name.WriteString(" " + *d.Name + "=" + *d.Value)
					}
					seen[name.String()] = true
				}
			}
			if len(seen) != test.want {
				t.Errorf("%d different metrics, want %d", len(seen), test.want)
			}
		})
	}
}

func TestTheClientKnowsTheErrors(t *testing.T) {
	tests := []struct {
		refusal protocol.Refusal
		code    string
	}{
		{protocol.Throttling, "Throttling"},
		{protocol.AccessDenied, "AccessDenied"},
		{protocol.ExpiredToken, "ExpiredToken"},
		{protocol.Unrecognised, "InvalidClientTokenId"},
		{protocol.InternalFault, "InternalServiceError"},
	}
	for _, test := range tests {
		t.Run(test.code, func(t *testing.T) {
			service := New(at(noon), 0).Service()
			client := sdkAt(t, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { service.Refuse(w, r, test.refusal) }))
			_, err := client.ListMetrics(t.Context(), &cloudwatch.ListMetricsInput{})
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != test.code || api.ErrorMessage() != test.refusal.Message {
				t.Errorf("got %v, want %s: %s", err, test.code, test.refusal.Message)
			}
		})
	}
}

func TestRequestsThatAreRefused(t *testing.T) {
	many := make([]types.MetricDataQuery, 501)
	for i := range many {
		many[i] = query(fmt.Sprintf("q%d", i), "Count", "Sum", 60)
	}
	good := query("q", "Count", "Sum", 60)
	expression := types.MetricDataQuery{Id: aws.String("e"), Expression: aws.String("q * 2"), MetricStat: good.MetricStat}
	tests := []struct {
		name string
		in   cloudwatch.GetMetricDataInput
		code string
		want string
	}{
		{"501 queries", cloudwatch.GetMetricDataInput{MetricDataQueries: many}, "ValidationError", "MetricDataQueries must not have a size greater than 500"},
		{"no query", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{}}, "ValidationError", "MetricDataQueries is required"},
		{"a period of 90 s", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("q", "Count", "Sum", 90)}}, "ValidationError", "MetricDataQueries.member.1.MetricStat.Period must be a multiple of 60"},
		{"an unknown statistic", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("q", "Count", "Median", 60)}}, "ValidationError", `Stat must be SampleCount`},
		{"a percentile over 100", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("q", "Count", "p101", 60)}}, "ValidationError", `and not "p101"`},
		{"an id in upper case", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{query("Q", "Count", "Sum", 60)}}, "ValidationError", "must begin with a lower-case letter"},
		{"an id twice", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{good, good}}, "ValidationError", `MetricDataQueries.member.2.Id repeats "q"`},
		{"a metric and an expression at once", cloudwatch.GetMetricDataInput{MetricDataQueries: []types.MetricDataQuery{good, expression}}, "ValidationError", "Expression and MetricStat exclude each other"},
		{"an end before the start", cloudwatch.GetMetricDataInput{StartTime: aws.Time(noon), EndTime: aws.Time(noon), MetricDataQueries: []types.MetricDataQuery{good}}, "ValidationError", "StartTime must be less than EndTime"},
		{"a strange order", cloudwatch.GetMetricDataInput{ScanBy: "Random", MetricDataQueries: []types.MetricDataQuery{good}}, "ValidationError", "ScanBy must be"},
		{"a forged token", cloudwatch.GetMetricDataInput{NextToken: aws.String("MSAwIDA"), MetricDataQueries: []types.MetricDataQuery{good}}, "InvalidNextToken", "not one that this endpoint gave out"},
		{"two mistakes at once", cloudwatch.GetMetricDataInput{ScanBy: "Random", MetricDataQueries: []types.MetricDataQuery{query("Q", "Count", "Sum", 60)}}, "ValidationError", "; MetricDataQueries.member.1.Id"},
	}
	client := sdk(t, New(at(noon), 0))
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.in.StartTime == nil {
				test.in.StartTime, test.in.EndTime = aws.Time(noon), aws.Time(noon.Add(time.Hour))
			}
			_, err := client.GetMetricData(t.Context(), &test.in)
			var api smithy.APIError
			if !errors.As(err, &api) || api.ErrorCode() != test.code || !strings.Contains(api.ErrorMessage(), test.want) {
				t.Errorf("got %v, want %s: %s", err, test.code, test.want)
			}
		})
	}
}
