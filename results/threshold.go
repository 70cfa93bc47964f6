package results

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
	"strings"
	"time"
)

// A Threshold is a limit that a run must keep, such as "p(99.9) < 250ms".
type Threshold struct {
	Text     string  // as written
	Target   string  // "" means each target on its own
	Request  string  // "" means all requests together
	Metric   string  // "p", "mean", "max", "error_share", "goodput", "rate"
	Quantile float64 // of "p": 0.999
	Less     bool    // the measured value must be below (or above) Limit
	OrEqual  bool
	Limit    float64 // milliseconds, shares of one, or per second
}

// ParseThreshold reads a threshold. Its grammar:
//
//	threshold = [ scope ":" ] metric ( "<" | "<=" | ">" | ">=" ) limit
//	scope     = target [ "/" request ]     // "*" for every target
//	metric    = "p(" percent ")" | "p" percent | "mean" | "max"   // limit: a time: 250ms, 1.5s
//	          | "error_share"                                     // limit: 0.1% or 0.001
//	          | "goodput" | "rate"                                // limit: 100/s, 6000/m
//
// Times are response times of good responses. Without a scope a threshold
// holds for each target on its own. Names are not checked here.
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
		t.Limit, err = t.limit(limit)
	}
	return t, err
}

// thresholdForm splits scope, metric, comparison and limit.
var thresholdForm = regexp.MustCompile(`^([^<>=:]*:)?([^<>=:]+)(<=|>=|<|>)([^<>=]+)$`)

func wrong(text string, err error) error {
	return fmt.Errorf("threshold %.80q: %w; write it like p(99) < 250ms, rest: p(99.9) < 1s, rest/predict: max < 2s, error_share < 0.1%% or goodput > 100/s", text, err)
}

func (t *Threshold) scope(s string, given bool) error {
	target, request, both := strings.Cut(s, "/")
	t.Target, t.Request = strings.TrimSpace(target), strings.TrimSpace(request)
	if given && t.Target == "" || both && t.Request == "" {
		return fmt.Errorf("the scope %q before the colon is not a target or target/request", s)
	}
	if t.Target == "*" {
		t.Target = ""
	}
	return nil
}

func (t *Threshold) metric(s string) error {
	switch s {
	case "mean", "max", "error_share", "goodput", "rate":
		t.Metric = s
		return nil
	}
	percent, ok := strings.CutPrefix(s, "p")
	if inner, bracket := strings.CutPrefix(percent, "("); bracket {
		percent, ok = strings.CutSuffix(inner, ")")
	}
	p, err := plainNumber(strings.TrimSpace(percent))
	if !ok || err != nil || p <= 0 || p >= 100 {
		return fmt.Errorf("%q is not a metric: p(…) of a percentile between 0 and 100, mean, max, error_share, goodput or rate", s)
	}
	t.Metric, t.Quantile = "p", p/100
	return nil
}

// Unit returns what the threshold's numbers are in: "ms", "share" or "per_s".
func (t Threshold) Unit() string {
	switch t.Metric {
	case "error_share":
		return "share"
	case "goodput", "rate":
		return "per_s"
	}
	return "ms"
}

func (t *Threshold) limit(s string) (float64, error) {
	switch t.Unit() {
	case "ms":
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is not a time such as 250ms or 1.5s", s)
		}
		return millis(d), nil
	case "share":
		number, percent := strings.CutSuffix(s, "%")
		x, err := plainNumber(strings.TrimSpace(number))
		if percent {
			x /= 100
		}
		if err != nil || x > 1 {
			return 0, fmt.Errorf("%q is not a share such as 0.1%% or 0.001", s)
		}
		return x, nil
	}
	number, per, ok := strings.Cut(s, "/")
	unit := map[string]float64{"s": 1, "m": 60, "min": 60, "h": 3600}[strings.TrimSpace(per)]
	x, err := plainNumber(strings.TrimSpace(number))
	if !ok || unit == 0 || err != nil {
		return 0, fmt.Errorf("%q is not a rate such as 100/s", s)
	}
	return x / unit, nil
}

// plainNumber reads a number that is not negative and has no exponent.
func plainNumber(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err == nil && math.IsInf(x, 0) {
		err = fmt.Errorf("%q is too large", s)
	}
	return x, err
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
		out[i] = ThresholdResult{Threshold: t.Text, Target: t.Target, Request: t.Request, Unit: t.Unit(), Why: notMeasured}
	}
	return out
}

// evaluate measures each threshold. One that names no target is evaluated for each
// of them. Where nothing was measured, or too little for the percentile, the
// threshold fails: silence is not success.
func evaluate(run *Run, all totals, ts []Threshold) []ThresholdResult {
	out := []ThresholdResult{}
	for _, t := range ts {
		matched := false
		for i, target := range run.Document.Targets {
			if t.Target != "" && t.Target != target.Name {
				continue
			}
			matched = true
			r := ThresholdResult{Threshold: t.Text, Target: target.Name, Request: t.Request, Unit: t.Unit()}
			p, err := all.named(uint16(i), t.Request, run.Document.Requests)
			if err == nil {
				err = r.evaluate(t, p, all.active[uint16(i)].Seconds())
			}
			if err != nil {
				r.Passed, r.Why = false, err.Error()
			}
			out = append(out, r)
		}
		if !matched {
			out = append(out, ThresholdResult{
				Threshold: t.Text, Target: t.Target, Request: t.Request, Unit: t.Unit(),
				Why: fmt.Sprintf("the run has no target %q", t.Target),
			})
		}
	}
	return out
}

// evaluate fills in what was measured; an error says why nothing could be.
func (r *ThresholdResult) evaluate(t Threshold, p *part, active float64) error {
	x, err := p.metric(t, active)
	if err != nil {
		return err
	}
	r.Measured, r.Passed = &x, t.Keeps(x)
	good := p.good(Response)
	if t.Metric == "p" && !good.Carries(t.Quantile) {
		return fmt.Errorf("the number of good responses, %d, is too small for this percentile; it takes %d", good.Count(), Needed(t.Quantile))
	}
	return nil
}

// metric measures what t limits.
func (p *part) metric(t Threshold, active float64) (float64, error) {
	if p.requests() == 0 {
		return 0, fmt.Errorf("no request ended here")
	}
	switch t.Metric {
	case "error_share":
		return float64(p.sum.Failed) / float64(p.requests()), nil
	case "rate":
		return per(p.requests(), active), nil
	case "goodput":
		return per(p.sum.Ended[OK], active), nil
	}
	good := p.good(Response)
	if good.Count() == 0 {
		return 0, fmt.Errorf("no good response to take the time of")
	}
	switch t.Metric {
	case "mean":
		return millis(good.Mean()), nil
	case "max":
		return millis(good.Max()), nil
	}
	return millis(good.Quantile(t.Quantile)), nil
}

func per(n int64, seconds float64) float64 {
	if seconds <= 0 {
		return 0
	}
	return float64(n) / seconds
}
