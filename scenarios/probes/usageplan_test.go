package probes

import (
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// play asks a question about a target that answer stands for, on a clock of its
// own, and returns what is concluded with all that was sent.
func play(t *testing.T, q Question, answer func([]results.Sample)) (results.Finding, History) {
	t.Helper()
	return playStages(t, q, func(_ Stage, samples []results.Sample) { answer(samples) })
}

// playStages is play for an answer that depends on what a stage's requests are.
func playStages(t *testing.T, q Question, answer func(Stage, []results.Sample)) (results.Finding, History) {
	t.Helper()
	var h History
	var now time.Duration
	var requests int64
	for {
		stage, more := q.Plan(h)
		if !more {
			break
		}
		m := Measured{Stage: stage, Started: now, CPUs: 2}
		for due := range stage.Shape.Schedule(stage.For, 1) {
			at := now + due
			request := uint16(0)
			if stage.Pick != nil {
				request = stage.Pick(uint64(len(m.Samples)))
			}
			m.Samples = append(m.Samples, results.Sample{Request: request, Due: at, Begun: at, Sent: at, FirstByte: 5 * time.Millisecond, Service: 5 * time.Millisecond, Code: 200})
		}
		answer(stage, m.Samples)
		m.Due = int64(len(m.Samples))
		if _, random := stage.Shape.(scenarios.Poisson); !random && busiest(m.Samples) > q.Peak+1 {
			t.Errorf("stage %s sends %v requests in a second, and %v are announced", stage.Name, busiest(m.Samples), q.Peak)
		}
		requests += m.Due
		now += stage.For + 20*time.Millisecond
		h = append(h, m)
		if len(h) > 1000 {
			t.Fatal("the question never ends")
		}
	}
	if length := now - time.Duration(len(h))*20*time.Millisecond; requests > q.Requests || length > q.For {
		t.Errorf("%d requests in %v were sent, and %d in %v announced", requests, length, q.Requests, q.For)
	}
	return q.Answer(h, Told{}), h
}

// busiest is how many requests are due within one second, wherever it begins.
func busiest(samples []results.Sample) float64 {
	most, first := 0, 0
	for i := range samples {
		for samples[i].Due-samples[first].Due >= time.Second {
			first++
		}
		most = max(most, i-first+1)
	}
	return float64(most)
}

// answers lets a bucket decide, as a REST API would say it.
func (b *playedBucket) answers(samples []results.Sample) {
	sent := make([]float64, len(samples))
	for i := range samples {
		sent[i] = samples[i].Sent.Seconds()
	}
	for i, d := range b.decide(sent) {
		if !d.Passed {
			samples[i].Code, samples[i].Mark.Fault = 429, targets.FaultThrottled
		}
	}
}

// question parses the options of one probe about a REST API at the lab.
func question(t *testing.T, probe string, yes bool) (Question, error) {
	t.Helper()
	text := "name: x\ntargets: {rest: {kind: rest-api, url: lab}}\nrequests: [{name: a, path: /}]\nprobes:\n  - " + probe + "\n"
	s, err := scenarios.Parse("x.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	all, err := Parse(s, yes)
	if err != nil {
		return Question{}, err
	}
	return all[0], Refusals(all)
}

func posed(t *testing.T, probe string) Question {
	t.Helper()
	q, err := question(t, probe, true)
	if err != nil {
		t.Fatal(err)
	}
	return q
}

func TestAUsagePlanIsFoundWhateverIsExpected(t *testing.T) {
	for _, row := range []struct {
		name, probe string
		rate, burst float64
		holds       string
	}{
		{"nothing is expected of a slow plan", "usage-plan: {most: 300/s}", 5, 10, ""},
		{"the plan is as expected", "usage-plan: {expect: {rate: 50/s, burst: 100}}", 50, 100, "yes"},
		{"the plan is a faster one", "usage-plan: {expect: {rate: 50/s, burst: 100}}", 70, 140, "no"},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newPlayed(row.rate, row.burst, 1e-3, 0.005, 0.005, 3)
			f, _ := play(t, posed(t, row.probe), b.answers)
			rate, burst := f.Values["rate"], f.Values["burst"]
			t.Logf("%s: rate %.5g [%.5g, %.5g], burst %.5g [%.5g, %.5g]: %s", row.name, rate.Value, *rate.Low, *rate.High, burst.Value, *burst.Low, *burst.High, f.Conclusion)
			if math.Abs(rate.Value/row.rate-1) > 0.01 || math.Abs(burst.Value-row.burst) > math.Max(1, 0.02*row.burst) {
				t.Errorf("rate %.5g and burst %.5g, want %.5g and %.5g", rate.Value, burst.Value, row.rate, row.burst)
			}
			holds := ""
			for _, c := range f.Checks {
				if c.Must && holds != "no" {
					holds = c.Holds
				}
			}
			if f.Verdict != results.Valid || holds != row.holds {
				t.Errorf("verdict %s (%v), the expected plan is there: %q, want %q", f.Verdict, f.Reasons, holds, row.holds)
			}
			if !strings.Contains(f.Conclusion, "the key's usage plan") || len(f.Tables) != 1 || len(f.Series) != 2 {
				t.Errorf("%+v", f)
			}
		})
	}
}

