package results

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	numbers "tollgate/pricing/document"
)

// A metric is what a threshold limits: a new one is a row of the table below. Parser,
// help, schema and error messages are made from it.
type metric struct {
	name    string // the word with which it begins
	form    string // how it is written
	what    string // one line for help and schema
	unit    string // of its numbers: "ms", "share", "per_s", "count", "usd"; "" depends on the statistic
	more    bool   // the more the better
	abort   bool   // known while the run lasts: abort rules may use it
	part    bool   // known of a part of a target's load: of one request, of one stage
	read    func(t *Threshold, argument, rest string) error
	measure func(t Threshold, e evidence) (span, error)
}

var metrics = []metric{
	{name: "p", form: "p(99)", what: "percentile of the response time of good responses", unit: "ms", abort: true, part: true, read: readPercentile, measure: quantile},
	{name: "mean", form: "mean", what: "their mean response time", unit: "ms", abort: true, part: true, read: readNothing, measure: mean},
	{name: "max", form: "max", what: "their longest response time", unit: "ms", abort: true, part: true, read: readNothing, measure: longest},
	{name: "error_share", form: "error_share", what: "share of requests that failed", unit: "share", abort: true, part: true, read: readNothing, measure: errorShare},
	{name: "share", form: "share(429)", what: "share of requests with that status, class (5xx), error (timeout) or ok", unit: "share", abort: true, part: true, read: readCounted, measure: shareOf},
	{name: "count", form: "count(timeout)", what: "their number", unit: "count", part: true, read: readCounted, measure: countOf},
	{name: "goodput", form: "goodput", what: "good responses per second", unit: "per_s", more: true, abort: true, part: true, read: readNothing, measure: goodput},
	{name: "rate", form: "rate", what: "requests per second that ended", unit: "per_s", more: true, abort: true, part: true, read: readNothing, measure: rate},
	{name: "requests", form: "requests", what: "number of requests that ended", unit: "count", more: true, part: true, read: readNothing, measure: requests},
	{name: "bytes_in", form: "bytes_in", what: "bytes received, with headers", unit: "bytes", part: true, read: readNothing, measure: bytesIn},
	{name: "bytes_out", form: "bytes_out", what: "bytes sent, with headers", unit: "bytes", part: true, read: readNothing, measure: bytesOut},
	{name: "connections", form: "connections", what: "connections opened", unit: "count", part: true, read: readNothing, measure: connections},
	{name: "cold_share", form: "cold_share", what: "share of invocations that were cold starts, by the function's log", unit: "share", read: readNothing, measure: coldShare},
	{name: "month_usd", form: "month_usd", what: "the month's bill in USD", unit: "usd", read: readNothing, measure: monthUSD},
	{name: "usd_per_million", form: "usd_per_million", what: "the same for each million requests", unit: "usd", read: readNothing, measure: usdPerMillion},
	{name: "cloudwatch", form: "cloudwatch(Latency) p(99)", what: "statistic of a metric that CloudWatch has of the target; p(50), p(90), p(99), mean, max, or sum of counts", read: readCloudWatch, measure: cloudWatch},
}

// A MetricHelp explains one metric that thresholds can limit.
type MetricHelp struct{ Form, What string }

// Metrics explains the metrics that thresholds can limit.
func Metrics() []MetricHelp {
	all := make([]MetricHelp, 0, len(metrics)+1)
	for _, m := range metrics {
		all = append(all, MetricHelp{m.form, m.what})
	}
	return slices.Insert(all, 3, MetricHelp{"service p(99)", "the same by another clock; " + numbers.OneOf(clockNames[:FirstEvent]) + "; of events " + numbers.OneOf(clockNames[FirstEvent:]) + "; ttfb is first_byte"})
}

func metricNamed(name string) *metric {
	if i := slices.IndexFunc(metrics, func(m metric) bool { return m.name == name }); i >= 0 {
		return &metrics[i]
	}
	return nil
}

// unknownMetric says which metrics there are.
func unknownMetric(s, word string) error {
	if word == "change" {
		return fmt.Errorf("%q needs a base, which a run alone does not have: give it to the verb that names one, as in tollgate check RUN --threshold 'change(p(99)) < 10%%'", s)
	}
	var forms, words []string
	for _, m := range metrics {
		forms, words = append(forms, m.form), append(words, m.name)
	}
	words = append(words, clockNames[:]...)
	return fmt.Errorf("%q is not a metric%s; metrics are %s; before p(…), mean and max a clock may stand: %s", s, strings.TrimSuffix(numbers.DidYouMean(word, words), "?"), strings.Join(forms, ", "), strings.Join(clockNames[:], ", "))
}

// A span is what was measured: one value, or the ends between which it lies.
type span struct {
	low, likely, high float64
	why               string // it is not one value
}

