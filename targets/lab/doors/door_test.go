package doors

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/timer"
)

// A bench is a lab without sockets, in fake time.
type bench struct {
	t     *testing.T
	doors []*door
	store *cloudwatch.Store

	functions map[string]*lambda
}

// inFakeTime runs test with the doors of c, whose modelled time costs none.
func inFakeTime(t *testing.T, c Config, test func(bench)) {
	t.Helper()
	c = c.filled()
	if err := c.check(); err != nil {
		t.Fatal(err)
	}
	synctest.Test(t, func(t *testing.T) {
		w := timer.Portable()
		defer w.Close()
		account := newBucket(*c.Account, time.Now())
		store, issuer := cloudwatch.New(time.Now, 0), c.UserPool.issuer(time.Now)
		b := bench{t: t, store: store, functions: functionsOf(c, time.Now())}
		for _, f := range b.functions {
			f.metrics = newFunctionMetrics(f, store)
		}
		for _, config := range c.Doors {
			d := newDoor(config, c.Seed, "127.0.0.1:80", account, w, issuer, b.functions, time.Now())
			d.metrics = newMetrics(d, store)
			b.doors = append(b.doors, d)
			if first := c.stageOf(config); first >= 0 {
				b.doors[first].adds(d)
			}
		}
		test(b)
	})
}

// An outcome is an answer and how long it took.
type outcome struct {
	*httptest.ResponseRecorder
	aborted bool // without the end of its response
	took    time.Duration
}

// aborts says whether a handler ends its connection.
func aborts(serve func()) (aborted bool) {
	defer func() {
		if why := recover(); why != nil {
			if aborted = why == http.ErrAbortHandler; !aborted {
				panic(why)
			}
		}
	}()
	serve()
	return false
}

func (b bench) ask(door int, method, path, body string, headers ...string) outcome {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	for i := 0; i < len(headers); i += 2 {
		r.Header.Set(headers[i], headers[i+1])
	}
	return b.do(door, r)
}

func (b bench) do(door int, r *http.Request) outcome {
	begun := time.Now()
	w := httptest.NewRecorder()
	return outcome{w, aborts(func() { b.doors[door].ServeHTTP(w, r) }), time.Since(begun)}
}

func exactly(d time.Duration) *LogNormal { return &LogNormal{Median: Duration(d)} }

// steady is a door whose delays do not vary: 5 ms, INIT 200 ms, 20 ms.
func steady(kind string) DoorConfig {
	return DoorConfig{
		Kind: kind, Overhead: exactly(5 * time.Millisecond),
		Function: &Function{Init: exactly(200 * time.Millisecond), Warm: exactly(20 * time.Millisecond)},
	}
}

func only(d DoorConfig) Config { return Config{Doors: []DoorConfig{d}} }

var kinds = []string{"rest-api", "http-api", "function-url", "alb"}

func root(kind string) string {
	if kind == "rest-api" {
		return "/prod/"
	}
	return "/"
}

func TestAnAnswerTakesTheDoorsTimeAndTheFunctions(t *testing.T) {
	for _, kind := range kinds {
		t.Run(kind, func(t *testing.T) {
			inFakeTime(t, only(steady(kind)), func(b bench) {
				if first := b.ask(0, "GET", root(kind), ""); first.Code != 200 || first.took != 225*time.Millisecond {
					t.Errorf("cold: %d after %v", first.Code, first.took)
				}
				if second := b.ask(0, "GET", root(kind), ""); second.Code != 200 || second.took != 25*time.Millisecond {
					t.Errorf("warm: %d after %v", second.Code, second.took)
				}
				time.Sleep(defaultIdle)
				if third := b.ask(0, "GET", root(kind), ""); third.took != 225*time.Millisecond {
					t.Errorf("after its environment expired: %v", third.took)
				}
				truth := b.doors[0].truth()
				if truth.ColdStarts != 2 || truth.Invocations != 3 || truth.BilledMS != 460 || truth.InitMS != 400 || truth.DurationMS != 60 {
					t.Errorf("truth: %+v", truth)
				}
			})
		})
	}
}

func TestASlowFunctionIsCutOffWhereItsDoorIs(t *testing.T) {
	for kind, want := range map[string]struct {
		status int
		after  time.Duration
	}{
		"rest-api":     {504, 29 * time.Second},
		"http-api":     {503, 30 * time.Second},
		"function-url": {502, 40 * time.Second},
		"alb":          {502, 40 * time.Second},
	} {
		t.Run(kind, func(t *testing.T) {
			d := steady(kind)
			d.Overhead = exactly(0)
			d.Function = &Function{Init: exactly(0), Warm: exactly(time.Hour / 4), Timeout: Duration(40 * time.Second)}
			inFakeTime(t, only(d), func(b bench) {
				got := b.ask(0, "GET", root(kind), "")
				if got.Code != want.status || got.took != want.after {
					t.Errorf("%d after %v, want %d after %v", got.Code, got.took, want.status, want.after)
				}
				if truth := b.doors[0].truth(); truth.BilledMS != 40_000 || truth.Errors != 1 {
					t.Errorf("the function goes on to its own timeout: %+v", truth)
				}
			})
		})
	}
}

