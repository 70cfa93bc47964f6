package doors

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// traced are the answers of a door to n requests, one after the other: how many
// headers say that X-Ray records the request, and the ids of those traces.
func traced(t *testing.T, url string, n int) (ids []string) {
	t.Helper()
	for range n {
		_, header, _ := send(t, http.MethodGet, url+"/", "")
		root, sampled := strings.CutSuffix(header.Get("X-Amzn-Trace-Id"), traceSampled)
		if sampled {
			ids = append(ids, strings.TrimPrefix(root, traceRoot))
		} else if !strings.HasSuffix(root, traceNotSampled) {
			t.Fatalf("the header is %q", root)
		}
	}
	return ids
}

func TestEveryInvocationIsTracedWhereTheShareIsOne(t *testing.T) {
	for _, kind := range []string{"rest-api", "function-url"} {
		t.Run(kind, func(t *testing.T) {
			c := quick()
			c.Function.Tracing = &Tracing{Share: 1}
			c.Doors = []DoorConfig{{Kind: kind}}
			l := open(t, c)
			ids := traced(t, l.Doors()[0].URL, 5)
			if len(ids) != 5 {
				t.Fatalf("%d of 5 are recorded", len(ids))
			}
			body := `{"TraceIds":["` + strings.Join(ids, `","`) + `"]}`
			answer := httptest.NewRecorder()
			l.traces.Service().ServeHTTP(answer, httptest.NewRequest(http.MethodPost, "/Traces", strings.NewReader(body)))
			if n := strings.Count(answer.Body.String(), `"Id":"`+ids[0][:2]); n != 5 {
				t.Errorf("%d traces: %s", n, answer.Body)
			}
			cold := strings.Count(answer.Body.String(), "Initialization")
			if truth := l.Truth().Doors[0]; int64(cold) != truth.ColdStarts || cold != 1 {
				t.Errorf("%d traces have an Initialization, and %d cold starts there were", cold, truth.ColdStarts)
			}
		})
	}
}

func TestAFunctionWithoutTracingIsNotRecorded(t *testing.T) {
	l := open(t, quick())
	for _, d := range []int{0, 2} {
		if ids := traced(t, l.Doors()[d].URL, 3); len(ids) != 0 {
			t.Errorf("%s: %v", l.Doors()[d].Name, ids)
		}
	}
}

func TestTracingIsSampledByTheRule(t *testing.T) {
	f := &lambda{name: "d", config: Function{Tracing: &Tracing{}}}
	f.tracer = newTracer(f, nil, 0)
	d, called := &door{}, &version{of: f}
	sampled, noon := 0, time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)
	for n := range uint64(100_000) {
		x := exchange{begun: noon.Add(time.Duration(n) * time.Millisecond), nth: n, version: called}
		if strings.HasSuffix(d.traceOf(&x), traceSampled) {
			sampled++
		}
		if again := d.traceOf(&x); again != x.trace {
			t.Fatal("an exchange has two traces")
		}
	}
	// The first of each of 100 seconds, and 5 % of the other 99,900.
	if want := 100 + 4995; sampled < want-350 || sampled > want+350 {
		t.Errorf("%d of 100,000 are recorded, want about %d", sampled, want)
	}
}

func TestTracingThatCannotBe(t *testing.T) {
	for _, row := range []struct {
		tracing Tracing
		want    string
	}{
		{Tracing{Share: 1.5}, "function.tracing.share: 1.5 must be from 0 to 1"},
		{Tracing{Reservoir: -1}, "function.tracing.reservoir: -1 must be"},
	} {
		if err := (Config{Function: Function{Tracing: &row.tracing}}).Validate(); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%+v: %v", row.tracing, err)
		}
	}
}

func TestKeysOfTwoPlansHaveTheLimitsOfTheirs(t *testing.T) {
	c := quick()
	c.Doors = c.Doors[:1]
	c.Doors[0].UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 0.001, Burst: 2}, Keys: []string{"free-1", "free-2"}}
	c.Doors[0].MorePlans = []UsagePlan{{Throttle: Throttle{Rate: 0.001, Burst: 5}, Keys: []string{"pro"}}}
	l := open(t, c)
	for key, burst := range map[string]int{"free-1": 2, "free-2": 2, "pro": 5, "unknown": 0} {
		passed := 0
		for range 7 {
			r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.Doors()[0].URL+"/", nil)
			if err != nil {
				t.Fatal(err)
			}
			r.Header.Set("X-Api-Key", key)
			got, err := http.DefaultClient.Do(r)
			if err != nil {
				t.Fatal(err)
			}
			got.Body.Close()
			if got.StatusCode == http.StatusOK {
				passed++
			}
		}
		if passed != burst {
			t.Errorf("%d of 7 requests with %s passed, want %d", passed, key, burst)
		}
	}
	if plans := l.APIs()[0].Plans; len(plans) != 2 || plans[0].ID == plans[1].ID || plans[1].Throttle.Burst != 5 {
		t.Errorf("API Gateway tells of %+v", plans)
	}
}

func TestPlansThatCannotBe(t *testing.T) {
	plan := UsagePlan{Throttle: Throttle{1, 1}, Keys: []string{"secret"}}
	for want, d := range map[string]DoorConfig{
		"more_usage_plans[0].keys[0]: this key is in another plan": {Kind: "rest-api", UsagePlan: &plan, MorePlans: []UsagePlan{plan}},
		"the first plan belongs into usage_plan":                   {Kind: "rest-api", MorePlans: []UsagePlan{plan}},
		"more_usage_plans: a door of kind http-api has none":       {Kind: "http-api", UsagePlan: &plan, MorePlans: []UsagePlan{{Throttle: Throttle{1, 1}}}},
	} {
		if err := (Config{Doors: []DoorConfig{d}}).Validate(); err == nil || !strings.Contains(err.Error(), want) || strings.Contains(err.Error(), "secret") {
			t.Errorf("%v, want %s", err, want)
		}
	}
}
