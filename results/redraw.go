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

// batches reads the usage of each block of a target, or of some neighbouring
// ones together, stage by stage. Stages of a single block vary by nothing, and
// their blocks are not counted.
func batches(run *Run, target uint16, t targets.Target) (stages [][]usage, blocks int) {
	parts := blockParts(run, target)
	per := 1 + (len(parts)-1)/mostBatches
	for _, numbers := range run.Document.byStage(slices.Sorted(maps.Keys(parts))) {
		var us []usage
		for batch := range slices.Chunk(numbers, per) {
			sum := newPart()
			for _, number := range batch {
				sum.merge(parts[number])
			}
			us = append(us, usageOf(sum, t))
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
	behind  *sharing // several functions, which are shared as over the whole run
	reached int64    // of the whole run
	opened  int64    // by the warm-up, which is not drawn

	requestBytes, replyBytes, service blockSums
}

func newDrawing(run *Run, target uint16, t targets.Target, stages [][]usage) *drawing {
	d := &drawing{target: t, seconds: run.Document.Seconds, slots: run.slots(), stages: stages, watched: watchedMetrics(run, t.Name), opened: run.openedWarmingUp(target, t), behind: sharingOf(run, total(run), int(target), t)}
	all := slices.Concat(stages...)
	for _, u := range all {
		d.reached += u.reached
	}
	d.requestBytes = newBlockSums(all, func(u usage) pricing.Dist { return u.requestBytes })
	d.replyBytes = newBlockSums(all, func(u usage) pricing.Dist { return u.replyBytes })
	d.service = newBlockSums(all, func(u usage) pricing.Dist { return u.service })
	return d
}

// drawnRuns are the batches of each stage, and the minutes of AWS's reports, that are
// drawn for one run after another.
type drawnRuns struct {
	stages  []picks
	minutes picks
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
	if m, ok := d.watched[targets.RoleDuration]; ok && len(m.Points) <= mostMinutes {
		months.minutes = balanced(len(m.Points), rand.New(rand.NewPCG(seed, 1)))
	}
	return months
}

// draw puts the n'th run together.
func (d *drawing) draw(months *drawnRuns, n int) usage {
	u := usage{target: d.target, seconds: d.seconds, slots: d.slots, opened: d.opened, behind: d.behind}
	var times []int64 // that each batch was drawn
	for i, us := range d.stages {
		of := make([]int64, len(us))
		for _, batch := range months.stages[i].of(n) {
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
	u.watched = d.watch(u.reached, months.minutes.of(n))
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
