package scenarios

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
)

// A Decide asks a run to go on until the comparison of its targets is decided: until each
// metric of each target is better or worse than the first target's, or equivalent to it
// within the margin. The zero value asks for nothing.
type Decide struct {
	Margin   float64       // smaller differences do not matter; a share
	Metrics  []string      // none: the median, and the highest of p90, p95 and p99 that each block has
	Within   time.Duration // of load at all targets together; 0: DecideWithin
	Requests int64         // at all targets together; 0: any number

	After  int           // blocks that the run which this one continues has recorded
	Budget pricing.Money // that the run may cost; zero: no limit. No part of the file
	Most   int           // blocks that the budget is enough for; 0: not limited. See [Scenario.Afford]
}

// DecideWithin is how long a run goes on at most, unless its scenario or its command line
// says otherwise.
const DecideWithin = 30 * time.Minute

// DecideShare reads a margin such as 5% or 0.05.
func DecideShare(text string) (float64, error) {
	r, err := document.Parse(text, document.Share)
	if err != nil {
		return 0, fmt.Errorf("%q %w", text, err)
	}
	x, _ := r.Float64()
	if !(x > 0 && x <= 1) {
		return 0, fmt.Errorf("%q is out of bounds: a margin is more than 0 and at most 100%%", text)
	}
	return x, nil
}

// ParseDecide reads a margin, perhaps after the metrics that are to be decided, such as 5%
// or p50,p99:5%.
func ParseDecide(text string) (d Decide, err error) {
	margin := text
	if names, rest, found := strings.Cut(text, ":"); found {
		margin = rest
		all := results.DecideMetrics()
		for name := range strings.SplitSeq(names, ",") {
			switch {
			case !slices.Contains(all, name):
				return d, fmt.Errorf("%q is not one of %s%s", name, document.OneOf(all), document.DidYouMean(name, all))
			case slices.Contains(d.Metrics, name):
				return d, fmt.Errorf("%s is listed twice", name)
			}
			d.Metrics = append(d.Metrics, name)
		}
	}
	d.Margin, err = DecideShare(margin)
	return d, err
}

// decide reads the margin, or a mapping of all settings.
func (in *input) decide(v document.Value) (d Decide) {
	if v.Node == nil {
		return d
	}
	margin := v
	if v.Type == document.Mapping {
		f := in.fields(v, "margin", "metrics", "within", "requests")
		f.Need("margin")
		margin = f.Get("margin")
		if f.Has("metrics") {
			d.Metrics = metricsOf(f.Get("metrics"))
		}
		if f.Has("within") {
			d.Within = f.Get("within").Duration(time.Second, longestStage)
		}
		d.Requests = f.WholeOr("requests", 1, 1e12, 0)
	}
	if text, ok := margin.Scalar("a share such as 5%", document.Integer, document.Float); ok {
		var err error
		if d.Margin, err = DecideShare(text); err != nil {
			margin.Bad("is not a margin: write a share of more than 0 and at most 100%%, such as 5%%")
		}
	}
	return d
}

// metricsOf reads the metrics that a run has to decide.
func metricsOf(v document.Value) (names []string) {
	all := results.DecideMetrics()
	for _, item := range v.List(len(all)) {
		name := item.Choice(all...)
		if name != "" && slices.Contains(names, name) {
			item.Problem("%s is listed twice", name)
		}
		names = append(names, name)
	}
	return names
}

// Steady says whether a stage has the same load from its beginning to its end.
func (s Stage) Steady() bool {
	a, open := s.Load.(Arrivals)
	if !open {
		return true // a fixed number of users
	}
	switch a.Shape.(type) {
	case Constant, Poisson:
		return true
	}
	return false
}

// decides lengthens the steady stage to what the run may take at most. Blocks of a ramp, or
// of two stages, are no replicates of each other, so there has to be one steady stage.
func (p *Plan) decides() error {
	s, d := p.Scenario, p.Scenario.Decide
	switch {
	case d.Margin == 0:
		return nil
	case len(s.Targets) < 2:
		return fmt.Errorf("decide compares the other targets with the first, and the scenario has %s: name two, or leave decide out", pricing.Counted(len(s.Targets), "target"))
	case len(s.Populations) > 0:
		return errors.New("decide compares targets that receive one load each, and populations load them side by side: leave out decide, or the populations")
	case !p.oneSteady():
		return fmt.Errorf("decide adds blocks of one steady stage, so the load has to be one constant, poisson or closed stage after any warm-up, and it has %s", stagesText(p))
	}
	metrics, err := p.decideMetrics()
	if err != nil {
		return err
	}
	stage := p.last()
	most, limit := p.mostBlocks(stage)
	if fewest := max(results.FewestBlocks, d.After+1); most < fewest {
		return fmt.Errorf("decide needs at least %s more, and %s is enough for %d: allow more, or shorten the blocks (the stage's length ÷ blocks, now %v)", pricing.Counted(fewest-d.After, "block"), limit, most-d.After, stage.Block)
	}
	p.Decide = &results.Decide{Margin: d.Margin, Metrics: metrics, Most: most, Limit: limit, Looks: []results.Look{}}
	p.lengthen(most)
	return nil
}

