package doors

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	monitor "tollgate/targets/lab/aws/cloudwatch"
)

// published are the sums of a metric, by the dimensions that follow its name.
func (b bench) published(metric string) map[string]float64 {
	sums := map[string]float64{}
	for _, m := range b.store.Truth() {
		if m.Metric == metric {
			sums[fmt.Sprint(m.Dimensions)] = m.Sum
		}
	}
	return sums
}

// versioned is a function whose two versions say which they are.
func versioned(weight float64) Function {
	return Function{
		Init: exactly(200 * time.Millisecond), Warm: exactly(20 * time.Millisecond),
		Versions: map[string]FunctionVersion{
			"1": {Headers: map[string]string{"X-Version": "1"}},
			"2": {Headers: map[string]string{"X-Version": "2"}, Warm: exactly(50 * time.Millisecond)},
		},
		Aliases: map[string]Alias{"live": {"1", "2", weight}, "stable": {Version: "1"}, "next": {Version: "2"}},
	}
}

func TestRoutesCallFunctionsOfTheirOwn(t *testing.T) {
	for _, kind := range []string{"rest-api", "http-api"} {
		t.Run(kind, func(t *testing.T) {
			c := Config{Functions: map[string]Function{"users": versioned(0), "orders": {Thrown: 1}}, Doors: []DoorConfig{steady(kind)}}
			c.Doors[0].Routes = []Route{
				{Method: "GET", Path: "/users", Integration: &Integration{Function: "users"}},
				{Method: "GET", Path: "/orders", Integration: &Integration{Function: "orders"}},
				{Method: "GET", Path: "/"},
			}
			inFakeTime(t, c, func(b bench) {
				for path, n := range map[string]int{"users": 3, "orders": 2, "": 4, "nowhere": 1} {
					for range n {
						b.ask(0, "GET", root(kind)+path, "")
					}
				}
				truth := b.doors[0].truth()
				for route, want := range map[string]RouteTruth{
					"GET /users": {Requests: 3, Invocations: 3}, "GET /orders": {Requests: 2, Invocations: 2, ServerErrors: 2}, "GET /": {Requests: 4, Invocations: 4},
				} {
					if got := truth.Routes[route]; got != want {
						t.Errorf("%s: %+v, want %+v", route, got, want)
					}
				}
				if len(truth.Routes) != 3 || truth.Requests != 10 || truth.Invocations != 9 {
					t.Errorf("%d routes, %d requests, %d invocations", len(truth.Routes), truth.Requests, truth.Invocations)
				}
				invocations, errors := b.published("Invocations"), b.published("Errors")
				for function, want := range map[string][2]float64{"users": {3, 0}, "orders": {2, 2}, "lab-" + kind: {4, 0}} {
					dims := fmt.Sprint(monitor.Dimensions{"FunctionName": function})
					if got := [2]float64{invocations[dims], errors[dims]}; got != want {
						t.Errorf("CloudWatch has %v invocations and errors of %s, want %v", got, function, want)
					}
					if f := b.functions[function].truth(); float64(f.Invocations) != want[0] || float64(f.Errors) != want[1] {
						t.Errorf("the truth of %s is %+v", function, f)
					}
				}
			})
		})
	}
}

