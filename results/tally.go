package results

import "iter"

// A tally counts the values of one second, or one minute, on the hot path. It
// has a histogram's buckets, in pages that exist only where values fell, so
// that recording is an index and an increment and a series costs a few pages
// of 4 KiB instead of the 192 KiB of a dense histogram.
type tally struct {
	pages [numPages]*page
}

// A page holds the buckets of one doubling. A bucket of one minute cannot
// overflow: that would take seventy million requests a second.
type page [pageLen]uint32

// A pool keeps the pages that are not in use.
type pool struct{ free []*page }

func (p *pool) take() *page {
	n := len(p.free)
	if n == 0 {
		return new(page)
	}
	pg := p.free[n-1]
	p.free = p.free[:n-1]
	return pg
}

// add counts one value in bucket i.
func (t *tally) add(i int, from *pool) {
	pg := t.pages[i>>pageBits]
	if pg == nil {
		pg = from.take()
		t.pages[i>>pageBits] = pg
	}
	pg[i&(pageLen-1)]++
}

// merge adds the counts of o.
func (t *tally) merge(o *tally, from *pool) {
	for n, src := range o.pages {
		if src == nil {
			continue
		}
		dst := t.pages[n]
		if dst == nil {
			dst = from.take()
			t.pages[n] = dst
		}
		for i, c := range src {
			dst[i] += c
		}
	}
}

// reset empties t and gives its pages back.
func (t *tally) reset(to *pool) {
	for n, pg := range t.pages {
		if pg != nil {
			clear(pg[:])
			to.free = append(to.free, pg)
			t.pages[n] = nil
		}
	}
}

func (t *tally) empty() bool { return t.pages == [numPages]*page{} }

// buckets yields the number and count of every bucket in use, ascending.
func (t *tally) buckets() iter.Seq2[int, int64] {
	return func(yield func(int, int64) bool) {
		for n, pg := range t.pages {
			if pg == nil {
				continue
			}
			for i, c := range pg {
				if c > 0 && !yield(n<<pageBits+i, int64(c)) {
					return
				}
			}
		}
	}
}
