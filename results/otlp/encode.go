package otlp

import (
	"cmp"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	common "go.opentelemetry.io/proto/slim/otlp/common/v1"
	metrics "go.opentelemetry.io/proto/slim/otlp/metrics/v1"
	resource "go.opentelemetry.io/proto/slim/otlp/resource/v1"

	"tollgate/results"
)

// A message is one delivery in the making.
type message struct {
	to       *Receiver
	from, at uint64 // nanoseconds of Unix time
	metrics  []*metrics.Metric
}

func nanoseconds(t time.Time) uint64 { return uint64(max(t.UnixNano(), 0)) }

// window adds what was recorded.
func (m *message) window(w *window) {
	m.counts(w)
	m.durations(w)
	for i, l := range levels {
		switch {
		case l.sum && w.sums[i] > 0:
			m.add(l.name, l.unit, l.what, m.sumOf(m.number(nil, int64(w.sums[i]))))
		case !l.sum && w.health != nil:
			m.add(l.name, l.unit, l.what, gaugeOf(m.real(nil, l.of(w.health))))
		}
	}
}

func (m *message) counts(w *window) {
	points := make([][]*metrics.NumberDataPoint, len(counters))
	for _, k := range slices.SortedFunc(maps.Keys(w.counts), func(a, b countKey) int {
		return cmp.Or(compareLabels(a.label, b.label), cmp.Compare(a.part, b.part))
	}) {
		c, attributes := &counters[k.counter], ofLabel(k.label)
		if c.attribute != "" {
			part := text(c.attribute, k.part)
			if n, err := strconv.ParseInt(k.part, 10, 64); c.number && err == nil {
				part = whole(c.attribute, n)
			}
			attributes = append(attributes, part)
		}
		points[k.counter] = append(points[k.counter], m.number(attributes, w.counts[k]))
	}
	for i, c := range counters {
		if points[i] != nil {
			m.add(c.name, c.unit, c.what, m.sumOf(points[i]...))
		}
	}
}

func (m *message) durations(w *window) {
	exponential := make([][]*metrics.ExponentialHistogramDataPoint, len(durations))
	explicit := make([][]*metrics.HistogramDataPoint, len(durations))
	for _, k := range slices.SortedFunc(maps.Keys(w.durations), func(a, b durationKey) int {
		return cmp.Or(compareLabels(a.label, b.label), cmp.Compare(a.outcome, b.outcome))
	}) {
		h, attributes := w.durations[k], append(ofLabel(k.label), text("tollgate.outcome", k.outcome.String()))
		sum, low, high := sumOf(h), h.Min().Seconds(), h.Max().Seconds()
		if m.to.explicit {
			explicit[k.duration] = append(explicit[k.duration], &metrics.HistogramDataPoint{
				Attributes: attributes, StartTimeUnixNano: m.from, TimeUnixNano: m.at, Count: uint64(h.Count()), Sum: &sum, Min: &low, Max: &high,
				ExplicitBounds: explicitBounds, BucketCounts: explicitOf(h),
			})
			continue
		}
		p := &metrics.ExponentialHistogramDataPoint{
			Attributes: attributes, StartTimeUnixNano: m.from, TimeUnixNano: m.at, Count: uint64(h.Count()), Sum: &sum, Min: &low, Max: &high,
			ZeroThreshold: zeroBelow.Seconds(),
		}
		p.Scale, p.ZeroCount, p.Positive = exponentialOf(h)
		exponential[k.duration] = append(exponential[k.duration], p)
	}
	for i, d := range durations {
		switch {
		case explicit[i] != nil:
			m.add(d.name, "s", d.what, &metrics.Metric{Data: &metrics.Metric_Histogram{Histogram: &metrics.Histogram{DataPoints: explicit[i], AggregationTemporality: m.temporality()}}})
		case exponential[i] != nil:
			m.add(d.name, "s", d.what, &metrics.Metric{Data: &metrics.Metric_ExponentialHistogram{ExponentialHistogram: &metrics.ExponentialHistogram{DataPoints: exponential[i], AggregationTemporality: m.temporality()}}})
		}
	}
}