// What clients see, the truth and CloudWatch are the same numbers, to the last request.
func TestAWeightedAliasSharesInvocationsBetweenTwoVersions(t *testing.T) {
	c := Config{Seed: 3, Functions: map[string]Function{"users": versioned(0.2)}, Doors: []DoorConfig{
		{Kind: "http-api", FunctionName: "users:live"}, {Kind: "alb", FunctionName: "users:next"}, {Kind: "function-url", FunctionName: "users"},
	}}
	inFakeTime(t, c, func(b bench) {
		seen := map[string]float64{}
		for range 500 {
			seen[b.ask(0, "GET", "/", "").Header().Get("X-Version")]++
		}
		for range 7 {
			if v := b.ask(1, "GET", "/", "").Header().Get("X-Version"); v != "2" {
				t.Fatalf("the alias next runs version %q", v)
			}
			if v := b.ask(2, "GET", "/", "").Header().Get("X-Version"); v != "" {
				t.Fatalf("without an alias version %q runs", v)
			}
		}
		if share := seen["2"] / 500; math.Abs(share-0.2) > 0.06 || seen["1"]+seen["2"] != 500 {
			t.Errorf("version 2 ran for %v of the requests: %v", share, seen)
		}
		invocations := b.published("Invocations")
		for _, row := range []struct {
			dims monitor.Dimensions
			want float64
		}{
			{monitor.Dimensions{"FunctionName": "users"}, 514},
			{monitor.Dimensions{"FunctionName": "users", "Resource": "users:live"}, 500},
			{monitor.Dimensions{"FunctionName": "users", "Resource": "users:live", "ExecutedVersion": "1"}, seen["1"]},
			{monitor.Dimensions{"FunctionName": "users", "Resource": "users:live", "ExecutedVersion": "2"}, seen["2"]},
			{monitor.Dimensions{"FunctionName": "users", "Resource": "users:next"}, 7},
		} {
			if got := invocations[fmt.Sprint(row.dims)]; got != row.want {
				t.Errorf("%v: %v invocations, want %v", row.dims, got, row.want)
			}
		}
		f := b.functions["users"].truth()
		if f.Invocations != 514 || float64(f.Versions["2"].Invocations) != seen["2"]+7 || f.Versions["$LATEST"].Invocations != 7 || f.Aliases["live"].Invocations != 500 {
			t.Errorf("%+v", f)
		}
		starts := map[string]int{}
		for _, line := range b.functions["users"].log.Lines(time.Time{}, time.Now().Add(time.Hour)) {
			if _, version, is := strings.Cut(line.Message, "Version: "); is {
				starts[strings.TrimSpace(version)]++
			}
		}
		if float64(starts["2"]) != seen["2"]+7 || starts["$LATEST"] != 7 {
			t.Errorf("the log has starts of %v", starts)
		}
	})
}

// Each version starts environments of its own; the function's concurrency is for all.
func TestVersionsHaveEnvironmentsOfTheirOwnAndShareTheConcurrency(t *testing.T) {
	f := versioned(0.5).filled()
	f.Concurrency = new(3)
	users := newLambda("users", f, 1, noon)
	for i, row := range []struct {
		version string
		want    placement
	}{{"stable", placedCold}, {"next", placedCold}, {"", placedCold}, {"stable", notPlaced}, {"next", notPlaced}} {
		in := users.pick(row.version).invokeAs(noon, callMode{}, func() *response { return healthy })
		if in.where != row.want {
			t.Errorf("invocation %d, of %q: %v, want %v", i, row.version, in.where, row.want)
		}
	}
	later := users.pick("next").invokeAs(noon.Add(time.Second), callMode{}, func() *response { return healthy })
	if later.where != placedWarm {
		t.Errorf("the environment of version 2 is not used again: %v", later.where)
	}
}

func TestACanaryReleaseTakesItsShareWithVariablesOfItsOwn(t *testing.T) {
	for _, useCache := range []bool{false, true} {
		d := DoorConfig{
			Kind: "rest-api", FunctionName: "users:${stageVariables.alias}", Overhead: exactly(time.Millisecond),
			Variables: map[string]string{"alias": "stable"}, Cache: &Cache{Params: []string{"n"}},
			Canary: &Canary{Share: 0.3, Variables: map[string]string{"alias": "next"}, UseCache: useCache},
		}
		inFakeTime(t, Config{Functions: map[string]Function{"users": versioned(0)}, Doors: []DoorConfig{d}}, func(b bench) {
			seen := map[string]int64{}
			for i := range 400 {
				got := b.ask(0, "GET", fmt.Sprintf("/prod/?n=%d", i%200), "")
				seen[got.Header().Get("X-Version")]++
			}
			truth := b.doors[0].truth()
			if c := truth.Canary; c.Requests != seen["2"] || c.Status["200"] != seen["2"] || math.Abs(float64(c.Requests)/400-0.3) > 0.08 {
				t.Errorf("clients saw %v, the truth is %+v", seen, c)
			}
			if cached := truth.Canary.Invocations < truth.Canary.Requests; cached != useCache || truth.CacheHits == 0 {
				t.Errorf("use_cache %v: %d canary requests, %d invocations, %d hits in all", useCache, truth.Canary.Requests, truth.Canary.Invocations, truth.CacheHits)
			}
			for stage, want := range map[string]int64{"prod": 400, "prod/Canary": seen["2"]} {
				if got := b.published("Count")[fmt.Sprint(monitor.Dimensions{"ApiName": "lab-rest-api", "Stage": stage})]; int64(got) != want {
					t.Errorf("stage %s counts %v, want %v", stage, got, want)
				}
			}
		})
	}
}

