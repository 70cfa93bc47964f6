package doors

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

// api is a steady REST API with these routes.
func api(routes ...Route) DoorConfig {
	d := steady("rest-api")
	d.Routes = routes
	return d
}

func TestLimitsApplyInTheOrderPlanStageAccount(t *testing.T) {
	key := []string{"X-Api-Key", "the-only-key"}
	few := Throttle{Rate: 0.001, Burst: 1}
	many := Throttle{Rate: 0.001, Burst: 100}
	for _, row := range []struct {
		what                 string
		plan, stage, account Throttle
		quota                int
		layer, body          string
	}{
		{"the plan", few, few, few, 1, "usage-plan", "Too Many Requests"},
		{"the quota", many, few, few, 1, "quota", "Limit Exceeded"},
		{"the stage", many, few, few, 9, "stage", "Too Many Requests"},
		{"the account", many, many, few, 9, "account", "Too Many Requests"},
	} {
		d := api()
		d.Throttle = &row.stage
		d.UsagePlan = &UsagePlan{Throttle: row.plan, Quota: &Quota{Limit: row.quota, Period: "DAY"}, Keys: key[1:]}
		c := only(d)
		c.Account = &row.account
		inFakeTime(t, c, func(b bench) {
			b.ask(0, "GET", "/prod", "", key...)
			got := b.ask(0, "GET", "/prod", "", key...)
			truth := b.doors[0].truth()
			if got.Code != 429 || got.Body.String() != `{"message":"`+row.body+`"}` || truth.Refused[row.layer] != 1 || truth.Billable != 1 {
				t.Errorf("%s: %d %s %v", row.what, got.Code, got.Body, truth.Refused)
			}
		})
	}
}

func TestAQuotaStartsAgainWithItsPeriod(t *testing.T) {
	for period, length := range map[string]time.Duration{"DAY": 24 * time.Hour, "WEEK": 7 * 24 * time.Hour, "MONTH": 31 * 24 * time.Hour} {
		q := &quota{Quota: Quota{Limit: 2, Period: period}}
		start := time.Date(2026, 3, 1, 0, 0, 0, 0, time.UTC) // a Sunday
		for i, row := range []struct {
			after time.Duration
			want  bool
		}{{0, true}, {length - time.Second, true}, {length - time.Second, false}, {length, true}, {length, true}, {length + 1, false}} {
			if got := q.take(start.Add(row.after)); got != row.want {
				t.Errorf("%s, request %d: %v", period, i, got)
			}
		}
	}
}

func TestAPlansMethodHasALimitOfItsOwn(t *testing.T) {
	d := api()
	d.UsagePlan = &UsagePlan{
		Throttle: Throttle{Rate: 0.001, Burst: 1}, Keys: []string{"the-only-key"},
		Methods: map[string]Throttle{"/predict/POST": {Rate: 0.001, Burst: 3}},
	}
	inFakeTime(t, only(d), func(b bench) {
		statuses := map[int]int{}
		for range 4 {
			statuses[b.ask(0, "POST", "/prod/predict", features, "X-Api-Key", "the-only-key").Code]++
		}
		if root := b.ask(0, "GET", "/prod", "", "X-Api-Key", "the-only-key").Code; statuses[200] != 3 || statuses[429] != 1 || root != 200 {
			t.Errorf("%v, the other method %d", statuses, root)
		}
	})
}

func TestAMethodMayNeedNoKey(t *testing.T) {
	d := api(Route{Path: "/open", KeyRequired: new(bool)}, Route{Path: "/shut"})
	d.UsagePlan = &UsagePlan{Throttle: Throttle{1, 1}}
	inFakeTime(t, only(d), func(b bench) {
		if open, shut := b.ask(0, "GET", "/prod/open", ""), b.ask(0, "GET", "/prod/shut", ""); open.Code != 404 || shut.Code != 403 {
			t.Errorf("%d %d", open.Code, shut.Code) // 404 is the application's
		}
	})
}

