package doors

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/targets/lab/function/runtime"
)

// A referenceFunction is a function as a queue model has it: every environment
// is looked at one by one, and tokens come back by the millisecond.
type referenceFunction struct {
	all                     []*referenceEnvironment
	limit, provisioned      int
	idle                    time.Duration
	tokens, burst, perMilli int64
	allowed                 int64 // hundredths of an invocation that provisioned environments still take
	filled                  time.Time
}

// place is what becomes of an invocation. A new environment, provisioned ones
// excepted, costs a token. Provisioned ones take 10 a second each, and as many at
// once.
func (r *referenceFunction) place(now time.Time) (*referenceEnvironment, placement, runtime.Ending) {
	passed := now.Sub(r.filled).Milliseconds()
	r.tokens = min(r.burst, r.tokens+passed*r.perMilli)
	r.allowed = min(int64(r.provisioned)*1000, r.allowed+passed*int64(r.provisioned))
	r.filled = now
	busy, reserved := 0, 0
	var best *referenceEnvironment
	r.all = slices.DeleteFunc(r.all, func(e *referenceEnvironment) bool {
		return !e.freeAt.After(now) && (e.provisioned || now.Sub(e.freeAt) >= r.idle)
	})
	for _, e := range r.all {
		switch {
		case e.freeAt.After(now) && e.provisioned:
			busy, reserved = busy+1, reserved+1
		case e.freeAt.After(now):
			busy++
		case best == nil || e.freeAt.After(best.freeAt):
			best = e
		}
	}
	fresh := func(provisioned bool) *referenceEnvironment {
		e := &referenceEnvironment{provisioned: provisioned}
		r.all = append(r.all, e)
		return e
	}
	switch {
	case busy >= r.limit:
		return nil, notPlaced, runtime.AtLimit
	case reserved < r.provisioned && r.allowed >= 100:
		r.allowed -= 100
		return fresh(true), placedProvisioned, runtime.Returned
	case best != nil:
		return best, placedWarm, runtime.Returned
	case r.tokens == 0:
		return nil, placedCold, runtime.AtScaling
	}
	r.tokens--
	return fresh(false), placedCold, runtime.Returned
}

func TestAFunctionTakesItsInvocationsAsAQueueModelWould(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := rapid.IntRange(1, 6).Draw(t, "limit")
		perMilli := rapid.Int64Range(0, 2).Draw(t, "new environments a millisecond")
		config := Function{
			Init: &LogNormal{Duration(9 * time.Millisecond), 0.5}, Warm: &LogNormal{Duration(5 * time.Millisecond), 0.9},
			Concurrency: &limit, Provisioned: rapid.IntRange(0, limit).Draw(t, "provisioned"),
			Proactive: rapid.SampledFrom([]float64{0, 0.5, 1}).Draw(t, "proactive"),
			Scaling:   &Throttle{Rate: 1000 * PerSecond(perMilli), Burst: rapid.IntRange(1, 4).Draw(t, "burst")},
			Idle:      Duration(rapid.Int64Range(1, 60).Draw(t, "idle")) * Duration(time.Millisecond),
		}.filled()
		f := newFunction(config, "f", rapid.Uint64().Draw(t, "seed"), noon)
		model := &referenceFunction{
			limit: limit, provisioned: config.Provisioned, idle: time.Duration(config.Idle),
			allowed: int64(config.Provisioned) * 1000,
			tokens:  int64(config.Scaling.Burst), burst: int64(config.Scaling.Burst), perMilli: perMilli, filled: noon,
		}
		var nth uint64
		now := noon
		for i := range rapid.IntRange(1, 120).Draw(t, "invocations") {
			now = now.Add(time.Duration(rapid.Int64Range(0, 12).Draw(t, "later")) * time.Millisecond)
			in := invocation{Outcome: runtime.Outcome{Begun: now}}
			f.begin(&in, callMode{})
			e, where, end := model.place(now)
			if in.where != where || in.Ending != end {
				t.Fatalf("invocation %d: placement %d and ending %d, want %d and %d", i, in.where, in.Ending, where, end)
			}
			if end != runtime.Returned {
				continue
			}
			ahead := where == placedCold && f.chance.uniform(nth) < config.Proactive
			if in.ahead != ahead || in.Cold != (where == placedCold && !ahead) || (in.Init > 0) != in.Cold {
				t.Fatalf("invocation %d: cold %v, ahead %v, INIT %v", i, in.Cold, in.ahead, in.Init)
			}
			if in.spilled != (config.Provisioned > 0 && where != placedProvisioned) {
				t.Fatalf("invocation %d: spilled over: %v", i, in.spilled)
			}
			e.freeAt = now.Add(in.took())
			nth++
		}
	})
}

