package monitor

import (
	"fmt"
	"math"
	"time"
)

// CloudWatch's limits on one call, and ours on how many metrics strangers may
// make.
// Source: CloudWatch API reference, "PutMetricData".
const (
	maxData   = 1000
	maxValues = 150
	maxSeries = 10_000
)

// A datum is what PutMetricData says of one metric at one time.
type datum struct {
	metric string
	unit   Unit
	dims   Dimensions
	at     time.Time
	apply  []func(*bucket)
}

// putMetricData takes in all of a request's data, or none.
func (s *Store) putMetricData(f form) (object, error) {
	namespace := f.needText("Namespace")
	var data []datum
	for _, d := range f.forms("MetricData", maxData) {
		data = append(data, readDatum(d, s.now()))
	}
	if len(data) == 0 && len(*f.problems) == 0 {
		f.problem("MetricData", "is required")
	}
	if err := f.err(); err != nil {
		return nil, err
	}
	for _, d := range data {
		switch x := s.lookup(namespace, d.metric, d.dims); {
		case x == nil && s.size()+len(data) > maxSeries:
			return nil, Refusal{Status: 400, Code: "LimitExceeded", Type: "LimitExceededFault", Message: fmt.Sprintf("the lab keeps at most %d metrics", maxSeries)}
		case x != nil && x.unit != d.unit:
			return nil, Refusal{
				Status: 400, Code: "InvalidParameterValue", Type: "InvalidParameterValueException",
				Message: fmt.Sprintf("%s is kept in %s here, and not also in %s", d.metric, x.unit, d.unit),
			}
		}
	}
	for _, d := range data {
		x := s.Series(namespace, d.metric, d.unit, d.dims)
		for _, change := range d.apply {
			x.at(d.at, change)
		}
	}
	return object{}, nil
}

func readDatum(f form, now time.Time) datum {
	d := datum{metric: f.needText("MetricName"), unit: Unit(f.text("Unit")), dims: f.dimensions(), at: f.time("Timestamp")}
	if d.unit == "" {
		d.unit = None
	}
	if d.at.IsZero() {
		d.at = now
	}
	// Source: CloudWatch API reference, "PutMetricData": two weeks back, two hours ahead.
	if d.at.Before(now.Add(-14*24*time.Hour)) || d.at.After(now.Add(2*time.Hour)) {
		f.problem("Timestamp", "must be within two weeks before and two hours after now")
	}
	sorts := 0
	for _, name := range []string{"Value", "Values", "StatisticValues"} {
		if _, present := f.fields[name]; present {
			sorts++
		}
	}
	if sorts != 1 {
		f.problem("Value", "or Values or StatisticValues is required, and only one of them")
	}
	d.apply = append(f.oneValue(), f.manyValues()...)
	d.apply = append(d.apply, f.set()...)
	return d
}

func (f form) finite(name string) (float64, bool) {
	v, ok := f.number(name)
	if ok && !(math.Abs(v) <= math.Exp2(360)) { // Source: CloudWatch API reference, "MetricDatum"
		f.problem(name, "must be a number from -2^360 to 2^360")
		return 0, false
	}
	return v, ok
}

func (f form) oneValue() []func(*bucket) {
	v, ok := f.finite("Value")
	if !ok {
		return nil
	}
	return []func(*bucket){func(b *bucket) { b.add(v, 1) }}
}

// manyValues reads values with how often each occurred, once unless it says.
func (f form) manyValues() (all []func(*bucket)) {
	list := values(f, "Values", maxValues, form.finite)
	counts := values(f, "Counts", maxValues, form.finite)
	if len(counts) != 0 && len(counts) != len(list) {
		f.problem("Counts", "must have as many members as Values")
		return nil
	}
	for i, v := range list {
		n := int64(1)
		if len(counts) > 0 {
			n = int64(counts[i])
			if counts[i] < 1 || counts[i] > math.MaxInt32 {
				f.problem("Counts", "must be from 1 to %d", math.MaxInt32)
			}
		}
		all = append(all, func(b *bucket) { b.add(v, n) })
	}
	return all
}

// set reads a statistic set, which has no percentiles.
func (f form) set() []func(*bucket) {
	s, ok := f.form("StatisticValues")
	if !ok {
		return nil
	}
	var v [4]float64
	for i, name := range []string{"SampleCount", "Sum", "Minimum", "Maximum"} {
		if v[i], ok = s.finite(name); !ok {
			s.problem(name, "is required")
		}
	}
	if v[0] <= 0 || v[2] > v[3] {
		s.problem("SampleCount", "must be positive, and Minimum no more than Maximum")
	}
	return []func(*bucket){func(b *bucket) { b.addSet(v[0], v[1], v[2], v[3]); b.opaque = true }}
}
