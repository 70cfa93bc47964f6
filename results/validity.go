package results

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The limits of the generator. Above the first of a pair the run is suspect, above
// the second it is invalid.
//
// Lag is how late a request was sent, and is part of its response time. Timers cost
// a millisecond on an ordinary system, which never counts. Above that, lag counts in
// proportion: a tenth of a target's p99 response time makes the run suspect, half of
// it and more than ten milliseconds make it invalid.
//
// A generator that used more than 90 % of the processors in a tenth of its seconds
// was at its limit at times; in half of them it set the result.
var (
	lagShare   = [2]float64{0.10, 0.50}
	rateShare  = [2]float64{0.99, 0.95} // achieved of asked
	busyShare  = [2]float64{0.10, 0.50} // of the seconds
	faultShare = [2]float64{0, 0.001}   // of the requests: the generator's own errors
	skipShare  = [2]float64{0, 0.01}    // of the requests: left out as late
)

const (
	lagFree    = time.Millisecond
	lagInvalid = 10 * time.Millisecond
	busyCPU    = 0.90                   // of the processors
	stolenCPU  = 0.05                   // of the processors, by the hypervisor
	fullPorts  = 0.90                   // of the ports for outgoing connections
	fullFiles  = 0.90                   // of the open files allowed
	longPause  = 50 * time.Millisecond  // of garbage collection in one second
	clockStep  = 500 * time.Millisecond // of the wall clock
	otherOver  = 0.005                  // of the client's count
)

// verdict says whether the run's numbers may be trusted, and why not.
func verdict(run *Run, all totals) (Verdict, []string) {
	a := &assessor{run: run, all: all, verdict: Valid, reasons: []string{}}
	a.completeness()
	if !run.Document.stopped() && (len(run.Document.Stages) > 0 || len(run.Document.Probes) == 0) {
		for _, i := range sortedTargets(run) {
			a.target(i)
		}
	}
	a.findings()
	a.generator()
	a.machine()
	a.clock()
	a.thresholds()
	return a.verdict, a.reasons
}

// An assessor collects reasons; the worst of them is the verdict.
type assessor struct {
	run     *Run
	all     totals
	verdict Verdict
	reasons []string
}

func (a *assessor) suspect(format string, args ...any) {
	if a.verdict == Valid {
		a.verdict = Suspect
	}
	a.reasons = append(a.reasons, fmt.Sprintf(format, args...))
}

func (a *assessor) invalid(format string, args ...any) {
	a.verdict = Invalid
	a.reasons = append(a.reasons, fmt.Sprintf(format, args...))
}

// over files a reason by which of the two budgets x is above.
func (a *assessor) over(x float64, budget [2]float64, format string, args ...any) {
	switch {
	case x > budget[1]:
		a.invalid(format, args...)
	case x > budget[0]:
		a.suspect(format, args...)
	}
}

func (a *assessor) completeness() {
	switch a.run.Document.State {
	case Interrupted:
		a.suspect("the run was interrupted after %.0f s: the rest of its load is missing", a.run.Document.Seconds)
	case Torn:
		a.suspect("the run was cut off after %.0f s: what came later is missing", a.run.Document.Seconds)
	}
}

// target looks at one target.
func (a *assessor) target(i int) {
	name, p := a.run.Document.Targets[i].Name, a.all.part(partKey{uint16(i), -1})
	n := p.requests()
	if n == 0 {
		a.invalid("%s: no request ended, so there is nothing to measure", name)
		return
	}
	a.lag(i, name, p)
	a.rate(i, name, n, p.sum.Errors[ErrGenerator])
	if own := p.sum.Errors[ErrGenerator]; own > 0 {
		a.over(float64(own)/float64(n+own), faultShare,
			"%s: %d requests failed by the generator's own limits (open files, ports, signing)", name, own)
	}
	if p.sum.Clamped > 0 {
		a.suspect("%s: %d times were outside of 0 to 1 h and were clamped", name, p.sum.Clamped)
	}
	a.otherTraffic(i, name)
}