func TestProvisionedEnvironmentsKnowNoColdStartAndTheOthersDo(t *testing.T) {
	d := steady("function-url")
	d.Function.Provisioned, d.Function.Concurrency = 2, new(3)
	inFakeTime(t, only(d), func(b bench) {
		done := make(chan outcome, 4)
		for range 4 {
			go func() { done <- b.ask(0, "GET", "/", "") }()
			time.Sleep(time.Millisecond)
		}
		took := map[time.Duration]int{}
		for range 4 {
			got := <-done
			took[got.took]++
		}
		truth := b.doors[0].truth()
		if took[25*time.Millisecond] != 2 || took[225*time.Millisecond] != 1 || took[5*time.Millisecond] != 1 {
			t.Errorf("%v", took)
		}
		if truth.Provisioned != 2 || truth.Spilled != 1 || truth.ColdStarts != 1 || truth.Throttles != 1 || truth.BilledMS != 20+20+220 {
			t.Errorf("%+v", truth)
		}
	})
}

func TestTheTruthKnowsEachColdStart(t *testing.T) {
	d := steady("http-api")
	d.Function = &Function{Init: &LogNormal{Duration(100 * time.Millisecond), 0.2}, Warm: exactly(time.Millisecond), Idle: Duration(time.Second)}
	inFakeTime(t, only(d), func(b bench) {
		var want []float64
		for range 3 {
			want = append(want, milliseconds(time.Duration(b.ask(0, "GET", "/", "").took-6*time.Millisecond)))
			time.Sleep(2 * time.Second)
		}
		if truth := b.doors[0].truth(); !slices.Equal(truth.InitTimes, want) || truth.ColdStarts != 3 {
			t.Errorf("%v, want %v", truth.InitTimes, want)
		}
		for range mostInits + 5 {
			b.doors[0].counters.countInvocation(&invocation{Outcome: runtime.Outcome{Cold: true, Init: 1}})
		}
		if truth := b.doors[0].truth(); len(truth.InitTimes) != mostInits || truth.ColdStarts != mostInits+8 {
			t.Errorf("%d times of %d cold starts", len(truth.InitTimes), truth.ColdStarts)
		}
	})
}

func TestSomeEnvironmentsAreInitialisedBeforeTheyAreNeeded(t *testing.T) {
	d := steady("alb")
	d.Function.Idle, d.Function.Proactive = Duration(time.Millisecond), 0.25
	inFakeTime(t, only(d), func(b bench) {
		const n = 1000
		for range n {
			b.ask(0, "GET", "/", "")
			time.Sleep(time.Millisecond)
		}
		truth := b.doors[0].truth()
		if truth.Ahead+truth.ColdStarts != n || truth.Ahead < n/5 || truth.Ahead > 3*n/10 {
			t.Errorf("%d of %d, and %d cold starts", truth.Ahead, n, truth.ColdStarts)
		}
	})
}

// TestProvisionedEnvironmentsTakeTenRequestsASecondEach invokes a function whose
// environments are always idle: what the provisioned ones do not take spills over.
func TestProvisionedEnvironmentsTakeTenRequestsASecondEach(t *testing.T) {
	f := newFunction(Function{Concurrency: new(100), Provisioned: 2, Warm: exactly(0), Init: exactly(0)}.filled(), "f", 1, noon)
	provisioned := func(at time.Time) (n int) {
		for range 50 {
			in := f.invokeAs(at, callMode{}, func() *response { return application("GET", "/", nil) })
			if in.Ending != runtime.Returned {
				t.Fatalf("an invocation ended as %d", in.Ending)
			}
			if in.where == placedProvisioned {
				n++
			}
			if in.spilled == (in.where == placedProvisioned) {
				t.Fatalf("placement %d, spilled %v", in.where, in.spilled)
			}
		}
		return n
	}
	for _, row := range []struct {
		after time.Duration
		want  int
	}{{0, 20}, {0, 0}, {500 * time.Millisecond, 10}, {time.Minute, 20}} {
		if got := provisioned(noon.Add(row.after)); got != row.want {
			t.Errorf("after %v, provisioned environments took %d of 50, want %d", row.after, got, row.want)
		}
	}
}
