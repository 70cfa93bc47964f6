package results

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// The percentiles that conclusions about a load rest on, lowest first.
var percentilesAssessed = []struct {
	q    float64
	name string
}{{0.5, "p50"}, {0.9, "p90"}, {0.99, "p99"}}

// Dominated says whether a response time is more the generator's than the target's, so that
// nothing about the target follows from it.
func Dominated(delay, measured time.Duration) bool {
	return delay > delayInvalid && float64(delay) > Strict.Lag[1]*float64(measured)
}

// A doubt is how a delay compares with the response times at the assessed percentiles.
type doubt struct {
	hold      []string // percentiles that the delay does not matter for
	dominated []string // those that are more the generator's than the target's
	worst     string   // the sentence about the highest percentile in doubt; "": none is
}

// doubtOf compares a delay with what was measured, percentile by percentile. The format
// takes delay, its percentile, percentage, percentile and response time.
func doubtOf(delay, measured *Histogram, known func(q float64) bool, format string) (out doubt) {
	for _, p := range percentilesAssessed {
		if !known(p.q) {
			continue
		}
		x, of := delay.Quantile(p.q), max(measured.Quantile(p.q), 1)
		if matters(x, of) {
			out.worst = fmt.Sprintf(format, tidy(x), p.name, 100*float64(x)/float64(of), p.name, tidy(of))
		} else {
			out.hold = append(out.hold, p.name)
		}
		if Dominated(x, of) {
			out.dominated = append(out.dominated, p.name)
		}
	}
	return out
}

// matters says whether a delay is a doubt about what it is part of.
func matters(d, of time.Duration) bool {
	return d > delayFree && float64(d) > Strict.Lag[0]*float64(of)
}

// percentiles files what the generator and its machine added to the response times of a
// target. What is late at p99 alone is a doubt about p99 alone: the run is suspect. It is
// invalid if it cannot be interpreted: a percentile is the generator's, and the median may
// be so by more than half.
func (a *assessment) percentiles(scope string, d Disturbance) {
	if d.measured.Count() == 0 {
		return
	}
	always := func(float64) bool { return d.lag.Count() > 0 } // of every request: its percentiles need no confidence
	lag := doubtOf(d.lag, d.measured, always, "the load generator sent requests %s late at %s, which is %.0f%% of the %s response time of %s")
	control := doubtOf(d.control, d.measured, d.control.Carries,
		"the control measurement on the load generator's own machine took %s at %s, which is %.0f%% of the %s response time of %s: that much is the machine's")
	median, added := d.measured.Quantile(0.5), d.likely()
	if matters(added, median) {
		lag.hold, control.hold = nil, nil // what moved the median moved what lies above it
	}
	file := a.suspect
	if len(lag.dominated)+len(control.dominated) > 0 && float64(added) > Strict.Lag[1]*float64(median) {
		file = a.invalid
	}
	for _, one := range []doubt{lag, control} {
		if one.worst != "" {
			file("%s", scope+one.sentence())
		}
	}
	if matters(added, median) {
		file("%sabout %s of the p50 response time of %s are likely the doing of the load generator's machine, on which many requests waited", scope, tidy(added), tidy(median))
	}
}

// sentence says which percentile is in doubt most, and which are not.
func (d *doubt) sentence() string {
	text := d.worst
	if len(d.dominated) > 0 {
		text += "; nothing follows from " + strings.Join(d.dominated, ", ")
	}
	if len(d.hold) > 0 {
		text += "; it does not matter for " + strings.Join(d.hold, " and ")
	}
	return text
}

// doubtThresholds doubts thresholds that may have failed by the generator's own lag, which
// is part of every response time: without it they might have been kept.
func (a *assessor) doubtThresholds() {
	for i := range a.run.Document.Thresholds {
		r := &a.run.Document.Thresholds[i]
		t, err := ParseThreshold(r.Threshold)
		if err != nil || r.Passed || r.Measured == nil || !t.Timed() || t.Clock != Response || !t.Less {
			continue
		}
		lag := a.run.lagOf(r)
		late := map[string]time.Duration{"p": lag.Quantile(t.Quantile), "mean": lag.Mean(), "max": lag.Max()}[t.Metric]
		if late > delayFree && t.Keeps(*r.Measured-millis(late)) {
			a.over(millis(late) / *r.Measured, [2]float64{0, Strict.Lag[1]},
				"%s: %s failed with %s, of which up to %s are the load generator's own lateness: without that it might have passed", r.Target, r.Threshold, amountText(*r.Measured, r.Unit), tidy(late))
		}
	}
}

// lagOf is the lag of the requests that a threshold is about.
func (r *Run) lagOf(t *ThresholdResult) *Histogram {
	sum := New()
	target := slices.IndexFunc(r.Document.Targets, func(d TargetDoc) bool { return d.Name == t.Target })
	k, err := r.Document.named(uint16(max(0, target)), Threshold{Request: t.Request, Stage: t.Stage, Population: t.Population})
	if target < 0 || err != nil {
		return sum
	}
	add := func(all map[Group]*Histogram) {
		for g, h := range all {
			stage := r.Document.stageOf(g.Block)
			if k.holds(partKey{g.Target, r.Document.populationOf(stage), int(g.Request), stage}) {
				sum.Merge(h)
			}
		}
	}
	add(r.Lag)
	if r.WarmUp != nil && t.Stage != "" {
		add(r.WarmUp.Lag)
	}
	return sum
}

// Shortfall is how many requests a second of a target's open load the generator failed to
// send. Populations send at the same time; one with a closed stage asks for no rate.
func (r *Run) Shortfall(target uint16) float64 {
	d := &r.Document
	sent := map[int]int64{}
	for i := range r.Seconds {
		if s := &r.Seconds[i]; s.Target == target {
			sent[d.stageOf(s.Block)] += s.requests() + s.Ended[OwnFault]
		}
	}
	var missing, longest float64
	for _, population := range d.populations() {
		m, length := d.missing(&population, d.Targets[target].Name, sent)
		missing, longest = missing+m, max(longest, length)
	}
	if longest == 0 {
		return 0
	}
	return missing / longest
}

// missing is how many of the requests that a population has for a target were not sent,
// and how long it sends.
func (d *Document) missing(population *PopulationDoc, target string, sent map[int]int64) (n, length float64) {
	if !slices.Contains(population.Targets, target) {
		return 0, 0
	}
	var due, done int64
	for _, number := range population.Stages {
		s := d.Stages[number-1]
		if s.WarmUp {
			continue
		}
		if s.Due == 0 {
			return 0, 0
		}
		due, done, length = due+s.Due, done+sent[number-1], length+s.Seconds
	}
	return float64(max(0, due-done)), length
}
