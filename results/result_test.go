package results

import (
	"strings"
	"testing"
)

// row is what ended at a target: so many good and failed requests.
func row(target uint16, good, failed int64) Second {
	s := Second{Target: target, Failed: failed}
	s.Ended[OK], s.Ended[ClientError] = good, failed
	return s
}

func TestTheResultSaysWhetherTheTargetsDidWhatWasAsked(t *testing.T) {
	measured := func(x float64) *float64 { return &x }
	slow := ThresholdResult{Threshold: "p(99) < 250ms", Target: "rest", Request: "get", Measured: measured(300), Unit: "ms"}
	kept := ThresholdResult{Threshold: "error_share < 1%", Target: "rest", Measured: measured(0), Unit: "share", Passed: true}
	thin := ThresholdResult{Threshold: "p(99.9) < 1s", Target: "rest", Measured: measured(3), Unit: "ms", Why: "too few"}
	wanted := Finding{Probe: "usage-plan", Target: "rest", Checks: []Check{{Claim: "rate 100/s", Measured: "50/s", Holds: "no", Must: true}}}
	folklore := Finding{Probe: "claims", Target: "rest", Checks: []Check{{Claim: "faster", Holds: "no"}}}
	own := Second{}
	own.Ended[OwnFault] = 7
	load, none := []StageDoc{{Load: "constant 1/s"}}, []StageDoc(nil)
	for _, c := range []struct {
		name       string
		state      State
		stages     []StageDoc
		thresholds []ThresholdResult
		findings   []Finding
		aborted    *Abort
		seconds    []Second
		probed     []Second
		want       Result
		why        string // of its only reason
	}{
		{name: "every threshold kept", state: Finished, stages: load, thresholds: []ThresholdResult{kept}, seconds: []Second{row(0, 5, 1)}, want: Pass},
		{name: "a threshold failed", state: Finished, stages: load, thresholds: []ThresholdResult{kept, slow}, seconds: []Second{row(0, 5, 0)}, want: Fail, why: "threshold p(99) < 250ms at rest/get (measured 300 ms)"},
		{name: "a threshold failed before the run was interrupted", state: Interrupted, stages: load, thresholds: []ThresholdResult{slow}, seconds: []Second{row(0, 5, 0)}, want: Fail, why: "threshold p(99) < 250ms at rest/get (measured 300 ms)"},
		{name: "a threshold without enough samples", state: Finished, stages: load, thresholds: []ThresholdResult{thin}, seconds: []Second{row(0, 5, 0)}, want: Fail, why: "threshold p(99.9) < 1s at rest (too few)"},
		{name: "too few samples in a run that was interrupted", state: Interrupted, stages: load, thresholds: []ThresholdResult{thin}, seconds: []Second{row(0, 5, 0)}, want: Incomplete},
		{name: "a process that died before thresholds were judged", state: Torn, stages: load, thresholds: Pending([]Threshold{{Text: "max < 1s"}}), seconds: []Second{row(0, 5, 0)}, want: Incomplete},
		{name: "a load that ended, of which nobody judged the thresholds", state: Finished, stages: load, thresholds: Pending([]Threshold{{Text: "max < 1s"}}), seconds: []Second{row(0, 5, 0)}, want: Incomplete},
		{name: "still running", state: Running, stages: load, want: Incomplete},
		{name: "not one success", state: Finished, stages: load, seconds: []Second{row(0, 0, 3), row(0, 0, 4)}, want: Fail, why: "rest: not one of 7 requests succeeded"},
		{name: "not one success at one of two targets", state: Finished, stages: load, seconds: []Second{row(0, 9, 0), row(1, 0, 4)}, want: Fail, why: "http: not one of 4 requests succeeded"},
		{name: "not one success before the run was interrupted", state: Interrupted, stages: load, seconds: []Second{row(0, 0, 3)}, want: Fail, why: "rest: not one of 3 requests succeeded"},
		{name: "nothing but faults of the generator", state: Finished, stages: load, seconds: []Second{own}, want: Fail, why: "rest: no request ended"},
		{name: "interrupted before the first request ended", state: Interrupted, stages: load, want: Incomplete},
		{name: "a probe without one success", state: Finished, stages: none, probed: []Second{row(0, 0, 3)}, want: Fail, why: "rest: not one of 3 requests succeeded"},
		{name: "a probe that records no requests", state: Finished, stages: none, want: Pass},
		{name: "a probe refused all after a load that succeeded", state: Finished, stages: load, seconds: []Second{row(0, 3, 0)}, probed: []Second{row(0, 0, 3)}, want: Pass},
		{name: "a check that must hold and does not", state: Finished, stages: none, findings: []Finding{wanted}, want: Fail, why: "probe usage-plan at rest: expected rate 100/s, measured 50/s"},
		{name: "folklore that does not hold", state: Finished, stages: none, findings: []Finding{folklore}, want: Pass},
		{name: "an abort rule", state: Aborted, stages: load, aborted: &Abort{Rule: "error_share > 50% for 10s", Target: "rest", Why: "measured 75%", At: 12.04}, seconds: []Second{row(0, 5, 15)}, want: Fail, why: "aborted after 12s: error_share > 50% for 10s at rest (measured 75%)"},
	} {
		t.Run(c.name, func(t *testing.T) {
			run := &Run{
				Document: Document{State: c.state, Stages: c.stages, Thresholds: c.thresholds, Aborted: c.aborted, Targets: []TargetDoc{{Name: "rest"}, {Name: "http"}}},
				Findings: c.findings, Seconds: c.seconds, ProbeSeconds: c.probed,
			}
			if len(c.seconds) == 0 || c.seconds[len(c.seconds)-1].Target == 0 {
				run.Document.Targets = run.Document.Targets[:1]
			}
			got, why := result(run)
			if got != c.want || strings.Join(why, "\n") != c.why {
				t.Errorf("%s because %q, want %s because %q", got, why, c.want, c.why)
			}
		})
	}
}

