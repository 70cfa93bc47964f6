package results

import (
	"math"
	"slices"
	"time"

	"tollgate/pricing"
)

// skipShare is the share of a load's requests that may be left out as late.
var skipShare = [2]float64{0, 0.01}

// clockStep is by how much the wall clock may step.
const clockStep = 500 * time.Millisecond

// verdict says whether the run's numbers may be trusted, and why not.
func verdict(run *Run, all *totals) (Verdict, []string) {
	if run.Document.Imported != nil {
		return importedVerdict(run, all)
	}
	if run.Document.loneShard() {
		return run.shardVerdict(all)
	}
	a := &assessor{run: run, all: all, assessment: assessment{verdict: Valid, reasons: []string{}}}
	a.missing()
	a.completeness()
	if !run.Document.stopped() && (len(run.Document.Stages) > 0 || len(run.Document.Probes) == 0) {
		for _, i := range sortedTargets(run) {
			if run.Document.loads(i) {
				a.target(i)
			}
		}
	}
	a.findings()
	a.load()
	a.clock()
	if run.Document.Sharded() {
		a.shards()
	}
	a.thresholds()
	a.doubtThresholds()
	return a.verdict, a.reasons
}

// An assessor evaluates a run by the rules of Conduct, target by target, and by those
// that only a run has.
type assessor struct {
	run *Run
	all *totals
	assessment
}

func (a *assessor) completeness() {
	switch a.run.Document.State {
	case Interrupted:
		a.suspect("the run was interrupted after %.0f s: the rest of its load is missing", a.run.Document.Sending())
	case Torn:
		a.suspect("the run was cut off after %.0f s: what came later is missing", a.run.Document.Seconds)
	}
}

// target looks at one target.
func (a *assessor) target(i int) {
	name, p := a.run.Document.Targets[i].Name, a.all.part(allOf(i))
	n := p.requests()
	if n == 0 && a.run.WarmUp != nil && a.run.Document.State != Finished {
		a.suspect("%s: the run ended in its warm-up, so there is nothing to measure", name)
		return
	}
	if n == 0 {
		a.invalid("%s: no request ended, so there is nothing to measure", name)
		return
	}
	own := p.sum.Errors[ErrGenerator]
	a.faults(name+": ", &Conduct{Requests: n + own, Own: own})
	a.percentiles(name+": ", a.run.Disturbance(uint16(i)))
	for number, population := range a.run.Document.populations() {
		if slices.Contains(population.Targets, name) {
			a.rate(i, number, &population)
		}
	}
	if p.sum.Clamped > 0 {
		a.suspect("%s: %d times were outside of 0 to 1 h and were clamped", name, p.sum.Clamped)
	}
	a.counts(i, name)
	a.unheard(i, name)
}

// ofTarget merges what is recorded of one target.
func ofTarget(all map[Group]*Histogram, i int) *Histogram {
	sum := New()
	for g, h := range all {
		if int(g.Target) == i {
			sum.Merge(h)
		}
	}
	return sum
}

// rate compares what was sent with what the open-loop stages of a population scheduled.
// If everything was sent, and on time, the target caused a missed rate: it filled a limit
// of the scenario.
func (a *assessor) rate(i, number int, of *PopulationDoc) {
	d := &a.run.Document
	var due int64
	var length float64
	for _, stage := range of.Stages {
		s := d.Stages[stage-1]
		switch {
		case s.WarmUp:
			continue
		case s.Due == 0 && s.DueAll == 0:
			return // a closed stage asks for no rate
		}
		due += d.asked(&s)
		length += s.Seconds
	}
	k := allOf(i)
	if len(d.Populations) > 0 {
		k.population = number
	}
	p, lag := a.all.part(k), New()
	for g, h := range a.run.Lag {
		if int(g.Target) == i && (k.population == every || d.populationOf(d.stageOf(g.Block)) == number) {
			lag.Merge(h)
		}
	}
	n, active, what := p.requests(), a.all.active(k), "requests"
	if started, flows := a.run.flowsStarted(uint16(i), k.population); flows {
		n, what = started, "flows"
		if d.Stopped == 0 {
			active = length
		}
	}
	if length == 0 || d.State != Finished || n+p.sum.Errors[ErrGenerator] >= due && lag.Quantile(0.99) <= delayInvalid {
		return
	}
	asked, got := float64(due)/length, per(n, active)
	missed := 1 - got/asked
	a.over(missed, [2]float64{1 - rateShare[0], 1 - rateShare[1]},
		"%s: %.4g %s/s were scheduled and %.4g/s achieved", of.at(d.Targets[i].Name), asked, what, got)
}

// counts compares how many requests were sent with how many AWS counted. More are other
// traffic. Fewer, among those that it must have counted, mean that something else
// answered in the place of the target, or that its metrics are not complete.
func (a *assessor) counts(i int, name string) {
	o := a.run.Document.Targets[i].Observed
	if o == nil {
		return
	}
	for k := range o.Checks {
		c := &o.Checks[k]
		if c.What != CheckRequests || c.Client == nil || c.AWS == nil {
			continue
		}
		if *c.AWS-*c.Client > c.tolerated() {
			a.suspect("%s: AWS counted %.0f requests, %.0f more than were sent: its metrics include other traffic", name, *c.AWS, *c.AWS-*c.Client)
		}
		if a.run.Observed == nil {
			continue
		}
		if _, suspicious := a.run.Observed.missing(c); suspicious {
			a.suspect("%s: the target's metrics count %.0f of the %.0f requests that this run sent, though at least %.0f were answered: something else answered the others, or the metrics are not complete", name, *c.AWS, *c.Client, *c.Answered)
		}
	}
}

// load checks the generator over the whole load.
func (a *assessor) load() {
	c := &Conduct{Health: a.run.loadHealth(), CPUs: a.run.Document.Machine.CPUs}
	if !a.run.Document.Sharded() || a.run.Document.loneShard() { // a sum over machines says nothing about one of them
		a.busy(c, Strict)
		a.generator(c)
		defer a.machine(c)
	}
	var skipped, ended int64
	for i := range c.Health {
		skipped += int64(c.Health[i].Skipped)
	}
	for i := range a.run.Document.Targets {
		ended += a.all.part(allOf(i)).total()
	}
	if skipped > 0 {
		a.over(float64(skipped)/float64(skipped+ended), skipShare, "%s were skipped (late: skip): the response times do not include them", pricing.Counted(skipped, "late request"))
	}
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

// loadHealth is the generator's health in the load that figures are of: after the
// warm-up, and before the first probe, since each probe checks its own seconds. What
// disturbed the generator in the warm-up is in no figure.
func (r *Run) loadHealth() []Health {
	from, to := 0, math.MaxInt
	if r.WarmUp != nil && len(r.Seconds) > 0 {
		from = slices.MinFunc(r.Seconds, compareSeconds).Second
	}
	if len(r.ProbeSeconds) > 0 {
		to = slices.MinFunc(r.ProbeSeconds, compareSeconds).Second
	}
	return slices.DeleteFunc(slices.Clone(r.Health), func(h Health) bool { return h.Second < from || h.Second >= to })
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
