package whatif

import (
	"cmp"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
)

// A log with more than [Most] requests is large: memory stays as it is, and of each model as
// much is exact as can be.
//
//   - Throttles count every request. Arrivals are kept to a slot, as short as memory allows;
//     how many requests of it arrive in each is known. A token bucket lets requests pass
//     whose number in any interval is at most burst + rate × interval, and as many as any
//     such choice has. An arrival moved by less than a slot changes that bound by less than
//     rate × slot: so a burst that much larger, and that much smaller, bound what is refused.
//     The figure between them has the arrivals spread evenly over their slots.
//   - A cache gets the requests for a share of the paths, drawn by a hash, and as much of
//     the room (SHARDS: Waldspurger and others, "Efficient MRC Construction with SHARDS",
//     FAST 2015). [Hits.Error] says how far off that may be.
//   - Cold starts are of the first requests that fit, all of them: environments remember, and
//     no sample of the requests meets what all of them meet.

func (l *Log) large() bool { return l.slots.width > 0 }

// enlarge makes a log large.
func (l *Log) enlarge() {
	l.slots = slots{most: l.most, width: firstSlot}
	for i := range l.requests {
		l.slots.add(&l.requests[i])
		l.wait(&l.requests[i])
	}
	l.requests = slices.DeleteFunc(l.requests, func(r request) bool { return !r.get })
	l.thin()
}

// wait keeps a request as the invocation that it was.
func (l *Log) wait(r *request) {
	if r.reached && r.took >= 0 {
		l.waited.add(invocation{r.moment, r.took, -1})
	}
}

// A sample is of the paths whose hash ends in zeros.
type sample struct{ zeros uint }

func (s sample) has(key uint64) bool { return key&(1<<s.zeros-1) == 0 }

// share is that of the paths.
func (s sample) share() float64 { return 1 / float64(uint64(1)<<s.zeros) }

// mostZeros leaves one path of 2^32: a log for one path fills the memory of any sample.
const mostZeros = 32

// thin halves the sample until half of the room is free. What is left of a log for very few
// paths is cut: its cache has no curve then.
func (l *Log) thin() {
	for len(l.requests) > l.most/2 && l.sample.zeros < mostZeros {
		l.sample.zeros++
		hashes := make([]uint64, len(l.keys)+1)
		for hash, number := range l.keys {
			hashes[number] = hash
		}
		clear(l.keys)
		kept := l.requests[:0]
		for _, r := range l.requests {
			if hash := hashes[r.key]; l.sample.has(hash) {
				r.key = numbered(l.keys, hash)
				kept = append(kept, r)
			}
		}
		l.requests = kept
	}
}

// firstSlot is how exactly arrivals are kept as long as memory lasts.
const firstSlot = time.Microsecond

// A slot is how many requests arrived, of an API key.
type slot struct {
	at   int64 // its beginning
	user uint32
	n    uint32
}

// slots are the arrivals of a large log.
type slots struct {
	most   int
	width  time.Duration // 0: the log is not large
	all    []slot
	coarse int64 // requests of which the second alone is known
}

func (s *slots) add(r *request) {
	if r.coarse() {
		s.coarse++
		s.width = max(s.width, time.Second)
	}
	if len(s.all) >= s.most {
		s.sort()
		for len(s.all) > s.most/2 {
			s.width *= 2
			s.sort()
		}
	}
	s.all = append(s.all, slot{s.of(r.at), r.user, 1})
}

func (s *slots) of(at int64) int64 { return at - at%int64(s.width) }

// sort puts the slots in order, each once.
func (s *slots) sort() {
	for i := range s.all {
		s.all[i].at = s.of(s.all[i].at)
	}
	slices.SortFunc(s.all, func(a, b slot) int { return cmp.Or(cmp.Compare(a.at, b.at), cmp.Compare(a.user, b.user)) })
	kept := s.all[:0]
	for _, one := range s.all {
		if last := len(kept) - 1; last >= 0 && kept[last].at == one.at && kept[last].user == one.user && kept[last].n < math.MaxUint32-one.n {
			kept[last].n += one.n
			continue
		}
		kept = append(kept, one)
	}
	s.all = kept
}

// each calls see with each request; s is sorted. Requests are at the beginning of their slot,
// or spread evenly over it.
func (s *slots) each(spread bool, see func(at int64, user uint32)) {
	for i := 0; i < len(s.all); {
		end, n, j := i, int64(0), int64(0)
		for ; end < len(s.all) && s.all[end].at == s.all[i].at; end++ {
			n += int64(s.all[end].n)
		}
		for ; i < end; i++ {
			for range s.all[i].n {
				at := s.all[i].at
				if spread {
					at += int64(s.width) / n * j
				}
				see(at, s.all[i].user)
				j++
			}
		}
	}
}

// slack is by how much bursts may be off at a rate.
func (l *Log) slack(rate float64) int64 {
	return int64(math.Ceil(rate * l.slots.width.Seconds()))
}

// A window is the earliest invocations, as many as fit.
type window struct {
	most  int
	all   []invocation
	until int64 // later ones are left out; 0: none is

	n, first, last int64 // of all
}

func (w *window) add(one invocation) {
	if w.n++; w.n == 1 {
		w.first, w.last = one.at, one.at
	}
	w.first, w.last = min(w.first, one.at), max(w.last, one.at)
	if w.until > 0 && one.at >= w.until {
		return
	}
	if w.all = append(w.all, one); len(w.all) <= w.most {
		return
	}
	w.sort()
	keep := w.most * 3 / 4
	w.until = w.all[keep].at
	w.all = w.all[:keep]
}

func (w *window) sort() { sortTimes(w.all, momentOfInvocation) }

// ofLarge says what is not exact of a large log.
func (l *Log) ofLarge(say func(format string, args ...any)) {
	if w := l.started(); w.until > 0 {
		say("cold starts are those of the first %s, until %s: all of them do not fit into memory, and no sample shows how they follow each other", pricing.Counted(len(w.all), "invocation"), time.Unix(0, w.until).UTC().Format(time.RFC3339))
	}
	if !l.large() {
		return
	}
	say("%s do not fit into memory as they are; throttles count all of them, at times to %v: what they refuse lies between the two figures", pricing.Counted(l.n, "request"), l.slots.width)
	switch share := l.sample.share(); {
	case share == 1:
	case !slices.ContainsFunc(l.requests, func(r request) bool { return r.get }):
		say("no hits are estimated: nearly all GET requests are for a few paths, of which no sample can be drawn; choose a part of the logs by --from and --to")
	default:
		say("hits are estimates from the requests for one path in %s, drawn by a hash: behind ± is by how much they may be off, in 19 of 20 cases", pricing.Count(int64(1/share)))
	}
}