func TestWhereThereIsNoLimitNoneIsFound(t *testing.T) {
	f, h := play(t, posed(t, "usage-plan: {expect: {rate: 10/s, burst: 20}}"), func([]results.Sample) {})
	if !strings.HasPrefix(f.Conclusion, "No limit on the rate shows") || len(h) < 2 || f.Values["highest_rate_tried"].Value != 30 {
		t.Errorf("%d stages: %s", len(h), f.Conclusion)
	}
	if f.Checks[0].Holds != "no" {
		t.Errorf("the expected plan %+v", f.Checks[0])
	}
}

// What fails for another reason did not pass.
func TestWhatFailsIsNoPass(t *testing.T) {
	for _, row := range []struct {
		name     string
		fail     func(i int) bool
		stages   int // 0: as many as it takes
		says     string
		reason   string
		holds    string
		measured bool
	}{
		{"a key that nobody knows", func(int) bool { return true }, 1, "Nothing can be said of a limit: every request failed (", "every request failed", "unknown", false},
		{"a rule of WAF that blocks some", func(i int) bool { return i%10 == 3 }, 0, "A token bucket of", "requests failed for no limit that is known", "yes", true},
	} {
		t.Run(row.name, func(t *testing.T) {
			b := newPlayed(20, 10, 1e-3, 0.005, 0.005, 3)
			f, h := play(t, posed(t, "usage-plan: {expect: {rate: 20/s, burst: 10}}"), func(all []results.Sample) {
				var asked []results.Sample
				for i := range all {
					if row.fail(i) {
						all[i].Code, all[i].Mark.Fault = 403, targets.FaultForbidden
					} else {
						asked = append(asked, all[i])
					}
				}
				b.answers(asked)
				for i := range all {
					if !row.fail(i) {
						all[i], asked = asked[0], asked[1:]
					}
				}
			})
			if row.stages > 0 && len(h) != row.stages || !strings.HasPrefix(f.Conclusion, row.says) || f.Verdict != results.Suspect {
				t.Errorf("%d stages, %s: %s", len(h), f.Verdict, f.Conclusion)
			}
			if !strings.Contains(strings.Join(f.Reasons, "; "), row.reason) || f.Checks[0].Holds != row.holds {
				t.Errorf("reasons %q, checks %+v", f.Reasons, f.Checks)
			}
			if rate, measured := f.Values["rate"]; measured != row.measured || measured && math.Abs(rate.Value/20-1) > 0.01 {
				t.Errorf("rate %+v", rate)
			}
		})
	}
}

func TestAQuotaThatIsUsedUpEndsTheProbe(t *testing.T) {
	f, h := play(t, posed(t, "usage-plan: {}"), func(all []results.Sample) {
		for i := range all {
			all[i].Code, all[i].Mark.Fault = 429, targets.FaultQuota
		}
	})
	if len(h) != 1 || f.Verdict != results.Suspect || !strings.Contains(f.Conclusion, "quota is used up") {
		t.Errorf("after %d stages, %s: %s", len(h), f.Verdict, f.Conclusion)
	}
}

