package whatif

import (
	"fmt"
	"math/big"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/scenarios/accesslog"
)

const start = int64(1_796_000_400) * int64(time.Second)

// drawn is a log whose requests come in bursts, for few paths and keys.
func drawn(t *rapid.T) (*Log, []accesslog.Entry) {
	l, at := New(), start
	var all []accesslog.Entry
	for range rapid.IntRange(1, 120).Draw(t, "requests") {
		at += rapid.OneOf(rapid.Just(int64(0)), rapid.Int64Range(0, int64(20*time.Millisecond)), rapid.Int64Range(0, int64(3*time.Second))).Draw(t, "gap")
		status := rapid.SampledFrom([]int64{200, 200, 200, 404}).Draw(t, "status")
		e := accesslog.Entry{
			What: accesslog.Request, Arrived: at, Resolution: time.Microsecond, Status: status, BackendStatus: status,
			Method: []byte(rapid.SampledFrom([]string{"GET", "GET", "GET", "POST"}).Draw(t, "method")),
			Path:   fmt.Appendf(nil, "/%d", rapid.IntRange(0, 6).Draw(t, "path")),
			User:   fmt.Appendf(nil, "%d", rapid.IntRange(0, 3).Draw(t, "user")),
			Out:    rapid.Int64Range(0, 3000).Draw(t, "bytes"), Backend: time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "took")),
		}
		l.Add(&e)
		all = append(all, e)
	}
	return l, all
}

// A token bucket in the words of its definition, in exact fractions.
func refused(all []accesslog.Entry, rate, burst *big.Rat, keyed bool) (n int64) {
	type bucket struct {
		tokens *big.Rat
		at     int64
	}
	buckets := map[string]*bucket{}
	for _, e := range all {
		name := ""
		if keyed {
			name = string(e.User)
		}
		b := buckets[name]
		if b == nil {
			b = &bucket{new(big.Rat).Set(burst), e.Arrived}
			buckets[name] = b
		}
		b.tokens.Add(b.tokens, new(big.Rat).Mul(rate, big.NewRat(e.Arrived-b.at, 1e9)))
		if b.at = e.Arrived; b.tokens.Cmp(burst) > 0 {
			b.tokens.Set(burst)
		}
		if b.tokens.Cmp(big.NewRat(1, 1)) < 0 {
			n++
			continue
		}
		b.tokens.Sub(b.tokens, big.NewRat(1, 1))
	}
	return n
}

func TestAThrottleRefusesAsATokenBucket(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, all := drawn(t)
		thousandths := rapid.Int64Range(100, 200_000).Draw(t, "rate in 1/1000")
		burst := rapid.Int64Range(1, 40).Draw(t, "burst")
		keyed := rapid.Bool().Draw(t, "keyed")
		rate := big.NewRat(thousandths, 1000)
		got := l.Refused(Throttle{Rate: float64(thousandths) / 1000, Burst: burst, Keyed: keyed})
		if want := refused(all, rate, big.NewRat(burst, 1), keyed); got.Requests != want {
			t.Fatalf("%d refused, want %d", got.Requests, want)
		}
		if got.InWorst > got.Requests || (got.Requests > 0) != (got.InWorst > 0) {
			t.Fatalf("%+v", got)
		}
		// The least burst refuses nothing, and one less does.
		least := l.BurstFor(float64(thousandths) / 1000)
		if n := refused(all, rate, big.NewRat(least, 1), false); n != 0 {
			t.Fatalf("a burst of %d refuses %d", least, n)
		}
		if least > 1 && refused(all, rate, big.NewRat(least-1, 1), false) == 0 {
			t.Fatalf("a burst of %d refuses nothing, less than %d", least-1, least)
		}
	})
}

// A cache as its description has it: a list of what is held, searched from end to end.
func hits(all []accesslog.Entry, c Cache) (n int64) {
	type entry struct {
		path   string
		stored int64
		bytes  int64
		order  int
	}
	var held []entry
	var coming []entry
	count := 0
	for _, e := range all {
		if string(e.Method) != "GET" {
			continue
		}
		slices.SortStableFunc(coming, func(a, b entry) int { return int(a.stored - b.stored) })
		for len(coming) > 0 && coming[0].stored <= e.Arrived {
			one := coming[0]
			coming = coming[1:]
			held = slices.DeleteFunc(held, func(h entry) bool { return h.path == one.path })
			if c.Bytes > 0 && one.bytes > c.Bytes {
				continue
			}
			for {
				sum, oldest := one.bytes, 0
				for i, h := range held {
					sum += h.bytes
					if h.order < held[oldest].order {
						oldest = i
					}
				}
				if c.Bytes == 0 || sum <= c.Bytes {
					break
				}
				held = slices.Delete(held, oldest, oldest+1)
			}
			count++
			one.order = count
			held = append(held, one)
		}
		i := slices.IndexFunc(held, func(h entry) bool { return h.path == string(e.Path) })
		if i >= 0 && e.Arrived-held[i].stored < int64(c.TTL) {
			n++
			count++
			held[i].order = count
			continue
		}
		if i >= 0 {
			held = slices.Delete(held, i, i+1)
		}
		if e.Status == 200 {
			coming = append(coming, entry{path: string(e.Path), stored: e.Arrived + int64(e.Backend), bytes: e.Out + entryBytes})
		}
	}
	return n
}

func TestACacheAnswersAsItsDescription(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, all := drawn(t)
		c := Cache{TTL: time.Duration(rapid.Int64Range(1, int64(20*time.Second)).Draw(t, "ttl")), Bytes: rapid.SampledFrom([]int64{0, 2000, 5000, 9000}).Draw(t, "bytes")}
		got := l.Cached(c)
		if want := hits(all, c); got.Hits != want || c.Bytes > 0 && got.Peak > c.Bytes {
			t.Fatalf("%+v, want %d hits", got, want)
		}
	})
}

// Environments as their description has it: a list of all there ever were.
func cold(all []accesslog.Entry, e Environments) (n int64) {
	var until []int64 // each environment is busy, or idle since then
	for _, one := range all {
		best := -1
		for i, free := range until {
			if free <= one.Arrived && one.Arrived-free < int64(e.Idle) && (best < 0 || free > until[best]) {
				best = i
			}
		}
		if best < 0 {
			n++
			until = append(until, one.Arrived+int64(one.Backend+e.Init))
			continue
		}
		until[best] = one.Arrived + int64(one.Backend)
	}
	return n
}

func TestEnvironmentsStartAsTheirDescription(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		l, all := drawn(t)
		e := Environments{Idle: time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(5*time.Second)).Draw(t, "idle")), Init: time.Duration(rapid.Int64Range(0, int64(time.Second)).Draw(t, "init"))}
		got := l.Started(e)
		if want := cold(all, e); got.Cold != want || got.Invocations != int64(len(all)) {
			t.Fatalf("%+v, want %d cold starts of %d", got, want, len(all))
		}
		// Enough provisioned environments leave no cold start but for what comes faster than they take.
		if p := l.Started(Environments{Idle: e.Idle, Init: e.Init, Provisioned: 2000}); p.Cold != 0 || p.Provisioned != p.Invocations {
			t.Fatalf("with 2,000 provisioned: %+v", p)
		}
	})
}
