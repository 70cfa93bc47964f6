package doctor

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes"
	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/lab"
	"tollgate/targets/targettest"
)

// everything is a scenario that needs every permission that a scenario can: its REST API is at
// AWS by its address, and has the lab for an account.
const everything = `name: everything
targets:
  rest: {kind: rest-api, url: "https://%s.execute-api.us-east-1.amazonaws.com/prod", api: orders, stage: prod, cache: 0.5, function: {name: orders}, auth: {api_key: {secret: lab/service, key: client_secret}}}
  http: {kind: http-api, url: "https://HTTPID.execute-api.us-east-1.amazonaws.com", function: {name: orders}, auth: {bearer: {parameter: /lab/client-secret}}}
  lb: {kind: alb, url: "http://lb.example.com", region: us-east-1, balancer: BALANCER, function: {name: orders}}
  url: {kind: function-url, url: "https://u1u2u3.lambda-url.us-east-1.on.aws", function: {name: orders}, auth: {iam: true}}
requests: [{name: item, path: "/items/{key}?a=b", keys: {count: 10}}]
load: [{constant: {rate: 200/s, for: 10s}}]
probes:
  - cold-start: {target: rest, renew: true, x_ray: true}
  - usage-plan: {target: rest}
  - cache: {target: rest, flush: true}
pricing: {requests_per_month: 1M}
`

// account is the lab with a REST API called orders and an HTTP API, and what its policy allows.
func accountOf(access *lab.AWS) lab.Config {
	return lab.Config{AWS: access, Doors: []lab.DoorConfig{
		{Kind: "rest-api", Name: "orders", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 100, Burst: 50}}},
		{Kind: "alb", Name: "front"},
		{Kind: "http-api", Name: "items", Throttle: &lab.Throttle{Rate: 300, Burst: 70}, Routes: []lab.Route{
			{Method: "ANY", Path: "/{any+}"}, {Method: "GET", Path: "/slow", Throttle: &lab.Throttle{Rate: 5, Burst: 2}},
		}},
	}}
}

// examOf is an exam of a scenario whose targets have a lab for their account.
func examOf(t *testing.T, text string, access *lab.AWS) *Exam {
	t.Helper()
	x, _ := examAt(t, text, access)
	return x
}

// frontOf is the load balancer of a lab, as CloudWatch calls it.
func frontOf(l *lab.Lab) string {
	return l.Balancers()[0].Balancer
}

