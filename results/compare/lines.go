package compare

import (
	"fmt"
	"math"
	"time"

	"tollgate/results"
)

// quarters is how many parts of a course are told apart.
const quarters = 4

// lineLengths are the numbers of pieces that a course is cut into, where its
// requests allow it. More pieces are nearer to each other, and say the same.
var lineLengths = []int{24, 16, 12, 8}

// A piece is a stretch of a course: some blocks on end, in one.
type piece struct {
	blocks []uint32
	at     float64 // its middle in hours from the beginning of the stage
	turn   *turn
}

// cut makes n pieces of the course's blocks.
func (c *course) cut(n int) []piece {
	if have, ok := c.pieces[n]; ok {
		return have
	}
	all := make([]piece, n)
	for i := range all {
		part := c.blocks[i*len(c.blocks)/n : (i+1)*len(c.blocks)/n]
		last := part[len(part)-1]
		middle := (c.began[part[0]]+c.began[last]+time.Duration(c.stage.BlockS*1e9))/2 - c.start
		all[i] = piece{blocks: part, at: middle.Hours(), turn: c.turns.over(part)}
	}
	c.pieces[n] = all
	return all
}

// A line is one metric along a course, in pieces each of which carries it.
type line struct {
	trait
	course *course
	pieces []piece
	xs     []float64 // logarithms; of a share the share itself
}

// line finds the finest pieces that all carry the metric; false: there are none.
func (c *course) line(t trait) (line, bool) {
	for _, most := range lineLengths {
		l := line{trait: t, course: c, pieces: c.cut(min(most, len(c.blocks)))}
		for _, p := range l.pieces {
			v, ok := p.turn.values[t.metric]
			if t.scale == Ratio {
				v, ok = math.Log(v), ok && v > 0
			}
			if !ok {
				break
			}
			l.xs = append(l.xs, v)
		}
		if len(l.xs) == len(l.pieces) {
			return l, true
		}
	}
	return line{}, false
}

// within are the bounds of a quarter among n pieces.
func within(n, quarter int) (from, to int) {
	return quarter * n / quarters, (quarter + 1) * n / quarters
}

// part are the values of a quarter.
func (l *line) part(quarter int) []float64 {
	from, to := within(len(l.xs), quarter)
	return l.xs[from:to]
}

// blocks are those of a quarter.
func (l *line) blocks(quarter int) (blocks []uint32) {
	from, to := within(len(l.pieces), quarter)
	for _, p := range l.pieces[from:to] {
		blocks = append(blocks, p.blocks...)
	}
	return blocks
}

// quarter is all that was sent in a quarter.
func (l *line) quarter(quarter int) *turn { return l.course.turns.over(l.blocks(quarter)) }

// change estimates by how much the last quarter is off the first. How much that
// may be by chance is read off all quarters, and off these two alone: a jump
// within another quarter is in its swing, and would hide itself. Whichever tells
// more is taken, at twice its probability (Bonferroni).
func (l *line) change(level float64) estimate {
	e, outer := l.off(level, 0, 1, 2, 3), l.off(level, 0, quarters-1)
	if outer.p < e.p {
		e = outer
	}
	e.p = min(1, 2*e.p)
	return e
}

// off is the difference of last and first quarter, held against the swing of some
// quarters.
func (l *line) off(level float64, of ...int) estimate {
	first, last := l.part(0), l.part(quarters-1)
	sd, freedom := l.swing(of...)
	se := sd * math.Sqrt(1/float64(len(first))+1/float64(len(last)))
	at := mean(last) - mean(first)
	half := studentQuantile(1-level/2, freedom) * se
	return estimate{at: at, low: at - half, high: at + half, se: se, p: 2 * studentAbove(math.Abs(distance(at, se)), freedom)}
}

// trend is the slope of a straight line through the pieces, per hour, with the
// half of its interval.
func (l *line) trend(level float64) (slope, half float64) {
	var at, squares float64
	for _, p := range l.pieces {
		at += p.at / float64(len(l.pieces))
	}
	for i, p := range l.pieces {
		slope += (p.at - at) * l.xs[i]
		squares += (p.at - at) * (p.at - at)
	}
	sd, freedom := l.swing(0, 1, 2, 3)
	return slope / squares, studentQuantile(1-level/2, freedom) * sd / math.Sqrt(squares)
}

// swing is by how much pieces vary within quarters, and the degrees of
// freedom of that. Of the cosines that each quarter is a sum of (its discrete
// cosine transform) only the slower third counts: noise that outlasts a piece is
// larger there, as it is in the mean of the quarter, whose error this is to tell.
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

// floor is by how much the difference of two shares may be off because requests
// are whole, see differences.
func (l *line) floor() float64 {
	if l.scale != Difference {
		return 0
	}
	return -math.Log(0.025) / float64(min(l.quarter(0).requests, l.quarter(quarters-1).requests))
}

// The lag of the generator is part of every response time. From such a share of a
// quantile on, and beyond what timers cost, what that quantile did is the
// generator's doing as much as the target's. Both are as the validity of a run has
// them (see package results).
const (
	lateShare = 0.10
	lateFree  = time.Millisecond
)

// lagsOf is how late the generator was, for each target block by block.
func lagsOf(run *results.Run) map[uint16]map[uint32]*results.Histogram {
	all := map[uint16]map[uint32]*results.Histogram{}
	for g, h := range run.Lag {
		if all[g.Target] == nil {
			all[g.Target] = map[uint32]*results.Histogram{}
		}
		if all[g.Target][g.Block] == nil {
			all[g.Target][g.Block] = results.New()
		}
		all[g.Target][g.Block].Merge(h)
	}
	return all
}

// lateness says that the generator was late in blocks, where that matters for a
// quantile that is so many ms there; else nothing.
func lateness(lags map[uint32]*results.Histogram, blocks []uint32, m Metric, q, ms float64, where string) string {
	lag := results.New()
	for _, b := range blocks {
		lag.Merge(lags[b])
	}
	late := lag.Quantile(q)
	if late <= lateFree || float64(late)/1e6 <= lateShare*ms {
		return ""
	}
	return fmt.Sprintf("the load generator was %s late at %s in %s, of %s in all", spell(float64(late)/1e6, "ms"), m, where, spell(ms, "ms"))
}

// late says that the generator was too late in one of the quarters that are held
// against each other.
func (l *line) late() string {
	for _, part := range []struct {
		quarter int
		where   string
	}{{0, "the first quarter"}, {quarters - 1, "the last quarter"}} {
		v := l.quarter(part.quarter).value(l.metric)
		if l.quantile == 0 || v == nil {
			continue
		}
		if why := lateness(l.course.lags, l.blocks(part.quarter), l.metric, l.quantile, *v, part.where); why != "" {
			return why
		}
	}
	return ""
}