func TestRoutesAreFoundExactFirstAndGreedyLast(t *testing.T) {
	mock := func(body string) *Integration { return &Integration{Type: "mock", Body: body} }
	d := api(
		Route{Path: "/{all+}", Integration: mock("greedy")},
		Route{Path: "/a/{b}", Method: "GET", Integration: mock("variable")},
		Route{Path: "/a/c", Integration: mock("exact")},
	)
	inFakeTime(t, only(d), func(b bench) {
		for path, want := range map[string]string{"/a/c": "exact", "/a/x": "variable", "/a/x/y": "greedy", "/z": "greedy"} {
			if got := b.ask(0, "GET", "/prod"+path, ""); got.Body.String() != want {
				t.Errorf("%s: %d %s", path, got.Code, got.Body)
			}
		}
		if got := b.ask(0, "GET", "/prod", ""); got.Code != 403 {
			t.Errorf("the root: %d", got.Code)
		}
		if truth := b.doors[0].truth(); truth.Invocations != 0 {
			t.Errorf("a mock invoked something: %+v", truth)
		}
	})
}

func TestClientsInvalidateTheCacheWhereTheyMay(t *testing.T) {
	const warning = "199 Cache-control headers were ignored because the caller was unauthorized"
	for _, row := range []struct {
		rule    Invalidation
		status  int
		took    time.Duration
		warning string
	}{
		{Invalidation{Open: true}, 200, 25 * time.Millisecond, ""},
		{Invalidation{}, 403, 5 * time.Millisecond, ""},
		{Invalidation{Unauthorized: "FAIL_WITH_403"}, 403, 5 * time.Millisecond, ""},
		{Invalidation{Unauthorized: "SUCCEED_WITH_RESPONSE_HEADER"}, 200, 5 * time.Millisecond, warning},
		{Invalidation{Unauthorized: "SUCCEED_WITHOUT_RESPONSE_HEADER"}, 200, 5 * time.Millisecond, ""},
	} {
		d := api()
		d.Cache = &Cache{Invalidation: &row.rule}
		inFakeTime(t, only(d), func(b bench) {
			b.ask(0, "GET", "/prod", "")
			got := b.ask(0, "GET", "/prod", "", "Cache-Control", "no-transform, max-age=0")
			if got.Code != row.status || got.took != row.took || got.Header().Get("Warning") != row.warning {
				t.Errorf("%+v: %d after %v, warning %q", row.rule, got.Code, got.took, got.Header().Get("Warning"))
			}
		})
	}
}

func TestAMethodOverridesTheStagesCache(t *testing.T) {
	d := api(
		Route{Path: "/", Method: "GET", Cache: &MethodCache{Off: true}},
		Route{Path: "/predict", Method: "POST", Cache: &MethodCache{On: true, TTL: Duration(time.Second), Heads: []string{"X-User"}}},
	)
	d.Cache = &Cache{}
	inFakeTime(t, only(d), func(b bench) {
		b.ask(0, "GET", "/prod", "")
		for _, row := range []struct {
			what, method, path, user string
			took                     time.Duration
		}{
			{"a method whose cache is off", "GET", "/prod", "", 25 * time.Millisecond},
			{"one whose cache is on misses first", "POST", "/prod/predict", "a", 25 * time.Millisecond},
			{"and hits then", "POST", "/prod/predict", "a", 5 * time.Millisecond},
			{"for each value of the header that counts", "POST", "/prod/predict", "b", 25 * time.Millisecond},
		} {
			if got := b.ask(0, row.method, row.path, features, "X-User", row.user); got.Code != 200 || got.took != row.took {
				t.Errorf("%s: %d after %v", row.what, got.Code, got.took)
			}
		}
		time.Sleep(time.Second)
		if got := b.ask(0, "POST", "/prod/predict", features, "X-User", "a"); got.took != 25*time.Millisecond {
			t.Errorf("after its own TTL: %v", got.took)
		}
	})
}