func exactly(x float64) span { return span{x, x, x, ""} }

// evidence is what a threshold is held against: one target, or a part of its load.
type evidence struct {
	*part
	active float64 // seconds of the target's own turns, in the stages that count
	run    *Run    // nil while it lasts
	target int

	doubtful *part // it and the requests that may belong to it; nil: there are none of those
	unknown  int64 // how many may
}

func (e evidence) doc() *TargetDoc { return &e.run.Document.Targets[e.target] }

// measure measures what t limits.
func (t Threshold) measure(e evidence) (span, error) {
	m := metricNamed(t.Metric)
	if m == nil {
		return span{}, fmt.Errorf("this version of tollgate has no metric %q", t.Metric)
	}
	if e.requests() == 0 {
		return span{}, fmt.Errorf("no request ended here")
	}
	return m.measure(t, e)
}

// timed are the good responses by the threshold's clock.
func timed(t Threshold, e evidence) (*Histogram, error) {
	good := e.good(t.Clock)
	switch {
	case good.Count() > 0:
		return good, nil
	case t.Clock == Connect || t.Clock == TLS:
		return nil, fmt.Errorf("no good response came on a new connection with a time for %s", t.Clock)
	case t.Clock.OfEvents():
		return nil, fmt.Errorf("no good response has a time for %s: responses are read as events where a request says stream: events, or lines", t.Clock)
	}
	if e.run != nil && e.doc().talks() && e.sum.Ended[OK] > 0 {
		return nil, errors.New("cannot be told: no replies are awaited, so there is no response time")
	}
	return nil, fmt.Errorf("no good response to take the time of")
}

func quantile(t Threshold, e evidence) (span, error) {
	good, err := timed(t, e)
	return exactly(millis(good.Quantile(t.Quantile))), err
}

func mean(t Threshold, e evidence) (span, error) {
	good, err := timed(t, e)
	return exactly(millis(good.Mean())), err
}

func longest(t Threshold, e evidence) (span, error) {
	good, err := timed(t, e)
	return exactly(millis(good.Max())), err
}

func errorShare(_ Threshold, e evidence) (span, error) {
	return exactly(float64(e.sum.Failed) / float64(e.requests())), nil
}

func shareOf(t Threshold, e evidence) (span, error) {
	n, err := countOf(t, e)
	return exactly(n.likely / float64(e.requests())), err
}

func countOf(t Threshold, e evidence) (span, error) {
	count, err := counted(t.Of)
	if err != nil {
		return span{}, err
	}
	return exactly(float64(count(&e.sum))), nil
}

func goodput(_ Threshold, e evidence) (span, error) {
	return exactly(per(e.sum.Ended[OK], e.active)), nil
}

func rate(_ Threshold, e evidence) (span, error) { return exactly(per(e.requests(), e.active)), nil }

func requests(_ Threshold, e evidence) (span, error) { return exactly(float64(e.requests())), nil }

func bytesIn(_ Threshold, e evidence) (span, error) { return exactly(float64(e.sum.In)), nil }

func bytesOut(_ Threshold, e evidence) (span, error) { return exactly(float64(e.sum.Out)), nil }

func connections(_ Threshold, e evidence) (span, error) { return exactly(float64(e.sum.Opened)), nil }

// ends are the errors that share and count take: those that end a request of the
// target. The generator's own faults are no requests.
var ends = []ErrClass{ErrDNS, ErrRefused, ErrTLS, ErrReset, ErrTimeout, ErrMalformed, ErrUnexpected, ErrBlocked}

// counted returns how to count a status code, a class of them, an error, or good
// responses. A class is that of the status code (RFC 9110 section 15), so 4xx has
// 429 in it, unlike the outcome of that name in reports.
func counted(what string) (func(*Second) int64, error) {
	if what == OK.String() {
		return func(s *Second) int64 { return s.Ended[OK] }, nil
	}
	names := []string{OK.String()}
	for _, class := range ends {
		if class.String() == what {
			return func(s *Second) int64 { return s.Errors[class] }, nil
		}
		names = append(names, class.String())
	}
	digits, class := strings.CutSuffix(what, "xx")
	low, span := 100, 1
	if class {
		span = 100
	}
	if _, err := fmt.Sscanf(digits, "%d", &low); err != nil || fmt.Sprint(low) != digits || low*span < 100 || class && low > 5 || low*span > 999 {
		return nil, fmt.Errorf("%q is not a status code such as 429, a class from 1xx to 5xx, or one of %s%s", what, strings.Join(names, ", "), strings.TrimSuffix(numbers.DidYouMean(what, names), "?"))
	}
	return func(s *Second) (n int64) {
		for code, of := range s.Status {
			if code/span == low {
				n += of
			}
		}
		return n
	}, nil
}
