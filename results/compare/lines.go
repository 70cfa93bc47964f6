package compare

import (
	"fmt"
	"math"
	"time"

	"tollgate/results"
)

// quarters is the number of parts of a stage that are distinguished.
const quarters = 4

// lineLengths are the numbers of pieces that a stage is cut into, as far as its
// requests allow. More pieces are closer to each other, and show the same.
var lineLengths = []int{24, 16, 12, 8}

// A piece is some consecutive blocks of a stage, merged.
type piece struct {
	blocks []uint32
	at     float64 // its middle in hours from the beginning of the stage
	*slot
}

// cut makes n pieces of the stage's blocks.
func (s *steadyStage) cut(n int) []piece {
	if have, ok := s.pieces[n]; ok {
		return have
	}
	all := make([]piece, n)
	for i := range all {
		part := s.blocks[i*len(s.blocks)/n : (i+1)*len(s.blocks)/n]
		middle := (s.began[part[0]]+s.began[part[len(part)-1]]+time.Duration(s.stage.BlockS*1e9))/2 - s.start
		all[i] = piece{blocks: part, at: middle.Hours(), slot: s.slots.over(part)}
	}
	s.pieces[n] = all
	return all
}

// A line is one metric over a stage, in pieces that all have enough requests for it.
type line struct {
	trait
	stage  *steadyStage
	pieces []piece
	xs     []float64 // on the scale of differences
}

// line finds the finest pieces that all have the metric; false: there are none.
func (s *steadyStage) line(t trait) (line, bool) {
	for _, most := range lineLengths {
		l := line{trait: t, stage: s, pieces: s.cut(min(most, len(s.blocks)))}
		for _, p := range l.pieces {
			v, ok := p.values[t.metric]
			if !ok || t.scale == Ratio && v <= 0 {
				break
			}
			l.xs = append(l.xs, t.scaled(v))
		}
		if len(l.xs) == len(l.pieces) {
			return l, true
		}
	}
	return line{}, false
}

func (l *line) part(quarter int) []float64 {
	n := len(l.xs)
	return l.xs[quarter*n/quarters : (quarter+1)*n/quarters]
}

func (l *line) blocks(quarter int) (blocks []uint32) {
	n := len(l.pieces)
	for _, p := range l.pieces[quarter*n/quarters : (quarter+1)*n/quarters] {
		blocks = append(blocks, p.blocks...)
	}
	return blocks
}

func (l *line) quarter(quarter int) *slot { return l.stage.slots.over(l.blocks(quarter)) }

// change estimates the difference of the last quarter from the first. Its error
// comes from all quarters, and from these two alone: a jump within another
// quarter adds to the swing there, and would hide itself. The estimate with the
// smaller probability is used, at twice that probability (Bonferroni).
func (l *line) change(level float64) estimate {
	e, outer := l.off(level, 0, 1, 2, 3), l.off(level, 0, quarters-1)
	if outer.p < e.p {
		e = outer
	}
	e.p = min(1, 2*e.p)
	return e
}

// off is the difference of last and first quarter, with an error from some quarters.
func (l *line) off(level float64, of ...int) estimate {
	first, last := l.part(0), l.part(quarters-1)
	sd, freedom := l.swing(of...)
	return student(mean(last)-mean(first), sd*math.Sqrt(1/float64(len(first))+1/float64(len(last))), freedom, level)
}

// trend is the slope of a straight line through the pieces, per hour.
func (l *line) trend(level float64) estimate {
	var at, slope, squares float64
	for _, p := range l.pieces {
		at += p.at / float64(len(l.pieces))
	}
	for i, p := range l.pieces {
		slope += (p.at - at) * l.xs[i]
		squares += (p.at - at) * (p.at - at)
	}
	sd, freedom := l.swing(0, 1, 2, 3)
	return student(slope/squares, sd/math.Sqrt(squares), freedom, level)
}

// swing is the variation of pieces within quarters, and its degrees of freedom.
// Of the cosines that each quarter is a sum of (its discrete cosine transform)
// only the slower third counts: noise that outlasts a piece is larger there, as it
// is in the mean of the quarter, whose error this is.
// (Müller, Econometric Reviews 33, 2014, on inference from slow cosines alone.)
func (l *line) swing(of ...int) (sd, freedom float64) {
	var squares float64
	for _, q := range of {
		part := l.part(q)
		for j := 1; j <= max(1, len(part)/3); j++ {
			x := cosine(part, j)
			squares += x * x
			freedom++
		}
	}
	return math.Sqrt(squares / freedom), freedom
}

// cosine is the j'th coefficient of the orthonormal cosine transform of xs.
func cosine(xs []float64, j int) (sum float64) {
	n := float64(len(xs))
	for i, x := range xs {
		sum += x * math.Cos(math.Pi*float64(j)*(float64(i)+0.5)/n)
	}
	return sum * math.Sqrt(2/n)
}

// floor is the possible error of the difference of two shares.
func (l *line) floor() float64 {
	if l.scale != Difference {
		return 0
	}
	return floorOf(min(l.quarter(0).requests, l.quarter(quarters-1).requests))
}

// lagged says that the generator was too late in a quarter that is compared.
func (l *line) lagged() string {
	for _, part := range []struct {
		quarter int
		where   string
	}{{0, "the first quarter"}, {quarters - 1, "the last quarter"}} {
		if v := l.quarter(part.quarter).value(l.metric); l.quantile > 0 && v != nil {
			if why := lagWarning(l.stage.lags, l.blocks(part.quarter), l.trait, *v, part.where); why != "" {
				return why
			}
		}
	}
	return ""
}

// The lag of the generator is part of every response time. If it is a larger share
// of a quantile than this, and more than timers cost, the quantile says as much
// about the generator as about the target. The limits are those of a run's
// validity (see package results).
const (
	lagShare = 0.10
	lagFree  = time.Millisecond
)

// lagWarning says that the generator was late in blocks, if that matters for a quantile in ms.
func lagWarning(lags map[uint32]*results.Histogram, blocks []uint32, t trait, ms float64, where string) string {
	all := results.New()
	for _, b := range blocks {
		all.Merge(lags[b])
	}
	lag := all.Quantile(t.quantile)
	if lag <= lagFree || float64(lag)/1e6 <= lagShare*ms {
		return ""
	}
	return fmt.Sprintf("the load generator was %s behind its schedule at %s in %s, where the response time was %s", format(float64(lag)/1e6, "ms"), t.metric, where, format(ms, "ms"))
}
