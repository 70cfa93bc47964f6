package results

import (
	"slices"

	"tollgate/targets"
)

// Preflights are requests by which browsers ask what pages may send. They are recorded as
// requests of the run with names of their own (Document.Preflights), and kept apart when a
// directory is opened (Run.Preflights): a target's figures are of the requests that it was
// asked for, whose response times have their preflights in them. With the preflights among
// them a target that is asked twice would look faster. Bills have all of them.

// preflights is where those of a run are kept.
func (r *Run) preflights() *Run {
	if r.Preflights == nil {
		r.Preflights = newRun()
	}
	return r.Preflights
}

// asksFirst says whether a recorded request number is one of preflights.
func (d *Document) asksFirst(request uint16) bool {
	return int(request) < len(d.Requests) && len(d.Preflights) > 0 && slices.Contains(d.Preflights, d.Requests[request])
}

// preflight is the number of the request that a flow's preflights are recorded as, -1 for none.
func (d *Document) preflight(f FlowDoc) int {
	name := f.Preflight()
	if !slices.Contains(d.Preflights, name) {
		return -1
	}
	return slices.Index(d.Requests, name)
}

// Preflight is what a flow's preflights are called, if it has any.
func (f *FlowDoc) Preflight() string { return f.Name + "/preflight" }

// received is all that a target received of the load: the preflights as well, but for their
// latencies.
func (t *totals) received(target int) *part {
	all := newPart()
	all.merge(t.part(allOf(target)))
	for request := range t.doc.Requests {
		if !t.doc.asksFirst(uint16(request)) {
			continue
		}
		p := t.part(partKey{uint16(target), every, request, every})
		opened := p.sum.Opened // which all has
		all.add(&p.sum)
		all.sum.Opened -= opened
		all.requestSizes.Merge(&p.requestSizes)
		all.replySizes.Merge(&p.replySizes)
		all.preflights += p.reached()
		all.unmet += p.refused()
	}
	return all
}

// PreflightCost says what the bill of target number i takes to be billed for preflights, ""
// where none were sent.
func PreflightCost(run *Run, i int, t targets.Target) string {
	switch {
	case total(run).received(i).preflights == 0 || t.Kind == nil:
		return ""
	case !t.Kind.OwnPreflights:
		return "preflights are answered by what is behind the front door: each is one more request to that"
	}
	return t.Kind.PreflightCost
}

// asideOf is what browsers asked in one turn, nil where nothing was.
func (r *Run) asideOf(turn Turn) *Run {
	if r.Preflights == nil {
		return nil
	}
	aside := newRun()
	for k, h := range r.Preflights.Series {
		if k.Target == turn.Target && k.Block == turn.Block {
			aside.Series[k] = h
		}
	}
	for k, s := range r.Preflights.Sizes {
		if k.Target == turn.Target && k.Block == turn.Block {
			aside.Sizes[k] = s
		}
	}
	for _, s := range r.Preflights.Seconds {
		if s.Target == turn.Target && s.Block == turn.Block {
			aside.Seconds = append(aside.Seconds, s)
		}
	}
	return aside
}

// addPreflights adds what browsers asked in o, counted from r's start.
func (r *Run) addPreflights(o *Run) {
	if o.Preflights == nil {
		return
	}
	to, from := r.preflights(), *o.Preflights
	to.Document.Started, from.Document.Started = r.Document.Started, o.Document.Started
	to.addSeries(&from)
	to.addSeconds(&from)
	to.Seconds = mergeSeconds(to.Seconds)
}

// parts are a run and what is kept apart from it, as far as it was recorded.
func (r *Run) parts() []*Run {
	all := []*Run{r}
	for _, one := range []*Run{r.Preflights, r.WarmUp} {
		if one != nil {
			all = append(all, one.parts()...)
		}
	}
	return all
}

// allSeries are the latencies of requests, of all parts of the run.
func (r *Run) allSeries() (all []map[Key]*Histogram) {
	for _, one := range r.parts() {
		all = append(all, one.Series, one.ProbeSeries, one.FlowSeries)
	}
	return all
}

// Aside are the parts of the load that are kept apart from the rest: preflights, and what the
// warm-up sent.
func (r *Run) Aside() []*Run { return r.parts()[1:] }