// examAt is the same, with the lab.
func examAt(t *testing.T, text string, access *lab.AWS) (*Exam, *lab.Lab) {
	t.Helper()
	l, _ := targettest.StartLab(t, accountOf(access))
	if strings.Contains(text, "%s") {
		text = fmt.Sprintf(text, l.APIs()[0].ID)
	}
	text = strings.NewReplacer("HTTPID", l.SecondAPIs()[0].ID, "BALANCER", frontOf(l)).Replace(text)
	s, err := scenarios.Parse("test.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	plan, questions, err := probes.NewPlan(s, true)
	if err != nil {
		t.Fatal(err)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	x := &Exam{Scenario: s, Plan: plan, Questions: questions, Book: book, Targets: slices.Clone(s.Targets), Here: func(context.Context) aws.Here { return aws.Here{} }}
	for i := range x.Targets {
		x.Targets[i].CloudWatch = l.CloudWatchURL()
	}
	return x, l
}

// look runs one check.
func look(t *testing.T, x *Exam, check string) (all []Finding) {
	t.Helper()
	for _, c := range Checks() {
		if c.Name == check {
			c.look(x, t.Context(), &looking{check: check, see: func(f Finding) { all = append(all, f) }})
			return all
		}
	}
	t.Fatalf("there is no check %s", check)
	return nil
}

func allowing(t *testing.T, p Policy) *lab.AWS {
	t.Helper()
	return &lab.AWS{Policy: p.JSON()}
}

// A permission is one action on one resource.
type pair struct{ action, resource string }

func pairsOf(p Policy) (all []pair) {
	for _, s := range p.Statement {
		for _, a := range s.Action {
			for _, r := range s.Resource {
				all = append(all, pair{a, r})
			}
		}
	}
	return all
}

// without is the policy less one permission.
func (p Policy) without(gone pair) Policy {
	less := Policy{Version: p.Version}
	for _, one := range pairsOf(p) {
		if one != gone {
			less.Statement = append(less.Statement, Statement{Effect: "Allow", Action: []string{one.action}, Resource: []string{one.resource}})
		}
	}
	return less
}

// untried are those that cannot be tried without doing it, or that trial requests show.
func untried(action string) bool {
	return action == "apigateway:DELETE" || strings.HasPrefix(action, "lambda:Invoke") || action == "execute-api:Invoke"
}

// Under the policy that is printed everything is allowed, and without any one of its permissions
// the doctor names the one that is missing.
func TestThePrintedPolicyIsEnoughAndTheLeast(t *testing.T) {
	t.Parallel()
	p, notes := examOf(t, everything, nil).Policy(t.Context())
	if len(notes) > 0 {
		t.Errorf("the account is known: %v", notes)
	}
	x := examOf(t, everything, allowing(t, p))
	for _, f := range look(t, x, "permissions") {
		if f.State != OK && !untried(f.Action) {
			t.Errorf("under its own policy: %+v", f)
		}
	}
	for _, check := range []string{"names", "logs", "account-limits", "usage-plans", "traffic"} {
		for _, f := range look(t, x, check) {
			if f.State == Unknown && strings.Contains(f.Found, "may not be") {
				t.Errorf("under its own policy: %+v", f)
			}
		}
	}
	planted := 0
	for _, gone := range pairsOf(p) {
		if untried(gone.action) {
			continue
		}
		planted++
		found := look(t, examOf(t, everything, allowing(t, p.without(gone))), "permissions")
		i := slices.IndexFunc(found, func(f Finding) bool {
			return (f.State == Problem || f.State == Warning) && f.Action == gone.action && f.Resource == gone.resource
		})
		if i < 0 || !strings.Contains(found[i].Found, gone.action) || found[i].Remedy == "" {
			t.Errorf("%v is missing, and the doctor says %+v", gone, found)
		}
	}
	if planted < 15 {
		t.Errorf("%d missing permissions were planted", planted)
	}
}

// What the policy of this scenario is for, as a person would write it by hand.
func TestThePolicyOfAScenario(t *testing.T) {
	t.Parallel()
	x := examOf(t, everything, nil)
	p, _ := x.Policy(t.Context())
	id := aws.HostID(x.Targets[0])
	var got []string
	for _, one := range pairsOf(p) {
		got = append(got, one.action+" "+strings.NewReplacer(id, "ID", aws.HostID(x.Targets[1]), "HTTPID").Replace(one.resource))
	}
	slices.Sort(got)
	want := []string{
		"apigateway:DELETE arn:aws:apigateway:us-east-1::/restapis/ID/stages/prod/cache/data",
		"apigateway:GET arn:aws:apigateway:us-east-1::/account",
		"apigateway:GET arn:aws:apigateway:us-east-1::/apis/HTTPID/stages",
		"apigateway:GET arn:aws:apigateway:us-east-1::/restapis",
		"apigateway:GET arn:aws:apigateway:us-east-1::/restapis/ID",
		"apigateway:GET arn:aws:apigateway:us-east-1::/restapis/ID/stages/prod",
		"apigateway:GET arn:aws:apigateway:us-east-1::/usageplans",
		"cloudwatch:GetMetricData *",
		"cloudwatch:ListMetrics *",
		"elasticloadbalancing:DescribeLoadBalancers *",
		"lambda:GetAccountSettings *",
		"lambda:GetFunctionConfiguration arn:aws:lambda:us-east-1:123456789012:function:orders",
		"lambda:InvokeFunction arn:aws:lambda:us-east-1:123456789012:function:orders",
		"lambda:InvokeFunctionUrl arn:aws:lambda:us-east-1:123456789012:function:orders",
		"lambda:UpdateFunctionConfiguration arn:aws:lambda:us-east-1:123456789012:function:orders",
		"logs:GetQueryResults *",
		"logs:StartQuery arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/orders:*",
		"secretsmanager:GetSecretValue arn:aws:secretsmanager:us-east-1:123456789012:secret:lab/service-??????",
		"ssm:GetParameter arn:aws:ssm:us-east-1:123456789012:parameter/lab/client-secret",
		"xray:BatchGetTraces *",
		"xray:GetTraceSummaries *",
	}
	if !slices.Equal(got, want) {
		t.Errorf("the policy allows\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}

// What is planned is compared with what is there.
func TestWhatTheAccountSays(t *testing.T) {
	t.Parallel()
	const plain = `name: plain
targets: {rest: {kind: rest-api, url: "%s", region: us-east-1, api: NAME, stage: prod, function: {name: orders}}}
requests: [{name: item, path: /}]
load: [{constant: {rate: RATE/s, for: 10s}}]
pricing: {requests_per_month: 1M}
`
	const byID, custom = "https://%s.execute-api.us-east-1.amazonaws.com/prod", "https://api.example.com"
	for _, row := range []struct {
		fact, address, name, rate string
		access                    *lab.AWS
		check                     string
		state                     State
		found                     string
	}{
		{"a load below the usage plan", byID, "orders", "50", nil, "usage-plans", OK, `usage plan "orders" lets 100/s with a burst of 50 through; the scenario sends up to 50/s`},
		{"a load above the usage plan", byID, "orders", "200", nil, "usage-plans", Warning, "what is above it is throttled with 429"},
		{"a load above the throttle of the account", byID, "orders", "12000", nil, "account-limits", Warning, "also those of other APIs"},
		{"a rate at which Lambda's concurrency is near", byID, "orders", "2000", nil, "account-limits", Warning, "used up once a function takes longer than 500ms"},
		{"a load within the limits of the account", byID, "orders", "20", nil, "account-limits", OK, "a burst of 5,000 through"},
		{"the API of the address has another name", byID, "order", "20", nil, "names", Problem, `is called "orders", not "order"`},
		{"a name that was not used yet", byID, "orders", "20", nil, "names", OK, "exists; CloudWatch has had no point of it in two weeks"},
		{"a name of which nothing is known", custom, "order", "20", &lab.AWS{Deny: []string{"apigateway:GET"}}, "names", Unknown, "nothing of that sort has had a request in the last two weeks"},
		{"names that may not be listed", custom, "orders", "20", &lab.AWS{Deny: []string{"cloudwatch:ListMetrics"}}, "names", Unknown, "may not be read"},
		{"a log group", byID, "orders", "20", nil, "logs", OK, "/aws/lambda/orders exists"},
		{"a clock that is behind", byID, "orders", "20", &lab.AWS{Clock: lab.Duration(10 * time.Minute)}, "clock", Problem, "behind that of AWS"},
		{"a clock that is a little behind", byID, "orders", "20", &lab.AWS{Clock: lab.Duration(time.Minute)}, "clock", Warning, "minutes of CloudWatch are others"},
		{"a clock that is right", byID, "orders", "20", nil, "clock", OK, "within 1s"},
		{"a lab's keys", byID, "orders", "20", nil, "account", OK, "account 123456789012 as arn:aws:iam::123456789012:user/lab, by the keys of the lab"},
		{"no traffic", byID, "orders", "20", nil, "traffic", OK, "no request in the last 10 minutes"},
		{"no traffic under a name that the account does not know", byID, "order", "20", nil, "traffic", Unknown, "it is not known whether it is the target's"},
		{"traffic that may not be read", byID, "orders", "20", &lab.AWS{Deny: []string{"cloudwatch:*"}}, "traffic", Unknown, "may not be read"},
		{"prices that are there", byID, "orders", "20", nil, "prices", OK, "a month of every target can be billed"},
		{"a cost", byID, "orders", "20", nil, "cost", OK, "to read metrics, logs and traces"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			text := strings.NewReplacer("NAME", row.name, "RATE", row.rate, "%s", row.address).Replace(plain)
			found := look(t, examOf(t, text, row.access), row.check)
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.State == row.state && strings.Contains(f.Found, row.found) }) {
				t.Errorf("%+v, want %s: %s", found, row.state, row.found)
			}
			for _, f := range found {
				if (f.State == Warning || f.State == Problem) && f.Remedy == "" {
					t.Errorf("%s has no remedy", f.Found)
				}
			}
		})
	}
}

// The throttles of an HTTP API are those of its stage and of single routes, each compared with
// the requests that go there.
func TestThrottlesOfRoutes(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		fact, address, stage, weights string
		deny                          []string
		state                         State
		found                         string
	}{
		{"a load below all", "https://HTTPID.execute-api.us-east-1.amazonaws.com", "", "weight: 1", nil, OK, "stage $default (each route) lets 300/s with a burst of 70 through; the scenario sends up to 100/s"},
		{"a route with its own throttle, above it", "https://HTTPID.execute-api.us-east-1.amazonaws.com", "", "weight: 1", nil, Warning, "stage $default (GET /slow) lets 5/s with a burst of 2 through; the scenario sends up to 100/s"},
		{"the same, as few requests go there", "https://HTTPID.execute-api.us-east-1.amazonaws.com", "", "weight: 49", nil, OK, "stage $default (GET /slow) lets 5/s with a burst of 2 through; the scenario sends up to 4/s"},
		{"an API behind a domain, by its id", "https://api.example.com", "api: HTTPID, stage: $default,", "weight: 1", nil, Warning, "GET /slow"},
		{"a stage that is not there", "https://HTTPID.execute-api.us-east-1.amazonaws.com/dev", "stage: dev,", "weight: 1", nil, Unknown, "has no stage dev"},
		{"an API that is not named", "https://api.example.com", "", "weight: 1", nil, Unknown, "its API is not named"},
		{"what may not be read", "https://HTTPID.execute-api.us-east-1.amazonaws.com", "", "weight: 1", []string{"apigateway:*"}, Unknown, "the throttles of its stage and routes: it may not be read"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			text := `name: routes
targets: {http: {kind: http-api, url: "` + row.address + `", region: us-east-1, ` + row.stage + ` function: {name: orders}}}
requests: [{name: fast, path: /fast, ` + row.weights + `}, {name: slow, path: /slow}]
load: [{constant: {rate: 200/s, for: 10s}}]
`
			found := look(t, examOf(t, text, &lab.AWS{Deny: row.deny}), "usage-plans")
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.State == row.state && strings.Contains(f.Found, row.found) }) {
				t.Errorf("%+v, want %s: %s", found, row.state, row.found)
			}
		})
	}
	for name, want := range map[string]string{"*/*": "", "~1items~1{id}/GET": "GET /items/{id}", "/items/POST": "POST /items", "items/*": "ANY /items", "/*/GET": "", "": " /"} {
		if got := methodRoute(name); got != want {
			t.Errorf("%q is the route %q", name, got)
		}
	}
}