func TestRequestsAreValidatedWithoutAnInvocation(t *testing.T) {
	model := `{"type": "object", "required": ["features"], "properties": {"features": {"type": "array", "minItems": 4}}}`
	d := api(Route{Method: "POST", Path: "/predict", Validate: &Validation{Query: []string{"lang"}, Headers: []string{"X-User"}, Model: []byte(model)}})
	inFakeTime(t, only(d), func(b bench) {
		for _, row := range []struct {
			what, query, body string
			headers           []string
			status            int
			answer            string
		}{
			{"nothing required is there", "", features, nil, 400, `{"message":"Missing required request parameters: [lang, X-User]"}`},
			{"a parameter is missing", "", features, []string{"X-User", "a"}, 400, `{"message":"Missing required request parameters: [lang]"}`},
			{"the body is not as its model", "?lang=de", `{"features": [1]}`, []string{"X-User", "a"}, 400, `{"message":"Invalid request body"}`},
			{"the body is no JSON", "?lang=de", `{`, []string{"X-User", "a"}, 400, `{"message":"Invalid request body"}`},
			{"all is well", "?lang=de", features, []string{"X-User", "a"}, 200, `{"prediction":0,"class_name":"setosa"}`},
		} {
			got := b.ask(0, "POST", "/prod/predict"+row.query, row.body, row.headers...)
			if got.Code != row.status || got.Body.String() != row.answer {
				t.Errorf("%s: %d %s", row.what, got.Code, got.Body)
			}
			if kind := spelt(got, "x-amzn-ErrorType"); row.status == 400 && kind != "BadRequestException" {
				t.Errorf("%s: error type %q", row.what, kind)
			}
		}
		if truth := b.doors[0].truth(); truth.Invocations != 1 || truth.Billable != 5 {
			t.Errorf("%+v", truth)
		}
	})
}

func TestAPreflightIsAnsweredForPagesThatMay(t *testing.T) {
	for kind, answer := range map[string]struct {
		status      int
		invocations int64
	}{"rest-api": {200, 0}, "http-api": {204, 0}, "function-url": {200, 0}, "alb": {200, 2}, "origin": {200, 0}} {
		d := steady(kind)
		d.CORS = &CORS{Origins: []string{"https://a.example"}, Methods: []string{"GET", "POST"}, Headers: []string{"x-api-key"}, MaxAge: 60}
		inFakeTime(t, only(d), func(b bench) {
			ask := func(origin string) http.Header {
				got := b.ask(0, "OPTIONS", root(kind), "", "Origin", origin, "Access-Control-Request-Method", "POST")
				if got.Code != answer.status {
					t.Errorf("%s: %d", kind, got.Code)
				}
				return got.Header()
			}
			h := ask("https://a.example")
			if h.Get("Access-Control-Allow-Origin") != "https://a.example" || h.Get("Access-Control-Allow-Methods") != "GET,POST" || h.Get("Access-Control-Max-Age") != "60" {
				t.Errorf("%s: %v", kind, h)
			}
			if h := ask("https://b.example"); h.Get("Access-Control-Allow-Origin") != "" {
				t.Errorf("%s allows every origin: %v", kind, h)
			}
			if truth := b.doors[0].truth(); truth.Invocations != answer.invocations || truth.Preflights != 2 || truth.Requests != 2 || truth.Billable != 2 {
				t.Errorf("%s: %+v", kind, truth)
			}
			got := b.ask(0, "GET", root(kind), "", "Origin", "https://a.example")
			if allowed := got.Header().Get("Access-Control-Allow-Origin"); got.Code != 200 || allowed != "https://a.example" {
				t.Errorf("%s: a page may not read a %d: %q", kind, got.Code, allowed)
			}
			if truth := b.doors[0].truth(); truth.Preflights != 2 {
				t.Errorf("%s counts a GET among preflights: %+v", kind, truth)
			}
		})
	}
}

