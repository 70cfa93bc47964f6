package results

import (
	"fmt"
	"math"
	"slices"
	"time"
)

// The budgets of the generator. A number beyond the second of a pair makes the
// run invalid, one beyond the first makes it suspect.
//
// Lag is how late a request was taken up, and is part of its response time. A
// millisecond of it is what timers cost on an ordinary system and is never held
// against a run; above that it counts in proportion to what was measured: where
// a tenth of a target's p99 response time is lag its tail is doubtful, and where
// it is half, and more than ten milliseconds, the tail is the generator's.
//
// A generator that used more than 90 % of the machine's processors in a tenth
// of its seconds was at its own limit at times; in half of them, it was the limit.
var (
	lagShare   = [2]float64{0.10, 0.50}
	rateShare  = [2]float64{0.99, 0.95} // achieved of asked
	busyShare  = [2]float64{0.10, 0.50} // of the seconds
	faultShare = [2]float64{0, 0.001}   // of the requests: the generator's own errors
	skipShare  = [2]float64{0, 0.01}    // of the requests: left out as late
)

const (
	lagFree     = time.Millisecond
	lagInvalid  = 10 * time.Millisecond
	busyCPU     = 0.90                   // of the processors
	stolenCPU   = 0.05                   // of the processors, by the hypervisor
	fullPorts   = 0.90                   // of the ports for outgoing connections
	fullFiles   = 0.90                   // of the open files allowed
	longPause   = 50 * time.Millisecond  // of garbage collection in one second
	clockStep   = 500 * time.Millisecond // of the wall clock
	foreignOver = 0.005                  // of the client's count
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
		a.suspect("the run was interrupted after %.0f s: its last stages are missing", a.run.Document.Seconds)
	case Torn:
		a.suspect("the run was cut off after %.0f s: what came later is missing", a.run.Document.Seconds)
	}
}

// target looks at one target.
func (a *assessor) target(i int) {
	name, p := a.run.Document.Targets[i].Name, a.all.part(partKey{uint16(i), -1})
	n := p.requests()
	if n == 0 {
		a.invalid("%s: no request ended: there is nothing to judge it by", name)
		return
	}
	a.lag(i, name, p)
	a.rate(i, name, n, p.sum.Errors[ErrGenerator])
	if own := p.sum.Errors[ErrGenerator]; own > 0 {
		a.over(float64(own)/float64(n+own), faultShare,
			"%s: %d requests failed by the generator's own limits (open files, ports, signing)", name, own)
	}
	if p.sum.Clamped > 0 {
		a.suspect("%s: %d times lay outside of 0 to 1 h and were clamped", name, p.sum.Clamped)
	}
	a.foreign(i, name)
}

// late is how late requests at a target were taken up by the generator's doing.
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
	a.over(share, lagShare, "%s: the generator was %s late at p99, and p99 of the response time is %s: that is %.0f%% of it",
		name, tidy(late), tidy(tail), 100*float64(late)/float64(max(tail, 1)))
}

// rate compares what was sent with what the open-loop stages asked for.
// A rate that is missed although all was sent, and by a generator that was on time,
// is the target's doing: it filled a limit of the scenario.
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
		"%s: %.4g requests/s were asked for and %.4g/s achieved", name, asked, got)
}

// foreign looks for traffic that was not ours in what AWS counted.
func (a *assessor) foreign(i int, name string) {
	o := a.run.Document.Targets[i].Observed
	if o == nil {
		return
	}
	for _, c := range o.Checks {
		if c.What == "requests" && c.Client != nil && c.AWS != nil && *c.AWS-*c.Client > math.Max(1, foreignOver**c.Client) {
			a.suspect("%s: AWS counted %.0f requests, %.0f more than were sent: others used it too, so its metrics are not of this run alone", name, *c.AWS, *c.AWS-*c.Client)
		}
	}
}

// generator looks at what the generator said of itself.
func (a *assessor) generator() {
	var busy, full, paused int
	var skipped, ended int64
	cores := float64(max(a.run.Document.Machine.CPUs, 1))
	health := a.run.loadHealth()
	for _, h := range health {
		if h.CPU > busyCPU*cores {
			busy++
		}
		if h.FileLimit > 0 && float64(h.Files) > fullFiles*float64(h.FileLimit) {
			full++
		}
		if h.GCPause > longPause {
			paused++
		}
		skipped += int64(h.Skipped)
	}
	if n := len(health); n > 0 {
		a.over(float64(busy)/float64(n), busyShare, "the generator used more than %.0f%% of the machine's %.0f processors in %d of %d seconds", 100*busyCPU, cores, busy, n)
	}
	if full > 0 {
		a.suspect("more than %.0f%% of the open files that the system allows were open in %d seconds; raise the limit (ulimit -n)", 100*fullFiles, full)
	}
	if paused > 0 {
		a.suspect("garbage collection stopped the generator for more than %s in each of %d seconds", longPause, paused)
	}
	for i := range a.run.Document.Targets {
		ended += a.all.part(partKey{uint16(i), -1}).total()
	}
	if skipped > 0 {
		a.over(float64(skipped)/float64(skipped+ended), skipShare, "%d requests were left out because they were late (late: skip): the response times omit them", skipped)
	}
}

// machine looks at what else the generator's machine had to do. A machine that
// had other work, or was taken away, and yet sent every request on time has
// done the measurement no harm: this only explains a doubt that is there.
func (a *assessor) machine() {
	var stolen, others, crowded, full int
	cores := float64(max(a.run.Document.Machine.CPUs, 1))
	for _, h := range a.run.Health {
		m := h.Machine
		if m.Stolen > stolenCPU*cores {
			stolen++
		}
		if m.Busy > busyCPU*cores {
			crowded++
			if m.Busy-h.CPU > h.CPU {
				others++
			}
		}
		if m.Ports > 0 && float64(m.Sockets) > fullPorts*float64(m.Ports) {
			full++
		}
	}
	if full > 0 {
		a.suspect("more than %.0f%% of the ports for outgoing connections were taken in %d seconds; keep connections alive, or widen net.ipv4.ip_local_port_range", 100*fullPorts, full)
	}
	if a.verdict == Valid {
		return
	}
	n := len(a.run.Health)
	if stolen > n/10 {
		a.suspect("the hypervisor gave more than %.0f%% of this machine's processor time to others in %d of %d seconds: a quieter machine would be more punctual", 100*stolenCPU, stolen, n)
	}
	if crowded > n/10 {
		who := "the generator and the rest together"
		if 2*others > crowded {
			who = "mostly other programs"
		}
		a.suspect("the machine's %.0f processors were more than %.0f%% busy in %d of %d seconds, by %s: close what is not needed, or use another machine", cores, 100*busyCPU, crowded, n, who)
	}
}

// findings repeats what probes said of themselves: a run is no better than what
// it concludes.
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

// loadHealth is how the generator fared before the first probe: each probe
// judges its own seconds.
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
			a.suspect("the wall clock stepped by %s in second %d: latencies do not use it, but the minutes that AWS's metrics were read for may be off", h.ClockStep.Round(time.Millisecond), h.Second)
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
