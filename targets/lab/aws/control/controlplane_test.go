package control

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/aws/protocol"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// ask sends one request and returns its status, the type of its error and its body.
func ask(s *protocol.REST, method, path, body string) (status int, fault, answer string) {
	w := httptest.NewRecorder()
	s.ServeHTTP(w, httptest.NewRequest(method, path, strings.NewReader(body)))
	return w.Code, w.Header().Get("x-amzn-ErrorType"), w.Body.String()
}

const path = "/2015-03-31/functions/f/configuration"

func TestUpdatesOfAFunction(t *testing.T) {
	now := noon
	var retired []map[string]string
	s := NewLambda(func() time.Time { return now }, Function{
		Name: "f", MemoryMB: 512, Timeout: 3 * time.Second, Environment: map[string]string{"KEPT": "1"}, LogGroup: "/ml", LogFormat: "json",
		Retire:  func(variables map[string]string) { retired = append(retired, variables) },
		Aliases: map[string]Alias{"live": {"1", "2", 0.1}, "old": {Version: "1"}},
	}).Service()
	steps := []struct {
		name, method, path, body string
		later                    time.Duration
		status                   int
		fault, want              string
		retired                  int
	}{
		{"as it is", "GET", path, "", 0, 200, "", `"LastUpdateStatus":"Successful"`, 0},
		{"where it logs", "GET", path, "", 0, 200, "", `"LoggingConfig":{"LogFormat":"JSON","LogGroup":"/ml"}`, 0},
		{"by its ARN and a qualifier", "GET", "/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:f:$LATEST/configuration", "", 0, 200, "", `"Variables":{"KEPT":"1"}`, 0},
		{"of an unknown function", "GET", "/2015-03-31/functions/g/configuration", "", 0, 404, "ResourceNotFoundException", "Function not found: arn:aws:lambda:us-east-1:123456789012:function:g", 0},
		{"a weighted alias", "GET", "/2015-03-31/functions/f/aliases/live", "", 0, 200, "", `"FunctionVersion":"1"`, 0},
		{"its weights", "GET", "/2015-03-31/functions/f/aliases/live", "", 0, 200, "", `"RoutingConfig":{"AdditionalVersionWeights":{"2":0.1}}`, 0},
		{"an alias that there is not", "GET", "/2015-03-31/functions/f/aliases/beta", "", 0, 404, "ResourceNotFoundException", "function:f:beta", 0},
		{"by no name", "GET", "/2015-03-31/functions/a%20b/configuration", "", 0, 400, "ValidationException", "functionName", 0},
		{"a wrong revision", "PUT", path, `{"RevisionId":"x","Environment":{"Variables":{}}}`, 0, 412, "PreconditionFailedException", "Revision Id", 0},
		{"what the lab's file sets", "PUT", path, `{"MemorySize":1024}`, 0, 400, "InvalidParameterValueException", "MemorySize is set by the lab's file", 0},
		{"a reserved variable", "PUT", path, `{"Environment":{"Variables":{"AWS_REGION":"x"}}}`, 0, 400, "InvalidParameterValueException", "AWS_REGION", 0},
		{"too large an environment", "PUT", path, `{"Environment":{"Variables":{"BIG":"` + strings.Repeat("x", 4096) + `"}}}`, 0, 400, "InvalidParameterValueException", "4KB", 0},
		{"a number for a variable's table", "PUT", path, `{"Environment":{"Variables":5}}`, 0, 400, "", "", 0},
		{"no JSON", "PUT", path, `{`, 0, 400, "SerializationException", "not JSON", 0},
		{"an update", "PUT", path, `{"Environment":{"Variables":{"NEW":"2"}}}`, 0, 200, "", `"LastUpdateStatus":"InProgress"`, 1},
		{"another while it is under way", "PUT", path, `{"Environment":{"Variables":{"NEW":"3"}}}`, 0, 409, "ResourceConflictException", "An update is in progress", 1},
		{"a moment later", "GET", path, "", time.Second, 200, "", `"LastUpdateStatus":"Successful"`, 1},
		{"a description", "PUT", path, `{"Description":"x"}`, 0, 400, "InvalidParameterValueException", "Description is set by the lab's file", 1},
		{"another operation", "DELETE", "/2015-03-31/functions/f", "", 0, 404, "UnknownOperationException", "no operation of this endpoint", 1},
	}
	for _, step := range steps {
		now = now.Add(step.later)
		status, fault, answer := ask(s, step.method, step.path, step.body)
		if status != step.status || step.fault != "" && fault != step.fault || !strings.Contains(answer, step.want) || len(retired) != step.retired {
			t.Errorf("%s: %d %s %s, retired %d times", step.name, status, fault, answer, len(retired))
		}
	}
	if !maps.Equal(retired[0], map[string]string{"NEW": "2"}) {
		t.Errorf("environments began with %v", retired[0])
	}
}