func TestAnHTTPIntegrationPassesOnWhatItsServerSays(t *testing.T) {
	behind := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Server", "backend")
		w.Header().Set("X-Path", r.URL.String())
		w.WriteHeader(418)
		_, _ = w.Write([]byte("teapot"))
	}))
	defer behind.Close()
	gone := httptest.NewServer(http.NotFoundHandler())
	gone.Close()
	c := quick()
	c.Doors = c.Doors[:2]
	for i := range c.Doors {
		c.Doors[i].Routes = []Route{
			{Path: "/there", Integration: &Integration{Type: "http", URL: behind.URL + "/base"}},
			{Path: "/gone", Integration: &Integration{Type: "http", URL: gone.URL}},
		}
	}
	l := open(t, c)
	rest, plain := l.Doors()[0].URL, l.Doors()[1].URL
	status, h, body := send(t, "GET", rest+"/there?a=1", "")
	if status != 418 || body != "teapot" || h.Get("X-Path") != "/base?a=1" || h.Get("X-Amzn-Remapped-Server") != "backend" || h.Get("Server") != "" {
		t.Errorf("%d %v %s", status, h, body)
	}
	if status, h, _ := send(t, "GET", plain+"/there", ""); status != 418 || h.Get("X-Amzn-Remapped-Server") != "" {
		t.Errorf("HTTP API: %d %v", status, h)
	}
	if status, _, body := send(t, "GET", rest+"/gone", ""); status != 504 || body != `{"message":"Network error communicating with endpoint"}` {
		t.Errorf("no server: %d %s", status, body)
	}
	if truth := l.Truth().Doors[0]; truth.Invocations != 0 || truth.Requests != 2 {
		t.Errorf("%+v", truth)
	}
}

func TestACustomIntegrationMapsAFunctionsErrors(t *testing.T) {
	for pattern, want := range map[string]int{".*threw": 422, "never": 200} {
		d := api(Route{Path: "/", Integration: &Integration{Type: "lambda-custom", Errors: map[string]int{pattern: 422}}})
		d.Function.Thrown = 1
		inFakeTime(t, only(d), func(b bench) {
			if got := b.ask(0, "GET", "/prod", ""); got.Code != want || !strings.Contains(got.Body.String(), "errorMessage") {
				t.Errorf("%d %s", got.Code, got.Body)
			}
		})
	}
}

func TestAQueueTakesMessages(t *testing.T) {
	inFakeTime(t, only(api(Route{Path: "/jobs", Method: "POST", Integration: &Integration{Type: "queue"}})), func(b bench) {
		got := b.ask(0, "POST", "/prod/jobs", "{}")
		if truth := b.doors[0].truth(); got.Code != 200 || !strings.Contains(got.Body.String(), "MessageId") || truth.Queued != 1 || truth.Invocations != 0 {
			t.Errorf("%d %s %+v", got.Code, got.Body, truth)
		}
	})
}

func TestHeadersHaveALimit(t *testing.T) {
	for kind, row := range map[string]struct{ fits, over, status int }{
		"rest-api": {10_000, 10_240, 431}, "http-api": {10_000, 10_240, 431}, "alb": {16_000, 16_400, 400},
	} {
		inFakeTime(t, only(steady(kind)), func(b bench) {
			if got := b.ask(0, "GET", root(kind), "", "X-Long", strings.Repeat("x", row.fits)); got.Code != 200 {
				t.Errorf("%s: %d", kind, got.Code)
			}
			if got := b.ask(0, "GET", root(kind), "", "X-Long", strings.Repeat("x", row.over)); got.Code != row.status {
				t.Errorf("%s, too much: %d", kind, got.Code)
			}
		})
	}
}

func TestAnEdgeOptimisedAPIAnswersThroughCloudFront(t *testing.T) {
	d := api()
	d.Edge = true
	inFakeTime(t, only(d), func(b bench) {
		if h := b.ask(0, "GET", "/prod", "").Header(); h.Get("X-Cache") != "Miss from cloudfront" || h.Get("Via") == "" || h.Get("X-Amz-Cf-Id") == "" {
			t.Errorf("%v", h)
		}
		if h := b.ask(0, "GET", "/prod/nowhere", "").Header(); h.Get("X-Cache") != "Error from cloudfront" {
			t.Errorf("%v", h)
		}
	})
}
