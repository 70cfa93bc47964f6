package results

import (
	"errors"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// A room is how much the histograms of a run may take. A few hundred bytes of a
// log can become a histogram of 49,152 buckets, and a few megabytes any number of
// them. The bounds are some times what a week's run at many targets needs.
type room struct {
	series int   // that may be held
	most   int64 // buckets that may be held
	work   int64 // buckets that may still be decoded

	atMost int64 // buckets that are held, at most: those that merged are counted twice
}

var wholeRoom = room{series: 1 << 20, most: 64 << 20, work: 1 << 30}

var errTooMuch = errors.New("the histograms of this run are more than this program opens: it was not recorded by a run")

// decoded counts the buckets of one decoded histogram.
func (r *room) decoded(h *hdr.PackedHistogram) error {
	n := buckets(h)
	r.atMost += n
	if r.work -= n; r.work < 0 {
		return errTooMuch
	}
	return nil
}

// held checks what is held. It counts anew only when it may be too much.
func (r *room) held(run *Run) error {
	if len(run.Series)+len(run.ProbeSeries)+len(run.Lag)+len(run.Sizes) > r.series {
		return errTooMuch
	}
	if r.atMost <= r.most {
		return nil
	}
	r.atMost = 0
	for _, series := range []map[Key]*Histogram{run.Series, run.ProbeSeries} {
		for _, h := range series {
			r.atMost += buckets(h.packed)
		}
	}
	for _, h := range run.Lag {
		r.atMost += buckets(h.packed)
	}
	for _, s := range run.Sizes {
		r.atMost += buckets(s.packed)
	}
	if r.atMost > r.most/2 {
		return errTooMuch
	}
	return nil
}

func buckets(h *hdr.PackedHistogram) (n int64) {
	if h != nil {
		h.ForEachBucket(func(int64, int64) bool { n++; return true })
	}
	return n
}
