package saturation

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
)

func bestGoodput(t *state) (best float64) {
	for _, s := range t.steps {
		best = max(best, s.figures.goodput())
	}
	return best
}

func (p *search) curves(t *state) []results.Series {
	steps := slices.Clone(t.steps)
	slices.SortStableFunc(steps, func(a, b step) int { return int(math.Copysign(1, a.rate-b.rate)) })
	const x = "offered rate (requests/s)"
	goodput := results.Series{Name: "goodput", X: x, Y: "good responses/s"}
	p50 := results.Series{Name: "p50", X: x, Y: "response time (ms)"}
	p99 := results.Series{Name: "p99", X: x, Y: p50.Y}
	for _, s := range steps {
		if s.verdict == results.Invalid {
			continue
		}
		goodput.Points = append(goodput.Points, [2]float64{s.rate, s.figures.goodput()})
		if s.figures.good > 0 {
			p50.Points = append(p50.Points, [2]float64{s.rate, s.figures.percentile(0.5)})
			p99.Points = append(p99.Points, [2]float64{s.rate, s.figures.percentile(0.99)})
		}
	}
	return []results.Series{goodput, p50, p99}
}

func (p *search) table(t *state) results.Table {
	table := results.Table{Title: "steps", Columns: []string{"rate/s", "goodput/s", "errors %", "p50 ms", "p99 ms", "thresholds"}}
	for _, s := range t.steps {
		word := "held"
		switch {
		case s.verdict == results.Invalid:
			word = "not used: the generator was disturbed"
		case s.behind:
			word = "did not keep up"
		case len(s.broken) > 0:
			word = "broken"
		}
		x := &s.figures
		table.Rows = append(table.Rows, []string{
			fmt.Sprintf("%.5g", s.rate), fmt.Sprintf("%.5g", x.goodput()), fmt.Sprintf("%.2f", 100*x.errorShare()),
			fmt.Sprintf("%.3g", x.percentile(0.5)), fmt.Sprintf("%.3g", x.percentile(0.99)), word,
		})
	}
	return table
}