func TestAResultIsComputedFromWhatWasRecordedAndNeverBelieved(t *testing.T) {
	dir := recorded(t, 3, Finished)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if run.Document.Result != Pass {
		t.Fatalf("result %q of a good run", run.Document.Result)
	}
	for name, change := range map[string]func(*Document){
		"a file of a version that had no results": func(d *Document) { d.Result, d.Failures = "", nil },
		"a file that claims another result":       func(d *Document) { d.Result, d.Failures = Fail, []string{"because I say so"} },
	} {
		doc := run.Document
		change(&doc)
		if err := WriteJSON(dir, FileRun, doc); err != nil {
			t.Fatal(err)
		}
		again, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		if again.Document.Result != Pass || len(again.Document.Failures) != 0 {
			t.Errorf("%s: %s because %q", name, again.Document.Result, again.Document.Failures)
		}
	}
}

func TestAmountsAreReadableBesideLimits(t *testing.T) {
	for _, c := range []struct {
		x          float64
		unit, want string
	}{
		{20024.4, "ms", "20024 ms"},
		{1370.4, "ms", "1370 ms"},
		{760.72, "ms", "760.7 ms"},
		{0.01234, "ms", "0.01234 ms"},
		{0.1125, "share", "11.25%"},
		{1, "share", "100%"},
		{0, "share", "0%"},
		{123456.7, "per_s", "123457/s"},
		{9999.96, "ms", "10000 ms"},
	} {
		if got := (ThresholdResult{Measured: &c.x, Unit: c.unit}).Amount(); got != c.want {
			t.Errorf("%v %s: %q, want %q", c.x, c.unit, got, c.want)
		}
	}
}

func TestTheStartOfALongBodyStandsInTheReason(t *testing.T) {
	d := Document{Trial: []Trial{{Target: "rest", Request: "a", Status: 500, Excerpt: Excerpt{Body: strings.Repeat("é", 300)}}}}
	want := "trial of a at rest: 500 Internal Server Error: " + strings.Repeat("é", 119) + "…"
	if why := d.failedTrials(); len(why) != 1 || why[0] != want {
		t.Errorf("%q, want %q", why, want)
	}
}

func TestTrialsAreNoPartOfTheMonth(t *testing.T) {
	run := &Run{
		Document: Document{Trial: []Trial{{Target: "rest", Status: 200}, {Target: "rest", Status: 429}, {Target: "rest"}, {Target: "http", Status: 200}}},
		Observed: &Observed{Targets: []ObservedDoc{{Target: "rest", Metrics: []ObservedMetric{{Role: "invocations", Total: map[string]float64{"Sum": 11}}}}}},
	}
	for range 2 { // what was observed does not change
		if n := watchedMetrics(run, "rest")["invocations"].Total["Sum"]; n != 10 {
			t.Errorf("%v invocations by the load, want 10", n)
		}
	}
}

func TestATrialThatNeverGotItsAnswerFailsTheRun(t *testing.T) {
	run := &Run{Document: Document{State: Aborted, Stages: []StageDoc{{}}, Targets: []TargetDoc{{Name: "rest"}}, Trial: []Trial{
		{Target: "rest", Request: "a", Status: 503},
		{Target: "rest", Request: "a", Status: 200, Expected: true},
		{Target: "rest", Request: "b", Status: 200, Excerpt: Excerpt{Body: `{"message":"maintenance"}\n`}},
		{Target: "rest", Request: "d", Status: 200, Check: "header x-a: want b", Excerpt: Excerpt{Detail: "got c"}},
		{Target: "rest", Request: "e", Status: 302, Check: "want 2xx"},
		{Target: "rest", Request: "f", Status: 200, Error: "timeout", Excerpt: Excerpt{Detail: "timeout after 2s"}},
		{Target: "rest", Request: "g", Status: 200, Error: "unexpected"},
		{Target: "rest", Request: "c", Error: "tls", Excerpt: Excerpt{Detail: "no certificate"}},
	}}}
	got, why := result(run)
	want := "trial of b at rest: 200 OK, which is not what the scenario expects: {\"message\":\"maintenance\"}\ntrial of d at rest: 200 OK, header x-a: want b, got c\ntrial of e at rest: 302 Found, want 2xx\ntrial of f at rest: 200 OK, but not the whole response: timeout after 2s\ntrial of g at rest: 200 OK, which is not what the scenario expects\ntrial of c at rest: no response: no certificate"
	if got != Fail || strings.Join(why, "\n") != want {
		t.Errorf("%s because %q, want %q", got, why, want)
	}
	if doc := Summarise(run); doc.Verdict != Valid {
		t.Errorf("verdict %s because %q: nothing was measured that could be spoilt", doc.Verdict, doc.Reasons)
	}
}