func TestAFunctionThatTimesOutBeforeItsAPIFailsAsOneThatThrows(t *testing.T) {
	for kind, want := range map[string]int{"rest-api": 502, "http-api": 500} {
		d := steady(kind)
		d.Function = &Function{Warm: exactly(time.Minute), Timeout: Duration(3 * time.Second)}
		inFakeTime(t, only(d), func(b bench) {
			if got := b.ask(0, "GET", root(kind), ""); got.Code != want {
				t.Errorf("%s: %d, want %d", kind, got.Code, want)
			}
		})
	}
}

func TestAUsagePlanAsksForAKeyAndLimitsEachKeyAlone(t *testing.T) {
	d := steady("rest-api")
	keys := []string{"the-first-key-of-twenty", "the-second-key-of-twenty"}
	d.UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 1, Burst: 2}, Keys: keys}
	inFakeTime(t, only(d), func(b bench) {
		ask := func(key string) int { return b.ask(0, "GET", "/prod", "", "X-Api-Key", key).Code }
		if none, wrong := b.ask(0, "GET", "/prod", "").Code, ask("something else entirely"); none != 403 || wrong != 403 {
			t.Errorf("without a key %d, with a wrong one %d", none, wrong)
		}
		if a, b, c := ask(keys[0]), ask(keys[0]), ask(keys[0]); a != 200 || b != 200 || c != 429 {
			t.Errorf("a burst of two: %d %d %d", a, b, c)
		}
		if other := ask(keys[1]); other != 200 {
			t.Errorf("the other key: %d", other)
		}
		time.Sleep(time.Second)
		if later := ask(keys[0]); later != 200 {
			t.Errorf("a second later: %d", later)
		}
		truth := b.doors[0].truth()
		if truth.Refused["api-key"] != 2 || truth.Refused["usage-plan"] != 1 || truth.Billable != truth.Requests-3 || truth.Invocations != 4 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestTheAccountsThrottleIsSharedByItsAPIsAndNotByOthers(t *testing.T) {
	c := Config{Account: &Throttle{Rate: 0.001, Burst: 4}}
	for _, kind := range kinds {
		c.Doors = append(c.Doors, steady(kind))
	}
	inFakeTime(t, c, func(b bench) {
		for _, row := range []struct{ door, want int }{{0, 200}, {1, 200}, {0, 200}, {1, 200}, {0, 429}, {1, 429}, {2, 200}, {3, 200}} {
			if got := b.ask(row.door, "GET", root(kinds[row.door]), "").Code; got != row.want {
				t.Errorf("%s: %d, want %d", kinds[row.door], got, row.want)
			}
		}
		if truth := b.doors[0].truth(); truth.Refused["account"] != 1 || truth.Requests != 3 || truth.Billable != 2 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestADoorHangsUpOnWhoDoesNotWait(t *testing.T) {
	inFakeTime(t, only(steady("http-api")), func(b bench) {
		ctx, cancel := context.WithTimeout(context.Background(), time.Millisecond)
		defer cancel()
		if !b.do(0, httptest.NewRequest("GET", "/", nil).WithContext(ctx)).aborted {
			t.Error("the door answered")
		}
		if truth := b.doors[0].truth(); truth.Abandoned != 1 || truth.Requests != 1 || truth.Invocations != 1 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestACachedAnswerSkipsTheFunctionForItsTTL(t *testing.T) {
	d := steady("rest-api")
	d.Cache = &Cache{TTL: Duration(10 * time.Second), Params: []string{"lang"}}
	inFakeTime(t, only(d), func(b bench) {
		for _, row := range []struct {
			what, method, path string
			took               time.Duration
		}{
			{"the first misses", "GET", "/prod/", 225 * time.Millisecond},
			{"the second hits", "GET", "/prod/", 5 * time.Millisecond},
			{"the stage alone is the same resource", "GET", "/prod", 5 * time.Millisecond},
			{"a parameter outside the key changes nothing", "GET", "/prod?utm=1", 5 * time.Millisecond},
			{"a parameter of the key does", "GET", "/prod?lang=de", 25 * time.Millisecond},
			{"and is kept as well", "GET", "/prod?lang=de&utm=2", 5 * time.Millisecond},
			{"POST is not cached", "POST", "/prod/predict", 25 * time.Millisecond},
			{"not even the second time", "POST", "/prod/predict", 25 * time.Millisecond},
		} {
			got := b.ask(0, row.method, row.path, features)
			if got.Code != 200 || got.took != row.took {
				t.Errorf("%s: %d after %v, want %v", row.what, got.Code, got.took, row.took)
			}
		}
		time.Sleep(10 * time.Second)
		if got := b.ask(0, "GET", "/prod/", ""); got.took != 25*time.Millisecond {
			t.Errorf("after the TTL: %v", got.took)
		}
		if truth := b.doors[0].truth(); truth.CacheHits != 4 || truth.CacheMisses != 3 || truth.Invocations != 5 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestAnAnswerIsNotInTheCacheBeforeItExists(t *testing.T) {
	d := steady("rest-api")
	d.Cache = &Cache{}
	inFakeTime(t, only(d), func(b bench) {
		first := make(chan outcome)
		go func() { first <- b.ask(0, "GET", "/prod", "") }()
		time.Sleep(time.Millisecond)
		if second := b.ask(0, "GET", "/prod", ""); second.took != 225*time.Millisecond {
			t.Errorf("the second took %v", second.took)
		}
		<-first
	})
}

func TestAnOriginTakesTheApplicationsTimeAndKnowsNoLimit(t *testing.T) {
	d := steady("origin")
	d.Overhead = nil
	d.Function.Concurrency, d.Function.Thrown = new(0), 1
	inFakeTime(t, only(d), func(b bench) {
		for range 3 {
			if got := b.ask(0, "GET", "/", ""); got.Code != 200 || got.took != 20*time.Millisecond {
				t.Errorf("%d after %v", got.Code, got.took)
			}
		}
		large := httptest.NewRequest("POST", "/predict", strings.NewReader("x"))
		large.ContentLength = largestBody + 1
		if got := b.do(0, large); got.Code != 413 {
			t.Errorf("a body that is too large: %d", got.Code)
		}
		if truth := b.doors[0].truth(); truth.Requests != 4 || truth.Invocations != 0 || len(b.doors[0].metrics.perRequest) != 0 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestAFunctionAtItsConcurrencyRefuses(t *testing.T) {
	d := steady("function-url")
	d.Function.Concurrency = new(1)
	inFakeTime(t, only(d), func(b bench) {
		first := make(chan outcome)
		go func() { first <- b.ask(0, "GET", "/", "") }()
		synctest.Wait()
		if second := b.ask(0, "GET", "/", ""); second.Code != 429 || second.took != 5*time.Millisecond {
			t.Errorf("the second: %d after %v", second.Code, second.took)
		}
		if got := <-first; got.Code != 200 {
			t.Errorf("the first: %d", got.Code)
		}
		if third := b.ask(0, "GET", "/", ""); third.Code != 200 {
			t.Errorf("the third: %d", third.Code)
		}
		truth := b.doors[0].truth()
		if truth.Refused["function-concurrency"] != 1 || truth.Throttles != 1 || truth.Invocations != 2 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestEnvironmentsAreStartedNoFasterThanAllowed(t *testing.T) {
	d := steady("alb")
	d.Function.Scaling = &Throttle{Rate: 1, Burst: 2}
	inFakeTime(t, only(d), func(b bench) {
		codes := make(chan int, 3)
		for range 3 {
			go func() { codes <- b.ask(0, "GET", "/", "").Code }()
			synctest.Wait()
		}
		sum := <-codes + <-codes + <-codes
		if truth := b.doors[0].truth(); sum != 200+200+502 || truth.Refused["function-scaling"] != 1 || truth.ColdStarts != 2 {
			t.Errorf("statuses add up to %d; %+v", sum, truth)
		}
	})
}

func TestTheRequestRateOfAFunctionIsTenForEachUnitOfConcurrency(t *testing.T) {
	d := steady("function-url")
	d.Function = &Function{Init: exactly(0), Warm: exactly(time.Microsecond), Concurrency: new(3)}
	d.Overhead = exactly(0)
	inFakeTime(t, only(d), func(b bench) {
		passed := 0
		for range 40 {
			if b.ask(0, "GET", "/", "").Code == 200 {
				passed++
			}
		}
		if truth := b.doors[0].truth(); passed != 30 || truth.Refused["function-rate"] != 10 {
			t.Errorf("%d passed; %+v", passed, truth)
		}
	})
}

func TestSharesOfInvocationsFail(t *testing.T) {
	d := steady("http-api")
	d.Function.Thrown, d.Function.Malformed = 0.2, 0.3
	inFakeTime(t, only(d), func(b bench) {
		const n = 2000
		for range n {
			b.ask(0, "GET", "/", "")
		}
		truth := b.doors[0].truth()
		if failed := truth.Status["500"]; failed < n*45/100 || failed > n*55/100 || truth.Errors != failed || truth.Status["200"] != n-failed {
			t.Errorf("truth: %+v", truth)
		}
	})
}

func TestARequestThatNeverBecomesWholeIsNotAnswered(t *testing.T) {
	inFakeTime(t, only(steady("alb")), func(b bench) {
		r := httptest.NewRequest("POST", "/predict", io.MultiReader(strings.NewReader("{"), failing{}))
		if !b.do(0, r).aborted {
			t.Error("the door did not hang up")
		}
		if truth := b.doors[0].truth(); truth.Broken != 1 || truth.Requests != 0 {
			t.Errorf("truth: %+v", truth)
		}
	})
}

type failing struct{}

func (failing) Read([]byte) (int, error) { return 0, errors.New("cut off") }