func TestStagesOfOneAPIAreEachThemselves(t *testing.T) {
	for _, row := range []struct{ kind, first, second string }{
		{"rest-api", "prod", "test"}, {"http-api", "$default", "test"}, {"http-api", "test", "$default"}, {"http-api", "v1", "v2"},
	} {
		c := Config{Account: &Throttle{1, 6}, Doors: []DoorConfig{
			{Kind: row.kind, Name: "shop", Stage: row.first, Throttle: &Throttle{1, 1}},
			{Kind: row.kind, Name: "more", API: "shop", Stage: row.second},
		}}
		inFakeTime(t, c, func(b bench) {
			path := func(stage string) string { return strings.Replace("/"+stage+"/", "/$default", "", 1) }
			status := func(stage string) int { return b.ask(0, "GET", path(stage), "").Code }
			got := []int{status(row.first), status(row.first), status(row.second), status(row.second), status(row.second), status(row.second)}
			if fmt.Sprint(got) != "[200 429 200 200 200 200]" {
				t.Errorf("%+v: %v", row, got)
			}
			if code := status(row.second); row.kind == "rest-api" && code != 200 || row.kind == "http-api" && code != 200 {
				t.Errorf("%+v: the account's sixth request: %d", row, code)
			}
			if code := status(row.second); code != 429 {
				t.Errorf("%+v: the account's bucket is empty, and the status is %d", row, code)
			}
			first, second := b.doors[0].truth(), b.doors[1].truth()
			if first.Requests != 2 || second.Requests != 6 || first.Refused["stage"] != 1 || second.Refused["account"] != 1 {
				t.Errorf("%+v: %d and %d requests, %v and %v refused", row, first.Requests, second.Requests, first.Refused, second.Refused)
			}
			if f := b.functions["shop"].truth(); len(b.functions) != 1 || f.Invocations != 6 {
				t.Errorf("%+v: %d functions, %d invocations", row, len(b.functions), f.Invocations)
			}
			if b.doors[0].API != b.doors[1].API || b.doors[0].Stage == b.doors[1].Stage {
				t.Errorf("%+v: APIs %s and %s", row, b.doors[0].API, b.doors[1].API)
			}
		})
	}
}

func TestStagesHaveOneAddress(t *testing.T) {
	c := quick()
	c.Doors = append(c.Doors[:1], DoorConfig{Kind: "rest-api", Name: "test", API: "lab-rest-api", Stage: "test"}, DoorConfig{Kind: "websocket-api", Name: "chat"}, DoorConfig{Kind: "websocket-api", API: "chat", Name: "beta", Stage: "beta"})
	l := open(t, c)
	doors := l.Doors()
	for i, want := range []string{"/test", "/beta"} {
		first, second := doors[2*i].URL, doors[2*i+1].URL
		if strings.TrimSuffix(first, "/prod")+want != second {
			t.Errorf("the stages are at %s and %s", first, second)
		}
	}
	for _, stage := range []string{"prod", "test"} {
		if code, _, _ := send(t, "GET", strings.TrimSuffix(doors[0].URL, "prod")+stage+"/", ""); code != 200 {
			t.Errorf("stage %s: %d", stage, code)
		}
	}
	if n := len(l.APIs()); n != 2 {
		t.Errorf("API Gateway knows %d stages", n)
	}
}