// What is new has no metrics yet: the account says whether it exists.
func TestNewAPIsAndBalancersAreFound(t *testing.T) {
	t.Parallel()
	http := func(host, stage string) string {
		return `http: {kind: http-api, url: "https://` + host + `", region: us-east-1, api: HTTPID, stage: ` + stage + `}`
	}
	alb := func(name string) string {
		return `lb: {kind: alb, url: "http://lb.example.com", region: us-east-1, balancer: ` + name + `}`
	}
	for _, row := range []struct {
		fact, target string
		deny         []string
		state        State
		found        string
	}{
		{"an HTTP API behind a domain", http("api.example.com", "$default"), nil, OK, "exists; CloudWatch has had no point of it in two weeks, as of what is new"},
		{"a stage that it does not have", http("api.example.com", "dev"), nil, Problem, "has no stage dev: it has $default"},
		{"an id that no API has", strings.Replace(http("api.example.com", "dev"), "HTTPID", "a1b2c3", 1), nil, Problem, "no HTTP or WebSocket API with the id a1b2c3"},
		{"an HTTP API that may not be read", http("api.example.com", "$default"), []string{"apigateway:*"}, Unknown, "nothing of that sort has had a request"},
		{"the same, which its address names", http("HTTPID.execute-api.us-east-1.amazonaws.com", "$default"), []string{"apigateway:*"}, OK, "exists"},
		{"a load balancer", alb("BALANCER"), nil, OK, "exists"},
		{"a load balancer that was made anew", alb("app/front/0000000000000000"), nil, Problem, `the load balancer front is "BALANCER", not "app/front/0000000000000000"`},
		{"a load balancer that there is not", alb("app/other/0000000000000000"), nil, Problem, "there is no load balancer other"},
		{"a load balancer that may not be read", alb("BALANCER"), []string{"elasticloadbalancing:*"}, Unknown, "nothing of that sort has had a request"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			x, l := examAt(t, "name: new\ntargets: {"+row.target+"}\nrequests: [{name: item, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n", &lab.AWS{Deny: row.deny})
			found, want := look(t, x, "names"), strings.ReplaceAll(row.found, "BALANCER", frontOf(l))
			if !slices.ContainsFunc(found, func(f Finding) bool { return f.State == row.state && strings.Contains(f.Found, want) }) {
				t.Errorf("%+v, want %s: %s", found, row.state, want)
			}
		})
	}
}

