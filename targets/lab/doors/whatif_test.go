package doors

import (
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/whatif"
)

// A logged request is a line of the log of a door without throttle, cache or provisioned
// environments.
type logged struct {
	at   time.Time
	path string
	took time.Duration
	size int64
}

// drawLog has favourites, bursts and pauses, over some hours.
func drawLog(chance *rand.Rand) (all []logged) {
	zipf := rand.NewZipf(chance, 1.05+chance.Float64(), 3, 5000)
	at := noon
	for len(all) < 3000 {
		for range 1 + chance.IntN(4)*chance.IntN(8) {
			all = append(all, logged{at, fmt.Sprintf("/users/%d", zipf.Uint64()), time.Duration(1+chance.ExpFloat64()*40) * time.Millisecond, 200 + chance.Int64N(4000)})
			at = at.Add(time.Duration(chance.Int64N(int64(20 * time.Millisecond))))
		}
		at = at.Add(time.Duration(chance.ExpFloat64() * float64(4*time.Second)))
	}
	return all
}

// predicts reads the log as whatif does.
func predicts(all []logged) *whatif.Log {
	l := whatif.New()
	for _, one := range all {
		l.Add(&accesslog.Entry{
			What: accesslog.Request, Arrived: one.at.UnixNano(), Resolution: time.Microsecond, Status: http.StatusOK, BackendStatus: http.StatusOK,
			Method: []byte(http.MethodGet), Path: []byte(one.path), Backend: one.took, Out: one.size,
		})
	}
	return l
}

// What whatif predicts from a log is what the lab's own bucket, cache and environments make
// of the same arrivals, to the request. They know nothing of each other.
func TestTheLabDoesWhatIsPredictedFromALog(t *testing.T) {
	for seed := range uint64(40) {
		chance := rand.New(rand.NewPCG(seed, 23))
		all := drawLog(chance)
		l := predicts(all)

		limit := Throttle{Rate: PerSecond(1+chance.IntN(40)) / 2, Burst: 1 + chance.IntN(40)}
		b, refused := newBucket(limit, all[0].at), int64(0)
		for _, one := range all {
			if !b.take(one.at) {
				refused++
			}
		}
		if got := l.Refused(whatif.Throttle{Rate: float64(limit.Rate), Burst: int64(limit.Burst)}); got.Requests != refused {
			t.Errorf("log %d: %d refusals predicted, %d happened", seed, got.Requests, refused)
		}

		ttl := time.Duration(1+chance.IntN(900)) * time.Second
		if got, hits := l.Cached(whatif.Cache{TTL: ttl}), hitsOf(all, ttl); got.Hits != hits {
			t.Errorf("log %d: %d hits predicted, %d happened", seed, got.Hits, hits)
		}

		e := whatif.Environments{Idle: time.Duration(1+chance.IntN(60)) * time.Second, Init: 400 * time.Millisecond, Provisioned: chance.IntN(5)}
		if got, cold := l.Started(e), coldOf(all, e); got.Cold != cold {
			t.Errorf("log %d: %d cold starts predicted, %d happened", seed, got.Cold, cold)
		}
	}
}

// hitsOf has the lab's cache answer. A response is stored when it is there.
func hitsOf(all []logged, ttl time.Duration) (hits int64) {
	type coming struct {
		at  time.Time
		one logged
	}
	c, under := newResponseCache((&Cache{}).filled()), []coming{}
	for _, one := range all {
		slices.SortStableFunc(under, func(a, b coming) int { return a.at.Compare(b.at) })
		for len(under) > 0 && !under[0].at.After(one.at) {
			c.put(under[0].one.path, &response{status: http.StatusOK, body: make([]byte, under[0].one.size)}, under[0].at, ttl)
			under = under[1:]
		}
		if c.get(one.path, one.at) != nil {
			hits++
			continue
		}
		under = append(under, coming{one.at.Add(one.took), one})
	}
	return hits
}

// coldOf has the lab's environments take the invocations.
func coldOf(all []logged, s whatif.Environments) (cold int64) {
	e := environments{limit: 100_000, idle: s.Idle, provisioned: s.Provisioned}
	if n := perConcurrency * s.Provisioned; n > 0 {
		e.allowance = newBucket(Throttle{Rate: PerSecond(n), Burst: n}, all[0].at)
	}
	for _, one := range all {
		where, took := e.place(one.at), one.took
		if where == placedCold {
			cold++
			took += s.Init
		}
		e.occupy(where, one.at.Add(took))
	}
	return cold
}
