package doors

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func calling(kind, service string, use ServiceUse, errors map[string]int) DoorConfig {
	d := steady(kind)
	use.Duration = exactly(15 * time.Millisecond)
	d.Routes = []Route{{Path: "/", Integration: &Integration{Type: service, ServiceUse: use, Errors: errors}}}
	return d
}

func TestServicesAnswerWithoutAFunction(t *testing.T) {
	for _, row := range []struct{ kind, service, action, says string }{
		{"rest-api", "dynamodb", "", "{}"},
		{"rest-api", "dynamodb", "GetItem", `{"Item":{`},
		{"rest-api", "dynamodb", "Scan", `{"Count":1,`},
		{"rest-api", "s3", "PutObject", ""},
		{"rest-api", "sns", "", `{"PublishResponse":{"PublishResult":{"MessageId":"`},
		{"rest-api", "step-functions", "", `{"executionArn":"arn:aws:states:us-east-1:123456789012:execution:`},
		{"http-api", "step-functions", "StartSyncExecution", `"status":"SUCCEEDED"`},
		{"http-api", "queue", "", `{"SendMessageResponse":`},
	} {
		d := calling(row.kind, row.service, ServiceUse{Action: row.action}, nil)
		if row.service == "queue" {
			d.Routes[0].Integration.ServiceUse = ServiceUse{}
		}
		inFakeTime(t, only(d), func(b bench) {
			got := b.do(0, from("127.0.0.1", root(row.kind)))
			truth := b.doors[0].truth()
			if got.Code != 200 || !strings.Contains(got.Body.String(), row.says) || truth.Invocations != 0 {
				t.Errorf("%s %s: %d %s, %d invocations", row.service, row.action, got.Code, got.Body, truth.Invocations)
			}
			if row.service != "queue" && got.took != 20*time.Millisecond { // 5 of the door, and 15 of the service
				t.Errorf("%s took %v", row.service, got.took)
			}
		})
	}
}

// At a REST API a throttled call is a 200, unless an integration response says otherwise.
func TestWhatAThrottledServiceBecomes(t *testing.T) {
	few := ServiceUse{Capacity: &Throttle{Rate: 0.001, Burst: 1}}
	for _, row := range []struct {
		name, kind, service string
		errors              map[string]int
		want                int
		says                string
	}{
		{"nothing is mapped", "rest-api", "dynamodb", nil, 200, "ProvisionedThroughputExceededException"},
		{"errors of clients are", "rest-api", "dynamodb", map[string]int{`4\d{2}`: 429, `5\d{2}`: 502}, 429, "ProvisionedThroughputExceededException"},
		{"only errors of the service are", "rest-api", "dynamodb", map[string]int{`5\d{2}`: 502}, 200, "ProvisionedThroughputExceededException"},
		{"an object store", "rest-api", "s3", map[string]int{`5\d{2}`: 503}, 503, "SlowDown"},
		{"a topic", "rest-api", "sns", map[string]int{"400": 400}, 400, "Throttling"},
		{"an HTTP API passes it on", "http-api", "step-functions", nil, 400, "ThrottlingException"},
	} {
		inFakeTime(t, only(calling(row.kind, row.service, few, row.errors)), func(b bench) {
			if got := b.do(0, from("127.0.0.1", root(row.kind))); got.Code != 200 {
				t.Errorf("%s: the first call gets %d", row.name, got.Code)
			}
			if got := b.do(0, from("127.0.0.1", root(row.kind))); got.Code != row.want || !strings.Contains(got.Body.String(), row.says) {
				t.Errorf("%s: %d %s, want %d", row.name, got.Code, got.Body, row.want)
			}
			for name, seen := range b.doors[0].truth().Services {
				if !strings.HasPrefix(name, row.service+".") || seen != (ServiceTruth{Calls: 2, Throttled: 1}) {
					t.Errorf("%s: %s %+v", row.name, name, seen)
				}
			}
		})
	}
}

func TestAServiceThatIsTooSlowIsATimeout(t *testing.T) {
	d := calling("rest-api", "dynamodb", ServiceUse{}, nil)
	d.Timeout = Duration(10 * time.Millisecond)
	inFakeTime(t, only(d), func(b bench) {
		if got := b.do(0, from("127.0.0.1", "/prod")); got.Code != 504 || len(b.doors[0].truth().Services) != 0 {
			t.Errorf("%d, %v", got.Code, b.doors[0].truth().Services)
		}
	})
}

func TestMappingTemplatesAreRefusedByName(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"doors:\n- kind: rest-api\n  routes:\n  - path: /\n    integration:\n      type: dynamodb\n      request_templates:\n        application/json: \"{}\"\n", `lab.yaml:7:7: doors[0].routes[0].integration.request_templates: the mapping template for application/json is not run here: the lab has no VTL`},
		{"doors:\n- kind: rest-api\n  routes: [{path: /, integration: {type: lambda, response_templates: {text/plain: x}}}]\n", `integration.response_templates: the mapping template for text/plain`},
		{"doors:\n- kind: rest-api\n  routes: [{path: /, integration: {type: s3, action: PutItem}}]\n", `integration.action: s3 has no "PutItem" here; it has GetObject, `},
		{"doors:\n- kind: rest-api\n  routes: [{path: /, integration: {type: lambda, action: PutItem}}]\n", `action, duration and capacity are of dynamodb`},
		{"doors:\n- kind: http-api\n  routes: [{path: /, integration: {type: dynamodb}}]\n", `a door of kind http-api has no "dynamodb"; it has lambda, http, queue, step-functions`},
	} {
		if _, _, err := ParseConfig("lab.yaml", []byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v\nwant %s", err, row.want)
		}
	}
}

// What a server behind a front door sees of it.
func TestWhatFrontDoorsAddToRequestsForServers(t *testing.T) {
	seen := make(chan *http.Request, 1)
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) { seen <- r }))
	defer server.Close()
	behind := []Route{{Path: "/", Integration: &Integration{Type: "http", URL: server.URL}}}
	l := open(t, Config{Doors: []DoorConfig{
		{Kind: "rest-api", Routes: behind}, {Kind: "http-api", Routes: behind}, {Kind: "alb", Rules: []Rule{{Path: "/*", Targets: []string{server.URL}}}},
	}})
	for i, want := range []map[string]string{
		{"X-Amzn-Apigateway-Api-Id": restAPI.id("lab-rest-api"), "X-Amzn-Trace-Id": "Root=1-", "X-Forwarded-For": "192.0.2.1, 127.0.0.1", "X-Forwarded-Proto": "http", "User-Agent": "mine"},
		{"Via": "HTTP/1.1 AmazonAPIGateway", "Forwarded": "for=127.0.0.1;host=shop.example;proto=http", "X-Amzn-Trace-Id": "Root=1-"},
		{"X-Forwarded-For": "192.0.2.1, 127.0.0.1", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "", "X-Amzn-Trace-Id": "Root=1-"},
	} {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodGet, l.Doors()[i].URL+"/", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Host = "shop.example"
		r.Header.Set("X-Forwarded-For", "192.0.2.1")
		r.Header.Set("User-Agent", "mine")
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		q := <-seen
		for name, value := range want {
			if has := q.Header.Get(name); has == "" || !strings.HasPrefix(has, value) {
				t.Errorf("%s: %s is %q, want %q", l.Doors()[i].Kind, name, has, value)
			}
		}
		if balanced := l.Doors()[i].Kind == "alb"; (q.Host == "shop.example") != balanced {
			t.Errorf("%s: the host is %s", l.Doors()[i].Kind, q.Host)
		}
	}
}
