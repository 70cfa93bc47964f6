package main

import (
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios"
	"tollgate/scenarios/probes"
	"tollgate/scenarios/session"
	"tollgate/targets"
)

func newPlan() *cobra.Command {
	var prices bookFlags
	var load loadFlags
	var decide decideFlags
	var shard shardFlags
	c := &cobra.Command{
		Use:   "plan SCENARIO|URL",
		Short: "Show what a run would send, how long it would take and what it would cost",
		Long: `Plan prints what run would do with a scenario: stages, blocks, requests and time for
each target, and what the run itself would cost at list price. It says what run would
refuse or ask about, and what AWS says about load tests of deployed targets. Nothing
is sent.

A stage's rate and length are what one target receives. Every stage is cut into
blocks, and each block is replayed on every target, in random order, before the
next begins, so the wall time is the sum over the targets. Populations run side by side:
their rates add up, and the wall time is that of the longest. In a scenario with flows a
rate counts flows; the requests shown are those that they are likely to send.

With --decide (or decide: in the scenario) it also says how long such a run is likely to
go on, if its blocks vary as those of the latest run of the same scenario in results/runs
(or TOLLGATE_OUT) did, or without one as is assumed. See tollgate run --help.

With --shards 8 (or --shard 3/8) it also says what each of eight machines sends, if they
send the run together (see tollgate fleet --help).

An address in place of a scenario, and flags that replace values of a scenario, mean
the same as for tollgate run.

EXIT STATUS
  0  the scenario can run
  2  it cannot`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			s, err := load.scenario(c, given[0])
			if err == nil {
				err = decide.apply(s)
			}
			if err != nil {
				return err
			}
			one, err := shard.planned()
			if err != nil {
				return err
			}
			p, questions, err := probes.NewPlan(s, false)
			if err != nil {
				return usage(fmt.Errorf("%s: %w", s.File, err))
			}
			k := known(c)
			warn(c, slices.Concat(p.Warnings, k.Warnings(p), unproxied(s.Targets)))
			advise(c, k, p)
			book, err := prices.book()
			if err != nil {
				return err
			}
			g, err := newGuard(book)
			if err != nil {
				return err
			}
			if refused := probes.Refusals(questions); refused != nil {
				warn(c, []error{refused})
			}
			warn(c, unbillable(p, book))
			for _, refusal := range g.Refusals(p) {
				fmt.Fprintf(c.ErrOrStderr(), "note: tollgate run refuses this: %v\n", refusal)
			}
			if err := printPlan(c.OutOrStdout(), p, book); err != nil || one.Count == 0 {
				return err
			}
			return printShard(c.OutOrStdout(), s, one, shard.shard != "")
		},
	}
	prices.flags(c)
	load.flags(c)
	load.serverFlags.flags(c)
	decide.flags(c)
	shard.which(c)
	return c
}

func printPlan(w io.Writer, p *scenarios.Plan, book *pricing.Book) error {
	cost := p.Estimate(book)
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "scenario\t%s, seed %d\n", p.Scenario.Name, p.Seed)
	most := map[bool]string{true: "at most "}[p.Decide != nil]
	fmt.Fprintf(t, "time\t%s%s\n", most, timeText(p))
	fmt.Fprintf(t, "requests\t%s%s\n", most, requestsText(p))
	if len(p.Scenario.Populations) > 0 {
		fmt.Fprintf(t, "rate\t%s\n", togetherText(p))
	}
	if len(p.Scenario.Hosts) > 0 {
		fmt.Fprintf(t, "hosts\t%s: steps may go there besides the targets; what they cost there is not counted\n", scenarios.HostNames(p.Scenario.Hosts))
	}
	for i := range p.Populations {
		if one := &p.Populations[i]; one.Name != "" {
			fmt.Fprintf(t, "population %s\t%s\n", one.Name, populationText(p, one))
		}
		for k := range p.Populations[i].Walks {
			f := &p.Populations[i].Walks[k]
			fmt.Fprintf(t, "flow %s\t%s\n", f.Name, flowText(p, f))
		}
		for _, s := range p.Populations[i].Stages {
			fmt.Fprintf(t, "%s\t%s\n", s.Title(), stageText(s))
		}
	}
	if p.Decide != nil {
		fmt.Fprintf(t, "decide\t%s\nlikely\t%s\n", decideText(p.Decide), likelyText(p, cost, forecastOf(p)))
	}
	for _, d := range p.Scenario.Data() {
		fmt.Fprintf(t, "data %s\t%s of %s, %s\n", d.Name, pricing.Counted(d.Rows, "row"), d.File, d.Pick)
	}
	if names := p.Preflights(); len(names) > 0 {
		fmt.Fprintf(t, "preflights\t%s: on top of these requests, at most one for each where a browser asks first\n", strings.Join(names, ", "))
	}
	for _, line := range trialText(p) {
		fmt.Fprintf(t, "trial\t%s\n", line)
	}
	for _, rule := range p.Scenario.Abort {
		fmt.Fprintf(t, "abort\t%s\n", rule.Text)
	}
	for _, a := range p.Probes {
		fmt.Fprintf(t, "probe %s\t%s: at most %s in %v, up to %s a second\n", a.Probe, a.Target, pricing.Counted(a.Requests, "request"), a.For, pricing.Count(int64(math.Round(a.Peak))))
		if a.Changes != "" {
			fmt.Fprintf(t, "probe %s\t%s: %s\n", a.Probe, a.Target, a.Changes)
		}
	}
	if text := p.BothSorts(); text != "" {
		fmt.Fprintf(t, "compared\t%s\n", text)
	}
	for i, target := range p.Scenario.Targets {
		fmt.Fprintf(t, "target %s\t%s, %s\n", target.Name, whereText(target), costText(target, cost.Targets[i]))
		if text := authText(p, i); text != "" {
			fmt.Fprintf(t, "\t%s\n", text)
		}
		if text := session.ConnectionOf(&target).Text(); text != "" {
			fmt.Fprintf(t, "\t%s\n", text)
		}
		if every := p.Scenario.Engine.Refresh(target); every > 0 {
			fmt.Fprintf(t, "\tits name is looked up again every %v, for new connections (engine: dns_refresh)\n", every)
		}
	}
	fmt.Fprintf(t, "cost\t%s (%s)\n", totalText(p, cost), cost.Book)
	if text := p.WatchingText(cost); text != "" {
		fmt.Fprintf(t, "read at AWS\t%s\n", text)
	}
	if err := t.Flush(); err != nil {
		return err
	}
	for _, note := range p.Notes() {
		if _, err := fmt.Fprintf(w, "\n%s\n", note); err != nil {
			return err
		}
	}
	return nil
}

