package launch

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios/fleet"
)

// A Progress is how far a fleet is.
type Progress struct {
	Elapsed time.Duration
	Shards  int
	Ready   int // wait for the start
	Sending int // have begun, and are not done
	Done    int // whose results are in the store as a whole
	Start   time.Time
	Stuck   []Member // do not run, and why
	Note    string   // what cannot be known at the moment; "": nothing
}

// String is one line.
func (p Progress) String() string {
	text := fmt.Sprintf("%4.0fs  %d of %d ready, %d sending, %d done", p.Elapsed.Seconds(), p.Ready, p.Shards, p.Sending, p.Done)
	if p.Start.IsZero() {
		text = fmt.Sprintf("%4.0fs  %d of %d ready", p.Elapsed.Seconds(), p.Ready, p.Shards)
	}
	if p.Note != "" {
		text += "; " + p.Note
	}
	return text
}

// stuckText says why members do not run, those with one reason together.
func stuckText(all []Member) (lines []string) {
	shards := map[string][]int{}
	var order []string
	for _, m := range all {
		if shards[m.Why] == nil {
			order = append(order, m.Why)
		}
		shards[m.Why] = append(shards[m.Why], m.Shard)
	}
	for _, why := range order {
		lines = append(lines, shardsText(shards[why])+": "+cmp.Or(why, "no reason is given"))
	}
	return lines
}

// shardsText names shards: "shard 3", "shards 1, 2 and 9 more".
func shardsText(all []int) string {
	const most = 5
	if len(all) == 1 {
		return fmt.Sprintf("shard %d", all[0])
	}
	var names []string
	for _, n := range all[:min(len(all), most)] {
		names = append(names, fmt.Sprint(n))
	}
	text := "shards " + strings.Join(names, ", ")
	if extra := len(all) - most; extra > 0 {
		text += fmt.Sprintf(" and %d more", extra)
	}
	return text
}

// A Watch follows a fleet to its end.
type Watch struct {
	Fleet    *Fleet
	Store    fleet.Store
	Platform Platform
	Every    time.Duration  // between two looks; 0: 2 s
	Settle   time.Duration  // that the results of members that have ended may still take; 0: 15 s
	Tell     func(Progress) // called at each look

	began time.Time
	quiet time.Time // since when no member runs or is to run; zero: some do
}

// Until watches until all shards are done, until no member can become so any more, until the
// run is cancelled, or until the context ends.
func (w *Watch) Until(ctx context.Context) (Progress, error) {
	w.Every, w.Settle = cmp.Or(w.Every, 2*time.Second), cmp.Or(w.Settle, 15*time.Second)
	w.began = time.Now()
	tick := time.NewTicker(w.Every)
	defer tick.Stop()
	for {
		p, over := w.look(ctx)
		if ctx.Err() != nil {
			return p, ctx.Err()
		}
		w.Tell(p)
		if over {
			return p, nil
		}
		select {
		case <-tick.C:
		case <-ctx.Done():
			return p, ctx.Err()
		}
	}
}

// look asks the store and the platform once. Neither has to answer at every look.
func (w *Watch) look(ctx context.Context) (p Progress, over bool) {
	now := time.Now()
	p = Progress{Elapsed: now.Sub(w.began), Shards: w.Fleet.Shards}
	status, unknown := fleet.Survey(ctx, w.Store, w.Fleet.RunID)
	cancelled := ""
	if unknown == nil {
		p.Start, cancelled = status.Start, status.Cancelled
		for i := range status.Shards {
			p.count(&status.Shards[i])
		}
	} else if p.Elapsed > time.Minute {
		p.Note = short(unknown.Error())
	}
	members, err := w.Platform.Members(ctx)
	if err != nil {
		p.Note = short(err.Error())
		w.quiet = time.Time{}
		return p, p.Done == p.Shards || p.Elapsed > w.Fleet.deadline()
	}
	running := 0
	for _, m := range members {
		switch m.Phase {
		case Waiting:
			running++
			p.Stuck = append(p.Stuck, m)
		case Running:
			running++
		case Failed:
			p.Stuck = append(p.Stuck, m)
		}
	}
	slices.SortStableFunc(p.Stuck, func(a, b Member) int { return cmp.Compare(b.Phase, a.Phase) })
	switch {
	case running > 0:
		w.quiet = time.Time{}
	case w.quiet.IsZero():
		w.quiet = now
	}
	settled := !w.quiet.IsZero() && now.Sub(w.quiet) >= w.Settle
	return p, p.Done == p.Shards || settled || cancelled != "" && running == 0 || p.Elapsed > w.Fleet.deadline()
}

func (p *Progress) count(s *fleet.Shard) {
	switch {
	case s.Done() != nil:
		p.Done++
	case s.Claimed:
		p.Sending++
	case s.Ready:
		p.Ready++
	}
}

// StuckLines say why members do not run, a line for each reason.
func (p Progress) StuckLines() []string { return stuckText(p.Stuck) }
