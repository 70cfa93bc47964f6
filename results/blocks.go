package results

// A Turn is one target in one block: what comparisons replicate.
type Turn struct {
	Target uint16
	Block  uint32
}

// ByBlock splits a run into its turns. Each is a Run of its own, with the
// series, lags, sizes and seconds of one target in one block, that figures and
// traffic can be made of. They share the document, and the histograms, with r.
// What AWS saw is not in them: its minutes are longer than blocks.
func (r *Run) ByBlock() map[Turn]*Run {
	turns := map[Turn]*Run{}
	of := func(target uint16, block uint32) *Run {
		k := Turn{target, block}
		t, ok := turns[k]
		if !ok {
			t = &Run{
				Dir: r.Dir, Document: r.Document, Scenario: r.Scenario,
				Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{},
			}
			turns[k] = t
		}
		return t
	}
	for k, h := range r.Series {
		of(k.Target, k.Block).Series[k] = h
	}
	for g, h := range r.Lag {
		of(g.Target, g.Block).Lag[g] = h
	}
	for k, s := range r.Sizes {
		of(k.Target, k.Block).Sizes[k] = s
	}
	for i := range r.Seconds {
		s := r.Seconds[i]
		t := of(s.Target, s.Block)
		t.Seconds = append(t.Seconds, s)
	}
	return turns
}

// Figures sums up one target of a run.
func (r *Run) Figures(target uint16) Figures {
	all := total(r)
	return all.part(partKey{target, -1}).figures(all.active[target])
}

// Good merges the response times of a target's good responses.
func (r *Run) Good(target uint16) *Histogram {
	return r.Histogram(func(k Key) bool { return k.Target == target && k.Outcome == OK && k.Clock == Response })
}
