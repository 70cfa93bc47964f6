package results

import (
	"cmp"
	"slices"
)

// Summarise returns the run's document with everything that follows from what
// was recorded: the figures of each target and request, the generator's
// health, the thresholds, the verdict and the result. It may be repeated; what it wrote
// before is replaced.
func Summarise(run *Run) Document {
	doc := run.Document
	all := total(run)
	doc.Targets = slices.Clone(doc.Targets)
	for i := range doc.Targets {
		t := &doc.Targets[i]
		target := uint16(i)
		t.Figures = all.figures(allOf(i))
		t.Protocols, t.Headers = run.protocols(target)
		t.ByRequest = map[string]Figures{}
		t.ByStage = byStage(all, target)
		t.ByPopulation = byPopulation(all, target)
		t.Flows = run.flowFigures(all, target)
		t.Functions = doc.byFunction(all, i)
		t.Integrations = doc.byIntegration(all, i)
		t.Routes = doc.byRoute(all, i)
		t.Releases = doc.releases(all, i)
		t.Failures = failures(run, all, target)
		for r, name := range doc.Requests {
			if k := doc.request(i, r); all.part(k).total() > 0 {
				t.ByRequest[name] = all.figures(k)
			}
		}
		if run.Observed != nil {
			for j := range run.Observed.Targets {
				if o := run.Observed.Targets[j]; o.Target == t.Name {
					t.Observed = &o
				}
			}
		}
	}
	doc.Generator = generator(run)
	if doc.Thresholds = evaluate(run, all, thresholdsOf(&doc)); doc.loneShard() {
		doc.Thresholds = Pending(thresholdsOf(&doc))
		doc.Shards = []ShardDoc{run.shardDoc(all)}
	}
	summed := *run
	summed.Document = doc
	doc.Verdict, doc.Reasons = verdict(&summed, all)
	doc.Result, doc.Failures = result(&summed)
	return doc
}

// thresholdsOf parses the document's thresholds anew, each once. What does not
// parse was never a threshold and is left out: scenarios are checked before.
func thresholdsOf(doc *Document) []Threshold {
	var ts []Threshold
	seen := map[string]bool{}
	for _, r := range doc.Thresholds {
		t, err := ParseThreshold(r.Threshold)
		if err == nil && !seen[r.Threshold] {
			ts = append(ts, t)
		}
		seen[r.Threshold] = true
	}
	return ts
}

// total counts everything that ended, the generator's own faults included.
func (p *part) total() int64 { return p.requests() + p.sum.Ended[OwnFault] }

// figures turns p into what a document shows.
func (p *part) figures(active float64) Figures {
	f := Figures{
		Requests: p.requests(), Rate: per(p.requests(), active), Goodput: per(p.sum.Ended[OK], active),
		Failed: p.sum.Failed, Latency: clocks(p.latency[OK]), Outcomes: map[string]OutcomeDoc{},
		Status: map[string]int64{}, Errors: map[string]int64{},
		BytesIn: p.sum.In, BytesOut: p.sum.Out, Opened: p.sum.Opened, Bodies: p.sum.Decoded.known(), Events: p.sum.Events.known(), Cache: p.sum.Cached.byName(),
	}
	if f.Requests > 0 {
		f.ErrorShare = float64(f.Failed) / float64(f.Requests)
	}
	for o, n := range p.sum.Ended {
		if n > 0 {
			f.Outcomes[Outcome(o).String()] = OutcomeDoc{Count: n, Latency: clocks(p.latency[o])}
		}
	}
	for code, n := range p.sum.Status {
		f.Status[number(code)] = n
	}
	for class, n := range p.sum.Errors {
		f.Errors[class.String()] = n
	}
	return f
}

// Spread says whether the first byte of responses says something else than the last: at the
// median, or where that is not known at the slowest, they are a millisecond and a tenth of the
// service time apart.
func (f *Figures) Spread() bool {
	transfer, service := f.Latency[Transfer.String()], f.Latency[Service.String()]
	took, of := transfer.Max, service.Max
	if transfer.P50 != nil && service.P50 != nil {
		took, of = *transfer.P50, *service.P50
	}
	return took >= 1 && took >= of/10
}