// Other traffic is what CloudWatch counted before the run.
func TestTrafficOfOthersIsCounted(t *testing.T) {
	t.Parallel()
	l, doors := targettest.StartLab(t, accountOf(nil))
	for range 3 {
		response, err := http.Get(doors[0].URL.String() + "/")
		if err != nil {
			t.Fatal(err)
		}
		_ = response.Body.Close()
	}
	x := &Exam{Targets: doors[:1]}
	x.Targets[0].CloudWatch = l.CloudWatchURL()
	found := look(t, x, "traffic")
	if len(found) != 1 || found[0].State != Warning || !strings.Contains(found[0].Found, "3 requests in the last 10 minutes") {
		t.Errorf("%+v", found)
	}
}

// Where this machine is, and how far a target is.
func TestTheWayToATarget(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	address := strings.TrimPrefix(server.URL, "http://")
	at := func(region, on string) func(context.Context) aws.Here {
		return func(context.Context) aws.Here { return aws.Here{Region: region, On: on} }
	}
	for _, row := range []struct {
		fact, to string
		here     func(context.Context) aws.Here
		want     []State
	}{
		{"in the region of the target", address, at("us-east-1", "an EC2 instance"), []State{OK, OK}},
		{"in another region", address, at("eu-central-1", "an EC2 instance"), []State{Warning, OK}},
		{"not at AWS", address, at("", ""), []State{Unknown, OK}},
		{"a port where nothing listens", "127.0.0.1:1", at("", ""), []State{Unknown, Problem}},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			x := examOf(t, `name: far
targets: {rest: {kind: rest-api, url: "https://%s.execute-api.us-east-1.amazonaws.com/prod", connect_to: "`+row.to+`"}}
requests: [{name: item, path: /}]
load: [{constant: {rate: 1/s, for: 1s}}]
`, nil)
			x.Here = row.here
			var got []State
			for _, f := range look(t, x, "place") {
				got = append(got, f.State)
			}
			if !slices.Equal(got, row.want) {
				t.Errorf("%v, want %v", got, row.want)
			}
		})
	}
}

