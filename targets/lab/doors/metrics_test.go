package doors

import (
	"fmt"
	"maps"
	"math"
	"math/rand/v2"
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

	"tollgate/targets/lab/function/runtime"
)

func TestDetailedMetricsAreThoseOfEachRoute(t *testing.T) {
	c := Config{Doors: []DoorConfig{{Kind: "rest-api", Detailed: true}, {Kind: "http-api", Detailed: true}, {Kind: "http-api", Name: "plain"}}}
	inFakeTime(t, c, func(b bench) {
		for i, root := range []string{"/prod", "", ""} {
			b.ask(i, "GET", root+"/", "")
			b.ask(i, "GET", root+"/", "")
			b.ask(i, "POST", root+"/predict", "none")
			b.ask(i, "GET", root+"/nowhere", "")
		}
		got := map[string]float64{}
		for _, m := range b.store.Truth() {
			if m.Metric == "Count" {
				got[m.Dimensions["Method"]+" "+m.Dimensions["Resource"]+m.Dimensions["Route"]] += m.Sum
			}
		}
		want := map[string]float64{" ": 4 * 3, "GET /": 2, " GET /": 2, "POST /predict": 1, " POST /predict": 1}
		if !maps.Equal(got, want) {
			t.Errorf("counts %v, want %v", got, want)
		}
	})
}

// A ground is what a client knows about the values of each metric at one door,
// by minute.
type ground map[string]map[time.Time][]float64

func (g ground) add(metric string, at time.Time, v float64) {
	if g[metric] == nil {
		g[metric] = map[time.Time][]float64{}
	}
	minute := at.Truncate(time.Minute)
	g[metric][minute] = append(g[metric][minute], v)
}

// nonzero is for a balancer, which reports no zeros.
func (g ground) nonzero(metric string, at time.Time, v float64) {
	if v != 0 {
		g.add(metric, at, v)
	}
}

// answered takes down what a client saw of one request, and what the function's
// log says of it; reported is nil where the function was not asked.
func (g ground) answered(kind string, at time.Time, got outcome, reported *runtime.Report) {
	status, ms := got.Code, float64(got.took)/1e6
	bad, failed := one(status >= 400 && status < 500), one(status >= 500)
	if r := reported; r != nil {
		g.add("Invocations", at, 1)
		g.add("Errors", at, one(r.Status != runtime.Succeeded))
		g.add("Throttles", at, 0)
		g.add("Duration", at, float64(r.Duration)/1e6)
	}
	switch kind {
	case "rest-api", "http-api":
		names := map[string][2]string{"rest-api": {"4XXError", "5XXError"}, "http-api": {"4xx", "5xx"}}[kind]
		g.add("Count", at, 1)
		g.add(names[0], at, bad)
		g.add(names[1], at, failed)
		g.add("Latency", at, ms)
		if reported != nil {
			g.add("IntegrationLatency", at, float64(reported.InitDuration+reported.Duration)/1e6)
		}
	case "function-url":
		g.add("UrlRequestCount", at, 1)
		g.add("Url4xxCount", at, bad)
		g.add("Url5xxCount", at, failed)
		g.add("UrlRequestLatency", at, ms)
	case "alb":
		g.add("RequestCount", at, 1)
		g.add("TargetResponseTime", at, (reported.InitDuration + reported.Duration).Seconds())
		g.nonzero("HTTPCode_ELB_5XX_Count", at, failed) // whatever a function does wrong is the balancer's 502
		g.nonzero("HTTPCode_Target_4XX_Count", at, bad)
	}
}

// inProcess is a network of no time.
type inProcess struct{ http.Handler }

func (p inProcess) RoundTrip(r *http.Request) (*http.Response, error) {
	w := httptest.NewRecorder()
	p.ServeHTTP(w, r)
	return w.Result(), nil
}

// statisticsOf are what CloudWatch says of values, computed plainly.
func statisticsOf(values []float64) map[string]float64 {
	sorted := slices.Sorted(slices.Values(values))
	n := float64(len(sorted))
	var sum float64
	for _, v := range sorted {
		sum += v
	}
	rank := func(q float64) float64 { return sorted[int(max(1, math.Ceil(q*n)))-1] }
	return map[string]float64{
		"Sum": sum, "SampleCount": n, "Average": sum / n, "Minimum": sorted[0], "Maximum": sorted[len(sorted)-1],
		"p50": rank(0.5), "p90": rank(0.9), "p99": rank(0.99),
	}
}

