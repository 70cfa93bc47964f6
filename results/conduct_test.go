package results

import (
	"strings"
	"testing"
	"time"
)

// quiet is a conduct of 1,000 requests that nothing speaks against, at a target that
// responds within 100 ms.
func quiet() *Conduct {
	c := &Conduct{CPUs: 2, Lag: New(), Control: New(), Measured: New(), Of: "response time", Requests: 1000}
	c.Lag.RecordN(200*time.Microsecond, 1000)
	c.Control.RecordN(100*time.Microsecond, 400)
	c.Measured.RecordN(100*time.Millisecond, 1000)
	c.Health = make([]Health, 4)
	return c
}

func (c *Conduct) strain(s Strain) {
	for i := range c.Health {
		c.Health[i].Machine = s
	}
}

func TestConducts(t *testing.T) {
	delayed := func(n int64, d time.Duration) *Histogram {
		h := New()
		h.RecordN(d, n)
		return h
	}
	for _, c := range []struct {
		what   string
		change func(*Conduct)
		want   Verdict
		reason string
	}{
		{"nothing speaks against a quiet machine", func(*Conduct) {}, Valid, ""},
		{"without a control measurement the other rules decide", func(c *Conduct) { c.Control = nil }, Valid, ""},
		{"a control of a millisecond is what machines take", func(c *Conduct) { c.Control = delayed(400, time.Millisecond) }, Valid, ""},
		{"a control of a tenth of what is measured is suspect", func(c *Conduct) { c.Control = delayed(400, 12*time.Millisecond) }, Suspect, "the control measurement on the load generator's own machine took 12.0 ms at p99, which is 12% of the p99 response time of 100 ms"},
		{"a control of half of it is invalid", func(c *Conduct) { c.Control = delayed(400, 60*time.Millisecond) }, Invalid, "which is 60% of"},
		{"a few milliseconds never make it invalid", func(c *Conduct) {
			c.Control, c.Measured = delayed(400, 5*time.Millisecond), delayed(1000, 4*time.Millisecond)
		}, Suspect, "125% of"},
		{"a small control decides by a quantile that it carries", func(c *Conduct) { c.Control = delayed(40, 12*time.Millisecond) }, Suspect, "took 12.0 ms at p90, which is 12% of the p90 response time"},
		{"one slow round trip of twenty is no evidence", func(c *Conduct) {
			c.Control = delayed(19, 100*time.Microsecond)
			c.Control.Record(80 * time.Millisecond)
		}, Valid, ""},
		{"five round trips say nothing", func(c *Conduct) { c.Control = delayed(5, time.Second) }, Valid, ""},
		{"lag is compared with what is measured", func(c *Conduct) { c.Lag = delayed(1000, 12*time.Millisecond) }, Suspect, "12.0 ms late at p99, which is 12% of the p99 response time of 100 ms"},
		{"or with the length of a stage", func(c *Conduct) {
			c.Lag, c.Length = delayed(1000, 120*time.Millisecond), time.Second
		}, Suspect, "which is 12% of the length of the stage of 1000 ms"},
		{"where nothing was measured, no delay can be compared", func(c *Conduct) {
			c.Lag, c.Measured = delayed(1000, time.Second), New()
		}, Valid, ""},
		{"a run queue alone is no harm", func(c *Conduct) { c.strain(Strain{RunQueue: 3}) }, Valid, ""},
		{"a run queue explains a doubt", func(c *Conduct) {
			c.Control = delayed(400, 12*time.Millisecond)
			c.strain(Strain{RunQueue: 3})
		}, Suspect, "in 4 of 4 seconds more than 0.5 threads of the load generator waited for a processor"},
		{"steal explains a doubt", func(c *Conduct) {
			c.Control = delayed(400, 12*time.Millisecond)
			c.strain(Strain{Stolen: 1})
		}, Suspect, "the hypervisor gave more than 5%"},
		{"other programs explain a doubt", func(c *Conduct) {
			c.Control = delayed(400, 12*time.Millisecond)
			c.strain(Strain{Busy: 2})
		}, Suspect, "other programs used most of that time"},
		{"a busy second of four is suspect", func(c *Conduct) { c.Health[1].CPU = 2 }, Suspect, "in 1 of 4 seconds"},
		{"one second is too short for a share of seconds", func(c *Conduct) {
			c.Health = c.Health[:1]
			c.Health[0].CPU = 2
		}, Valid, ""},
		{"a request that the generator failed is suspect", func(c *Conduct) { c.Own = 1 }, Suspect, "1 request failed by the generator's own limits"},
		{"requests that were never sent are missed", func(c *Conduct) { c.Missing = 30 }, Suspect, "30 of 1,030 requests were never sent"},
		{"many of them are invalid", func(c *Conduct) { c.Missing = 100 }, Invalid, "100 of 1,100"},
	} {
		conduct := quiet()
		c.change(conduct)
		v, reasons := conduct.Assess(Strict)
		if v != c.want || !strings.Contains(strings.Join(reasons, "\n"), c.reason) || (c.want == Valid) != (len(reasons) == 0) {
			t.Errorf("%s: %s %q, want %s %q", c.what, v, reasons, c.want, c.reason)
		}
	}
}

func TestAConclusionThatNeverMindsIsNeverInDoubt(t *testing.T) {
	c := quiet()
	c.Lag.RecordN(time.Minute, 1000)
	never := [2]float64{Never, Never}
	if v, reasons := c.Assess(Tolerance{Lag: never, Control: never, Busy: never}); v != Valid {
		t.Errorf("%s: %q", v, reasons)
	}
}

func TestAConductIsSummedUp(t *testing.T) {
	c := quiet()
	c.Health[0] = Health{CPU: 0.5, InFlight: 3, Opened: 2, Retried: 1}
	c.Health[2] = Health{CPU: 0.25, InFlight: 7, Opened: 2, Machine: Strain{Busy: 1.5, Stolen: 0.25, RunQueue: 0.75}}
	g := c.Generator()
	want := Generator{Lag: g.Lag, Control: g.Control, CPUMax: 0.5, BusyMax: 1.5, StolenMax: 0.25, RunQueueMax: 0.75, InFlight: 7, Opened: 4, Retried: 1}
	if g != want || g.Lag.P99 < 0.19 || g.Control == nil || g.Control.N != 400 || g.Control.P99 == nil || *g.Control.P99 > 0.11 {
		t.Errorf("%+v", g)
	}
}