func TestMistakesInFunctionsAndStagesAreReported(t *testing.T) {
	functions := `"functions": {"users": {"versions": {"1": {}, "2": {}}, "aliases": {"live": {"version": "1"}}}}, `
	for name, row := range map[string]struct{ text, want string }{
		"an unknown function":           {`"doors": [{"kind": "rest-api", "routes": [{"path": "/", "integration": {"function": "user"}}]}]`, `doors[0].routes[0].integration.function: "user" is no function: there are lab-rest-api, users, of functions and of doors`},
		"an unknown alias":              {`"doors": [{"kind": "alb", "function_name": "users:prod"}]`, `doors[0].function_name: "users:prod" is no version or alias of users: it has 1, 2, live`},
		"an alias that is empty":        {`"doors": [{"kind": "alb", "function_name": "users:"}]`, `doors[0].function_name: "users:" has no version or alias behind the colon`},
		"a variable that is missing":    {`"doors": [{"kind": "http-api", "function_name": "users:${stageVariables.alias}"}]`, `"users:${stageVariables.alias}" needs the stage variable alias`},
		"an alias only the canary has":  {`"doors": [{"kind": "rest-api", "function_name": "users:${stageVariables.alias}", "variables": {"alias": "live"}, "canary": {"share": "10%", "variables": {"alias": "beta"}}}]`, `"users:beta" is no version or alias of users`},
		"a canary that is no different": {`"doors": [{"kind": "rest-api", "canary": {"share": "10%"}}]`, `doors[0].canary.variables: a canary release that has no variables and no routes of its own`},
		"a canary of an HTTP API":       {`"doors": [{"kind": "http-api", "canary": {"share": "10%", "variables": {"a": "b"}}}]`, `doors[0].canary: a door of kind http-api has none; only rest-api has it`},
		"a stage twice":                 {`"doors": [{"kind": "rest-api", "name": "shop"}, {"kind": "rest-api", "name": "b", "api": "shop"}]`, `doors[1].stage: "prod" is the stage of doors[0] already`},
		"a stage of no API":             {`"doors": [{"kind": "rest-api", "name": "b", "api": "shop"}]`, `doors[0].api: "shop" is no door that is an API of its own`},
		"a stage of another kind":       {`"doors": [{"kind": "rest-api", "name": "shop"}, {"kind": "http-api", "api": "shop", "stage": "v2"}]`, `doors[1].api: "shop" is of kind rest-api`},
		"a Web Function":                {`"doors": [{"kind": "lambda-web", "function_name": "users"}]`, `doors[0].function_name: no Lambda function of the list stands behind a door of kind lambda-web; only rest-api, http-api, function-url, alb, websocket-api call one: state function in its place`},
		"a server":                      {`"doors": [{"kind": "origin", "function_name": "users"}]`, `behind a door of kind origin`},
		"two functions":                 {`"doors": [{"kind": "alb", "function_name": "users", "function": {"memory": "1024MB"}}]`, `doors[0].function_name: the door has a function of its own as well`},
		"a function called as a door":   {`"doors": [{"kind": "alb", "name": "users"}]`, `doors[0].name: "users" is the name of a function already`},
		"a function behind a mock":      {`"doors": [{"kind": "rest-api", "routes": [{"path": "/", "integration": {"type": "mock", "function": "users"}}]}]`, `only lambda and lambda-custom call a function; this is "mock"`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := ParseConfig("lab.json", []byte("{"+functions+row.text+"}")); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v\nwant %s", err, row.want)
			}
		})
	}
	for name, row := range map[string]struct{ text, want string }{
		"a version that is no number":    {`"versions": {"one": {}}`, `functions[f].versions[one]: a version is a number`},
		"an alias of no version":         {`"aliases": {"live": {"version": "3"}}`, `functions[f].aliases[live]: the function has no version "3"`},
		"a share of no version":          {`"versions": {"1": {}}, "aliases": {"live": {"version": "1", "second_weight": "10%"}}`, `functions[f].aliases[live].second_version: name the version that gets 0.1 of the invocations`},
		"shares with the latest":         {`"versions": {"1": {}}, "aliases": {"live": {"version": "1", "second_version": "$LATEST", "second_weight": "10%"}}`, `of a weighted alias both versions are published ones`},
		"a number as an alias":           {`"versions": {"1": {}}, "aliases": {"7": {"version": "1"}}`, `functions[f].aliases[7]: an alias has up to 128 letters`},
		"a version's share out of range": {`"versions": {"1": {"thrown": "70%", "malformed": "70%"}}`, `functions[f].versions[1]: thrown and malformed are shares`},
	} {
		t.Run(name, func(t *testing.T) {
			if _, _, err := ParseConfig("lab.json", []byte(`{"functions": {"f": {`+row.text+"}}}")); err == nil || !strings.Contains(err.Error(), row.want) {
				t.Errorf("%v\nwant %s", err, row.want)
			}
		})
	}
}

