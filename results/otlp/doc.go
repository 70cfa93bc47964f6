// Package otlp sends the figures of a run to a receiver of OpenTelemetry metrics, such as
// an OpenTelemetry Collector or Prometheus: live while it is recorded, or once from its
// directory.
//
//  1. A [Receiver] is where metrics go, and how: an address that the user gave, and the
//     standard OTEL_ variables.
//  2. An [Exporter] is a [results.Output]. It adds each second to a window, and a goroutine
//     of its own sends the window every few seconds.
//  3. The tables counters, durations, levels and conclusions say which metrics there are.
//     The conclusions (result, verdict, percentiles, thresholds, bills) come with the last
//     delivery.
//  4. [Send] does the same with a recorded run, as one point in time: its end.
//
// # What a receiver gets
//
// All metrics have the attributes tollgate.target, tollgate.request, tollgate.stage,
// tollgate.population and tollgate.traffic, where these exist. The report's figures are
// those of traffic "load". The resource is service.name "tollgate", with the run's ID as
// service.instance.id, so that two runs never share a series.
//
// Sums are cumulative from the start of the run, since Prometheus takes no others, unless
// OTEL_EXPORTER_OTLP_METRICS_TEMPORALITY_PREFERENCE asks for deltas. What was not delivered
// stays in the window and goes with the next delivery. So memory does not grow while the
// receiver is down: it is bounded by the series that the scenario has.
// A delta whose response was lost is sent again, as the protocol demands, and then counts twice.
//
// Histograms are exponential. Each bucket of the run's histogram, which is narrower than
// 0.1 %, counts as a whole at its upper end. That is the value a percentile of the report
// has, so each percentile lies within the bucket that its rank falls into. There are at
// most 160 buckets, as in OpenTelemetry's SDKs, and none is finer than scale 8 (0.27 %),
// which is the finest that Prometheus keeps.
// Counts are exact, and the sum is the mean of the report (three digits) times the count.
// The percentiles themselves are sent with the conclusions. OTEL_EXPORTER_OTLP_METRICS_DEFAULT_HISTOGRAM_AGGREGATION
// asks for explicit bounds instead (explicitBounds).
//
// # Why
//
// An endpoint and its headers are read from the environment only if the user says so, by
// the address "env". A CI job often has these variables for its own telemetry: a run
// must not send to where it was not told to, nor a token to another receiver. Variables
// that only say how to send are always read.
//
// Names are our own. http.client.request.duration of the semantic conventions has the
// method and the status code on each duration; a run keeps durations by outcome, and
// its response time begins when a request was due, not when it was sent. Attributes that
// mean the same have the conventions' names: http.response.status_code, error.type,
// network.io.direction.
//
// A receiver that is down or slow disturbs nothing: the load never waits, a failed
// delivery is a warning of the run, and at the end one timeout is the most that is waited.
//
// # The library
//
// go.opentelemetry.io/proto/slim is OpenTelemetry's own message types without gRPC. Rejected:
// the exporter of its SDK, otlpmetrichttp. It imports gRPC for HTTP, too, takes histograms
// only through its own aggregation or its own copies of these messages, and has no say in
// what happens to what was not delivered.
// google.golang.org/protobuf encodes the messages.
package otlp
