package results

import "fmt"

// Pending returns the thresholds as they stand in a Document before there is
// anything to measure. Summarise judges them.
func Pending(ts []Threshold) []ThresholdResult {
	out := make([]ThresholdResult, len(ts))
	for i, t := range ts {
		out[i] = ThresholdResult{Threshold: t.Text, Target: t.Target, Request: t.Request, Unit: t.Unit(), Why: notMeasured}
	}
	return out
}

// Judge measures each threshold. One that names no target is judged for each
// of them. Where nothing was measured, or too little for the percentile, the
// threshold fails: silence is not success.
func Judge(run *Run, ts []Threshold) []ThresholdResult { return judge(run, total(run), ts) }

func judge(run *Run, all totals, ts []Threshold) []ThresholdResult {
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
				err = r.judge(t, p, all.active[uint16(i)].Seconds())
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

// judge fills in what was measured; an error says why nothing could be.
func (r *ThresholdResult) judge(t Threshold, p *part, active float64) error {
	x, err := p.metric(t, active)
	if err != nil {
		return err
	}
	r.Measured, r.Passed = &x, t.keeps(x)
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