// A trial that fails is a problem with its response and what helps.
func TestTrialRequestsAreShown(t *testing.T) {
	t.Parallel()
	x := examOf(t, "name: t\ntargets: {a: {kind: origin, url: \"http://127.0.0.1:1\"}}\nrequests: [{name: get, path: /}, {name: put, method: POST, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n", nil)
	x.Try = func(context.Context) ([]results.Trial, error) {
		return []results.Trial{{Target: "a", Request: "get", Method: "GET", Status: 404}}, nil
	}
	x.Remedy = func([]results.Trial) string { return "correct the path" }
	found := look(t, x, "trial")
	if len(found) != 2 || found[0].State != Unknown || found[1].State != Problem || found[1].Remedy != "correct the path" || !strings.Contains(found[1].Found, "404") {
		t.Errorf("%+v", found)
	}
	x.Try = func(context.Context) ([]results.Trial, error) { return nil, errors.New("no way; try another") }
	if found := look(t, x, "trial"); found[1].State != Problem || found[1].Remedy != "try another" {
		t.Errorf("%+v", found)
	}
}

// Nothing refers to trial requests that are not sent.
func TestPermissionsToSendAreShownByTrialsAlone(t *testing.T) {
	t.Parallel()
	const text = "name: t\ntargets: {url: {kind: function-url, url: \"https://u1u2u3.lambda-url.us-east-1.on.aws\", function: {name: orders}, auth: {iam: true}}}\nrequests: [{name: r, method: %s, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
	for _, row := range []struct {
		method string
		sends  bool
		want   string
	}{
		{"GET", true, "the trial requests below show it"},
		{"GET", false, "no trial request is sent"},
		{"POST", true, "no trial request is sent"}, // it may change data
	} {
		x := examOf(t, strings.Replace(text, "%s", row.method, 1), nil)
		if row.sends {
			x.Try = func(context.Context) ([]results.Trial, error) { return nil, nil }
		}
		seen := 0
		for _, f := range look(t, x, "permissions") {
			if f.Action == "lambda:InvokeFunctionUrl" {
				if seen++; f.State != Unknown || !strings.Contains(f.Found, row.want) {
					t.Errorf("%s: %+v", row.method, f)
				}
			}
		}
		if seen != 1 {
			t.Errorf("%s: %d findings", row.method, seen)
		}
	}
}

