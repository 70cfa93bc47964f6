package probe

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// stageOf is a stage of two seconds with 200 requests that respond within 40 ms. The
// first of them were late by so long, and the control measurement took so long.
func stageOf(late int, by, control time.Duration) Measured {
	m := Measured{Stage: Constant("steady", 100, 2*time.Second), Due: 200, CPUs: 2, Control: results.New()}
	m.Control.RecordN(control, 100)
	for i := range 200 {
		s := results.Sample{Code: 200, Service: 40 * time.Millisecond}
		if i < late {
			s.Begun, s.Sent = by, by
		}
		m.Samples = append(m.Samples, s)
	}
	return m
}

const fast = 100 * time.Microsecond

func TestFitnessOfTheGenerator(t *testing.T) {
	changed := func(change func(*Measured)) Measured {
		m := stageOf(0, 0, fast)
		change(&m)
		return m
	}
	const v, s, x = results.Valid, results.Suspect, results.Invalid
	for _, row := range []struct {
		name                        string
		stage                       Measured
		response, service, asItSent results.Verdict
		why                         string
	}{
		{"all went well", stageOf(1, 30*time.Millisecond, fast), v, v, v, ""},
		{"some were late by an eighth of a response", stageOf(6, 5*time.Millisecond, fast), s, v, v, "5.00 ms late at p99, which is 11% of the p99 response time of 45.0 ms"},
		{"some were late by more than a response", stageOf(6, 60*time.Millisecond, fast), x, s, s, "60.0 ms late"},
		{"some were late by a twentieth of the stage", stageOf(6, 100*time.Millisecond, fast), x, s, s, "100 ms late"},
		{"many were late by a quarter of the stage", stageOf(100, 500*time.Millisecond, fast), x, s, x, "late"},
		{"the machine added an eighth of a response", stageOf(0, 0, 5*time.Millisecond), s, s, v, "the control measurement on the load generator's own machine took 5.00 ms at p90"},
		{"the machine added half a response", stageOf(0, 0, 24*time.Millisecond), x, x, s, "took 24.0 ms"},
		{"the machine added a tenth of the stage", stageOf(0, 0, 200*time.Millisecond), x, x, x, "took 200 ms"},
		{"the generator was busy for a second of four", changed(func(m *Measured) { m.Health = []results.Health{{CPU: 1.95}, {}, {}, {}} }), s, v, v, "in 1 of 4 seconds"},
		{"it was busy all the time", changed(func(m *Measured) { m.Health = []results.Health{{CPU: 1.95}, {CPU: 1.95}} }), x, v, v, "in 2 of 2 seconds"},
		{"one request failed by the generator", changed(func(m *Measured) { m.Samples[7].Err = results.ErrGenerator }), x, x, x, "1 request failed by the generator's own limits"},
		{"some were never sent", changed(func(m *Measured) { m.Due = 205 }), s, s, s, "5 of 205 requests were never sent"},
		{"many were never sent", changed(func(m *Measured) { m.Due = 220 }), x, x, x, "20 of 220"},
		{"it was interrupted", changed(func(m *Measured) { m.Samples[199].Err = results.ErrCancelled }), x, x, x, "interrupted"},
		{"nothing was sent, as planned", Measured{Stage: Quiet("rest", time.Second), CPUs: 2, Control: stageOf(0, 0, time.Second).Control}, v, v, v, ""},
		{"everything was refused at once", changed(func(m *Measured) {
			for i := range m.Samples {
				m.Samples[i].Code, m.Samples[i].Begun, m.Samples[i].Sent = 429, 20*time.Millisecond, 20*time.Millisecond
			}
		}), s, v, v, "20.0 ms late at p99, which is 33% of the p99 response time of 60.0 ms"},
	} {
		h := History{stageOf(0, 0, fast), row.stage}
		for of, c := range map[string]struct {
			tolerance Tolerance
			want      results.Verdict
		}{"response times": {OfResponseTimes, row.response}, "service times": {OfServiceTimes, row.service}, "times of sending": {OfSending, row.asItSent}, "no tolerance": {Tolerance{}, row.response}} {
			got, reasons := c.tolerance.History(h)
			if got != c.want || (got == v) != (len(reasons) == 0) {
				t.Errorf("%s: %s for %s, want %s: %q", row.name, got, of, c.want, reasons)
			}
			if of == "response times" && !strings.Contains(strings.Join(reasons, "\n"), row.why) {
				t.Errorf("%s: %q, want %q in it", row.name, reasons, row.why)
			}
		}
	}
}

// What the target itself reports stands, however slow the generator's machine is.
func TestReportsAreNeverInvalidatedByDelays(t *testing.T) {
	h := History{stageOf(200, time.Second, time.Second)}
	if v, why := OfReports.History(h); v != results.Suspect || len(why) != 2 {
		t.Errorf("%s: %q", v, why)
	}
	h[0].Samples[0].Err = results.ErrGenerator
	if v, why := OfReports.History(h); v != results.Invalid {
		t.Errorf("%s: %q", v, why)
	}
}

// Twenty round trips of a short stage carry no more than their median; two hundred of
// ten stages show that one in five was delayed.
func TestStagesAreEvaluatedTogether(t *testing.T) {
	var h History
	for range 10 {
		m := stageOf(0, 0, fast)
		m.Control = results.New()
		m.Control.RecordN(fast, 16)
		m.Control.RecordN(10*time.Millisecond, 4)
		if v, why := OfServiceTimes.Stage(&m); v != results.Valid {
			t.Fatalf("%s: %q", v, why)
		}
		h = append(h, m)
	}
	v, why := OfServiceTimes.History(h)
	if v != results.Suspect || len(why) != 1 || !strings.HasPrefix(why[0], "all stages together: the control measurement") {
		t.Errorf("%s: %q", v, why)
	}
}

// A stage that is worse than the others decides.
func TestTheWorstStageDecides(t *testing.T) {
	v, why := OfResponseTimes.History(History{stageOf(20, 60*time.Millisecond, fast), stageOf(6, 5*time.Millisecond, fast)})
	if v != results.Invalid || len(why) != 2 || !strings.HasPrefix(why[0], "stage steady: ") {
		t.Errorf("%s: %q", v, why)
	}
}