func TestWhatAPIGatewayDoesNotKnow(t *testing.T) {
	flushed := 0
	s := NewGateway(
		API{ID: "a1", Name: "ml", Stage: "prod", Plans: []Plan{{ID: "p0", Name: "first", Throttle: Limit{3, 4}}, {ID: "p1", Name: "plan", Throttle: Limit{1, 2}, Quota: &Quota{7, "WEEK"}}}, Throttle: &Limit{5, 6}},
		API{ID: "a2", Name: "plain", Stage: "prod"},
		API{ID: "a4", Name: "cached", Stage: "prod", Cache: &Cache{TTL: time.Minute, Flush: func() { flushed++ }}},
		API{ID: "a2", Name: "plain", Stage: "test", Variables: map[string]string{"alias": "live"}, Canary: &Canary{Share: 0.1, Variables: map[string]string{"alias": "next"}}},
	).Sharing(Limit{8, 9}).Service()
	s2 := NewGateway().And(
		SecondAPI{ID: "b1", Name: "web", Stage: "$default", Protocol: "HTTP", Throttle: &Limit{5, 6}, Routes: []Route{{Key: "GET /a", Function: "f", Authorization: "JWT", Throttle: &Limit{1, 2}}, {Key: "GET /b", Service: "HTTP_PROXY", Throttle: &Limit{5, 6}}}},
	).Service()
	for _, row := range []struct{ path, want string }{
		{"/v2/apis/b1", `"protocolType":"HTTP"`},
		{"/v2/apis/b1/stages", `"routeSettings":{"GET /a":{"throttlingBurstLimit":2,"throttlingRateLimit":1}}`},
		{"/v2/apis/b1/routes", `"routeKey":"GET /b"`},
		{"/v2/apis/b1/integrations", `"integrationUri":"arn:aws:lambda:us-east-1:123456789012:function:f"`},
		{"/v2/apis/b1/authorizers", `[{"authorizerType":"JWT","id":"jwt","name":"jwt"}]`},
		{"/v2/apis/b2", "Invalid API identifier specified 123456789012:b2"},
		{"/v2/apis/b2/routes", "Invalid API identifier specified"},
	} {
		if _, _, answer := ask(s2, "GET", row.path, ""); !strings.Contains(answer, row.want) {
			t.Errorf("%s: %s", row.path, answer)
		}
	}
	for _, row := range []struct {
		method, path string
		status       int
		want         string
	}{
		{"GET", "/restapis/a2/stages", 200, `"stageName":"test"`},
		{"GET", "/restapis/a2/deployments/none", 404, "Invalid Deployment identifier specified"},
		{"GET", "/restapis/a2/resources", 200, `{"item":[]}`},
		{"GET", "/usageplans/p9/keys", 404, "Invalid Usage Plan ID specified"},
		{"GET", "/restapis", 200, `"name":"ml"`},
		{"GET", "/restapis/a2/stages/test", 200, `"variables":{"alias":"live"}`},
		{"GET", "/restapis/a2/stages/test", 200, `"canarySettings":{"percentTraffic":10,"stageVariableOverrides":{"alias":"next"},"useStageCache":false}`},
		{"GET", "/restapis/a2", 200, `"name":"plain"`},
		{"GET", "/restapis/a3", 404, "Invalid API identifier specified"},
		{"GET", "/usageplans", 200, `"apiStages":[{"apiId":"a1","stage":"prod"}]`},
		{"GET", "/usageplans", 200, `"quota":{"limit":7,"offset":0,"period":"WEEK"}`},
		{"GET", "/account", 200, `"throttleSettings":{"burstLimit":9,"rateLimit":8}`},
		{"GET", "/usageplans/p1", 404, "no operation of this endpoint"},
		{"GET", "/restapis/a1/stages/prod", 200, `"throttlingRateLimit":5`},
		{"GET", "/restapis/a1/stages/test", 404, "Invalid stage identifier specified"},
		{"GET", "/restapis/a3/stages/prod", 404, "Invalid API identifier specified"},
		{"DELETE", "/restapis/a1/stages/prod/cache/data", 400, "the stage has no cache"},
		{"DELETE", "/restapis/a1/stages/test/cache/data", 404, "Invalid stage identifier specified"},
		{"DELETE", "/restapis/a4/stages/prod/cache/data", 202, ""},
		{"POST", "/restapis", 404, "no operation of this endpoint"},
	} {
		if status, _, answer := ask(s, row.method, row.path, ""); status != row.status || !strings.Contains(answer, row.want) {
			t.Errorf("%s %s: %d %s", row.method, row.path, status, answer)
		}
	}
	if flushed != 1 {
		t.Errorf("the cache was flushed %d times", flushed)
	}
}

func FuzzREST(f *testing.F) {
	f.Add("PUT", path, `{"Environment":{"Variables":{"A1":"b"}},"RevisionId":"x"}`)
	f.Add("GET", "/usageplans?limit=5;%zz", "")
	f.Add("DELETE", "/restapis/a1/stages/prod/cache/data", strings.Repeat("[", 20_000))
	f.Fuzz(func(t *testing.T, method, target, body string) {
		r, err := http.NewRequest(method, "http://lab.test/", strings.NewReader(body))
		if err != nil {
			return
		}
		if at, err := r.URL.Parse(target); err == nil {
			r.URL = at
		}
		for _, s := range []*protocol.REST{
			NewLambda(func() time.Time { return noon }, Function{Name: "f"}).Service(),
			NewGateway(API{ID: "a1", Stage: "prod"}).And(SecondAPI{ID: "b1"}).Service(),
		} {
			w := httptest.NewRecorder()
			s.ServeHTTP(w, r)
			if w.Code >= 500 || w.Header().Get("Content-Type") == "application/json" && !json.Valid(w.Body.Bytes()) {
				t.Fatalf("%s %q: %d %s", method, target, w.Code, w.Body)
			}
		}
	})
}