// Without credentials the account is a problem, and what hangs on it cannot be told.
func TestWithoutCredentials(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", "/nowhere")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	x := examOf(t, everything, nil)
	for i := range x.Targets {
		x.Targets[i].CloudWatch = ""
	}
	if found := look(t, x, "account"); len(found) != 1 || found[0].State != Problem || !strings.Contains(found[0].Remedy, "AWS_PROFILE") {
		t.Errorf("%+v", found)
	}
	for _, check := range []string{"permissions", "names", "logs", "account-limits", "usage-plans", "traffic", "clock"} {
		found := look(t, x, check)
		if len(found) == 0 || slices.ContainsFunc(found, func(f Finding) bool { return f.State != Unknown }) {
			t.Errorf("%s: %+v", check, found)
		}
	}
	if _, notes := x.Policy(t.Context()); len(notes) != 1 || !strings.Contains(notes[0], "not known without credentials") {
		t.Errorf("notes on a policy for an account that is not known: %v", notes)
	}
}

// A target in another account is asked by its role, which another policy allows to be assumed.
func TestTheRoleOfATargetIsNamed(t *testing.T) {
	t.Setenv("AWS_ACCESS_KEY_ID", "")
	t.Setenv("AWS_SECRET_ACCESS_KEY", "")
	t.Setenv("AWS_PROFILE", "")
	t.Setenv("AWS_CONFIG_FILE", "/nowhere")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
	t.Setenv("AWS_EC2_METADATA_DISABLED", "true")
	x := examOf(t, everything, nil)
	const role = "arn:aws:iam::210987654321:role/measure"
	for i := range x.Targets {
		x.Targets[i].CloudWatch = ""
	}
	x.Targets[0].Access.Role = role
	p, notes := x.Policy(t.Context())
	if !slices.Contains(pairsOf(p), pair{"sts:AssumeRole", role}) || len(notes) != 2 || !strings.Contains(notes[1], "the role "+role) {
		t.Errorf("%+v, %v", p, notes)
	}
}

