package scenarios

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/events"
	"tollgate/targets"
)

// A warning is a plan of one target, and a part of what is said of it; "" is
// that nothing is said.
type warning struct {
	name  string
	stage Stage
	edit  func(*Scenario)
	want  string
}

func warned() []warning {
	health := func(text string, quantile float64) results.Threshold {
		return results.Threshold{Text: text, Request: "health", Metric: "p", Quantile: quantile, Less: true, Limit: 1}
	}
	limits := func(texts ...string) func(*Scenario) {
		return func(s *Scenario) {
			s.Requests = append(s.Requests, Request{Name: "predict", Weight: 1})
			for _, text := range texts {
				one, err := results.ParseThreshold(text)
				if err != nil {
					panic(err)
				}
				s.Thresholds = append(s.Thresholds, one)
			}
		}
	}
	noErrors := results.Threshold{Text: "error_share < 1%", Metric: "error_share", Less: true, Limit: 0.01}
	steady := Stage{Load: Arrivals{Constant{PerSecond(1000)}}, For: time.Minute}
	steadily := Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: time.Second}
	const passes = "good responses only, however many requests fail or time out: add a limit such as \"error_share < 1%\""
	rest := func(s *Scenario) {
		s.Targets[0].Kind, s.Targets[0].API, s.Targets[0].Stage, s.Targets[0].Function.Name = &targets.RESTAPI, "a", "prod", "f"
	}
	private := func(s *Scenario) {
		rest(s)
		s.Targets[0].URL = &url.URL{Scheme: "https", Host: "a1-vpce-0123456789abcdef0.execute-api.eu-west-1.amazonaws.com", Path: "/prod"}
	}
	readsEvents := func(s *Scenario) { s.Requests[0].Stream = &events.Options{Format: events.Server} }
	return []warning{
		{"events at a door that waits", steadily, func(s *Scenario) { readsEvents(s); s.Targets[0].Kind = &targets.HTTPAPI }, "a front door of kind http-api waits for the end of a response, so its events come all at once"},
		{"events at a door that may stream", steadily, func(s *Scenario) { rest(s); readsEvents(s) }, "if its function streams, write function: {streaming: true}"},
		{"events at a door that streams", steadily, func(s *Scenario) { rest(s); readsEvents(s); s.Targets[0].Function.Streaming = true }, ""},
		{"a limit on events that are not read", steadily, func(s *Scenario) { limits("/health: gap p(99) < 1s", "error_share < 1%")(s) }, `threshold "/health: gap p(99) < 1s" fails: no request that it is about is read as events`},
		{"a limit on gaps, of which responses have many", steadily, func(s *Scenario) {
			readsEvents(s)
			limits("gap p(99) < 1s", "error_share < 1%")(s)
			s.Targets[0].Kind = &targets.Origin
		}, ""},
		{"events at a server", steadily, func(s *Scenario) { readsEvents(s); s.Targets[0].Kind = &targets.Origin }, ""},
		{"HTTP/2 without TLS", steadily, func(s *Scenario) {
			rest(s)
			s.Engine.HTTP, s.Targets[0].URL = HTTP2, &url.URL{Scheme: "http", Host: "a1.execute-api.eu-west-1.amazonaws.com", Path: "/prod"}
		}, "front doors speak HTTP/2 over TLS only"},
		{"HTTP/2 of a front door without", steadily, func(s *Scenario) {
			private(s)
			s.Engine.HTTP, s.Targets[0].EndpointZones = HTTP2, 2
		}, "a Private REST API offers no HTTP/2"},
		{"HTTP/2 of the lab's doors", steadily, func(s *Scenario) { rest(s); s.Engine.HTTP, s.Lab.TLS, s.Targets[0].Lab = HTTP2, true, true }, ""},
		{"HTTP/2 of the lab's doors without TLS", steadily, func(s *Scenario) { rest(s); s.Engine.HTTP, s.Targets[0].Lab = HTTP2, true }, "over TLS only"},
		{"nothing to say", Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: time.Second}, func(*Scenario) {}, ""},
		{
			"a percentile that so few requests cannot carry",
			Stage{Load: Arrivals{Constant{PerSecond(10)}}, For: time.Minute},
			func(s *Scenario) { s.Thresholds = append(s.Thresholds, health("p(99.9) < 1ms", 0.999)) }, "needs 3,688 requests",
		},
		{
			"a percentile that just enough requests carry",
			Stage{Load: Arrivals{Constant{PerSecond(461)}}, For: 8 * time.Second},
			func(s *Scenario) { s.Thresholds = append(s.Thresholds, health("p(99.9) < 1ms", 0.999), noErrors) }, "",
		},
		{"a closed loop", Stage{Load: Users{N: 4}, For: time.Second}, func(*Scenario) {}, "closed loop of 4 users"},
		{"a run of hours", Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: 2 * time.Hour}, func(*Scenario) {}, "takes 2h0m0s"},
		{"more than an account's throttle", Stage{Load: Arrivals{Constant{PerSecond(12000)}}, For: time.Second}, rest, "10,000/s with a burst of 5,000"},
		{"more than the throttle, but no more than its burst", Stage{Load: Arrivals{Burst{4000, PerSecond(12000)}}, For: time.Second}, rest, ""},
		{
			"more than the smaller throttle of some regions",
			Stage{Load: Arrivals{Constant{PerSecond(3000)}}, For: time.Second},
			func(s *Scenario) { rest(s); s.Targets[0].Region = "af-south-1" }, "2,500/s with a burst of 1,250",
		},
		{
			"what CloudWatch would need to know",
			Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second},
			func(s *Scenario) { rest(s); s.Targets[0].API = "" }, "AWS/ApiGateway needs api and stage",
		},
		{
			"a body that the door refuses",
			Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second},
			func(s *Scenario) { rest(s); s.Requests[0].Body = make([]byte, 11<<20) }, "refuses more than 10,485,760",
		},
		{"a key in the clear", Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second}, func(s *Scenario) {
			s.Targets[0].Auth.APIKey, s.Targets[0].URL = targets.NewSecret("k"), &url.URL{Scheme: "http", Host: "example.com"}
		}, "without encryption"},
		{
			"a key on this machine",
			Stage{Load: Arrivals{Constant{PerSecond(1)}}, For: time.Second},
			func(s *Scenario) { s.Targets[0].Auth.APIKey = targets.NewSecret("k") }, "",
		},
		{"a private API that is billed as a public one", steady, private, "write private_endpoint: {zones: …}"},
		{"a private API that says so", steady, func(s *Scenario) { private(s); s.Targets[0].EndpointZones = 2 }, ""},
		{"a limit on times alone", steady, limits("p(99) < 250ms"), `threshold "p(99) < 250ms" counts ` + passes},
		{"limits on times alone", steady, limits("p(99) < 250ms", "t0/predict: max < 1s"), `thresholds "p(99) < 250ms", "t0/predict: max < 1s" count ` + passes},
		{"with a limit on errors", steady, limits("p(99) < 250ms", "error_share < 1%"), ""},
		{"with a least goodput", steady, limits("mean < 250ms", "goodput > 900/s"), ""},
		{"a limit on errors of another request", steady, limits("t0/health: p(99) < 250ms", "t0/predict: error_share < 1%"), passes},
		{"limits on errors of both requests", steady, limits("p(99) < 250ms", "t0/predict: error_share < 1%", "t0/health: error_share < 1%"), ""},
		{"a limit on errors from below", steady, limits("p(99) < 250ms", "error_share > 1%"), passes},
		{"a rate that failures raise as well", steady, limits("p(99) < 250ms", "rate > 900/s"), passes},
		{"a limit on a bill without a month", steady, func(s *Scenario) { rest(s); limits("error_share < 1%", "month_usd < 50")(s) }, "there is no month to price: add pricing: {requests_per_month: 10M}"},
		{"a metric of another front door", steady, func(s *Scenario) {
			rest(s)
			limits("error_share < 1%", "cloudwatch(TargetResponseTime) mean < 1s")(s)
		}, "CloudWatch has no TargetResponseTime of a target of kind rest-api"},
		{"cold starts of a server", steady, limits("error_share < 1%", "cold_share < 5%"), "there is no function's log of a target of kind origin"},
		{"cold starts of no function", steady, func(s *Scenario) {
			rest(s)
			s.Targets[0].Function.Name = ""
			limits("error_share < 1%", "cold_share < 5%")(s)
		}, "give it function.name"},
		{"handshakes of plain HTTP", steady, func(s *Scenario) {
			s.Targets[0].URL = &url.URL{Scheme: "http", Host: "127.0.0.1"}
			limits("error_share < 1%", "tls p(50) < 5s")(s)
		}, "there is no TLS"},
		{"limits on errors alone", steady, limits("error_share < 1%"), ""},
		{"a body in a coding that is not decoded", steady, func(s *Scenario) {
			s.Requests[0].Expect = expecting("body: {contains: ok}")
			s.Requests[0].Header = targets.Header{"accept-encoding": {"gzip;q=1.0, Compress;q=0.5", "identity"}}
		}, "request health: expect.body does not decode Accept-Encoding: compress: a response in that coding fails the check"},
		{"a body in codings that are decoded", steady, func(s *Scenario) {
			s.Requests[0].Expect = expecting("body: {contains: ok}")
			s.Requests[0].Header = targets.Header{"Accept-Encoding": {"gzip, deflate, br, zstd, compress;q=0.0"}}
		}, ""},
		{"a body in any coding, where nothing is sought in it", steady, func(s *Scenario) { s.Requests[0].Header = targets.Header{"Accept-Encoding": {"compress"}} }, ""},
		{"cookies that are never sent", steady, func(s *Scenario) {
			s.Targets[0].Client = targets.Client{Cookies: true, Fresh: true}
		}, "no cookie is sent in the open model"},
		{"cookies of connections that carry one request", steady, func(s *Scenario) {
			s.Targets[0].Client.Cookies, s.Engine.RequestsPerConnection = true, 1
		}, "no cookie is sent in the open model"},
		{"cookies", steady, func(s *Scenario) { s.Targets[0].Client.Cookies = true }, ""},
		{"cookies of users", Stage{Load: Users{N: 3}, For: time.Second}, func(s *Scenario) {
			s.Targets[0].Client = targets.Client{Cookies: true, Fresh: true}
		}, "is a closed loop of 3 users"},
		{"a plus sign in a signed query", steady, func(s *Scenario) {
			rest(s)
			s.Targets[0].Auth.IAM, s.Requests[0].Path = &targets.IAM{}, "/a+b?c=d+e"
			s.Targets[0].URL = &url.URL{Scheme: "https", Host: "example.com"}
		}, "write %20 for a space, or %2B for a plus sign"},
		{"a plus sign in a path, and in a query that is not signed", steady, func(s *Scenario) { s.Requests[0].Path = "/a+b?c=d+e" }, ""},
		{
			"nothing of that about the lab",
			Stage{Load: Arrivals{Constant{PerSecond(12000)}}, For: time.Second},
			func(s *Scenario) { rest(s); s.Targets[0].Lab, s.Targets[0].API = true, "" }, "",
		},
	}
}

func TestPlanWarnings(t *testing.T) {
	for _, row := range warned() {
		t.Run(row.name, func(t *testing.T) {
			s := scenarioOf(1, row.stage)
			row.edit(s)
			got := fmt.Sprint(planOf(t, s).Warning())
			if row.want == "" && got != "<nil>" || !strings.Contains(got, row.want) {
				t.Errorf("warnings %s, want %q", got, row.want)
			}
		})
	}
}