// whereText is what a target is, and in which region if AWS bills for it in one.
func whereText(t targets.Target) string {
	if t.Lab || !t.Kind.OnAWS() || t.Distribution.Unstated() {
		return t.Title()
	}
	return t.Title() + " in " + t.Region
}

// closedLoops says whether users send some of the load.
func closedLoops(p *scenarios.Plan) bool {
	return slices.ContainsFunc(p.Stages, func(s scenarios.PlannedStage) bool {
		_, users := s.Load.(scenarios.Users)
		return users
	})
}

// timeText says how long the load and the probes take. A probe may end earlier.
func timeText(p *scenarios.Plan) string {
	load := fmt.Sprintf("%v: %s", p.Duration(), turnsText(&p.Populations[0]))
	if len(p.Scenario.Populations) > 0 {
		load = fmt.Sprintf("%v: %s side by side", p.Duration(), pricing.Counted(len(p.Populations), "population"))
	}
	if p.Scenario.AlignMinute {
		load += ", from a full minute on"
	}
	switch {
	case len(p.Probes) == 0:
		return load
	case len(p.Stages) == 0:
		return fmt.Sprintf("at most %v (probes)", p.ProbeTime())
	}
	return fmt.Sprintf("%s, then at most %v of probes", load, p.ProbeTime())
}

// turnsText says of what the time of a population is made.
func turnsText(p *scenarios.PlannedPopulation) string {
	return fmt.Sprintf("%s × %v", pricing.Counted(len(p.To), "target"), p.PerTarget())
}

// togetherText is the rate that all populations together may come to.
func togetherText(p *scenarios.Plan) string {
	text := "up to " + pricing.Count(int64(math.Ceil(p.Peak()))) + "/s of all populations together"
	if closedLoops(p) {
		text += ", and closed loops"
	}
	return text
}

// populationText says what a population sends, where and when, and how many of the
// connections and requests that the scenario allows are its own.
func populationText(p *scenarios.Plan, one *scenarios.PlannedPopulation) string {
	var names []string
	for _, r := range one.Requests {
		names = append(names, strings.TrimPrefix(r.Name, one.Name+"/"))
	}
	if len(one.Walks) > 0 {
		names = nil
	}
	for _, f := range one.Walks {
		names = append(names, strings.TrimPrefix(f.Name, one.Name+"/"))
	}
	text := fmt.Sprintf("%s to %s, %s", strings.Join(names, ", "), strings.Join(one.Targets, ", "), turnsText(one))
	if one.Start > 0 {
		text += fmt.Sprintf(", from %v on", one.Start)
	}
	share := p.EngineFor(one.Number)
	if n := share.MaxConnections; n > 0 {
		text += ", on at most " + pricing.Counted(n, "connection")
	}
	if n := share.MaxInFlight; n > 0 {
		text += ", with at most " + pricing.Counted(n, "request") + " in flight"
	}
	return text
}

