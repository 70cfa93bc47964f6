package results

import (
	"fmt"
	"iter"
	"maps"
	"math/rand/v2"
	"slices"

	"tollgate/pricing"
	"tollgate/targets"
)

const (
	// redraws is how many runs are drawn: enough for the p10 and the p90 of their
	// bills to stand still to a fiftieth of their distance, and the p50 to a hundredth.
	redraws = 1000

	// fewestBlocks is from how many blocks runs are drawn. Fewer say too little of
	// how blocks differ.
	fewestBlocks = 5

	// mostBatches is of how many batches a run is made at most. A run of more
	// blocks is drawn in batches of neighbours, which also keeps together what
	// drifts slowly.
	mostBatches = 100

	// mostMinutes is of how many minutes AWS's reports are drawn at most. A week of them
	// varies by next to nothing, and is taken as it is.
	mostMinutes = 7 * 24 * 60
)

// Redraw returns the months of many runs that could as well have been: each is
// made of as many blocks as run has at its target number i, drawn from these
// with replacement, stage by stage (the bootstrap over blocks: B. Efron,
// Bootstrap methods, 1979). Over all runs each block is drawn as often as every other
// one, so that their mean is that of the run itself and no matter of luck (the balanced
// bootstrap: Davison, Hinkley and Schechtman, Biometrika 73, 1986). Rejected: formulas,
// since tiers and the largest of four capacity units have none. Requests of one block meet the same minute of the
// network, the function and the machine, so single requests are no replication
// and are never drawn. Blocks of the same number follow each other at all
// targets; they are drawn together, so that month by month the targets of one
// run compare. What AWS reports by the minute is drawn by the minute. From says
// what was drawn; there are no months where blocks are too few.
func Redraw(run *Run, i int, t targets.Target, m Month) (months iter.Seq[pricing.Traffic], from string) {
	stages, blocks := batches(run, uint16(i), t)
	if blocks < fewestBlocks || run.Document.Targets[i].Sockets != nil { // connections are those of the whole run
		return nil, ""
	}
	d := newDrawing(run, uint16(i), t, stages)
	return func(yield func(pricing.Traffic) bool) {
		months := d.plan(run.Document.Seed)
		for n := range redraws {
			if !yield(d.draw(&months, n).traffic(m)) {
				return
			}
		}
	}, fmt.Sprintf("%d interleaved blocks", blocks)
}

// Undrawn says what a month's interval leaves out: durations that CloudWatch reports in a
// single point are the same in every run that is drawn, which says nothing of how they vary.
// "": nothing.
func Undrawn(run *Run, i int, t targets.Target) string {
	stages, blocks := batches(run, uint16(i), t)
	switch {
	case blocks < fewestBlocks:
		return ""
	case run.Document.Targets[i].Sockets != nil:
		return "there is no interval of this month: connections, and what a server pushes over them, are counted for the whole run and not by block"
	}
	d := newDrawing(run, uint16(i), t, stages)
	for _, f := range append([]*drawing{d}, d.functions...) {
		if m, ok := f.watched[targets.RoleDuration]; ok && len(m.Points) == 1 && (f != d || len(d.functions) == 0) {
			return "the interval of a month leaves out how durations vary: CloudWatch reports them by the minute, and of this run it has one minute; a run of several minutes shows it"
		}
	}
	return ""
}

// batches reads the usage of each block of a target, or of some neighbouring
// ones together, stage by stage. Stages of a single block vary by nothing, and
// their blocks are not counted.
func batches(run *Run, target uint16, t targets.Target) (stages [][]usage, blocks int) {
	parts := blockTotals(run, target)
	per := 1 + (len(parts)-1)/mostBatches
	for _, numbers := range run.Document.byStage(slices.Sorted(maps.Keys(parts))) {
		var us []usage
		for batch := range slices.Chunk(numbers, per) {
			together := func(of func(*totals) *part) *part {
				sum := newPart()
				for _, number := range batch {
					sum.merge(of(parts[number]))
				}
				return sum
			}
			u := usageOf(together(func(all *totals) *part { return all.received(int(target)) }), t)
			u.behind = sharingOf(run, int(target), t, func(names []string) *part {
				return together(func(all *totals) *part { return run.Document.calling(all, int(target), names) })
			})
			us = append(us, u)
		}
		if len(numbers) > 1 {
			blocks += len(numbers)
		}
		stages = append(stages, us)
	}
	return stages, blocks
}

