package observe

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/aws/control"
	"tollgate/targets/lab/aws/protocol"
	"tollgate/targets/targettest"
)

// An awsAccount is CloudWatch, API Gateway and Lambda of an account.
type awsAccount struct {
	metrics   *targettest.CloudWatch
	apis      []control.API
	functions []control.Function
	denied    bool // everything but GetMetricData
	unlisted  bool // only GetMetricData and ListMetrics are allowed
}

func (a awsAccount) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	gateway, functions := control.NewGateway(a.apis...).Service(), control.NewLambda(time.Now, a.functions...).Service()
	list := strings.HasSuffix(r.URL.Path, "/ListMetrics")
	switch {
	case strings.HasPrefix(r.URL.Path, "/restapis") && (a.denied || a.unlisted):
		gateway.Refuse(w, r, protocol.AccessDenied)
	case strings.HasPrefix(r.URL.Path, "/restapis"):
		gateway.ServeHTTP(w, r)
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/") && (a.denied || a.unlisted):
		functions.Refuse(w, r, protocol.AccessDenied)
	case strings.HasPrefix(r.URL.Path, "/2015-03-31/"):
		functions.ServeHTTP(w, r)
	case list && a.denied:
		a.metrics.Service().Refuse(w, r, protocol.AccessDenied)
	default:
		a.metrics.Handler().ServeHTTP(w, r)
	}
}

// deployed is a target at AWS, whose account is at hand.
func deployed(t *testing.T, x targets.Target, address string) targets.Target {
	t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		t.Fatal(err)
	}
	x.Name, x.URL, x.CloudWatch = "t", u, "http://aws"
	return x
}

const (
	restAddress   = "https://a1b2c3.execute-api.eu-central-1.amazonaws.com/prod"
	customAddress = "https://api.example.com"
	httpAddress   = "https://h1h2h3.execute-api.eu-central-1.amazonaws.com"
)

// TestWrongNamesAreReportedAtOnce runs against an account with the REST API "orders" in
// stage prod, the HTTP API h1h2h3 and the functions ml and ml-batch, of which all
// had traffic before, and says how long observing took.
func TestWrongNamesAreReportedAtOnce(t *testing.T) {
	rest := func(name, stage string) targets.Target {
		return targets.Target{Kind: &targets.RESTAPI, API: name, Stage: stage}
	}
	const atOnce, fresh, late = 0, 3 * time.Minute, 5 * time.Minute
	for _, row := range []struct {
		fact    string
		target  targets.Target
		address string
		account awsAccount
		took    time.Duration
		want    string // in the note; "" for the usual one
	}{
		{"the API of the URL has another name", rest("order", "prod"), restAddress, awsAccount{}, atOnce, `the REST API a1b2c3 of the URL is called "orders", not "order": give the target api: "orders"`},
		{"the URL names an API of another account", rest("order", "prod"), strings.Replace(restAddress, "a1b2c3", "zzz", 1), awsAccount{}, atOnce, "there is no REST API with the id zzz of the URL"},
		{"the API's id in place of its name", rest("a1b2c3", "prod"), restAddress, awsAccount{unlisted: true}, atOnce, "a1b2c3 is the API's id, and CloudWatch knows REST APIs by their names"},
		{"a name with a slip of the pen", rest("ordrs", "prod"), customAddress, awsAccount{}, atOnce, `lists no AWS/ApiGateway Count of ApiName ordrs, Stage prod; did you mean "orders"?; there is ApiName orders`},
		{"a slip of the pen, API Gateway may not be read", rest("ordrs", "prod"), restAddress, awsAccount{unlisted: true}, atOnce, `did you mean "orders"?`},
		{"another stage", rest("orders", "live"), restAddress, awsAccount{}, atOnce, "lists no AWS/ApiGateway Count of ApiName orders, Stage live; it has ApiName orders, Stage prod"},
		{"another stage of an HTTP API", targets.Target{Kind: &targets.HTTPAPI, API: "h1h2h3", Stage: "live"}, httpAddress, awsAccount{}, atOnce, "it has ApiId h1h2h3, Stage $default"},
		{"a name like no other", rest("billing", "prod"), customAddress, awsAccount{}, fresh, "there is ApiName orders (a metric without a point in two weeks is not listed, nor is a new one for up to 15 minutes)"},
		{"a new API, which has had no traffic", rest("orders-v2", "prod"), strings.Replace(restAddress, "a1b2c3", "n1n2n3", 1), awsAccount{}, late, ""},
		{"a new HTTP API", targets.Target{Kind: &targets.HTTPAPI, API: "h1h2h4"}, strings.Replace(httpAddress, "h3", "h4", 1), awsAccount{}, late, ""},
		{"a new balancer, in an account without others", targets.Target{Kind: &targets.ALB, Balancer: "app/ml/0123456789abcdef"}, customAddress, awsAccount{}, fresh, "nor of any other name: check the region and the account"},
		{"an account of which nothing may be listed", rest("ordrs", "prod"), restAddress, awsAccount{denied: true}, late, ""},
	} {
		t.Run(row.fact, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := inUse(row.account)
				var notices []string
				o := Observer{Live: livePace, Lab: livePace, transport: &http.Client{Transport: targettest.InProcess{Handler: a}}, Notice: func(s string) { notices = append(notices, s) }}
				ts := []targets.Target{deployed(t, row.target, row.address)}
				begun := time.Now()
				got, err := o.Observe(t.Context(), runOf(t, begun.Add(-time.Second), time.Second, ts, sent{n: 5, status: 200}), ts)
				if err != nil {
					t.Fatal(err)
				}
				c, _ := check(got.Targets[0], "requests")
				if (row.want == "") != strings.HasPrefix(c.Note, unpublished) || !strings.Contains(c.Note, row.want) || c.AWS != nil || got.Targets[0].Error != "" {
					t.Errorf("%s\ngot  %s\nwant %s", got.Targets[0].Error, c.Note, row.want)
				}
				if atOnce := len(notices) == 1; atOnce != (row.want != "") {
					t.Errorf("notices: %q", notices)
				}
				if took := time.Since(begun); took < row.took || took > row.took+livePace.Every {
					t.Errorf("it took %v", took)
				}
			})
		})
	}
}

