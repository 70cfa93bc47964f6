package results

import (
	"math"
	"strings"
	"testing"
	"time"
)

func threshold(t *testing.T, text string) Threshold {
	t.Helper()
	th, err := ParseThreshold(text)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

func TestThresholdsAreRead(t *testing.T) {
	for _, c := range []struct {
		text string
		want Threshold
	}{
		{"p(99.9) < 250ms", Threshold{Metric: "p", Quantile: 0.999, Less: true, Limit: 250}},
		{"p99<=1.5s", Threshold{Metric: "p", Quantile: 0.99, Less: true, OrEqual: true, Limit: 1500}},
		{" p( 50 ) < 800us ", Threshold{Metric: "p", Quantile: 0.5, Less: true, Limit: 0.8}},
		{"mean < 100ms", Threshold{Metric: "mean", Less: true, Limit: 100}},
		{"max < 1m", Threshold{Metric: "max", Less: true, Limit: 60000}},
		{"error_share < 0.1%", Threshold{Metric: "error_share", Less: true, Limit: 0.001}},
		{"error_share <= 0", Threshold{Metric: "error_share", Less: true, OrEqual: true}},
		{"goodput > 100/s", Threshold{Metric: "goodput", Limit: 100}},
		{"rate >= 6000/m", Threshold{Metric: "rate", OrEqual: true, Limit: 100}},
		{"rest: p99 < 1s", Threshold{Target: "rest", Metric: "p", Quantile: 0.99, Less: true, Limit: 1000}},
		{"rest / predict : max < 1s", Threshold{Target: "rest", Request: "predict", Metric: "max", Less: true, Limit: 1000}},
		{"service p(99) < 200ms", Threshold{Metric: "p", Clock: Service, Quantile: 0.99, Less: true, Limit: 200}},
		{"rest/predict: first_byte p95 < 1s", Threshold{Target: "rest", Request: "predict", Metric: "p", Clock: FirstByte, Quantile: 0.95, Less: true, Limit: 1000}},
		{"tls max < 1s", Threshold{Metric: "max", Clock: TLS, Less: true, Limit: 1000}},
		{"connect mean < 20ms", Threshold{Metric: "mean", Clock: Connect, Less: true, Limit: 20}},
		{"response p(50) < 1s", Threshold{Metric: "p", Quantile: 0.5, Less: true, Limit: 1000}},
		{"share(429) < 1%", Threshold{Metric: "share", Of: "429", Less: true, Limit: 0.01}},
		{"share( 5xx ) <= 0", Threshold{Metric: "share", Of: "5xx", Less: true, OrEqual: true}},
		{"share(ok) > 99%", Threshold{Metric: "share", Of: "ok", Limit: 0.99}},
		{"count(timeout) < 5", Threshold{Metric: "count", Of: "timeout", Less: true, Limit: 5}},
		{"requests >= 10k", Threshold{Metric: "requests", OrEqual: true, Limit: 10_000}},
		{"bytes_in < 10MB", Threshold{Metric: "bytes_in", Less: true, Limit: 10_000_000}},
		{"cold_share < 5%", Threshold{Metric: "cold_share", Less: true, Limit: 0.05}},
		{"month_usd < $49.90", Threshold{Metric: "month_usd", Less: true, Limit: 49.9}},
		{"usd_per_million < 3", Threshold{Metric: "usd_per_million", Less: true, Limit: 3}},
		{"cloudwatch(IntegrationLatency) p(99) < 80ms", Threshold{Metric: "cloudwatch", Of: "IntegrationLatency", Statistic: "p99", Less: true, Limit: 80}},
		{"cloudwatch(Duration) mean < 80ms", Threshold{Metric: "cloudwatch", Of: "Duration", Statistic: "Average", Less: true, Limit: 80}},
		{"cloudwatch(Throttles) sum < 1", Threshold{Metric: "cloudwatch", Of: "Throttles", Statistic: "Sum", Less: true, Limit: 1}},
		{"@spike: mean < 1s", Threshold{Stage: "spike", Metric: "mean", Less: true, Limit: 1000}},
		{"rest@2: mean < 1s", Threshold{Target: "rest", Stage: "2", Metric: "mean", Less: true, Limit: 1000}},
		{"rest/predict @ spike: mean < 1s", Threshold{Target: "rest", Request: "predict", Stage: "spike", Metric: "mean", Less: true, Limit: 1000}},
		{"/predict: mean < 1s", Threshold{Request: "predict", Metric: "mean", Less: true, Limit: 1000}},
		{"*/predict: mean < 1s", Threshold{Request: "predict", Metric: "mean", Less: true, Limit: 1000}},
	} {
		got, err := ParseThreshold(c.text)
		c.want.Text = strings.TrimSpace(c.text)
		got.Quantile = math.Round(got.Quantile*1e9) / 1e9
		got.Limit = math.Round(got.Limit*1e9) / 1e9
		if err != nil || got != c.want {
			t.Errorf("%q:\n got %+v, %v\nwant %+v", c.text, got, err, c.want)
		}
	}
}

func TestWrongThresholdsSayWhatIsWrong(t *testing.T) {
	for text, want := range map[string]string{
		"":                                "want a metric, a comparison and a limit",
		"p(99)":                           "want a metric, a comparison and a limit",
		"p(99) < 1s < 2s":                 "want a metric",
		"p(100) < 1s":                     `"p(100)" is not a metric`,
		"p(0) < 1s":                       "between 0 and 100",
		"p(99 < 1s":                       "is not a metric",
		"p < 1s":                          "is not a metric",
		"latency < 1s":                    `"latency" is not a metric`,
		"p(99) < 250":                     `"250" is not a time such as 250ms`,
		"p(99) < -1s":                     "is not a time",
		"error_share < 5":                 "is not a share",
		"error_share < 200%":              "is not a share",
		"error_share < 1s":                "is not a share",
		"goodput > 100":                   "is not a rate such as 100/s",
		"goodput > 100/day":               "is not a rate",
		"goodput > 1e3/s":                 "is not a rate",
		": p(99) < 1s":                    "is not a target",
		"rest/: p(99) < 1s":               "is not a target",
		"rest@: p(99) < 1s":               "is not a target",
		"rest@spike: month_usd < 5":       "month_usd is known of the whole run, not of one of its stages: leave out @spike",
		"p(NaN) < 1s":                     "is not a metric",
		"mean < 99999999999h":             "is not a time",
		"a: b: mean < 1s":                 "want a metric",
		"error_share = 0":                 "want a metric",
		"servise p(99) < 1s":              `did you mean "service"`,
		"service < 1s":                    `"service" is not a metric`,
		"service rate > 1/s":              "behind the clock service stands p(…), mean or max",
		"service tls max < 1s":            "is not a time of the client's",
		"mean 5 < 1s":                     "stands alone",
		"share(42) < 1%":                  "is not a status code such as 429",
		"share(6xx) < 1%":                 "a class from 1xx to 5xx",
		"share(timeuot) < 1%":             `did you mean "timeout"`,
		"share(0429) < 1%":                "is not a status code",
		"share < 1%":                      "is not a status code",
		"share(429) p(99) < 1%":           "a comparison follows share(429)",
		"count(429) < 1%":                 "is not a number such as 5",
		"count(429) < -1":                 "is not a number such as 5",
		"month_usd < 50 EUR":              "is not a sum of US dollars",
		"rest/predict: month_usd < 50":    "leave out /predict",
		"rest/predict: cold_share < 5%":   "known of a target, not of one of its requests",
		"cloudwatch(Latenzy) p(99) < 1s":  "these are: ",
		"cloudwatch(Latency) p(95) < 1s":  "write cloudwatch(Latency) and then p(50), p(90), p(99), mean or max",
		"cloudwatch(Throttles) mean < 1s": "and then sum",
		"cloudwatch p(99) < 1s":           "is not a metric of CloudWatch",
		"rate > " + strings.Repeat("9", 400) + "/s": "is not a rate",
	} {
		_, err := ParseThreshold(text)
		if err == nil || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), "p(99) < 250ms") {
			t.Errorf("%q: %v, want %q and an example", text, err, want)
		}
	}
}