// byStage parts ascending numbers of blocks by the stages that they belong to.
func (d *Document) byStage(numbers []uint32) (stages [][]uint32) {
	for len(numbers) > 0 {
		stage := d.stageOf(numbers[0])
		n := slices.IndexFunc(numbers, func(block uint32) bool { return d.stageOf(block) != stage })
		if n < 0 {
			n = len(numbers)
		}
		stages, numbers = append(stages, numbers[:n]), numbers[n:]
	}
	return stages
}

// stageOf returns the number of the stage that a block belongs to. Blocks are
// numbered on from stage to stage.
func (d *Document) stageOf(block uint32) int {
	n := int64(block)
	for i, s := range d.Stages {
		if n < int64(s.Blocks) {
			return i
		}
		n -= int64(s.Blocks)
	}
	return len(d.Stages)
}

// A drawing draws runs of one target.
type drawing struct {
	target  targets.Target
	seconds float64
	slots   int64
	stages  [][]usage // by stage, by batch
	watched map[targets.Role]ObservedMetric
	reached int64 // of the whole run
	opened  int64 // by the warm-up, which is not drawn

	functions, called []*drawing // of each function and integration, if all requests do not lead to one function
	integrations      []IntegrationDoc

	requestBytes, replyBytes, service blockSums
}

func newDrawing(run *Run, target uint16, t targets.Target, stages [][]usage) *drawing {
	d := &drawing{target: t, seconds: run.Document.Seconds, slots: run.slots(), watched: watchedMetrics(run, t.Name), opened: run.openedWarmingUp(target, t)}
	d.of(stages)
	all := slices.Concat(stages...)
	if len(all) == 0 || all[0].behind == nil {
		return d
	}
	d.integrations = all[0].behind.integrations
	for k, u := range all[0].behind.functions {
		d.functions = append(d.functions, partOf(stages, u, func(s *sharing) usage { return s.functions[k] }))
	}
	for k, u := range all[0].behind.called {
		d.called = append(d.called, partOf(stages, u, func(s *sharing) usage { return s.called[k] }))
	}
	return d
}

// partOf draws what one function or integration got.
func partOf(stages [][]usage, like usage, of func(*sharing) usage) *drawing {
	var own [][]usage
	for _, us := range stages {
		var parts []usage
		for _, u := range us {
			parts = append(parts, of(u.behind))
		}
		own = append(own, parts)
	}
	d := &drawing{target: like.target, watched: like.watched}
	d.of(own)
	return d
}

// of takes in what is drawn.
func (d *drawing) of(stages [][]usage) {
	d.stages = stages
	all := slices.Concat(stages...)
	for _, u := range all {
		d.reached += u.reached
	}
	d.requestBytes = newBlockSums(all, func(u usage) pricing.Dist { return u.requestBytes })
	d.replyBytes = newBlockSums(all, func(u usage) pricing.Dist { return u.replyBytes })
	d.service = newBlockSums(all, func(u usage) pricing.Dist { return u.service })
}

// drawnRuns are the batches of each stage, and the minutes of AWS's reports, that are
// drawn for one run after another.
type drawnRuns struct {
	stages    []picks
	minutes   picks
	functions []picks // minutes of each function's reports
}

// Picks are the numbers that are drawn, so many for each run.
type picks struct {
	per   int
	drawn []uint16
}

// of are the numbers that are drawn for the n'th run.
func (o picks) of(n int) []uint16 { return o.drawn[n*o.per : (n+1)*o.per] }

// balanced draws as many of n numbers as there are for each run, all of them equally often.
func balanced(n int, random *rand.Rand) picks {
	o := picks{n, make([]uint16, 0, n*redraws)}
	for range redraws {
		for i := range n {
			o.drawn = append(o.drawn, uint16(i))
		}
	}
	random.Shuffle(len(o.drawn), func(i, j int) { o.drawn[i], o.drawn[j] = o.drawn[j], o.drawn[i] })
	return o
}

// plan is what is drawn: the same blocks at every target of the run, whatever AWS
// reports of each.
func (d *drawing) plan(seed uint64) (months drawnRuns) {
	random := rand.New(rand.NewPCG(seed, 0))
	for _, us := range d.stages {
		months.stages = append(months.stages, balanced(len(us), random))
	}
	months.minutes = d.minutes(seed)
	for _, f := range d.functions {
		months.functions = append(months.functions, f.minutes(seed))
	}
	return months
}

