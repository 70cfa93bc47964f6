package results

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
)

// A Threshold is a limit that a run must keep, such as "p(99.9) < 250ms".
type Threshold struct {
	Text    string // as written
	Target  string // "" means each target on its own
	Request string // "" means all requests together
	Stage   string // "" means all stages together, without the warm-up

	// Population is "" where all populations together are meant, and until Within reads it
	// from the names above.
	Population string

	Metric    string  // its name: "p", "mean", "error_share", "month_usd"
	Clock     Clock   // of "p", "mean" and "max"
	Of        string  // what stands in brackets: a status code, an error, CloudWatch's name of a metric
	Statistic string  // of "cloudwatch", as AWS calls it: "Average", "p99"
	Quantile  float64 // of "p": 0.999
	Less      bool    // the measured value must be below (or above) Limit
	OrEqual   bool
	Limit     float64 // in Unit
}

// ParseThreshold reads a threshold. Its grammar:
//
//	threshold = [ scope ":" ] metric ( "<" | "<=" | ">" | ">=" ) limit
//	scope     = [ target ] [ "/" request ] [ "@" stage ]     // "*" or no target: every target
//	          | [ target "/" ] population [ "/" request ] [ "@" stage ]
//	metric    = [ clock ] time | "share(" what ")" | "count(" what ")"
//	          | "cloudwatch(" name ")" ( time | "sum" )
//	          | a word: "error_share", "goodput", "month_usd", …
//	time      = "p(" percent ")" | "p" percent | "mean" | "max"
//	clock     = "response" | "service" | "first_byte" | "ttfb" | "transfer" | "connect" | "tls"
//	limit     = 250ms | 0.1% | 100/s | 10k | 5MB | 49.90               // by the metric's unit
//
// The table of metrics has all words. The clock stands before the statistic, as it is
// said ("service p99") and as a source of numbers other than the client's does; in
// brackets behind p it would have no place at mean and max. Without a clock, times are
// response times, as in all files of earlier versions. Times are of good responses.
// Without a scope a threshold holds for each target on its own, and over all stages
// together. Names of targets, populations, requests and stages are not checked here, so
// that a population is read as a target or a request until Within knows better.
func ParseThreshold(text string) (Threshold, error) {
	t, err := parseLimit(text)
	if err != nil {
		return t, wrong(text, err)
	}
	return t, nil
}

func parseLimit(text string) (Threshold, error) {
	t := Threshold{Text: strings.TrimSpace(text)}
	parts := thresholdForm.FindStringSubmatch(t.Text)
	if parts == nil {
		return t, errors.New("want a metric, a comparison and a limit")
	}
	scope, metric, comparison, limit := strings.TrimSpace(strings.TrimSuffix(parts[1], ":")), strings.TrimSpace(parts[2]), parts[3], strings.TrimSpace(parts[4])
	t.Less, t.OrEqual = comparison[0] == '<', len(comparison) == 2
	err := errors.Join(t.scope(scope, parts[1] != ""), t.metric(metric))
	if err == nil {
		t.Limit, err = readLimit(t.Unit(), limit)
	}
	return t, err
}

// thresholdForm splits scope, metric, comparison and limit.
var thresholdForm = regexp.MustCompile(`^([^<>=:]*:)?([^<>=:]+)(<=|>=|<|>)([^<>=]+)$`)

func wrong(text string, err error) error {
	return fmt.Errorf("threshold %.80q: %w; write it like p(99) < 250ms, rest: p(99.9) < 1s, rest/predict@spike: max < 2s, service p(99) < 200ms, error_share < 0.1%%, share(429) < 1%%, goodput > 100/s or month_usd < 50", text, err)
}

func (t *Threshold) scope(s string, given bool) error {
	rest, stage, staged := strings.Cut(s, "@")
	target, request, requested := strings.Cut(rest, "/")
	t.Target, t.Request, t.Stage = strings.TrimSpace(target), strings.TrimSpace(request), strings.TrimSpace(stage)
	if given && t.Target+t.Request+t.Stage == "" || requested && t.Request == "" || staged && t.Stage == "" {
		return fmt.Errorf("the scope %q before the colon is not a target, target/request, target@stage or @stage", s)
	}
	if t.Target == "*" {
		t.Target = ""
	}
	return nil
}

// metricForm splits the word, what stands in brackets, and the rest.
var metricForm = regexp.MustCompile(`^([a-z_]+)\s*(\([^()]*\))?\s*(.*)$`)

func (t *Threshold) metric(s string) error {
	parts := metricForm.FindStringSubmatch(s)
	if parts == nil {
		return unknownMetric(s, s)
	}
	word, argument, rest := parts[1], parts[2], parts[3]
	if clock, known := clockNamed(word); known && argument == "" && rest != "" {
		if err := t.metric(rest); err != nil {
			return err
		}
		if t.Clock != Response || !t.Timed() {
			return fmt.Errorf("%q is not a time of the client's: behind the clock %s stands p(…), mean or max", rest, word)
		}
		t.Clock = clock
		return nil
	}
	m := metricNamed(word)
	if m == nil {
		return unknownMetric(s, word)
	}
	t.Metric = m.name
	if err := m.read(t, strings.TrimSpace(strings.Trim(argument, "()")), rest); err != nil {
		return err
	}
	switch {
	case t.Request != "" && !m.part:
		return fmt.Errorf("%s is known of a target, not of one of its requests: leave out /%s", m.name, t.Request)
	case t.Stage != "" && !m.part:
		return fmt.Errorf("%s is known of the whole run, not of one of its stages: leave out @%s", m.name, t.Stage)
	}
	return nil
}