func FuzzThreshold(f *testing.F) {
	for _, s := range []string{"p(99.9) < 250ms", "rest/predict: error_share <= 0.1%", "goodput > 1/s", "*: max<1s", "p<", "p() >= 1ms", "tls p99 < 1s", "share(4xx) < 1%", "count(dns) < 1k", "bytes_out < 1MB", "month_usd < $5", "cloudwatch(Latency) p(90) < 1s"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		th, err := ParseThreshold(text)
		if err != nil {
			return
		}
		if math.IsNaN(th.Limit) || math.IsInf(th.Limit, 0) || th.Limit < 0 {
			t.Errorf("%q has the limit %v", text, th.Limit)
		}
		if th.Metric == "p" && !(th.Quantile > 0 && th.Quantile < 1) {
			t.Errorf("%q has the quantile %v", text, th.Quantile)
		}
		again, err := ParseThreshold(th.Text)
		if err != nil || again != th {
			t.Errorf("%q reads as %+v and then as %+v, %v", text, th, again, err)
		}
	})
}

// memory builds a run in memory: n good responses of the given time at target
// 0, and failed ones of status 500.
func memory(n, failed int64, response time.Duration) *Run {
	run := &Run{Document: document(), Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}}
	run.Document.State, run.Document.Seconds = Finished, 10
	for _, k := range []Key{{Clock: Response}, {Clock: Service}} {
		run.Series[k] = New()
		run.Series[k].RecordN(response, n)
		k.Outcome = ServerError
		run.Series[k] = New()
		run.Series[k].RecordN(time.Hour, failed)
	}
	s := Second{Status: map[int]int64{200: n, 500: failed}, Failed: failed, LastBegun: 10 * time.Second}
	s.Ended[OK], s.Ended[ServerError] = n, failed
	run.Seconds = []Second{s}
	return run
}

