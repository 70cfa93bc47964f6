package results

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// dollars is an amount of money as a bill has it.
func dollars(t *testing.T, usd string) (m pricing.Money) {
	t.Helper()
	if err := json.Unmarshal([]byte(usd), &m); err != nil {
		t.Fatal(err)
	}
	return m
}

// everything is a run of which every metric was measured: at the target rest 980 good
// responses of 100 ms, ten on new connections, 12 throttled requests, 5 answered by
// 500 and 3 that timed out, in 10 s.
func everything(t *testing.T) *Run {
	run := memory(980, 20, 100*time.Millisecond)
	s := &run.Seconds[0]
	s.Status = map[int]int64{200: 980, 429: 12, 500: 5}
	s.Errors = map[ErrClass]int64{ErrTimeout: 3}
	s.Ended = [NumOutcomes]int64{OK: 980, Throttled: 12, ServerError: 5, TimedOut: 3}
	s.In, s.Out, s.Opened = 4_000_000, 200_000, 10
	for clock, d := range map[Clock]time.Duration{Service: 80, FirstByte: 70, Transfer: 10, Connect: 5, TLS: 10} {
		n := int64(980)
		if clock == Connect || clock == TLS {
			n = 10
		}
		h := New()
		h.RecordN(d*time.Millisecond, n)
		run.Series[Key{Clock: clock}] = h
	}
	run.Document.Version, run.Document.ID, run.Document.Month = Version, "one", 10_000_000
	run.Document.Targets[0].Bill = &pricing.Bill{Month: dollars(t, "45"), Bounds: &pricing.Bounds{Low: dollars(t, "40"), High: dollars(t, "48")}}
	run.Observed = &Observed{Settled: true, Targets: []ObservedDoc{{
		Target: "rest",
		Blocks: []ColdBlock{{Block: 0, Invocations: 600, Cold: 20}, {Block: 1, Invocations: 400, Cold: 10}},
		Metrics: []ObservedMetric{
			{
				Name: "AWS/ApiGateway IntegrationLatency", Unit: "ms", Total: map[string]float64{"Average": 50, "Maximum": 120},
				Points: []ObservedPoint{{Values: map[string]float64{"p99": 60}}, {Values: map[string]float64{"p99": 90}}},
			},
			{Name: "AWS/Lambda Throttles", Unit: "count", Total: map[string]float64{"Sum": 4}, Points: []ObservedPoint{{Values: map[string]float64{"Sum": 4}}}},
		},
	}}}
	return run
}

// limits are, of every metric, a limit that the run of everything keeps, one that it
// breaks, and what is measured.
var limits = []struct{ kept, broken, measured string }{
	{"p(99) < 110ms", "p(99) < 90ms", "100"},
	{"mean < 110ms", "mean < 90ms", "100"},
	{"max < 110ms", "max < 90ms", "100"},
	{"service p(99) < 90ms", "service p(99) < 70ms", "80"},
	{"first_byte mean < 90ms", "first_byte mean < 60ms", "70"},
	{"ttfb p99 < 90ms", "ttfb p99 < 60ms", "70"},
	{"transfer p99 < 20ms", "transfer p99 < 9ms", "10"},
	{"connect p(50) < 6ms", "connect p(50) < 4ms", "5"},
	{"tls max < 11ms", "tls max < 9ms", "10"},
	{"error_share < 3%", "error_share < 1%", "2%"},
	{"share(429) < 2%", "share(429) < 1%", "1.2%"},
	{"share(4xx) < 2%", "share(4xx) < 1%", "1.2%"},
	{"share(5xx) < 1%", "share(5xx) < 0.1%", "0.5%"},
	{"share(timeout) < 1%", "share(timeout) < 0.1%", "0.3%"},
	{"share(ok) > 97%", "share(ok) > 99%", "98%"},
	{"count(timeout) < 4", "count(timeout) < 3", "3"},
	{"count(404) < 1", "count(404) > 0", "0"},
	{"goodput > 97/s", "goodput > 99/s", "98/s"},
	{"rate > 99/s", "rate > 101/s", "100/s"},
	{"requests >= 1000", "requests > 1000", "1000"},
	{"bytes_in <= 4MB", "bytes_in < 1MB", "4000000 bytes"},
	{"bytes_out < 1MB", "bytes_out < 100kB", "200000 bytes"},
	{"connections < 11", "connections < 10", "10"},
	{"cold_share < 5%", "cold_share < 2%", "3%"},
	{"month_usd < 50", "month_usd < 35", "45 USD"},
	{"usd_per_million < 5", "usd_per_million < 3", "4.5 USD"},
	{"cloudwatch(IntegrationLatency) p(99) < 100ms", "cloudwatch(IntegrationLatency) p(99) < 50ms", "90"},
	{"cloudwatch(IntegrationLatency) mean < 60ms", "cloudwatch(IntegrationLatency) mean < 40ms", "50"},
	{"cloudwatch(IntegrationLatency) max < 130ms", "cloudwatch(IntegrationLatency) max < 110ms", "120"},
	{"cloudwatch(Throttles) sum < 5", "cloudwatch(Throttles) sum < 4", "4"},
}

