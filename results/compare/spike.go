package compare

import (
	"slices"
	"time"

	"tollgate/results"
)

// ProbeSpike is what the findings of [Spikes] call themselves.
const ProbeSpike = "spike"

// fewestBefore is how many blocks have to show what was usual before a spike.
const fewestBefore = 3

// Spikes tells what the requests of each spike met, and how long what came after
// it remembered. Spike says which stages are one: more load for a moment, between
// two stages of one steady load. In a run of several targets each has its turn
// between the stages of the others, so that nothing there is a spike.
func Spikes(run *results.Run, spike func(stage int) bool) (findings []results.Finding) {
	stages := run.Document.Stages
	if len(run.Document.Targets) != 1 {
		return nil
	}
	t := &turnsOf(run, &Options{})[0]
	began, lags := beginnings(run)[0], lagsOf(run)[0]
	var first uint32
	for i, stage := range stages {
		if i > 0 && i+1 < len(stages) && spike(i) {
			next := first + uint32(stage.Blocks)
			s := &jolt{
				turns: t, began: began, lags: lags, stage: stage, every: time.Duration(stages[i+1].BlockS * 1e9),
				before: t.between(first-uint32(stages[i-1].Blocks)+1, first),
				during: t.between(first, next), after: t.between(next, next+uint32(stages[i+1].Blocks)),
			}
			findings = append(findings, s.finding(run.Document.Verdict))
		}
		first += uint32(stage.Blocks)
	}
	return findings
}

// between are the blocks that t has from one number up to another, in order.
func (t *turns) between(from, to uint32) (blocks []uint32) {
	for b := from; b < to; b++ {
		if _, there := t.blocks[b]; there {
			blocks = append(blocks, b)
		}
	}
	return blocks
}

// A jolt is one spike with what came before and after. The first block before
// is left out, as connections and environments are new in it.
type jolt struct {
	turns  *turns
	began  map[uint32]time.Duration
	lags   map[uint32]*results.Histogram
	stage  results.StageDoc
	every  time.Duration // the length of a block after the spike
	before []uint32
	during []uint32
	after  []uint32
}

// told are the metrics that are told of a spike, and held against what was
// before. Its margins are those of drift.
var told = []Metric{P50, P90, ErrorShare}

// memory is how many blocks after the spike were worse, from the first on, than
// every block before; all of them: nothing was as before again.
func (j *jolt) memory() int {
	for k, b := range j.after {
		if !slices.ContainsFunc(told, func(m Metric) bool { return j.worse(m, b) }) {
			return k
		}
	}
	return len(j.after)
}

// worse says whether a metric of a block is beyond what it ever was before, and by
// more than counts. What a block does not carry cannot be worse.
func (j *jolt) worse(m Metric, block uint32) bool {
	x, ok := j.turns.blocks[block].values[m]
	if !ok {
		return m != ErrorShare && j.turns.blocks[block].good.Count() == 0 // none at all is no better
	}
	worst := 0.0
	for _, b := range j.before {
		v, ok := j.turns.blocks[b].values[m]
		if !ok {
			return false
		}
		worst = max(worst, v)
	}
	margin := marginOf(m)
	if m == ErrorShare {
		return x > worst+margin
	}
	return x > worst*(1+margin)
}

func marginOf(m Metric) float64 {
	for _, d := range driftMargins {
		if d.metric == m {
			return d.margin
		}
	}
	return 0
}