// last is the stage that goes on: only a warm-up comes before it.
func (p *Plan) last() *PlannedStage { return &p.Stages[len(p.Stages)-1] }

// oneSteady says whether there is one stage but for a warm-up, and a steady one.
func (p *Plan) oneSteady() bool {
	if len(p.Stages) == 0 || !p.last().Steady() || p.last().WarmUp {
		return false
	}
	return !slices.ContainsFunc(p.Stages[:len(p.Stages)-1], func(s PlannedStage) bool { return !s.WarmUp })
}

func stagesText(p *Plan) string {
	var loads []string
	for _, s := range p.Stages {
		loads = append(loads, s.Words())
	}
	if len(loads) == 0 {
		return "none"
	}
	return strings.Join(loads, ", ")
}

// mostBlocks is how many blocks a run has at most, those before it included, and why.
func (p *Plan) mostBlocks(stage *PlannedStage) (most int, limit string) {
	d, targets := p.Scenario.Decide, int64(len(p.Scenario.Targets))
	within := d.Within
	if within == 0 {
		within = DecideWithin
	}
	n := int64(within) / (int64(stage.Block) * targets)
	limit = fmt.Sprintf("%v of load", within)
	each := stage.Requests() * targets // of as many blocks as the stage has
	if d.Requests > 0 && each > 0 && d.Requests*int64(stage.Blocks)/each < n {
		n, limit = d.Requests*int64(stage.Blocks)/each, pricing.Counted(d.Requests, "request")
	}
	if d.Most > 0 && int64(d.Most) < n {
		n, limit = int64(d.Most), "a budget of "+Dollars(d.Budget)
	}
	if rest := int64(results.MostDecideBlocks - d.After); n > rest {
		n, limit = rest, pricing.Counted(results.MostDecideBlocks, "block")
	}
	return d.After + int(n), limit
}

// lengthen gives the last stage so many blocks, of the length that they have.
func (p *Plan) lengthen(blocks int) {
	s := p.last()
	s.For, s.Blocks, s.After = s.Block*time.Duration(blocks), blocks, p.Scenario.Decide.After
	s.Starts = s.Due(blocks) - s.Due(s.After)
	s.all = s.Starts
	p.Populations[0].Stages = slices.Clone(p.Stages)
}

// Due is how many requests, or flows, are due at one target in the first blocks of the stage; 0 in
// the closed model.
func (s *PlannedStage) Due(blocks int) (n int64) {
	a, open := s.Load.(Arrivals)
	if !open {
		return 0
	}
	return count(a.Shape, portion(s.For, blocks, s.Blocks), s.seed)
}

// decideMetrics are the metrics that are to be decided. Those that were named have to be
// in each block.
func (p *Plan) decideMetrics() ([]string, error) {
	stage, named := p.last(), p.Scenario.Decide.Metrics
	_, closed := stage.Load.(Users)
	each := stage.Requests() / int64(stage.Blocks)
	carries := func(m string) bool { return each >= results.DecideNeeds(m) }
	for _, m := range named {
		if !closed && !carries(m) {
			need := results.DecideNeeds(m)
			return nil, fmt.Errorf("decide: %s needs %d good responses in a block, and a block has %d requests: raise the rate, or let blocks last longer (fewer blocks:)", m, need, each)
		}
	}
	if len(named) > 0 {
		return named, nil
	}
	metrics := []string{"p50"}
	for _, m := range []string{"p99", "p95", "p90"} {
		if !closed && carries(m) {
			return append(metrics, m), nil
		}
	}
	return metrics, nil
}

// Afford limits a run that is to decide to the blocks that a budget is enough for, if each
// request costs as much as it may.
func (s *Scenario) Afford(book *pricing.Book, limit pricing.Money) error {
	if s.Decide.Margin == 0 || limit.Cmp(pricing.Money{}) <= 0 {
		return nil
	}
	enough := func(blocks int) (bool, error) {
		trial := *s
		trial.Decide.Most, trial.Decide.Budget = blocks, limit
		p, err := NewPlan(&trial)
		if err != nil {
			return false, err
		}
		return p.Estimate(book).Total.High.Cmp(limit) <= 0, nil
	}
	low, high := results.FewestBlocks, results.MostDecideBlocks+1 // the guard refuses the fewest, if they are too many
	for low+1 < high {
		middle := (low + high) / 2
		ok, err := enough(middle)
		switch {
		case err != nil:
			return err
		case ok:
			low = middle
		default:
			high = middle
		}
	}
	s.Decide.Most, s.Decide.Budget = low, limit
	return nil
}