// addStages adds the figures by stage to the targets of a run that was summed up by a
// version without them. They follow from the blocks, which every version recorded.
func (d *Document) addStages(run *Run) {
	if !slices.ContainsFunc(d.Targets, func(t TargetDoc) bool { return t.Requests > 0 && t.ByStage == nil }) || len(d.Stages) == 0 {
		return
	}
	var all *totals
	for i := range d.Targets {
		switch t := &d.Targets[i]; {
		case t.ByStage != nil || t.Requests == 0:
		case len(d.Stages) == 1:
			t.ByStage = map[string]Figures{d.StageNames()[0]: t.Figures}
		default:
			if all == nil {
				all = total(run)
			}
			t.ByStage = byStage(all, uint16(i))
		}
	}
}

// byStage are the figures of each stage that sent requests to a target.
func byStage(all *totals, target uint16) map[string]Figures {
	stages := map[string]Figures{}
	for i, name := range all.doc.StageNames() {
		if k := (partKey{target, every, every, i}); all.part(k).total() > 0 {
			stages[name] = all.figures(k)
		}
	}
	return stages
}

// failures lists why requests at a target failed, the most frequent cause
// first. The counts of those beyond MaxFailures are still in by_request.
func failures(run *Run, all *totals, target uint16) (docs []FailureDoc) {
	for r, name := range run.Document.Requests {
		for cause, n := range all.part(run.Document.request(int(target), r)).sum.Failures {
			f := FailureDoc{Request: name, Status: cause.Status, Fault: string(cause.Fault), Check: cause.Check, Count: n}
			if cause.Status == 0 {
				f.Error = cause.String()
			}
			key := failureKey{target, uint16(r), cause}
			if i := slices.IndexFunc(run.Failures, func(f Failure) bool { return f.key() == key }); i >= 0 {
				first := &run.Failures[i]
				f.First = &FirstDoc{At: first.At.Seconds(), Excerpt: first.Excerpt}
			}
			docs = append(docs, f)
		}
	}
	slices.SortFunc(docs, func(a, b FailureDoc) int {
		return cmp.Or(cmp.Compare(b.Count, a.Count), cmp.Compare(a.Request, b.Request), cmp.Compare(a.Status, b.Status), cmp.Compare(a.Fault, b.Fault), cmp.Compare(a.Check, b.Check), cmp.Compare(a.Error, b.Error))
	})
	return docs[:min(len(docs), MaxFailures)]
}

// clocks makes the percentiles of every clock that ran.
func clocks(hs [NumClocks]*Histogram) map[string]Percentiles {
	m := map[string]Percentiles{}
	for c, h := range hs {
		if h.Count() > 0 {
			m[Clock(c).String()] = PercentilesOf(h)
		}
	}
	return m
}

// PercentilesOf reads h in milliseconds. What h is too small to carry is nil.
func PercentilesOf(h *Histogram) Percentiles {
	p := Percentiles{Max: millis(h.Max()), Mean: millis(h.Mean()), N: h.Count()}
	qs, into := []float64{0.5, 0.9, 0.95, 0.99, 0.999}, []**float64{&p.P50, &p.P90, &p.P95, &p.P99, &p.P999}
	for i, d := range h.Quantiles(qs...) {
		if ms := millis(d); h.Carries(qs[i]) {
			*into[i] = &ms
		}
	}
	return p
}

// generator sums up the generator's health over the load, or over the probes of a run
// without load.
func generator(run *Run) Generator {
	lag, control := run.Lag, run.Control
	if len(run.Document.Stages) == 0 && len(run.Document.Probes) > 0 {
		lag, control = run.ProbeLag, run.ProbeControl
	}
	c := Conduct{Health: run.Health, Lag: New(), Control: New()}
	for _, h := range lag {
		c.Lag.Merge(h)
	}
	for _, h := range control {
		c.Control.Merge(h)
	}
	return c.Generator()
}

// sortedTargets lists the indices of run's targets by name, for reasons that
// read the same every time.
func sortedTargets(run *Run) []int {
	ids := make([]int, len(run.Document.Targets))
	for i := range ids {
		ids[i] = i
	}
	slices.SortFunc(ids, func(a, b int) int {
		return cmp.Compare(run.Document.Targets[a].Name, run.Document.Targets[b].Name)
	})
	return ids
}