func TestAMonthlyQuotaIsNotBurntUnasked(t *testing.T) {
	const probe = "usage-plan: {expect: {rate: 100/s, burst: 200}, quota: 1000}"
	if _, err := question(t, probe, false); err == nil || !strings.Contains(err.Error(), "confirm with --yes") {
		t.Errorf("unasked: %v", err)
	}
	if _, err := question(t, probe, true); err != nil {
		t.Errorf("confirmed: %v", err)
	}
	if _, err := question(t, "usage-plan: {expect: {rate: 100/s, burst: 200}, quota: 10M}", false); err != nil {
		t.Errorf("a quota that hardly notices: %v", err)
	}
}

func TestALateGeneratorConcludesNoUsagePlan(t *testing.T) {
	b := newPlayed(50, 100, 1e-3, 0, 0, 3)
	f, _ := play(t, posed(t, "usage-plan: {expect: {rate: 50/s, burst: 100}}"), func(all []results.Sample) {
		b.answers(all)
		for i := range all {
			if i%5 < 3 {
				all[i].Begun += 300 * time.Millisecond
			}
		}
	})
	if f.Verdict != results.Invalid || len(f.Values) != 0 || !strings.Contains(f.Conclusion, "the load generator") {
		t.Errorf("%s: %s, %v", f.Verdict, f.Conclusion, f.Values)
	}
	for _, c := range f.Checks {
		if c.Holds != "unknown" {
			t.Errorf("%+v", c)
		}
	}
}

// The guides say that of 1500/s for 5 s under a plan of 1000/s with a burst of
// 2000 the first 2000 pass. A token bucket passes all for 4 s, and 7000 in all.
func TestBurstsArePredicted(t *testing.T) {
	for _, row := range []struct {
		text   string
		passes float64
	}{
		{"7500 at 1500/s", 7000},
		{"6000 at 1500/s", 6000},
		{"500 at 500/s", 500},
		{"10000 at 2000/s", 7000},
		{"3000 at 100000/s", 2030},
	} {
		b, err := parseBurst(row.text)
		if err != nil {
			t.Fatal(err)
		}
		if got := b.passes(1000, 2000); got != row.passes {
			t.Errorf("%s: %.0f pass, want %.0f", row.text, got, row.passes)
		}
	}
	for _, text := range []string{"", "many", "5 at", "0 at 5/s", "5 at 0/s", "5 at fast"} {
		if _, err := parseBurst(text); err == nil {
			t.Errorf("%q is a burst", text)
		}
	}
}

func TestLayersAreToldByTheirAnswers(t *testing.T) {
	rest, url := targets.Target{Kind: &targets.RESTAPI, Lab: true}, targets.Target{Kind: &targets.FunctionURL}
	for _, row := range []struct {
		target targets.Target
		code   int
		fault  targets.Fault
		want   string
	}{
		{rest, 429, targets.FaultThrottled, "the key's usage plan"},
		{targets.Target{Kind: &targets.RESTAPI}, 429, targets.FaultThrottled, "the stage's or the account's throttle"},
		{targets.Target{Kind: &targets.HTTPAPI}, 429, targets.FaultThrottled, "the stage's or the account's throttle"},
		{rest, 429, targets.FaultQuota, "the quota"},
		{rest, 500, targets.FaultConcurrency, "Lambda"},
		{url, 429, targets.FaultConcurrency, "Lambda"},
		{rest, 429, "", "AWS WAF or the application"},
		{targets.Target{Kind: &targets.Origin}, 503, "", "the server itself (status 503)"},
	} {
		s := results.Sample{Code: row.code, Mark: results.Mark{Fault: row.fault}}
		if got, _ := layerOf(History{{Samples: []results.Sample{s}}}, row.target); !strings.Contains(got, row.want) {
			t.Errorf("%s, %d, %q: %s, want %s", row.target.Kind.Name, row.code, row.fault, got, row.want)
		}
	}
}
