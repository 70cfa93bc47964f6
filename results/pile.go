package results

import (
	"maps"
	"slices"

	"tollgate/pricing"
)

// A pile holds the distributions of many batches so that any number of each can
// be put together quickly.
type pile struct {
	like    pricing.Dist // its basis and source
	values  []int64      // of all batches, ascending, each once
	batches [][]handful
}

// A handful is how often a batch has one of the values.
type handful struct {
	value int32 // its place among the values
	count int64
}

func newPile(us []usage, of func(usage) pricing.Dist) (p pile) {
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
		var hs []handful
		for _, b := range of(u).Buckets {
			hs = append(hs, handful{places[b.Value], b.Count})
		}
		p.batches = append(p.batches, hs)
	}
	return p
}

// dist puts each batch in the given number of times.
func (p pile) dist(times []int64) pricing.Dist {
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