// inUse is an account whose APIs and functions had traffic an hour ago.
func inUse(a awsAccount) awsAccount {
	a.metrics = targettest.NewCloudWatch(time.Now, 0)
	a.apis = []control.API{{ID: "a1b2c3", Name: "orders", Stage: "prod"}, {ID: "n1n2n3", Name: "orders-v2", Stage: "prod"}}
	a.functions = []control.Function{{Name: "ml"}, {Name: "ml-batch"}, {Name: "ml-new"}}
	before := time.Now().Add(-time.Hour)
	publish(a.metrics, targets.Target{Kind: &targets.RESTAPI, API: "orders", Stage: "prod", Function: targets.Function{Name: "ml"}}, before, hit{200, 12, 10, 8})
	publish(a.metrics, targets.Target{Kind: &targets.HTTPAPI, API: "h1h2h3", Function: targets.Function{Name: "ml-batch"}}, before, hit{200, 12, 10, 8})
	return a
}

// TestAWrongFunctionIsReported has doors whose counts are right.
func TestAWrongFunctionIsReported(t *testing.T) {
	for _, row := range []struct {
		fact, function string
		account        awsAccount
		status         int
		want           string
	}{
		{"its function", "ml", awsAccount{}, 200, ""},
		{"a function that does not exist", "mll", awsAccount{}, 200, "Lambda has no function mll in this account and region"},
		{"such a function, where Lambda may not be read", "mll", awsAccount{unlisted: true}, 200, `lists no AWS/Lambda Invocations of FunctionName mll; did you mean "ml"?`},
		{"a function that was never invoked", "ml-new", awsAccount{}, 200, ""},
		{"a door that answered by itself", "mll", awsAccount{}, 403, ""},
	} {
		t.Run(row.fact, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := inUse(row.account)
				ts := []targets.Target{deployed(t, targets.Target{Kind: &targets.RESTAPI, API: "orders", Stage: "prod", Function: targets.Function{Name: row.function}}, restAddress)}
				answered := ts[0]
				answered.Function.Name = "ml"
				publish(a.metrics, answered, time.Now(), hit{row.status, 12, 10, 8})
				got, err := Observer{transport: &http.Client{Transport: targettest.InProcess{Handler: a}}}.Observe(t.Context(), runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: row.status}), ts)
				if err != nil || got.Targets[0].Error != "" {
					t.Fatalf("%v, %s", err, got.Targets[0].Error)
				}
				c, _ := check(got.Targets[0], "function invocations")
				if (c.AWS == nil) != (row.want != "") || !strings.Contains(c.Note, row.want) {
					t.Errorf("%+v", c)
				}
				if errors, counted := check(got.Targets[0], "function errors"); counted != (row.want == "") {
					t.Errorf("%+v", errors)
				}
			})
		})
	}
}

// TestTwoAPIsOfOneNameAreNotSummedInSilence has a second REST API called orders.
func TestTwoAPIsOfOneNameAreNotSummedInSilence(t *testing.T) {
	for _, row := range []struct {
		fact string
		ids  []string
		deny bool
		want string
	}{
		{"one API", []string{"a1b2c3"}, false, ""},
		{"two of one name", []string{"a1b2c3", "z9"}, false, "2 REST APIs are called orders (a1b2c3, z9), which CloudWatch counts together stage by stage: the others' requests may be among these"},
		{"two of one name, where API Gateway may not be read", []string{"a1b2c3", "z9"}, true, ""},
	} {
		t.Run(row.fact, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				a := inUse(awsAccount{unlisted: row.deny})
				a.apis = nil
				for _, id := range row.ids {
					a.apis = append(a.apis, control.API{ID: id, Name: "orders", Stage: "prod"})
				}
				ts := []targets.Target{deployed(t, targets.Target{Kind: &targets.RESTAPI, API: "orders", Stage: "prod"}, restAddress)}
				publish(a.metrics, ts[0], time.Now(), hit{200, 12, 0, 0})
				got, err := Observer{transport: &http.Client{Transport: targettest.InProcess{Handler: a}}}.Observe(t.Context(), runOf(t, time.Now(), time.Second, ts, sent{n: 1, status: 200}), ts)
				if err != nil || got.Targets[0].Error != "" {
					t.Fatalf("%v, %s", err, got.Targets[0].Error)
				}
				if c, _ := check(got.Targets[0], "requests"); number(c.AWS) != 1 || (c.Note == "") != (row.want == "") || !strings.Contains(c.Note, row.want) {
					t.Errorf("%+v", c)
				}
			})
		})
	}
}