// requestsText counts the requests of all stages and probes, as far as it is known how
// many there will be.
func requestsText(p *scenarios.Plan) string {
	var probes int64
	for _, a := range p.Probes {
		probes += a.Requests
	}
	var parts []string
	if n := p.Requests(); n > 0 {
		likely := map[bool]string{true: "likely "}[slices.ContainsFunc(p.Stages, func(s scenarios.PlannedStage) bool { return s.Each.Least < s.Each.Most })]
		parts = append(parts, likely+pricing.Count(n)+" in all")
	}
	if closedLoops(p) {
		parts = append(parts, "as many as the targets respond to in closed loops")
	}
	switch {
	case len(p.Probes) > 0 && len(p.Stages) > 0:
		parts = append(parts, fmt.Sprintf("at most %s of probes", pricing.Count(probes)))
	case len(p.Probes) > 0:
		parts = append(parts, fmt.Sprintf("at most %s (probes)", pricing.Count(probes)))
	}
	return strings.Join(parts, ", and ")
}

// totalText is the cost of all targets, and whether a part of it is not known.
func totalText(p *scenarios.Plan, e *scenarios.Estimate) string {
	origin := func(t targets.Target) bool { return !t.Kind.OnAWS() }
	switch {
	case e.Unknown() == nil && e.Total.High.Float() == 0 && slices.ContainsFunc(p.Scenario.Targets, origin):
		return "nothing that AWS bills"
	case e.Unknown() == nil:
		return rangeText(e.Total)
	case e.Total.High.Float() == 0:
		return "not known"
	}
	return rangeText(e.Total) + ", and what is not known"
}

// announce says what probes will change at targets, before anything is sent.
func announce(w io.Writer, p *scenarios.Plan) {
	for _, a := range p.Probes {
		if a.Changes != "" {
			fmt.Fprintf(w, "note: probe %s at %s %s\n", a.Probe, a.Target, a.Changes)
		}
	}
}

func stageText(s scenarios.PlannedStage) string {
	if s.WarmUp {
		s.WarmUp = false
		return stageText(s) + ", which no figure, threshold or bill counts"
	}
	if u, closed := s.Load.(scenarios.Users); closed {
		thinking := ""
		if u.Think.P99 > 0 {
			thinking = fmt.Sprintf(" (think time %v)", u.Think)
		}
		return fmt.Sprintf("closed loop of %s%s for %v in %s of %v", pricing.Counted(u.N, "user"), thinking, s.For, pricing.Counted(s.Blocks, "block"), s.Block)
	}
	return fmt.Sprintf("%s for %v in %s of %v: %s for each target", s.Words(), s.For, pricing.Counted(s.Blocks, "block"), s.Block, dueText(&s))
}

// dueText counts what is due at one target in a stage: requests, or flows and how many
// requests these are likely to send.
func dueText(s *scenarios.PlannedStage) string {
	if !s.Flows {
		return pricing.Counted(s.Starts, "request")
	}
	return fmt.Sprintf("%s, likely %s", pricing.Counted(s.Starts, "flow"), pricing.Counted(s.Requests(), "request"))
}

// flowText says of what a flow is made, and how many requests it sends.
func flowText(p *scenarios.Plan, f *scenarios.PlannedFlow) string {
	var steps []string
	for i := range f.Steps {
		step := &f.Steps[i]
		name := strings.TrimPrefix(p.Sent[step.Request].Name, f.Name+"/")
		switch {
		case step.Repeat.While != nil:
			name += fmt.Sprintf(" (up to %d times)", step.Repeat.Most)
		case step.Repeat.Most > 1:
			name += fmt.Sprintf(" (%d times)", step.Repeat.Most)
		}
		if step.Elsewhere {
			name += " (at another host)"
		}
		if step.When != nil {
			name += " (if " + step.When.Text + ")"
		}
		steps = append(steps, name)
	}
	e := f.Extent()
	text := fmt.Sprintf("%s: %s", strings.Join(steps, ", "), extentText(e))
	if e.Mean > 0 {
		text += fmt.Sprintf(", thinks for about %v", e.Mean.Round(time.Millisecond))
	}
	if f.Weight > 1 {
		text += fmt.Sprintf(", weight %d", f.Weight)
	}
	return text
}

// extentText is how many requests a flow sends.
func extentText(e scenarios.Extent) string {
	if e.Least == e.Most {
		return pricing.Counted(int64(e.Most), "request")
	}
	return fmt.Sprintf("%s to %s, likely %s", pricing.Count(int64(e.Least)), pricing.Counted(int64(e.Most), "request"), rounded(e.Likely))
}

func rounded(x float64) string { return strconv.FormatFloat(math.Round(x*10)/10, 'f', -1, 64) }

func costText(target targets.Target, e scenarios.TargetEstimate) string {
	lacks := pricing.Lacks(e.Unknown)
	switch {
	case len(lacks) > 0:
		return fmt.Sprintf("cost not known: no prices for %v", lacks[0])
	case e.Unknown != nil:
		return fmt.Sprintf("cost not known: %v", e.Unknown)
	case !target.Kind.OnAWS():
		return "no front door of AWS: what it costs its owner is not known"
	}
	return rangeText(e.Sum())
}

func rangeText(r scenarios.Range) string {
	if r.High.Float() == 0 {
		return "costs nothing"
	}
	return fmt.Sprintf("likely %s, from %s to %s", scenarios.Dollars(r.Likely), scenarios.Dollars(r.Low), scenarios.Dollars(r.High))
}
