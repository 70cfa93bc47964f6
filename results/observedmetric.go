package results

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/targets"
)

// What thresholds limit other than the client's own figures: cold starts, bills and
// CloudWatch. Each is known once the run is over, and of a target as a whole.

// ColdShare is the share of a target's invocations that began with INIT, by its
// function's log, and of how many.
func (r *Run) ColdShare(target uint16) (share float64, invocations int64) {
	var cold int64
	for _, b := range r.ColdStarts(target) {
		cold, invocations = cold+b.Cold, invocations+b.Invocations
	}
	return float64(cold) / max(1, float64(invocations)), invocations
}

func coldShare(_ Threshold, e evidence) (span, error) {
	if share, n := e.run.ColdShare(uint16(e.target)); n > 0 {
		return exactly(share), nil
	}
	if o := e.observed(); o != nil {
		for _, c := range o.Checks {
			if c.What == ColdStarts {
				return span{}, fmt.Errorf("the invocations in the function's log cannot be assigned to this target: %s", c.Note)
			}
		}
	}
	return span{}, errors.New("the function's log was not read: give the target function.name, and " + e.observeAgain())
}

// observed is what AWS saw of the target; nil: it was not asked.
func (e evidence) observed() *ObservedDoc {
	if e.run.Observed == nil {
		return nil
	}
	for i := range e.run.Observed.Targets {
		if o := &e.run.Observed.Targets[i]; o.Target == e.doc().Name {
			return o
		}
	}
	return nil
}

func (e evidence) observeAgain() string {
	if e.doc().Lab {
		return "run the scenario again: a lab can be observed only while the run lasts"
	}
	return fmt.Sprintf("tollgate observe %s reads it", e.run.Document.ID)
}

// monthUSD is the bill with the interval of it, if there is one.
func monthUSD(_ Threshold, e evidence) (span, error) {
	b := e.doc().Bill
	if b == nil {
		return span{}, e.unbilled()
	}
	s := exactly(b.Month.Float())
	if b.Bounds != nil {
		s.low, s.high = min(s.low, b.Low.Float()), max(s.high, b.High.Float())
	}
	if len(b.Unknown) > 0 {
		s.high = math.Inf(1)
		s.why = fmt.Sprintf("the bill has no price for %s: state it under pricing: {rates: …}", strings.Join(b.Unknown, ", "))
	} else if s.low < s.high {
		s.why = fmt.Sprintf("the limit lies within the month's interval, %s to %s (p10 to p90): a longer run with more blocks narrows it", amountText(s.low, "usd"), amountText(s.high, "usd"))
	}
	return s, nil
}

// unbilled says why there is no bill, and what would make one.
func (e evidence) unbilled() error {
	d := e.doc()
	if k, known := targets.KindNamed(d.Kind); known && !k.OnAWS() {
		return fmt.Errorf("AWS does not bill for a target of kind %s: name the target that the limit is for, such as rest: month_usd < 50", k.Name)
	}
	if d.Unbilled != "" {
		return errors.New("there is no bill: " + d.Unbilled)
	}
	if e.run.Document.Month == 0 {
		return errors.New("there is no bill: state the month under pricing, such as pricing: {region: us-east-1, requests_per_month: 10M}, and run again")
	}
	return fmt.Errorf("there is no bill: tollgate price %s makes it, or says what is missing", e.run.Document.ID)
}

// usdPerMillion is the month's bill for each million of its requests.
func usdPerMillion(t Threshold, e evidence) (span, error) {
	s, err := monthUSD(t, e)
	if err == nil && e.run.Document.Month <= 0 {
		err = fmt.Errorf("the bill does not say for how many requests it is: tollgate price %s makes it again", e.run.Document.ID)
	}
	if err != nil {
		return s, err
	}
	millions := float64(e.run.Document.Month) / 1e6
	s.low, s.likely, s.high = s.low/millions, s.likely/millions, s.high/millions
	if s.why != "" && !math.IsInf(s.high, 0) {
		s.why = fmt.Sprintf("the limit lies within the bill's interval, %s to %s (p10 to p90): a longer run with more blocks narrows it", amountText(s.low, "usd"), amountText(s.high, "usd"))
	}
	return s, nil
}