// minutes draws those of AWS's reports.
func (d *drawing) minutes(seed uint64) (drawn picks) {
	if m, ok := d.watched[targets.RoleDuration]; ok && len(m.Points) <= mostMinutes {
		drawn = balanced(len(m.Points), rand.New(rand.NewPCG(seed, 1)))
	}
	return drawn
}

// draw puts the n'th run together.
func (d *drawing) draw(months *drawnRuns, n int) usage {
	u := d.part(months.stages, months.minutes, n)
	if len(d.functions)+len(d.called) == 0 {
		return u
	}
	u.behind = &sharing{integrations: d.integrations}
	for k, f := range d.functions {
		u.behind.functions = append(u.behind.functions, f.part(months.stages, months.functions[k], n))
	}
	for _, c := range d.called {
		u.behind.called = append(u.behind.called, c.part(months.stages, picks{}, n))
	}
	return u
}

// part puts together what one drawing has of it.
func (d *drawing) part(stages []picks, minutes picks, n int) usage {
	u := usage{target: d.target, seconds: d.seconds, slots: d.slots, opened: d.opened}
	var times []int64 // that each batch was drawn
	for i, us := range d.stages {
		of := make([]int64, len(us))
		for _, batch := range stages[i].of(n) {
			of[batch]++
			u.reached += us[batch].reached
			u.preflights, u.unmet = u.preflights+us[batch].preflights, u.unmet+us[batch].unmet
			u.refused += us[batch].refused
			u.opened += us[batch].opened
			u.open += us[batch].open
		}
		times = append(times, of...)
	}
	u.requestBytes, u.replyBytes, u.service = d.requestBytes.dist(times), d.replyBytes.dist(times), d.service.dist(times)
	u.watched = d.watch(u.reached, minutes.of(n))
	return u
}

// watch is what AWS would have reported of a run that was drawn: invocations in
// the same proportion, and durations of the minutes that are drawn.
func (d *drawing) watch(reached int64, minutes []uint16) map[targets.Role]ObservedMetric {
	w := map[targets.Role]ObservedMetric{}
	if m, ok := d.watched[targets.RoleInvocations]; ok {
		m.Total = map[string]float64{"Sum": m.Total["Sum"] * float64(reached) / float64(max(1, d.reached))}
		w[targets.RoleInvocations] = m
	}
	if m, ok := d.watched[targets.RoleDuration]; ok {
		if len(minutes) > 0 {
			drawn := make([]ObservedPoint, len(minutes))
			for i, minute := range minutes {
				drawn[i] = m.Points[minute]
			}
			m.Points = drawn
		}
		w[targets.RoleDuration] = m
	}
	return w
}

// blockSums hold the distributions of many batches, to add up any number of each
// quickly.
type blockSums struct {
	like    pricing.Dist // its basis and source
	values  []int64      // of all batches, ascending, each once
	batches [][]valueCount
}

// A valueCount counts one value of a batch.
type valueCount struct {
	value int32 // its place among the values
	count int64
}

func newBlockSums(us []usage, of func(usage) pricing.Dist) (p blockSums) {
	places := map[int64]int32{}
	for _, u := range us {
		p.like = of(u)
		for _, b := range p.like.Buckets {
			places[b.Value] = 0
		}
	}
	p.values = slices.Sorted(maps.Keys(places))
	for i, v := range p.values {
		places[v] = int32(i)
	}
	for _, u := range us {
		var hs []valueCount
		for _, b := range of(u).Buckets {
			hs = append(hs, valueCount{places[b.Value], b.Count})
		}
		p.batches = append(p.batches, hs)
	}
	return p
}

// dist puts each batch in the given number of times.
func (p blockSums) dist(times []int64) pricing.Dist {
	counts := make([]int64, len(p.values))
	for i, n := range times {
		if n == 0 {
			continue
		}
		for _, h := range p.batches[i] {
			counts[h.value] += h.count * n
		}
	}
	d := pricing.Dist{Basis: p.like.Basis, Source: p.like.Source}
	for i, n := range counts {
		if n > 0 {
			d.Buckets = append(d.Buckets, pricing.Bucket{Value: p.values[i], Count: n})
		}
	}
	return d
}