// Timed says whether t limits a time that the client measured.
func (t *Threshold) Timed() bool {
	return t.Metric == "p" || t.Metric == "mean" || t.Metric == "max"
}

func readNothing(t *Threshold, argument, rest string) error {
	if argument != "" || rest != "" {
		return fmt.Errorf("%q stands alone: a comparison follows it", t.Metric)
	}
	return nil
}

func readCounted(t *Threshold, what, rest string) error {
	if rest != "" {
		return fmt.Errorf("a comparison follows %s(%s), not %q", t.Metric, what, rest)
	}
	t.Of = what
	_, err := counted(what)
	return err
}

func readPercentile(t *Threshold, argument, rest string) error {
	p, err := percent(argument)
	if argument == "" {
		p, err = percent(rest)
	} else if rest != "" {
		err = fmt.Errorf("a comparison follows p(%s), not %q", argument, rest)
	}
	t.Quantile = p / 100
	return err
}

// percentile reads p(99) or p99.
func percentile(s string) (float64, error) {
	inner, ok := strings.CutPrefix(s, "p")
	if bare, bracket := strings.CutPrefix(inner, "("); bracket {
		inner, ok = strings.CutSuffix(bare, ")")
	}
	if !ok {
		return 0, fmt.Errorf("%q is not a percentile", s)
	}
	return percent(inner)
}

func percent(s string) (float64, error) {
	p, err := plainNumber(strings.TrimSpace(s))
	if err != nil || p <= 0 || p >= 100 {
		return 0, fmt.Errorf("%q is not a metric: p(…) is of a percentile between 0 and 100, such as p(99)", "p("+strings.Trim(s, "()")+")")
	}
	return p, nil
}

// Unit returns what the threshold's numbers are in: "ms", "share", "per_s", "count",
// "bytes" or "usd".
func (t Threshold) Unit() string {
	m := metricNamed(t.Metric)
	switch {
	case m != nil && m.unit != "":
		return m.unit
	case t.Statistic == statistics["sum"]:
		return "count"
	}
	return "ms"
}

// Keeps says whether the measured value keeps the limit.
func (t Threshold) Keeps(x float64) bool {
	switch {
	case x == t.Limit:
		return t.OrEqual
	case t.Less:
		return x < t.Limit
	}
	return x > t.Limit
}

// Pending returns the thresholds as they stand in a Document before there is
// anything to measure. Summarise evaluates them.
func Pending(ts []Threshold) []ThresholdResult {
	out := make([]ThresholdResult, len(ts))
	for i, t := range ts {
		out[i] = t.result(t.Target)
		out[i].Why = notMeasured
	}
	return out
}

// result is that of t at a target, before it is evaluated.
func (t Threshold) result(target string) ThresholdResult {
	return ThresholdResult{Threshold: t.Text, Target: target, Population: t.Population, Request: t.Request, Stage: t.Stage, Unit: t.Unit()}
}

// evaluate measures each threshold. One that names no target is evaluated for each
// of them. Where nothing was measured, or too little for the percentile, the
// threshold fails: silence is not success.
func evaluate(run *Run, all *totals, ts []Threshold) []ThresholdResult {
	out := []ThresholdResult{}
	for _, t := range ts {
		matched := false
		t, unfit := t.OfFlow(run.Document.flowNames())
		if unfit == nil {
			t, unfit = t.Within(run.Document.populationNames())
		}
		for i, target := range run.Document.Targets {
			if t.Target != "" && t.Target != target.Name || !run.Document.sends(t.Population, target.Name) || t.Target == "" && run.Document.withoutReleases(t.Request, &target) {
				continue
			}
			matched = true
			r := t.result(target.Name)
			k, err := run.Document.named(uint16(i), t)
			if err = errors.Join(unfit, err); err == nil {
				e := evidence{part: all.part(k), active: all.active(k), run: run, target: i}.with(all, k)
				if err = r.evaluate(t, e); err == nil && r.Passed {
					err = t.heard(e, k)
				}
			}
			if err != nil {
				r.Passed, r.Why = false, err.Error()
			}
			out = append(out, r)
		}
		if !matched {
			r := t.result(t.Target)
			r.Why = t.unmatched()
			out = append(out, r)
		}
	}
	return out
}

// unmatched says why there is no target that t is about.
func (t Threshold) unmatched() string {
	if t.Population != "" && t.Target != "" {
		return fmt.Sprintf("population %q sent nothing to a target %q", t.Population, t.Target)
	}
	return fmt.Sprintf("the run has no target %q", t.Target)
}

// evaluate fills in what was measured; an error says why nothing could be, or why it
// does not tell. A limit within the interval of what was measured is not known to be
// kept, and a threshold passes only on what is known.
func (r *ThresholdResult) evaluate(t Threshold, e evidence) error {
	x, err := t.measure(e)
	if err == nil {
		x, err = x.doubt(t, e)
	}
	if err != nil {
		return err
	}
	low, high := t.Keeps(x.low), t.Keeps(x.high)
	r.Measured, r.Passed = &x.likely, low && high
	if low != high {
		return fmt.Errorf("cannot be told: %s", x.why)
	}
	if good := e.good(t.Clock); t.Metric == "p" && !good.Carries(t.Quantile) {
		return fmt.Errorf("the number of %s, %d, is too small for this percentile; it takes %d", t.Clock.timed(), good.Count(), Needed(t.Quantile))
	}
	return nil
}

// timed says what a clock takes the time of.
func (c Clock) timed() string {
	switch c {
	case Connect, TLS:
		return "good responses on new connections"
	case Gap:
		return "gaps between events"
	case FirstEvent, LongestGap:
		return "good responses with events"
	}
	return "good responses"
}

func per(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}
