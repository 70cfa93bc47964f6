package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"time"

	"github.com/charmbracelet/x/term"
	"github.com/spf13/cobra"

	"tollgate/cmd/tollgate/console"
	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/results/otlp"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
)

// A progress reports on standard error how far a run has come: on a terminal by a
// live view, elsewhere by a line every few seconds, with --quiet not at all.
type progress struct {
	w      io.Writer
	quiet  bool
	late   bool // what is observed is published late: not by a lab
	step   session.Step
	told   time.Time
	warned string            // the latest warning that was written
	screen *console.Screen   // nil: lines
	gather *console.Gatherer // nil: neither the live view nor a receiver needs it
	otlp   *otlp.Exporter    // nil: metrics are sent nowhere
}

// everySoOften is how often a line is written without a live view.
const everySoOften = 5 * time.Second

// newProgress begins to report on a run. The context it returns ends when the
// given one does, or when Ctrl-C is pressed in the live view, where a second Ctrl-C
// calls hurry.
func newProgress(c *cobra.Command, r *runFlags, plan *scenarios.Plan, book *pricing.Book, receiver *otlp.Receiver, hurry func()) (*progress, context.Context) {
	ctx := c.Context()
	p := &progress{w: c.ErrOrStderr(), quiet: r.quiet, late: slices.ContainsFunc(plan.Scenario.Targets, func(t targets.Target) bool {
		return !t.Lab && len(t.Kind.Watch) > 0
	})}
	cfg := console.Config{Plan: plan, Estimate: plan.Estimate(book), CPUs: runtime.NumCPU()}
	if limit, err := pricing.ParseMoney(r.maxCost); err == nil {
		cfg.Limit = &limit
	}
	if receiver != nil {
		p.gather, p.otlp = console.Gather(cfg), otlp.New(receiver)
	}
	if r.quiet || !isTerminal(p.w) || !console.Fit() {
		return p, ctx
	}
	ctx, stop := context.WithCancel(ctx)
	p.gather = console.Gather(cfg)
	var keys io.Reader
	if in := c.InOrStdin(); isTerminal(in) {
		keys = in
	}
	p.screen = console.Show(escape.Raw(p.w), keys, p.gather.Tell(session.Progress{Step: session.Preparing}), os.Getenv("NO_COLOR") == "", console.Wishes{
		Stop: stop, Hurry: hurry,
		Quit: func() { os.Exit(exitInterrupted) },
	})
	context.AfterFunc(c.Context(), stop)
	return p, ctx
}

// isTerminal says whether a person sits at the other end of a stream.
func isTerminal(stream any) bool {
	if w, ok := stream.(io.Writer); ok {
		stream = escape.Raw(w)
	}
	f, ok := stream.(*os.File)
	return ok && term.IsTerminal(f.Fd())
}

// tell reports where the session is.
func (p *progress) tell(at session.Progress) {
	if p.gather != nil {
		now := p.gather.Tell(at)
		if p.otlp != nil {
			p.otlp.Ask(now.Asked)
		}
		if p.screen != nil {
			p.screen.Tell(now)
			return
		}
	}
	if p.quiet {
		return
	}
	if at.Warning != "" && at.Warning != p.warned {
		p.warned = at.Warning
		fmt.Fprintln(p.w, "warning: "+at.Warning)
	}
	news := at.Step != p.step
	p.step = at.Step
	if now := time.Now(); news || now.Sub(p.told) >= everySoOften {
		p.told = now
		fmt.Fprintln(p.w, p.sentence(at))
	}
}

// notice writes at once what the summary will repeat. The live view has no room for
// it.
func (p *progress) notice(text string) {
	if p.screen == nil && !p.quiet {
		fmt.Fprintln(p.w, text)
	}
}

// outputs are the further outputs of the run: the live view and a receiver of metrics, if
// there are any.
func (p *progress) outputs() (all []results.Output) {
	if p.screen != nil {
		all = append(all, p)
	}
	if p.otlp != nil {
		all = append(all, p.otlp)
	}
	return all
}

// Second implements results.Output.
func (p *progress) Second(m *results.Moment) error { return p.gather.Second(m) }

// Close implements results.Output: it leaves the terminal as it was found.
func (p *progress) Close(*results.Run) error {
	p.screen.Close()
	return nil
}

func (p *progress) sentence(at session.Progress) string {
	switch {
	case at.Step == session.Observing && p.late:
		return string(at.Step) + ": CloudWatch publishes metrics some minutes late; Ctrl-C skips this (tollgate observe does it later)"
	case at.Step == session.Evaluating:
		return at.Probe
	case at.Step == session.Stopping:
		return fmt.Sprintf("%s: waiting up to %v for the requests in flight (graceful_stop); Ctrl-C again ends them at once", at.Step, at.Grace)
	case at.Step != session.Loading:
		return string(at.Step)
	}
	if late := at.Elapsed - at.Total; late >= time.Second && at.Ended < at.Planned {
		return fmt.Sprintf("%s %3.0f s, %s, waiting for the last responses: %s of %s ended, %s failed", at.Step, at.Elapsed.Seconds(), at.Where(), pricing.Counted(at.Ended, "request"), pricing.Count(at.Planned), pricing.Count(at.Failed))
	}
	line := fmt.Sprintf("%s %3.0f s of %.0f s, %s, %s", at.Step, at.Elapsed.Seconds(), at.Total.Seconds(), at.Where(), pricing.Counted(at.Ended, "request"))
	if at.Planned > 0 {
		line += fmt.Sprintf(" of %d", at.Planned)
	}
	line += fmt.Sprintf(", %d failed", at.Failed)
	if look := at.Undecided(); look != "" {
		line += "; " + look
	}
	return line
}