func TestCloudWatchSaysOverMinutesWhatTheTruthIs(t *testing.T) {
	c := Config{Seed: 5, Function: Function{Thrown: 0.15}}
	for _, kind := range kinds {
		c.Doors = append(c.Doors, DoorConfig{Kind: kind})
	}
	inFakeTime(t, c, func(b bench) {
		grounds := make([]ground, len(kinds))
		begun := time.Now()
		random := rand.New(rand.NewPCG(1, 2))
		for range 150 {
			for i, kind := range kinds {
				if grounds[i] == nil {
					grounds[i] = ground{}
				}
				b.visit(i, kind, grounds[i], random.IntN(4))
			}
			time.Sleep(time.Duration(random.IntN(3000)) * time.Millisecond)
		}
		client := cloudwatch.New(cloudwatch.Options{
			Region: "us-east-1", BaseEndpoint: aws.String("http://lab"), HTTPClient: &http.Client{Transport: inProcess{b.store.Service()}},
			Credentials: credentials.NewStaticCredentialsProvider("lab", "lab", ""),
		})
		for i, g := range grounds {
			for name, minutes := range g {
				if len(minutes) < 3 && !strings.Contains(name, "HTTPCode") {
					t.Errorf("%s: %s has values in %d minutes only", kinds[i], name, len(minutes))
				}
				b.compare(client, begun, b.doors[i], name, minutes)
			}
		}
	})
}

// visit sends one request, one of four sorts, and takes it down.
func (b bench) visit(i int, kind string, g ground, sort int) {
	method, path, body := "GET", root(kind), ""
	switch {
	case sort == 1:
		method, path, body = "POST", root(kind)+"predict", features
	case sort == 2:
		method, path, body = "POST", root(kind)+"predict", "none"
	case sort == 3 && (kind == "rest-api" || kind == "http-api"):
		path = root(kind) + "nowhere"
	}
	d, at := b.doors[i], time.Now()
	before := len(d.function.log.Reports(time.Time{}, at.Add(time.Hour)))
	if body != "" {
		d.metrics.passed(len(body))
	}
	if metric := map[string]string{"http-api": "DataProcessed", "alb": "ProcessedBytes"}[kind]; metric != "" && body != "" {
		g.add(metric, at, float64(len(body)))
	}
	got := b.ask(i, method, path, body)
	var reported *runtime.Report
	if reports := d.function.log.Reports(time.Time{}, at.Add(time.Hour)); len(reports) > before {
		reported = &reports[len(reports)-1]
	}
	g.answered(kind, at, got, reported)
}

// compare asks for every statistic of a metric and checks every minute.
func (b bench) compare(client *cloudwatch.Client, begun time.Time, d *door, name string, minutes map[time.Time][]float64) {
	b.t.Helper()
	in := &cloudwatch.GetMetricDataInput{StartTime: aws.Time(begun.Add(-time.Minute)), EndTime: aws.Time(time.Now().Add(time.Minute))}
	var stats []string
	for stat := range statisticsOf([]float64{1}) {
		stats = append(stats, stat)
		in.MetricDataQueries = append(in.MetricDataQueries, types.MetricDataQuery{
			Id: aws.String(fmt.Sprintf("q%d", len(stats))), MetricStat: &types.MetricStat{Metric: nameOf(d, name), Period: aws.Int32(60), Stat: aws.String(stat)},
		})
	}
	out, err := client.GetMetricData(b.t.Context(), in)
	if err != nil {
		b.t.Fatal(err)
	}
	for i, r := range out.MetricDataResults {
		if len(r.Values) != len(minutes) {
			b.t.Errorf("%s: %s of %s has %d minutes, want %d", d.Name, stats[i], name, len(r.Values), len(minutes))
		}
		for j, got := range r.Values {
			want := statisticsOf(minutes[r.Timestamps[j]])[stats[i]]
			tolerance := 1e-9 * math.Abs(want)
			if strings.HasPrefix(stats[i], "p") {
				tolerance = math.Abs(want) / 1024
			}
			if math.Abs(got-want) > tolerance {
				b.t.Errorf("%s: %s of %s at %v is %v, want %v", d.Name, stats[i], name, r.Timestamps[j], got, want)
			}
		}
	}
}

// nameOf finds a metric of a door by its name.
func nameOf(d *door, name string) *types.Metric {
	for _, w := range d.kind.Watch {
		if w.Metric != name {
			continue
		}
		m := &types.Metric{Namespace: &w.Namespace, MetricName: &name}
		for key, v := range w.Dimensions(d.named(d.kind.Kind)) {
			m.Dimensions = append(m.Dimensions, types.Dimension{Name: aws.String(key), Value: aws.String(v)})
		}
		return m
	}
	return nil
}