// A canary release may be another deployment, with other routes. What only one of the two has
// is found by those that meet it alone.
func TestACanaryReleaseHasRoutesOfItsOwn(t *testing.T) {
	d := instant("rest-api")
	d.Routes = []Route{{Path: "/old", Integration: &Integration{Type: "mock", Body: "production"}}, {Path: "/both", Integration: &Integration{Type: "mock", Body: "production"}}}
	d.Canary = &Canary{Share: 0.3, Routes: []Route{{Path: "/new", Integration: &Integration{Type: "mock", Body: "canary"}}, {Path: "/both", Integration: &Integration{Type: "mock", Body: "canary"}}}}
	l := open(t, only(d))
	seen := map[string]map[string]int{}
	for _, path := range []string{"/old", "/new", "/both"} {
		seen[path] = map[string]int{}
		for range 100 {
			status, _, body := send(t, "GET", l.Doors()[0].URL+path, "")
			if status == 200 {
				seen[path][body]++
			}
		}
	}
	canary, production := seen["/both"]["canary"], seen["/both"]["production"]
	if canary+production != 100 || canary < 15 || canary > 45 {
		t.Errorf("of 100 requests %d met the canary release and %d the other", canary, production)
	}
	if n := seen["/new"]["canary"]; n < 15 || n > 45 || len(seen["/new"]) != 1 {
		t.Errorf("what only the canary release has was found %v", seen["/new"])
	}
	if n := seen["/old"]["production"]; n < 55 || n > 85 || len(seen["/old"]) != 1 {
		t.Errorf("what only the production release has was found %v", seen["/old"])
	}
}

// A target at a door is said to have the function that the door's routes call, if they call
// one, and else the door's own.
func TestADoorIsKnownByTheFunctionThatItCalls(t *testing.T) {
	t.Parallel()
	of := func(functions ...string) (routes []Route) {
		for i, f := range functions {
			routes = append(routes, Route{Method: "GET", Path: fmt.Sprintf("/%d", i), Integration: &Integration{Function: f}})
		}
		return routes
	}
	mock := Route{Method: "GET", Path: "/mock", Integration: &Integration{Type: "mock"}}
	for _, row := range []struct {
		name   string
		routes []Route
		want   string
	}{
		{"no routes", nil, "lab-rest-api"},
		{"one alias, by a variable of the stage", of("users:${stageVariables.alias}"), "users:live"},
		{"one function on two routes, and a mock", append(of("users", "users"), mock), "users"},
		{"two functions", of("users", "orders"), "lab-rest-api"},
		{"two versions", of("users:1", "users:2"), "lab-rest-api"},
		{"its own on one of two", of("users", ""), "lab-rest-api"},
		{"none at all", []Route{mock}, "lab-rest-api"},
	} {
		c := Config{Functions: map[string]Function{"users": versioned(0), "orders": {}}, Doors: []DoorConfig{steady("rest-api")}}
		c.Doors[0].Routes, c.Doors[0].Variables = row.routes, map[string]string{"alias": "live"}
		inFakeTime(t, c, func(b bench) {
			if got := b.doors[0].FunctionName; got != row.want {
				t.Errorf("%s: %q, want %q", row.name, got, row.want)
			}
		})
	}
	c := Config{Functions: map[string]Function{"users": versioned(0)}, Doors: []DoorConfig{steady("rest-api"), {Kind: "rest-api"}, steady("rest-api")}}
	c.Doors[0].Routes, c.Doors[0].Variables = of("users:${stageVariables.alias}"), map[string]string{"alias": "live"}
	c.Doors[0].Name = "api"
	c.Doors[1].Name, c.Doors[1].API, c.Doors[1].Stage, c.Doors[1].Variables = "test", "api", "test", map[string]string{"alias": "2"}
	c.Doors[2].Name, c.Doors[2].Routes, c.Doors[2].Variables = "other", of("users:${stageVariables.alias}"), map[string]string{"alias": "1"}
	c.Doors[2].Canary = &Canary{Share: 0.5, Variables: map[string]string{"alias": "2"}}
	inFakeTime(t, c, func(b bench) {
		for i, want := range []string{"users:live", "users:2", "users"} {
			if got := b.doors[i].FunctionName; got != want {
				t.Errorf("door %d: %q, want %q", i, got, want)
			}
		}
	})
}