// late is how late the generator sent requests to a target.
func (a *assessor) late(i int) *Histogram {
	lag := New()
	for g, h := range a.run.Lag {
		if int(g.Target) == i {
			lag.Merge(h)
		}
	}
	return lag
}

// lag compares the generator's lag with the response times that hold it.
func (a *assessor) lag(i int, name string, p *part) {
	lag := a.late(i)
	good := p.good(Response)
	if good.Count() == 0 || lag.Quantile(0.99) <= lagFree {
		return
	}
	late, tail := lag.Quantile(0.99), good.Quantile(0.99)
	share := float64(late) / float64(max(tail, 1))
	if late <= lagInvalid {
		share = min(share, lagShare[1])
	}
	a.over(share, lagShare, "%s: the load generator sent requests %s late at p99, which is %.0f%% of the p99 response time of %s",
		name, tidy(late), 100*float64(late)/float64(max(tail, 1)), tidy(tail))
}

// rate compares what was sent with what the open-loop stages scheduled. If everything
// was sent, and on time, the target caused a missed rate: it filled a limit of the
// scenario.
func (a *assessor) rate(i int, name string, n, own int64) {
	d := &a.run.Document
	var due int64
	var length float64
	for _, s := range d.Stages {
		if s.Due == 0 {
			return // a closed stage asks for no rate
		}
		due += s.Due
		length += s.Seconds
	}
	if length == 0 || d.State != Finished || n+own >= due && a.late(i).Quantile(0.99) <= lagInvalid {
		return
	}
	asked, got := float64(due)/length, per(n, a.all.active[uint16(i)].Seconds())
	missed := 1 - got/asked
	a.over(missed, [2]float64{1 - rateShare[0], 1 - rateShare[1]},
		"%s: %.4g requests/s were scheduled and %.4g/s achieved", name, asked, got)
}

// otherTraffic looks for other traffic in what AWS counted.
func (a *assessor) otherTraffic(i int, name string) {
	o := a.run.Document.Targets[i].Observed
	if o == nil {
		return
	}
	for _, c := range o.Checks {
		if c.What == "requests" && c.Client != nil && c.AWS != nil && *c.AWS-*c.Client > math.Max(1, otherOver**c.Client) {
			a.suspect("%s: AWS counted %.0f requests, %.0f more than were sent: its metrics include other traffic", name, *c.AWS, *c.AWS-*c.Client)
		}
	}
}

// countSeconds counts the seconds in which the generator's health meets a condition.
func countSeconds(all []Health, meets func(*Health) bool) (n int) {
	for i := range all {
		if meets(&all[i]) {
			n++
		}
	}
	return n
}

// cores are the processors of the generator's machine.
func (a *assessor) cores() float64 { return float64(max(a.run.Document.Machine.CPUs, 1)) }

// generator checks the generator's own limits.
func (a *assessor) generator() {
	health, cores := a.run.loadHealth(), a.cores()
	if n := len(health); n > 0 {
		busy := countSeconds(health, func(h *Health) bool { return h.CPU > busyCPU*cores })
		a.over(float64(busy)/float64(n), busyShare, "the load generator used more than %.0f%% of the machine's %s in %d of %d seconds", 100*busyCPU, processors(cores), busy, n)
	}
	if n := countSeconds(health, func(h *Health) bool { return h.FileLimit > 0 && float64(h.Files) > fullFiles*float64(h.FileLimit) }); n > 0 {
		a.suspect("the load generator had more than %.0f%% of the allowed files open in %d seconds; raise the limit (ulimit -n)", 100*fullFiles, n)
	}
	if n := countSeconds(health, func(h *Health) bool { return h.GCPause > longPause }); n > 0 {
		a.suspect("garbage collection stopped the load generator for more than %s in each of %d seconds", longPause, n)
	}
	var skipped, ended int64
	for i := range health {
		skipped += int64(health[i].Skipped)
	}
	for i := range a.run.Document.Targets {
		ended += a.all.part(partKey{uint16(i), -1}).total()
	}
	if skipped > 0 {
		a.over(float64(skipped)/float64(skipped+ended), skipShare, "%d late requests were skipped (late: skip): the response times do not include them", skipped)
	}
}