func TestEveryMetricIsHeldAgainstItsLimit(t *testing.T) {
	run := everything(t)
	unseen := map[string]bool{}
	for _, m := range metrics {
		unseen[m.name] = true
	}
	for _, row := range limits {
		for text, passes := range map[string]bool{row.kept: true, row.broken: false} {
			limit := threshold(t, "rest: "+text)
			delete(unseen, limit.Metric)
			r := evaluate(run, total(run), []Threshold{limit})[0]
			if r.Passed != passes || r.Why != "" {
				t.Errorf("%s: passed %v, measured %s (%s)", text, r.Passed, r.Amount(), r.Why)
			}
			if got := strings.TrimSuffix(r.Amount(), " ms"); got != row.measured && fmt.Sprintf("%.0f", *r.Measured) != row.measured {
				t.Errorf("%s: measured %s, want %s", text, got, row.measured)
			}
			run.Document.Thresholds = []ThresholdResult{{Threshold: limit.Text}}
			doc := Summarise(run)
			if strings.Contains(strings.Join(doc.Failures, "\n"), "threshold "+limit.Text+" at rest") == passes {
				t.Errorf("%s: the result is %s: %q", text, doc.Result, doc.Failures)
			}
			data, err := json.Marshal(doc)
			if err != nil {
				t.Fatal(err)
			}
			again, err := ParseDocument(data)
			if err != nil || again.Thresholds[0].Unit != limit.Unit() || again.Thresholds[0].Passed != passes {
				t.Errorf("%s: run.json reads as %+v, %v", text, again, err)
			}
		}
	}
	if len(unseen) > 0 {
		t.Errorf("no limit on %v", unseen)
	}
}

func TestWhatIsNotKnownDoesNotPass(t *testing.T) {
	for _, row := range []struct {
		what, text string
		edit       func(*Run)
		why        string
	}{
		{"a limit within the bill's interval", "rest: month_usd < 46", func(*Run) {}, "cannot be told: the limit lies within the month's interval, 40 USD to 48 USD"},
		{"a limit within the interval of a million", "rest: usd_per_million < 4.6", func(*Run) {}, "the bill's interval, 4 USD to 4.8 USD"},
		{"a bill that lacks a price", "rest: month_usd < 1000", func(r *Run) { r.Document.Targets[0].Bill.Unknown = []string{"alb.lcu"} }, "the bill has no price for alb.lcu"},
		{"no bill", "rest: month_usd < 50", func(r *Run) { r.Document.Targets[0].Bill, r.Document.ID = nil, "one" }, "tollgate price one makes it"},
		{"no month", "rest: month_usd < 50", func(r *Run) { r.Document.Targets[0].Bill, r.Document.Month = nil, 0 }, "requests_per_month: 10M"},
		{"an origin", "rest: month_usd < 50", func(r *Run) { r.Document.Targets[0].Bill, r.Document.Targets[0].Kind = nil, targets.Origin.Name }, "AWS does not bill for a target of kind origin"},
		{"no log", "rest: cold_share < 5%", func(r *Run) { r.Observed.Targets[0].Blocks = nil }, "the function's log was not read"},
		{"a log of foreign traffic", "rest: cold_share < 5%", func(r *Run) {
			r.Observed.Targets[0].Blocks, r.Observed.Targets[0].Checks = nil, []Reconciled{{What: ColdStarts, Note: "of 9 invocations"}}
		}, "cannot be assigned to this target: of 9 invocations"},
		{"minutes on both sides of the limit", "rest: cloudwatch(IntegrationLatency) p(99) < 80ms", func(*Run) {}, "cannot be told: p99 is between 60 ms and 90 ms by minute"},
		{"not observed", "rest: cloudwatch(Throttles) sum < 5", func(r *Run) { r.Observed, r.Document.ID = nil, "one" }, "CloudWatch was not read: tollgate observe one"},
		{"a lab that is gone", "rest: cloudwatch(Throttles) sum < 5", func(r *Run) { r.Observed, r.Document.Targets[0].Lab = nil, true }, "only while the run lasts"},
		{"no credentials", "rest: cloudwatch(Throttles) sum < 5", func(r *Run) { r.Observed.Targets[0] = ObservedDoc{Target: "rest", Error: "no credentials"} }, "no credentials"},
		{"a metric of another kind", "rest: cloudwatch(TargetResponseTime) mean < 1s", func(*Run) {}, "CloudWatch has no TargetResponseTime of this target; it has IntegrationLatency, Throttles"},
		{"counts that grow", "rest: cloudwatch(Throttles) sum < 5", func(r *Run) { r.Observed.Settled = false }, "had not published all values"},
		{"no minute", "rest: cloudwatch(Throttles) sum < 5", func(r *Run) { r.Observed.Targets[0].Metrics[1].Points = nil }, "no value of the run's minutes"},
		{"too few connections", "rest: tls p(99) < 1s", func(*Run) {}, "good responses on new connections, 10, is too small"},
		{"no TLS", "rest: tls max < 1s", func(r *Run) { delete(r.Series, Key{Clock: TLS}) }, "no good response came on a new connection"},
	} {
		run := everything(t)
		row.edit(run)
		if r := evaluate(run, total(run), []Threshold{threshold(t, row.text)})[0]; r.Passed || !strings.Contains(r.Why, row.why) {
			t.Errorf("%s: passed %v: %q, want %q", row.what, r.Passed, r.Why, row.why)
		}
	}
}

func TestAbortRulesTakeWhatIsKnownInTime(t *testing.T) {
	for text, want := range map[string]string{
		"service p(99) > 5s for 10s":     "",
		"share(429) > 20% for 10s":       "",
		"share(2xx) < 50% for 10s":       "",
		"share(5xx) < 5% for 10s":        "would end a run that goes well",
		"share(ok) <= 100% for 10s":      "this always holds",
		"month_usd > 50 for 10s":         "write it as a threshold, or use p(99), mean",
		"requests > 5 for 10s":           "not known of a window",
		"cold_share > 5% for 10s":        "not known of a window",
		"rest: count(429) > 5 for 10s":   "not known of a window",
		"cloudwatch(4xx) sum > 5 for 9s": "not known of a window",
	} {
		_, err := ParseAbort(text)
		if want == "" && err != nil || want != "" && (err == nil || !strings.Contains(err.Error(), want)) {
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}