// Where AWS does not answer, or something else answers in its place, that is one problem, and
// nothing is concluded from its silence.
func TestAnAccountThatDoesNotAnswer(t *testing.T) {
	t.Parallel()
	answering := func(status int, form, body string) string {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", form)
			w.WriteHeader(status)
			_, _ = w.Write([]byte(body))
		}))
		t.Cleanup(server.Close)
		return server.URL
	}
	for _, row := range []struct{ fact, at, says string }{
		{"a port where nothing listens", "http://127.0.0.1:1", "nothing listens"},
		{"a server that fails", answering(500, "text/plain", "oops"), "answers, but not as CloudWatch (HTTP status 500"},
		{"a page in place of an answer", answering(200, "text/html", "<html>welcome</html>"), "answers, but not as CloudWatch (HTTP status 200"},
		{"a proxy that throttles", answering(429, "text/plain", ""), "kept throttling (HTTP status 429"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			x := examOf(t, everything, nil)
			for i := range x.Targets {
				x.Targets[i].CloudWatch = row.at
			}
			if found := look(t, x, "account"); len(found) != 1 || found[0].State != Problem || !strings.Contains(found[0].Found, row.says) || found[0].Remedy == "" {
				t.Errorf("%+v", found)
			}
			for _, check := range []string{"clock", "permissions", "names", "logs", "account-limits", "usage-plans", "traffic"} {
				found := look(t, x, check)
				if len(found) == 0 || slices.ContainsFunc(found, func(f Finding) bool { return f.State != Unknown }) {
					t.Errorf("%s: %+v", check, found)
				}
			}
		})
	}
}

// What is wrong is split from what to do, but not within quotes.
func TestWhatIsWrongAndWhatToDo(t *testing.T) {
	t.Parallel()
	for _, row := range [][3]string{
		{`the command "echo X; exit 3" gave no token; try it in a shell`, `the command "echo X; exit 3" gave no token`, "try it in a shell"},
		{"it answers not as Lambda: check the region; Lambda is asked in CBOR", "it answers not as Lambda", "check the region; Lambda is asked in CBOR"},
		{"it failed", "it failed", ""},
	} {
		if err := errors.New(row[0]); first(err) != row[1] || rest(err) != row[2] {
			t.Errorf("%q, %q, want %q", first(err), rest(err), row[1:])
		}
	}
}

// The doctor's own trial requests are in a minute that a run which follows at once would have.
func TestTrialRequestsAreCountedByCloudWatch(t *testing.T) {
	t.Parallel()
	x := examOf(t, strings.ReplaceAll(everything, "%s", "a1b2c3"), nil)
	x.Targets[1].Lab = true
	var found []Finding
	l := &looking{see: func(f Finding) { found = append(found, f) }}
	x.countedTrials(l, []results.Trial{{Target: "rest"}, {Target: "rest"}, {Target: "http"}}, time.Date(2026, 11, 30, 18, 59, 3, 0, time.UTC))
	if len(found) != 1 || found[0].About != "rest" || !strings.HasPrefix(found[0].Found, "2 trial requests sent") || found[0].Remedy != "begin the run at 19:00:00 UTC or later" {
		t.Errorf("%+v", found)
	}
}

// A scenario whose targets are all in the lab needs no policy of an account.
func TestThePolicyOfALabIsNotOfAnAccount(t *testing.T) {
	t.Parallel()
	x := examOf(t, "name: t\ntargets: {a: {kind: rest-api, url: lab}}\nrequests: [{name: get, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n", nil)
	if _, notes := x.Policy(t.Context()); !slices.ContainsFunc(notes, func(n string) bool { return strings.Contains(n, "no AWS account needs this policy") }) {
		t.Errorf("%v", notes)
	}
}

