package targettest

import (
	"cmp"
	"net/http"
	"net/http/httptest"
	"slices"
	"strconv"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab"
	"tollgate/targets/webacl"
)

func quick() *lab.LogNormal { return &lab.LogNormal{Median: lab.Duration(20 * time.Microsecond)} }

func start(t *testing.T, c lab.Config) []targets.Target {
	t.Helper()
	_, doors := StartLab(t, c)
	return doors
}

func TestTheLabsDoorsConform(t *testing.T) {
	c := lab.Config{Function: lab.Function{Init: quick(), Warm: quick()}}
	for _, kind := range targets.OfRequests() { // what a WebSocket API does is tested in package doors
		c.Doors = append(c.Doors, lab.DoorConfig{Kind: kind.Name})
	}
	for _, target := range start(t, c) {
		t.Run(target.Kind.Name, func(t *testing.T) { Conform(t, target) })
	}
}

func TestARESTAPIWithPlanAndCacheConformsAsWell(t *testing.T) {
	c := lab.Config{
		Function: lab.Function{Init: quick(), Warm: quick()},
		Doors: []lab.DoorConfig{{
			Kind: "rest-api", Stage: "v1", Cache: &lab.Cache{},
			UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 1000, Burst: 1000}},
		}},
	}
	Conform(t, start(t, c)[0])
}

