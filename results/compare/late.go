package compare

import (
	"fmt"
	"time"

	"tollgate/results"
)

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
