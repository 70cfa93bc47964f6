package otlp

import (
	"time"

	"tollgate/results"
)

// A window is what was recorded since a point in time.
type window struct {
	since     time.Time
	pending   time.Duration // of the run that is in no delivery
	counts    map[countKey]int64
	durations map[durationKey]*results.Histogram
	sums      []float64       // of levels
	health    *results.Health // the latest
}

func newWindow(since time.Time) *window {
	return &window{since: since, counts: map[countKey]int64{}, durations: map[durationKey]*results.Histogram{}, sums: make([]float64, len(levels))}
}

// moment adds a second of a run.
func (w *window) moment(m *results.Moment) {
	w.pending += m.To - m.From
	w.add(m.Run, m.Rows(), m.Latencies(kept(m.Run)))
	if m.Health != nil {
		w.report(*m.Health)
	}
}

// run adds all of a run.
func (w *window) run(run *results.Run) {
	w.add(&run.Document, run.Sent(), run.Latencies(kept(&run.Document)))
	for _, h := range run.Health {
		w.report(h)
	}
	w.health = nil // of its last second, which says nothing of the run
}

// kept are the latencies that are times of a response: a message without a reply has none.
func kept(doc *results.Document) func(results.Key) bool {
	return func(k results.Key) bool { return k.Outcome != results.OK || !doc.Posted(k.Target, k.Request) }
}

func (w *window) add(doc *results.Document, rows []results.Second, series map[results.Key]*results.Histogram) {
	labels := map[results.Group]results.Label{}
	label := func(g results.Group) results.Label {
		l, ok := labels[g]
		if !ok {
			l = doc.Label(g.Target, g.Request, g.Block)
			labels[g] = l
		}
		return l
	}
	for i := range rows {
		s := &rows[i]
		l := label(results.Group{Target: s.Target, Request: s.Request, Block: s.Block})
		for n, c := range counters {
			c.count(s, func(part string, k int64) {
				if k > 0 {
					w.counts[countKey{n, l, part}] += k
				}
			})
		}
	}
	for n, d := range durations {
		for k, h := range series {
			if k.Clock == d.clock {
				w.latency(durationKey{n, label(results.Group{Target: k.Target, Request: k.Request, Block: k.Block}), k.Outcome}, h)
			}
		}
	}
}

func (w *window) latency(k durationKey, h *results.Histogram) {
	if w.durations[k] == nil {
		w.durations[k] = results.New()
	}
	w.durations[k].Merge(h)
}

func (w *window) report(h results.Health) {
	w.health = &h
	for i, l := range levels {
		if l.sum {
			w.sums[i] += l.of(&h)
		}
	}
}

// before puts an earlier window, which was not delivered, in front.
func (w *window) before(o *window) {
	w.since = o.since
	w.pending += o.pending
	for k, n := range o.counts {
		w.counts[k] += n
	}
	for k, h := range o.durations {
		w.latency(k, h)
	}
	for i, x := range o.sums {
		w.sums[i] += x
	}
	if w.health == nil {
		w.health = o.health
	}
}