func TestThresholdsAreJudged(t *testing.T) {
	for _, c := range []struct {
		what, text string
		run        *Run
		passed     bool
		measured   float64
		why        string
	}{
		{"a percentile below its limit passes", "rest: p(99) < 101ms", memory(1000, 0, 100*time.Millisecond), true, 100.1, ""},
		{"a percentile above its limit fails", "rest: p(99) < 99ms", memory(1000, 0, 100*time.Millisecond), false, 100.1, ""},
		{"slow failures are no part of the percentile", "rest: p(99) < 101ms", memory(1000, 500, 100*time.Millisecond), true, 100.1, ""},
		{"a percentile that 367 samples cannot carry fails", "rest: p(99) < 1s", memory(367, 0, 100*time.Millisecond), false, 100.1, "the number of good responses, 367, is too small for this percentile; it takes 368"},
		{"no samples fail", "rest: error_share < 1%", memory(0, 0, 0), false, 0, "no request ended here"},
		{"failures alone have no latency", "rest: max < 2h", memory(0, 9, 0), false, 0, "no good response"},
		{"an error share above its limit fails", "rest: error_share < 1%", memory(980, 20, 0), false, 0.02, ""},
		{"an error share at its limit passes by or-equal", "rest: error_share <= 2%", memory(980, 20, 0), true, 0.02, ""},
		{"an error share at its limit fails by less-than", "rest: error_share < 2%", memory(980, 20, 0), false, 0.02, ""},
		{"goodput leaves failures out", "rest: goodput > 99/s", memory(980, 20, 0), false, 98, ""},
		{"the rate has them in", "rest: rate > 99/s", memory(980, 20, 0), true, 100, ""},
		{"the mean is of good responses", "rest: mean < 101ms", memory(980, 20, 100*time.Millisecond), true, 100, ""},
		{"an unknown request fails", "rest/login: mean < 1s", memory(10, 0, 0), false, 0, `no request "login"`},
		{"an unknown target fails", "soap: mean < 1s", memory(10, 0, 0), false, 0, `no target "soap"`},
	} {
		got := evaluate(c.run, total(c.run), []Threshold{threshold(t, c.text)})
		if len(got) != 1 {
			t.Fatalf("%s: judged %d times", c.what, len(got))
		}
		r := got[0]
		if r.Passed != c.passed || !strings.Contains(r.Why, c.why) || (c.why == "") != (r.Why == "") {
			t.Errorf("%s: %+v", c.what, r)
		}
		if r.Measured == nil != (c.measured == 0) || r.Measured != nil && math.Abs(*r.Measured-c.measured) > 0.001*c.measured {
			t.Errorf("%s: measured %v, want %v", c.what, r.Measured, c.measured)
		}
	}
	run := memory(1000, 0, time.Millisecond)
	both := evaluate(run, total(run), []Threshold{threshold(t, "max < 1s")})
	if len(both) != 2 || !both[0].Passed || both[1].Passed || both[1].Target != "http" {
		t.Errorf("a threshold without a scope is each target's own: %+v", both)
	}
}
