package whatif

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
)

// zipfian adds requests for paths of which few are favourites, in bursts, of three API keys.
func zipfian(seed uint64, n int, logs ...*Log) {
	chance := rand.New(rand.NewPCG(seed, 5))
	zipf := rand.NewZipf(chance, 1.1, 20, 20_000)
	at := start
	for range n {
		at += int64(chance.ExpFloat64() * float64(700*time.Microsecond))
		if chance.IntN(400) == 0 {
			at += chance.Int64N(int64(200 * time.Millisecond))
		}
		e := accesslog.Entry{
			What: accesslog.Request, Arrived: at, Resolution: time.Microsecond, Status: 200, BackendStatus: 200, Method: []byte("GET"),
			Path: fmt.Appendf(nil, "/%d", zipf.Uint64()), User: []byte{byte('a' + chance.IntN(3))}, Out: 500 + chance.Int64N(3000), Backend: time.Duration(chance.Int64N(int64(200 * time.Millisecond))),
		}
		for _, l := range logs {
			l.Add(&e)
		}
	}
}

// A log that does not fit gives the figures of one that does, within the errors that it
// states; those of throttles hold always.
func TestALargeLogIsWithinItsErrors(t *testing.T) {
	within, all, widest, wrong := 0, 0, 0.0, 0.0
	for seed := range uint64(3) {
		exact, large := newLog(1<<20), newLog(12_000)
		zipfian(seed, 40_000, exact, large)
		if exact.large() || !large.large() || len(large.requests) > large.most || len(large.slots.all) > large.most || len(large.waited.all) > large.most {
			t.Fatalf("%d requests, %d slots and %d invocations are kept of at most %d", len(large.requests), len(large.slots.all), len(large.waited.all), large.most)
		}
		for _, ttl := range []time.Duration{time.Second, 5 * time.Second, time.Minute} {
			for _, room := range []int64{0, 1 << 20} {
				true, estimate := exact.Cached(Cache{TTL: ttl, Bytes: room}), large.Cached(Cache{TTL: ttl, Bytes: room})
				if true.Error != 0 || estimate.Error <= 0 || estimate.Lookups != true.Lookups {
					t.Fatalf("%+v and %+v", true, estimate)
				}
				widest, wrong = max(widest, estimate.Error), max(wrong, math.Abs(true.Ratio()-estimate.Ratio()))
				if all++; math.Abs(true.Ratio()-estimate.Ratio()) <= estimate.Error {
					within++
				} else if math.Abs(true.Ratio()-estimate.Ratio()) > 2*estimate.Error {
					t.Errorf("TTL %v, room %d: %.3f ± %.3f is far from %.3f", ttl, room, estimate.Ratio(), estimate.Error, true.Ratio())
				}
			}
		}
		for _, rate := range []float64{600, 1100, 1300} {
			for _, one := range []Throttle{{Rate: rate, Burst: 100}, {Rate: rate, Burst: 1000}, {Rate: rate / 3, Burst: 200, Keyed: true}} {
				true := exact.Refused(one).Requests
				least, most := large.RefusedWithin(one)
				if true < least || true > most || most-least > exact.n/20 {
					t.Errorf("%+v: %d refused are not between %d and %d", one, true, least, most)
				}
				if near := large.Refused(one).Requests; max(near-true, true-near) > exact.n/100 {
					t.Errorf("%+v: %d refused, and %d of the large log", one, true, near)
				}
			}
			if least, most := exact.BurstFor(rate), large.BurstFor(rate); least > most || most > least+2+2*large.slack(rate) {
				t.Errorf("%v/s: the least burst is %d, and %d of the large log", rate, least, most)
			}
		}
		// Cold starts are exact for the time that is stated.
		w, s := &large.waited, large.Started(Environments{Idle: time.Second})
		first := New()
		zipfian(seed, slices.IndexFunc(exact.requests, func(r request) bool { return r.at >= w.all[len(w.all)-1].at })+1, first)
		if want := first.Started(Environments{Idle: time.Second}); s.Cold != want.Cold || s.Invocations != want.Invocations || w.until == 0 {
			t.Errorf("%+v of the first, want %+v", s, want)
		}
	}
	t.Logf("%d of %d estimates are within their errors; the widest error is %.3f, and the greatest difference %.3f", within, all, widest, wrong)
	if within*20 < all*19 {
		t.Errorf("%d of %d estimates are within their errors", within, all)
	}
}

// Of a large log of whole seconds the figures lie between those of requests that are together
// and those that are apart, and a burst that refuses none is large enough for either.
func TestALargeLogOfWholeSeconds(t *testing.T) {
	l := newLog(5000)
	for i := range 6000 { // four a second, at 20/s of them twenty
		at := start + int64(i/4)*int64(time.Second)
		if i >= 4000 {
			at = start + int64(1000+(i-4000)/20)*int64(time.Second)
		}
		l.Add(&accesslog.Entry{What: accesslog.Request, Arrived: at, Resolution: time.Second, Status: 200, Method: []byte("GET"), Path: fmt.Appendf(nil, "/%d", i%700)})
	}
	least, most := l.RefusedWithin(Throttle{Rate: 4, Burst: 4})
	if !l.large() || least < 1500 || most < least || most > 2000 {
		t.Errorf("%d to %d refused", least, most)
	}
	burst := l.BurstFor(20)
	if n := l.refused(Throttle{Rate: 20, Burst: burst}, false).Requests; n > 0 || burst < 20 || burst > 41 {
		t.Errorf("a burst of %d refuses %d", burst, n)
	}
}

// A log for one path leaves nothing that could be sampled: no estimate is made.
func TestALargeLogForOnePathHasNoCurveOfACache(t *testing.T) {
	l := newLog(1000)
	for i := range 10_000 {
		l.Add(&accesslog.Entry{What: accesslog.Request, Arrived: start + int64(i)*int64(time.Millisecond), Resolution: time.Second / 1000, Status: 200, Method: []byte("GET"), Path: []byte("/health")})
	}
	if h := l.Cached(Cache{TTL: time.Minute}); h.Hits != 0 || h.Error != 0 && h.Lookups != 0 {
		t.Errorf("%+v", h)
	}
	if least, most := l.RefusedWithin(Throttle{Rate: 1000, Burst: 100}); least != 0 || most != 0 {
		t.Errorf("%d to %d refused at the rate at which they came", least, most)
	}
}