// provoke are the labs in which each fault is certain. A second request meets
// what only the second can meet.
var provoke = map[targets.Fault]func(*testing.T) lab.Config{
	targets.FaultConcurrency: func(*testing.T) lab.Config {
		return lab.Config{Function: lab.Function{Scaling: &lab.Throttle{Rate: 0.001, Burst: 1}, Init: quick(), Warm: quick(), Idle: 1}}
	},
	targets.FaultThrown: func(*testing.T) lab.Config {
		return withWeb(lab.Config{Function: lab.Function{Init: quick(), Warm: quick(), Thrown: 1}})
	},
	targets.FaultMalformed: func(*testing.T) lab.Config {
		return withWeb(lab.Config{Function: lab.Function{Init: quick(), Warm: quick(), Malformed: 1}})
	},
	targets.FaultTimeout: func(*testing.T) lab.Config {
		f := lab.Function{Init: quick(), Warm: &lab.LogNormal{Median: lab.Duration(time.Minute)}}
		short := lab.Duration(5 * time.Millisecond)
		own := f
		own.Timeout = short
		return lab.Config{Function: f, Doors: []lab.DoorConfig{
			{Kind: "rest-api", Timeout: short},
			{Kind: "http-api", Timeout: short},
			{Kind: "function-url", Function: &own},
			{Kind: "alb", Function: &own},
		}}
	},
	targets.FaultThrottled: func(*testing.T) lab.Config {
		c := lab.Config{Account: &lab.Throttle{Rate: 0.001, Burst: 2}, Function: lab.Function{Init: quick(), Warm: quick()}}
		shut := lab.Function{Concurrency: new(0)}
		c.Doors = []lab.DoorConfig{{Kind: "rest-api"}, {Kind: "http-api"}, {Kind: "function-url", Function: &shut}, {Kind: "lambda-web", Web: &lab.WebFunction{Rate: new(lab.PerSecond)}}}
		return c
	},
	targets.FaultForbidden: func(*testing.T) lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{
			Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 1000, Burst: 1000}},
		}}}
	},
	targets.FaultPermission: func(*testing.T) lab.Config {
		return lab.Config{Function: lab.Function{Forbidden: true}}
	},
	targets.FaultQuota: func(*testing.T) lab.Config {
		return lab.Config{Function: lab.Function{Init: quick(), Warm: quick()}, Doors: []lab.DoorConfig{{Kind: "rest-api", UsagePlan: &lab.UsagePlan{
			Throttle: lab.Throttle{Rate: 1000, Burst: 1000}, Keys: []string{"demo-key"}, Quota: &lab.Quota{Limit: 1, Period: "MONTH"},
		}}}}
	},
	targets.FaultNoRoute: func(*testing.T) lab.Config {
		nowhere := &lab.Integration{Type: "fixed-response", Status: 404, Body: "nowhere", ContentType: "text/plain"}
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api"}, {Kind: "http-api"}, {Kind: "alb", Rules: []lab.Rule{{Path: "/*", Action: nowhere}}}}}
	},
	targets.FaultNoProof:    askedFor,
	targets.FaultDenied:     askedFor,
	targets.FaultAuthorizer: askedFor,
	targets.FaultUnsigned: func(*testing.T) lab.Config {
		iam := &lab.Authorizer{Type: "iam", Credentials: []lab.Credential{{AccessKeyID: "AKIAIOSFODNN7EXAMPLE", SecretAccessKey: "a-secret"}}}
		return everyDoor(lab.Route{Authorizer: iam}, lab.DoorConfig{Kind: "function-url", Authorizer: iam}, lab.DoorConfig{Kind: "lambda-web", Authorizer: iam})
	},
	targets.FaultParameters: only(lab.Route{Validate: &lab.Validation{Query: []string{"lang"}, Headers: []string{"X-Here", "X-There"}}}),
	targets.FaultBody:       only(lab.Route{Validate: &lab.Validation{Model: []byte(`{"type": "object"}`)}}),
	targets.FaultMediaType:  only(lab.Route{Integration: &lab.Integration{Type: "lambda-custom", Passthrough: "NEVER", Templates: []string{"application/json"}}}),
	targets.FaultWAF: func(*testing.T) lab.Config {
		acl := &webacl.ACL{Default: "block"}
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", Guards: lab.Guards{WebACL: acl}}, {Kind: "alb", Guards: lab.Guards{WebACL: acl}}}}
	},
	targets.FaultPolicy:     policed(`{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"}`),
	targets.FaultNotAllowed: policed(`{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/dev/*"}`),
	targets.FaultUnnamed: func(*testing.T) lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", Private: true, Guards: lab.Guards{Endpoint: "vpce-0123456789abcdef0"}}}}
	},
	targets.FaultNoURL: func(*testing.T) lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "function-url"}}}
	},
	targets.FaultNetwork: func(*testing.T) lab.Config {
		// Nothing gets port 1 by chance, as it may get one that was just closed.
		c := forwarded("http://127.0.0.1:1", time.Minute)
		c.Doors = append(c.Doors, lab.DoorConfig{Kind: "lambda-web", Function: &lab.Function{Proxy: "http://127.0.0.1:1", Init: quick()}})
		return c
	},
	targets.FaultNoEndpoint: onlyWeb,
	targets.FaultMethod:     onlyWeb,
	targets.FaultExpect:     onlyWeb,
	targets.FaultSlowTarget: func(t *testing.T) lab.Config {
		release := make(chan struct{})
		slow := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
		t.Cleanup(slow.Close)
		t.Cleanup(func() { close(release) })
		return forwarded(slow.URL, 20*time.Millisecond)
	},
	targets.FaultProtocol: func(*testing.T) lab.Config {
		group := lab.TargetGroup{Targets: []string{"http://127.0.0.1:1"}, Protocol: "HTTP2"}
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "alb", Rules: []lab.Rule{{Path: "/*", Groups: []lab.TargetGroup{group}}}}}}
	},
	targets.FaultNoTarget: func(*testing.T) lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "alb", Rules: []lab.Rule{{Path: "/*", Groups: []lab.TargetGroup{{}}}}}}}
	},
}

// withWeb has the usual front doors, and a Web Function.
func withWeb(c lab.Config) lab.Config {
	for _, kind := range []string{"rest-api", "http-api", "function-url", "alb", "lambda-web"} {
		c.Doors = append(c.Doors, lab.DoorConfig{Kind: kind})
	}
	return c
}

func onlyWeb(*testing.T) lab.Config {
	return lab.Config{Doors: []lab.DoorConfig{{Kind: "lambda-web"}}}
}

// everyDoor is a lab of doors at which every route is as given.
func everyDoor(r lab.Route, more ...lab.DoorConfig) lab.Config {
	r.Path = "/"
	return lab.Config{Function: lab.Function{Init: quick(), Warm: quick()}, Doors: append([]lab.DoorConfig{
		{Kind: "rest-api", Routes: []lab.Route{r}}, {Kind: "http-api", Routes: []lab.Route{r}},
	}, more...)}
}

// only is a REST API's route.
func only(r lab.Route) func(*testing.T) lab.Config {
	return func(*testing.T) lab.Config {
		c := everyDoor(r)
		c.Doors = c.Doors[:1]
		return c
	}
}

// policed is a lab whose REST API has a resource policy of one statement.
func policed(statement string) func(*testing.T) lab.Config {
	return func(*testing.T) lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{Kind: "rest-api", Guards: lab.Guards{Policy: []byte(`{"Statement": ` + statement + `}`)}}}}
	}
}

// askedFor is a lab whose APIs ask an authorizer's function.
func askedFor(*testing.T) lab.Config {
	return everyDoor(lab.Route{Authorizer: &lab.Authorizer{Type: "token", Duration: quick(), Tokens: map[string]string{"bad": "deny", "broken": "throw"}}})
}

// forwarded is a lab whose doors lead to a server.
func forwarded(url string, timeout time.Duration) lab.Config {
	c := everyDoor(lab.Route{Integration: &lab.Integration{Type: "http", URL: url}}, lab.DoorConfig{Kind: "alb", Rules: []lab.Rule{{Path: "/*", Targets: []string{url}}}})
	for i := range c.Doors {
		c.Doors[i].Timeout = lab.Duration(timeout)
	}
	return c
}

func TestTheSameFaultAtFourDoors(t *testing.T) {
	for _, fault := range Faults() {
		t.Run(fault.Name, func(t *testing.T) {
			doors := start(t, provoke[fault.Fault](t))
			byKind := map[*targets.Kind]targets.Target{}
			for _, d := range doors {
				d.Auth = targets.Auth{}
				byKind[d.Kind] = d
				if _, err := fault.meet(d); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range fault.Shown {
				t.Run(want.Kind.Name, func(t *testing.T) {
					got, err := fault.meet(byKind[want.Kind])
					if err != nil {
						t.Fatal(err)
					}
					want.compare(t, got)
				})
			}
		})
	}
}

// meet sends the request that meets the fault.
func (f Fault) meet(at targets.Target) (Response, error) {
	return Send(at, cmp.Or(f.Method, "GET"), cmp.Or(f.Path, "/"), f.Body, f.Headers...)
}

func TestEveryFaultThatAKindKnowsIsInATable(t *testing.T) {
	shown := map[targets.Fault]map[*targets.Kind]bool{}
	for _, f := range Faults() {
		shown[f.Fault] = map[*targets.Kind]bool{}
		for _, s := range f.Shown {
			shown[f.Fault][s.Kind] = true
		}
	}
	inRows := []targets.Fault{targets.FaultTooLarge, targets.FaultHeaders, targets.FaultURL, targets.FaultForwarded, targets.FaultVersion, targets.FaultDomain} // at healthy doors, or in package doors
	for _, kind := range targets.OfRequests() {
		for fault := range kind.Errors {
			switch {
			case kind.HasOrigin: // tested in package doors, with what is behind it
			case slices.Contains(inRows, fault) || shown[fault][kind]:
			case fault == targets.FaultTimeout && kind == &targets.LambdaWeb: // which waits for seconds: in package doors
			case fault == targets.FaultForbidden && kind != &targets.RESTAPI: // which have no keys
			default:
				t.Errorf("nothing shows %q at a door of kind %s", fault, kind.Name)
			}
		}
	}
}

func (s Shown) compare(t *testing.T, got Response) {
	t.Helper()
	if got.Status != s.Status || got.Body != s.Body {
		t.Errorf("%d %q, want %d %q", got.Status, got.Body, s.Status, s.Body)
	}
	if value, _ := got.Value("Content-Type"); value != s.Type {
		t.Errorf("Content-Type %q, want %q", value, s.Type)
	}
	if value, _ := got.Value(s.typeHeader()); value != s.Error {
		t.Errorf("%s %q, want %q", s.typeHeader(), value, s.Error)
	}
	if value, _ := got.Value("Content-Length"); value != strconv.Itoa(len(s.Body)) {
		t.Errorf("Content-Length %q, want %d", value, len(s.Body))
	}
}

func TestALoadBalancersPagesHaveTheLengthsSeenOnAWS(t *testing.T) {
	for title, want := range map[string]int{
		"502 Bad Gateway": 122, "503 Service Temporarily Unavailable": 162, "504 Gateway Time-out": 132,
		"413 Request Entity Too Large": 148, "400 Bad Request": 122, "414 Request-URI Too Large": 142,
	} {
		if got := len(page(title)); got != want {
			t.Errorf("%s has %d bytes, want %d", title, got, want)
		}
	}
}