// statistics are CloudWatch's names of the words that thresholds have.
var statistics = map[string]string{"mean": "Average", "max": "Maximum", "sum": "Sum"}

// readCloudWatch reads a metric's name and a statistic of it that is read.
func readCloudWatch(t *Threshold, name, statistic string) error {
	t.Of = strings.TrimSpace(name)
	var names, have []string
	for _, k := range targets.Kinds {
		for _, w := range k.Watch {
			names = append(names, w.Metric)
			if w.Metric == t.Of {
				have = append(have, w.Stats...)
			}
		}
	}
	slices.Sort(names)
	if have == nil {
		return fmt.Errorf("%q is not a metric of CloudWatch that is read; these are: %s", t.Of, strings.Join(slices.Compact(names), ", "))
	}
	t.Statistic = statistics[statistic]
	if p, err := percentile(statistic); err == nil {
		t.Statistic = "p" + strconv.FormatFloat(p, 'f', -1, 64)
	}
	if !slices.Contains(have, t.Statistic) {
		want := "p(50), p(90), p(99), mean or max"
		if slices.Contains(have, "Sum") {
			want = "sum"
		}
		return fmt.Errorf("%q is not a statistic of %s that is read: write cloudwatch(%s) and then %s", statistic, t.Of, t.Of, want)
	}
	return nil
}

// cloudWatch takes a metric as CloudWatch had it when it was last read.
func cloudWatch(t Threshold, e evidence) (span, error) {
	o := e.observed()
	if o == nil {
		return span{}, errors.New("CloudWatch was not read: " + e.observeAgain())
	}
	var names []string
	for i := range o.Metrics {
		m := &o.Metrics[i]
		name := m.Name[strings.LastIndex(m.Name, " ")+1:]
		names = append(names, name)
		switch {
		case name != t.Of:
		case len(m.Points) == 0:
			return span{}, errors.New(strings.TrimSuffix("CloudWatch has no value of the run's minutes; "+o.Error, "; "))
		case !e.run.Observed.Settled:
			return span{}, errors.New("CloudWatch had not published all values when it was last read: " + e.observeAgain())
		default:
			return m.statistic(t.Statistic)
		}
	}
	switch {
	case o.Error != "":
		return span{}, errors.New(o.Error)
	case names == nil:
		return span{}, fmt.Errorf("CloudWatch was not asked about this target; name the target that the limit is for, such as rest: %s", t.Text)
	}
	return span{}, fmt.Errorf("CloudWatch has no %s of this target; it has %s", t.Of, strings.Join(names, ", "))
}

// statistic is a statistic over the window. Percentiles of minutes cannot be merged,
// but that of all minutes lies between the lowest and the highest of them: if a share
// q of each minute's values is at most x, so is a share q of all.
func (m *ObservedMetric) statistic(name string) (span, error) {
	if !strings.HasPrefix(name, "p") {
		x, ok := m.Total[name]
		if !ok {
			return span{}, fmt.Errorf("CloudWatch has no %s of %s", name, m.Name)
		}
		return exactly(x), nil
	}
	s := span{low: math.Inf(1)}
	for _, p := range m.Points {
		if x, ok := p.Values[name]; ok {
			s.low, s.high = min(s.low, x), max(s.high, x)
		}
	}
	if math.IsInf(s.low, 1) {
		return span{}, fmt.Errorf("CloudWatch has no %s of %s", name, m.Name)
	}
	s.likely = s.high
	s.why = fmt.Sprintf("%s is between %s and %s by minute, and CloudWatch's percentiles of minutes cannot be merged", name, amountText(s.low, "ms"), amountText(s.high, "ms"))
	return s, nil
}
