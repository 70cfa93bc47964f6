package monitor

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tollgate/targets/lab/protocol"
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
func (s *Store) putMetricData(f protocol.Form) (protocol.Object, error) {
	namespace := f.NeedText("Namespace")
	if strings.HasPrefix(namespace, "AWS/") { // Source: CloudWatch API reference, "PutMetricData"
		f.Problem("Namespace", "must not begin with AWS/")
	}
	var data []datum
	for _, d := range f.Structs("MetricData", maxData) {
		data = append(data, readDatum(d, s.now()))
	}
	if len(data) == 0 && f.Sound() {
		f.Problem("MetricData", "is required")
	}
	if err := f.Err(); err != nil {
		return nil, err
	}
	for _, d := range data {
		switch x := s.lookup(namespace, d.metric, d.dims); {
		case x == nil && s.size()+len(data) > maxSeries:
			return nil, protocol.Refusal{Status: 400, Code: "LimitExceeded", Type: "LimitExceededFault", Message: fmt.Sprintf("the lab keeps at most %d metrics", maxSeries)}
		case x != nil && x.unit != d.unit:
			return nil, protocol.Refusal{
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
	return protocol.Object{}, nil
}

func readDatum(f protocol.Form, now time.Time) datum {
	d := datum{metric: f.NeedText("MetricName"), unit: Unit(f.Text("Unit")), dims: dimensions(f), at: f.Time("Timestamp")}
	if d.unit == "" {
		d.unit = None
	}
	if d.at.IsZero() {
		d.at = now
	}
	// Source: CloudWatch API reference, "PutMetricData": two weeks back, two hours ahead.
	if d.at.Before(now.Add(-14*24*time.Hour)) || d.at.After(now.Add(2*time.Hour)) {
		f.Problem("Timestamp", "must be within two weeks before and two hours after now")
	}
	sorts := 0
	for _, name := range []string{"Value", "Values", "StatisticValues"} {
		if f.Has(name) {
			sorts++
		}
	}
	if sorts != 1 {
		f.Problem("Value", "or Values or StatisticValues is required, and only one of them")
	}
	d.apply = append(oneValue(f), manyValues(f)...)
	d.apply = append(d.apply, set(f)...)
	return d
}

func finite(f protocol.Form, name string) (float64, bool) {
	v, ok := f.Number(name)
	if ok && !(math.Abs(v) <= math.Exp2(360)) { // Source: CloudWatch API reference, "MetricDatum"
		f.Problem(name, "must be a number from -2^360 to 2^360")
		return 0, false
	}
	return v, ok
}

func oneValue(f protocol.Form) []func(*bucket) {
	v, ok := finite(f, "Value")
	if !ok {
		return nil
	}
	return []func(*bucket){func(b *bucket) { b.add(v, 1) }}
}

// manyValues reads values with how often each occurred, once unless it says.
func manyValues(f protocol.Form) (all []func(*bucket)) {
	list := protocol.Values(f, "Values", maxValues, finite)
	counts := protocol.Values(f, "Counts", maxValues, finite)
	if len(counts) != 0 && len(counts) != len(list) {
		f.Problem("Counts", "must have as many members as Values")
		return nil
	}
	for i, v := range list {
		n := int64(1)
		if len(counts) > 0 {
			n = int64(counts[i])
			if counts[i] < 1 || counts[i] > math.MaxInt32 {
				f.Problem("Counts", "must be from 1 to %d", math.MaxInt32)
			}
		}
		all = append(all, func(b *bucket) { b.add(v, n) })
	}
	return all
}

// set reads a statistic set, which has no percentiles.
func set(f protocol.Form) []func(*bucket) {
	s, ok := f.Struct("StatisticValues")
	if !ok {
		return nil
	}
	var v [4]float64
	for i, name := range []string{"SampleCount", "Sum", "Minimum", "Maximum"} {
		if v[i], ok = finite(s, name); !ok {
			s.Problem(name, "is required")
		}
	}
	if v[0] <= 0 || v[2] > v[3] {
		s.Problem("SampleCount", "must be positive, and Minimum no more than Maximum")
	}
	return []func(*bucket){func(b *bucket) { b.addSet(v[0], v[1], v[2], v[3]); b.opaque = true }}
}
