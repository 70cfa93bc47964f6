package main

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/httprate"
	"github.com/juju/ratelimit"
	"github.com/sethvargo/go-limiter/memorystore"
	"github.com/throttled/throttled/v2"
	throttledstore "github.com/throttled/throttled/v2/store/memstore"
	"github.com/ulule/limiter/v3"
	"github.com/ulule/limiter/v3/drivers/store/memory"
)

// A decide says whether a request is admitted.
type decide func(http.ResponseWriter, *http.Request) (bool, error)

// libraries limit to so many requests in a period; burst is for those that have one.
var libraries = map[string]func(count int, period time.Duration, burst int) (decide, error){
	"httprate": func(count int, period time.Duration, _ int) (decide, error) {
		l := httprate.NewRateLimiter(count, period)
		return func(w http.ResponseWriter, r *http.Request) (bool, error) { return !l.OnLimit(w, r, "all"), nil }, nil
	},
	"juju": func(count int, period time.Duration, burst int) (decide, error) {
		l := ratelimit.NewBucketWithQuantum(period, int64(burst), int64(count))
		return func(http.ResponseWriter, *http.Request) (bool, error) { return l.TakeAvailable(1) == 1, nil }, nil
	},
	"sethvargo": func(count int, period time.Duration, _ int) (decide, error) {
		l, err := memorystore.New(&memorystore.Config{Tokens: uint64(count), Interval: period})
		return func(_ http.ResponseWriter, r *http.Request) (bool, error) {
			_, _, _, ok, err := l.Take(r.Context(), "all")
			return ok, err
		}, err
	},
	"throttled": func(count int, period time.Duration, burst int) (decide, error) {
		store, err := throttledstore.NewCtx(100)
		if err != nil {
			return nil, err
		}
		l, err := throttled.NewGCRARateLimiterCtx(store, throttled.RateQuota{MaxRate: throttled.PerDuration(count, period), MaxBurst: burst})
		return func(_ http.ResponseWriter, r *http.Request) (bool, error) {
			limited, _, err := l.RateLimitCtx(r.Context(), "all", 1)
			return !limited, err
		}, err
	},
	"ulule": func(count int, period time.Duration, _ int) (decide, error) {
		l := limiter.New(memory.NewStore(), limiter.Rate{Limit: int64(count), Period: period})
		return func(http.ResponseWriter, *http.Request) (bool, error) {
			c, err := l.Get(context.Background(), "all")
			return !c.Reached, err
		}, nil
	},
}