// Targets that CloudWatch counts under a name that the scenario does not say are not without
// traffic.
func TestTargetsThatTheScenarioDoesNotName(t *testing.T) {
	t.Parallel()
	for _, row := range []struct{ fact, target, remedy string }{
		{"a load balancer", `{kind: alb, url: "http://a.us-east-1.elb.amazonaws.com", function: {name: orders}}`, "give it balancer"},
		{"a REST API", `{kind: rest-api, url: "https://api.example.com", region: us-east-1, function: {name: orders}}`, "give it api and stage"},
	} {
		t.Run(row.fact, func(t *testing.T) {
			t.Parallel()
			x := examOf(t, "name: t\ntargets: {a: "+row.target+"}\nrequests: [{name: get, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n", nil)
			for check, state := range map[string]State{"traffic": Unknown, "names": Warning} {
				found := look(t, x, check)
				if !slices.ContainsFunc(found, func(f Finding) bool { return f.State == state && strings.HasPrefix(f.Remedy, row.remedy) }) {
					t.Errorf("%s: %+v", check, found)
				}
			}
		})
	}
}

// The whole report is what its schema says, and every check is in it.
func TestTheReportIsWhatItsSchemaSays(t *testing.T) {
	t.Parallel()
	x := examOf(t, strings.ReplaceAll(everything, "%s", "a1b2c3"), &lab.AWS{Deny: []string{"logs:*"}})
	for i := range x.Targets { // nothing is sent beyond this machine
		x.Targets[i].Connection.ConnectTo = "127.0.0.1:1"
	}
	var text strings.Builder
	w := &Writer{W: &text, Width: 90}
	r := x.Run(t.Context(), w.Begin, w.See)
	if err := w.Sum(r); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, f := range r.Findings {
		seen[f.Check] = true
	}
	for _, c := range Checks() {
		if !seen[c.Name] {
			t.Errorf("check %s found nothing", c.Name)
		}
	}
	for line := range strings.Lines(text.String()) {
		if n := len([]rune(line)); n > 91 && !strings.Contains(line, "arn:") {
			t.Errorf("a line of %d characters: %s", n, line)
		}
	}
	data, err := json.Marshal(r)
	if err != nil {
		t.Fatal(err)
	}
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(Schema()))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("doctor.schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := c.Compile("doctor.schema.json")
	if err != nil {
		t.Fatal(err)
	}
	report, err := jsonschema.UnmarshalJSON(bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(report); err != nil {
		t.Error(err)
	}
	names := doc.(map[string]any)["$defs"].(map[string]any)["finding"].(map[string]any)["properties"].(map[string]any)["check"].(map[string]any)["enum"].([]any)
	if len(names) != len(Checks()) {
		t.Errorf("the schema has %d checks, and there are %d", len(names), len(Checks()))
	}
}

// Every permission is for something, is asked by a scenario or by a command, and stands once.
func TestTheTableOfNeeds(t *testing.T) {
	t.Parallel()
	seen := map[string]bool{}
	for _, n := range Needs() {
		if !slices.Contains(Uses, n.To) {
			t.Errorf("%s is for %q", n.Action, n.To)
		}
		if n.What == "" || (n.wants == nil) != (n.To == Sources || n.To == Sending || n.To == Fleets) {
			t.Errorf("%s on %s: a scenario, requests or a command need it", n.Action, n.On)
		}
		if key := n.Action + n.On + string(n.To); seen[key] {
			t.Errorf("%s on %s stands twice", n.Action, n.On)
		} else {
			seen[key] = true
		}
	}
	for _, k := range targets.Kinds {
		for _, p := range k.Invoke {
			if !slices.ContainsFunc(Needs(), func(n Need) bool { return n.Action == p.Action && n.To == Sending }) {
				t.Errorf("%s needs %s, which is not in the table", k.Name, p.Action)
			}
		}
	}
}