// machine checks what else the generator's machine had to do. A busy machine on
// which every request was sent on time did no harm: so most of this only explains a
// doubt that is there already.
func (a *assessor) machine() {
	health, cores, n := a.run.Health, a.cores(), len(a.run.Health)
	if full := countSeconds(health, func(h *Health) bool {
		return h.Machine.Ports > 0 && float64(h.Machine.Sockets) > fullPorts*float64(h.Machine.Ports)
	}); full > 0 {
		a.suspect("more than %.0f%% of the ports for outgoing connections were in use in %d seconds; keep connections alive, or widen net.ipv4.ip_local_port_range", 100*fullPorts, full)
	}
	if a.verdict == Valid {
		return
	}
	if stolen := countSeconds(health, func(h *Health) bool { return h.Machine.Stolen > stolenCPU*cores }); stolen > n/10 {
		a.suspect("the hypervisor gave more than %.0f%% of this machine's processor time to other machines in %d of %d seconds; use a quieter machine", 100*stolenCPU, stolen, n)
	}
	crowded := func(h *Health) bool { return h.Machine.Busy > busyCPU*cores }
	if busy := countSeconds(health, crowded); busy > n/10 {
		by := "the load generator and other programs together"
		if 2*countSeconds(health, func(h *Health) bool { return crowded(h) && h.Machine.Busy-h.CPU > h.CPU }) > busy {
			by = "other programs used most of that time"
		}
		a.suspect("the machine's %s were more than %.0f%% busy in %d of %d seconds (%s): close other programs, or use another machine", processors(cores), 100*busyCPU, busy, n, by)
	}
}

// processors is "1 processor" or "8 processors".
func processors(n float64) string {
	if n == 1 {
		return "1 processor"
	}
	return fmt.Sprintf("%.0f processors", n)
}

// findings repeats the doubts of probes about their own findings.
func (a *assessor) findings() {
	for _, f := range a.run.Findings {
		for _, reason := range f.Reasons {
			switch f.Verdict {
			case Suspect:
				a.suspect("probe %s at %s: %s", f.Probe, f.Target, reason)
			case Invalid:
				a.invalid("probe %s at %s: %s", f.Probe, f.Target, reason)
			}
		}
	}
}

// loadHealth is the generator's health before the first probe: each probe checks its
// own seconds.
func (r *Run) loadHealth() []Health {
	if len(r.ProbeSeconds) == 0 {
		return r.Health
	}
	first := slices.MinFunc(r.ProbeSeconds, compareSeconds).Second
	return slices.DeleteFunc(slices.Clone(r.Health), func(h Health) bool { return h.Second >= first })
}

func (a *assessor) clock() {
	for _, h := range a.run.Health {
		if h.ClockStep.Abs() > clockStep {
			a.suspect("the wall clock stepped by %s in second %d: latencies are not affected, but AWS's metrics may have been read for the wrong minutes", h.ClockStep.Round(time.Millisecond), h.Second)
		}
	}
}

// thresholds repeats where a threshold's percentile had too few samples.
func (a *assessor) thresholds() {
	for _, r := range a.run.Document.Thresholds {
		t, err := ParseThreshold(r.Threshold)
		if err == nil && t.Metric == "p" && r.Measured != nil && r.Why != "" {
			a.suspect("%s: %s: %s", r.Target, r.Threshold, r.Why)
		}
	}
}

// tidy prints a latency with three digits.
func tidy(d time.Duration) string {
	ms := float64(d) / float64(time.Millisecond)
	return fmt.Sprintf("%.*f ms", max(0, 2-int(math.Floor(math.Log10(max(ms, 0.001))))), ms)
}