func (m *message) temporality() metrics.AggregationTemporality {
	if m.to.delta {
		return metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_DELTA
	}
	return metrics.AggregationTemporality_AGGREGATION_TEMPORALITY_CUMULATIVE
}

// add gives a metric its name.
func (m *message) add(name, unit, what string, of *metrics.Metric) {
	of.Name, of.Unit, of.Description = name, unit, what
	m.metrics = append(m.metrics, of)
}

func (m *message) sumOf(points ...*metrics.NumberDataPoint) *metrics.Metric {
	return &metrics.Metric{Data: &metrics.Metric_Sum{Sum: &metrics.Sum{DataPoints: points, IsMonotonic: true, AggregationTemporality: m.temporality()}}}
}

func gaugeOf(points ...*metrics.NumberDataPoint) *metrics.Metric {
	return &metrics.Metric{Data: &metrics.Metric_Gauge{Gauge: &metrics.Gauge{DataPoints: points}}}
}

func (m *message) number(attributes []*common.KeyValue, n int64) *metrics.NumberDataPoint {
	return &metrics.NumberDataPoint{Attributes: attributes, StartTimeUnixNano: m.from, TimeUnixNano: m.at, Value: &metrics.NumberDataPoint_AsInt{AsInt: n}}
}

func (m *message) real(attributes []*common.KeyValue, x float64) *metrics.NumberDataPoint {
	return &metrics.NumberDataPoint{Attributes: attributes, TimeUnixNano: m.at, Value: &metrics.NumberDataPoint_AsDouble{AsDouble: x}}
}

// request is the whole message about a run.
func (m *message) request(doc *results.Document) *collector.ExportMetricsServiceRequest {
	return &collector.ExportMetricsServiceRequest{ResourceMetrics: []*metrics.ResourceMetrics{{
		Resource: &resource.Resource{Attributes: ofRun(doc, m.to.resource)},
		ScopeMetrics: []*metrics.ScopeMetrics{{
			Scope: &common.InstrumentationScope{Name: "tollgate", Version: valid(doc.Tool)}, Metrics: m.metrics,
		}},
	}}}
}

// ofRun are the attributes of the resource: the run, and what the user adds or replaces.
func ofRun(doc *results.Document, own map[string]string) []*common.KeyValue {
	all := map[string]string{
		"service.name": "tollgate", "service.version": doc.Tool, "service.instance.id": doc.ID,
		"tollgate.run": doc.ID, "tollgate.scenario": doc.Scenario,
	}
	for key, value := range doc.Tags {
		all["tollgate.tag."+key] = value
	}
	maps.Copy(all, own)
	var attributes []*common.KeyValue
	for _, key := range slices.Sorted(maps.Keys(all)) {
		attributes = append(attributes, text(key, all[key]))
	}
	return attributes
}

// ofLabel are the attributes of what a series is about, those that it has.
func ofLabel(l results.Label) (attributes []*common.KeyValue) {
	for _, a := range [][2]string{
		{"tollgate.target", l.Target},
		{"tollgate.traffic", l.Traffic},
		{"tollgate.request", l.Request},
		{"tollgate.stage", l.Stage},
		{"tollgate.population", l.Population},
	} {
		if a[1] != "" {
			attributes = append(attributes, text(a[0], a[1]))
		}
	}
	return attributes
}

func text(key, value string) *common.KeyValue {
	return &common.KeyValue{Key: valid(key), Value: &common.AnyValue{Value: &common.AnyValue_StringValue{StringValue: valid(value)}}}
}

func whole(key string, n int64) *common.KeyValue {
	return &common.KeyValue{Key: key, Value: &common.AnyValue{Value: &common.AnyValue_IntValue{IntValue: n}}}
}

// valid is s as UTF-8: the encoder refuses a whole message otherwise.
func valid(s string) string { return strings.ToValidUTF8(s, "\uFFFD") }
