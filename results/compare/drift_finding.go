package compare

import (
	"fmt"
	"math"
	"strings"
	"time"

	"tollgate/results"
)

// finding tells a course whose effects have their verdicts.
func (c *course) finding(p *Pair, run results.Verdict) results.Finding {
	f := results.Finding{
		Probe: ProbeDrift, Title: "Drift", Target: c.turns.name, Verdict: run, Values: map[string]results.Value{},
		Conclusion: c.conclusion(p, run),
	}
	if f.Verdict == "" {
		f.Verdict = results.Valid
	}
	if len(p.Effects) == 0 || run == results.Invalid {
		return f
	}
	f.Assumptions = []string{
		"the first block is left out, as connections and environments are new in it",
		fmt.Sprintf("noise is forgotten within a fiftieth of the stage, %.3g s: what lasts longer makes verdicts less sure than they look, and a swing longer than a quarter of the stage cannot be told from drift", c.stage.Seconds/50),
	}
	table := results.Table{Title: "first and last quarter of " + c.named(), Columns: []string{"", "first", "last", "change", "95 % interval", "per hour", "verdict"}}
	for i, e := range p.Effects {
		l := &c.lines[i]
		name := strings.ReplaceAll(string(e.Metric), ".", "_")
		at, low, high := *e.Estimate, *e.Low, *e.High
		if e.Scale == Ratio {
			at, low, high = at-1, low-1, high-1
		}
		f.Values[name+"_change"] = results.Between(at, low, high, "share", fmt.Sprintf(
			"last quarter against first, in %d pieces of the stage; how much pieces vary within quarters gives the error; 95 %%, each for itself", len(l.pieces)))
		slope, half := l.trend(DefaultLevel)
		f.Values[name+"_trend_per_hour"] = results.Between(slope, slope-half, slope+half, "share",
			"slope of a straight line through the pieces (of a latency: through their logarithms), least squares; 95 %, each for itself")
		table.Rows = append(table.Rows, []string{
			string(e.Metric), spelled(e.Base, e.Unit), spelled(e.Head, e.Unit), e.size(e.Estimate), e.interval(), e.hourly(slope), e.verdict(),
		})
		if s, drawn := l.series(); drawn {
			f.Series = append(f.Series, s)
		}
	}
	f.Tables = []results.Table{table}
	return f
}

// named is the stage in words: constant 100/s for 4m0s.
func (c *course) named() string {
	return fmt.Sprintf("%s for %v", c.stage.Load, time.Duration(c.stage.Seconds*1e9))
}

// conclusion says it in a sentence: what got worse before what stayed.
func (c *course) conclusion(p *Pair, run results.Verdict) string {
	switch {
	case run == results.Invalid:
		return "Cannot tell: the run is invalid, so what it measured is not the target."
	case len(p.Effects) == 0:
		return fmt.Sprintf("Cannot tell: of %s there are %s and the first, which is left out; a verdict takes %d: set blocks in the scenario, of at least a second each.",
			c.named(), counted(len(c.blocks), "whole block"), MinBlocks)
	}
	parts := make([]string, len(p.Effects))
	by := map[Verdict][]string{}
	for i, e := range p.Effects {
		parts[i] = e.ratio()
		by[e.Verdict] = append(by[e.Verdict], e.said())
	}
	var heads []string
	for _, h := range []struct {
		verdict Verdict
		word    string
	}{{Worse, "worse in"}, {Better, "better in"}, {Equivalent, "no drift in"}, {Inconclusive, "cannot tell of"}} {
		if len(by[h.verdict]) > 0 {
			heads = append(heads, h.word+" "+strings.Join(by[h.verdict], ", "))
		}
	}
	head := strings.Join(heads, "; ")
	if len(by[Equivalent]) == len(p.Effects) {
		head = "no drift"
	}
	said := fmt.Sprintf("%s%s: the last quarter of %s against its first: %s.", strings.ToUpper(head[:1]), head[1:], c.named(), strings.Join(parts, ", "))
	switch most := lineLengths[0]; {
	case len(by[Inconclusive]) == 0:
	case c.late != "":
		said += " " + strings.ToUpper(c.late[:1]) + c.late[1:] + ": a quieter machine tells more."
	case c.stage.Blocks < most && c.stage.Seconds >= float64(most):
		said += fmt.Sprintf(" More blocks tell more: set blocks: %d in the scenario.", most)
	default:
		said += " A longer stage tells more."
	}
	return said
}

// said is a metric as prose has it.
func (e *Effect) said() string {
	if e.Metric == ErrorShare {
		return "errors"
	}
	return string(e.Metric)
}

// ratio spells an effect with its interval: p50 ×1.002 [0.995, 1.009].
func (e *Effect) ratio() string {
	if e.Scale == Difference {
		return fmt.Sprintf("%s %+.2g points [%+.2g, %+.2g]", e.said(), 100**e.Estimate, 100**e.Low, 100**e.High)
	}
	return fmt.Sprintf("%s ×%.4g [%.4g, %.4g]", e.said(), *e.Estimate, *e.Low, *e.High)
}

// hourly spells a slope.
func (e *Effect) hourly(slope float64) string {
	unit := "%"
	if e.Scale == Difference {
		unit = "points"
	}
	return fmt.Sprintf("%+.3g %s", 100*slope, unit)
}

// series draws the line over the stage; a share that is nothing all along is not
// drawn.
func (l *line) series() (results.Series, bool) {
	s := results.Series{Name: string(l.metric), X: "minutes since the stage began", Y: "response time (ms)"}
	any := l.scale == Ratio
	for i, p := range l.pieces {
		y := math.Exp(l.xs[i])
		if l.scale == Difference {
			s.Y, y = "failed requests (%)", 100*l.xs[i]
			any = any || y > 0
		}
		s.Points = append(s.Points, [2]float64{60 * p.at, y})
	}
	return s, any
}
