package aws

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

// account is an account at a server that answers by paths, or by actions of the query
// protocol. What is not among them is denied.
func account(t *testing.T, answers map[string]string) *Account {
	t.Helper()
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		key := r.URL.Path
		if action := r.FormValue("Action"); action != "" {
			key = action
			w.Header().Set("Content-Type", "text/xml")
		}
		if next := r.URL.Query().Get("nextToken"); next != "" {
			key += "?" + next
		}
		switch answer, known := answers[key]; {
		case known && answer == "":
			w.Header().Set("x-amzn-ErrorType", "NotFoundException")
			w.WriteHeader(http.StatusNotFound)
			fmt.Fprint(w, `{"message": "not found"}`)
		case known:
			fmt.Fprint(w, answer)
		case r.Method == http.MethodPost: // the query protocol
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `<ErrorResponse><Error><Code>AccessDenied</Code><Message>User: u is not authorized to perform: elasticloadbalancing:`+key+`</Message></Error></ErrorResponse>`)
		default:
			w.Header().Set("x-amzn-ErrorType", "AccessDeniedException")
			w.WriteHeader(http.StatusForbidden)
			fmt.Fprint(w, `{"message": "User: u is not authorized to perform: `+key+`"}`)
		}
	}))
	t.Cleanup(server.Close)
	endpoint := Endpoint{Lab: true, URL: server.URL, Region: "us-east-1"}
	config, err := endpoint.Config(t.Context(), nil)
	if err != nil {
		t.Fatal(err)
	}
	return At(endpoint, config)
}

// Of a REST API a stage serves what was deployed, and not what was edited since. What may
// not be read is said, and fails nothing. Keys have names, and no values.
func TestARESTAPIIsDescribedAsItIsDeployed(t *testing.T) {
	const invoking = "arn:aws:apigateway:us-east-1:lambda:path/2015-03-31/functions/arn:aws:lambda:us-east-1:123456789012:function:${stageVariables.f}:live/invocations"
	a := account(t, map[string]string{
		"/restapis/abc":                `{"id": "abc", "name": "shop", "endpointConfiguration": {"types": ["EDGE"]}}`,
		"/restapis/abc/stages":         `{"item": [{"stageName": "prod", "deploymentId": "d1", "variables": {"f": "items"}, "webAclArn": "arn:x", "canarySettings": {"percentTraffic": 5}, "methodSettings": {"*/*": {"throttlingRateLimit": 10000, "throttlingBurstLimit": 5000}, "items~1{id}/GET": {"throttlingRateLimit": 7, "throttlingBurstLimit": 8}}}]}`,
		"/account":                     `{"throttleSettings": {"rateLimit": 10000, "burstLimit": 5000}}`,
		"/restapis/abc/deployments/d1": `{"id": "d1", "apiSummary": {"/items/{id}": {"GET": {"authorizationType": "CUSTOM", "apiKeyRequired": true}}, "/gone": {"POST": {"authorizationType": "NONE"}}}}`,
		"/restapis/abc/resources":      `{"item": [{"id": "r", "path": "/items/{id}", "resourceMethods": {"GET": {"methodIntegration": {"type": "AWS_PROXY", "uri": "` + invoking + `", "timeoutInMillis": 9000}}}}, {"id": "s", "path": "/new", "resourceMethods": {"PUT": {}}}]}`,
		"/usageplans":                  `{"item": [{"id": "p1", "name": "free", "apiStages": [{"apiId": "abc", "stage": "prod", "throttle": {"/items/{id}/GET": {"rateLimit": 1, "burstLimit": 2}}}], "throttle": {"rateLimit": 3, "burstLimit": 4}}, {"id": "p2", "name": "other", "apiStages": [{"apiId": "abc", "stage": "test"}]}]}`,
		"/usageplans/p1/keys":          `{"item": [{"id": "k", "name": "mobile", "value": "hunter2"}]}`,
	})
	d, err := a.DescribeAPI(t.Context(), APIStage{"abc", ""})
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		`"/gone POST":{`, `"/items/{id} GET":{"Properties":{"ApiKeyRequired":true,"AuthorizationType":"CUSTOM","HttpMethod":"GET","Integration":{"Function":{"Ref":"items:live"},"TimeoutInMillis":9000`,
		`"MethodSettings":[{"HttpMethod":"GET","ResourcePath":"/items/{id}","ThrottlingBurstLimit":8,"ThrottlingRateLimit":7}]`, `"WebACLArn":"arn:x"`, `"EndpointConfiguration":{"Types":["EDGE"]}`,
		`"items:live":{"Properties":{"Architectures":{"Fn::ImportValue":"Architectures"},"FunctionName":"items:live"`, `"Throttle":{"BurstLimit":4,"RateLimit":3}`,
	} {
		if !strings.Contains(d.Template, want) {
			t.Errorf("no %s in\n%s", want, d.Template)
		}
	}
	said := strings.Join(d.Unseen, "\n")
	for _, want := range []string{
		"Of the API as it is now the stage does not have: /new PUT.", "A canary release has 5% of the stage's requests", "API keys of the usage plan free: mobile.",
		"Authorizers are not known: API Gateway at ", "Settings of functions are missing: Lambda at ", "allow these credentials the action lambda:GetFunctionConfiguration",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	if all := d.Template + said; strings.Contains(all, "hunter2") || strings.Contains(all, "other") || !json.Valid([]byte(d.Template)) {
		t.Error(all)
	}
}

// An HTTP API is asked for in pages, and its stage has what is deployed.
func TestAnHTTPAPIIsDescribedFromAllPages(t *testing.T) {
	a := account(t, map[string]string{
		"/restapis/abc": "",
		"/v2/apis/abc":  `{"apiId": "abc", "name": "shop", "protocolType": "HTTP", "apiEndpoint": "https://abc.execute-api.us-east-1.amazonaws.com"}`, "/v2/apis/abc/stages": `{"items": [{"stageName": "v1"}]}`,
		"/v2/apis/abc/integrations": `{"items": [{"integrationId": "i", "integrationUri": "arn:aws:lambda:eu-west-1:123456789012:function:far"}]}`,
		"/v2/apis/abc/routes":       `{"items": [{"routeKey": "GET /a", "target": "integrations/i"}], "nextToken": "more"}`, "/v2/apis/abc/routes?more": `{"items": [{"routeKey": "$default", "target": "integrations/none"}]}`,
		"/v2/apis/abc/authorizers": `{"items": [{"name": "users", "authorizerType": "JWT", "jwtConfiguration": {"issuer": "https://issuer.example.com"}}]}`,
	})
	d, err := a.DescribeAPI(t.Context(), APIStage{"abc", "v1"})
	if err != nil {
		t.Fatal(err)
	}
	said := strings.Join(d.Unseen, "\n")
	for _, want := range []string{
		"The stage has those of its last deployment.", "The API has the authorizer users, of the type JWT, for tokens of https://issuer.example.com.", "The function far is in eu-west-1: its settings are not read.",
	} {
		if !strings.Contains(said, want) {
			t.Errorf("no %q in\n%s", want, said)
		}
	}
	for _, want := range []string{`"RouteKey":"GET /a"`, `"RouteKey":"$default"`} {
		if !strings.Contains(d.Template, want) {
			t.Errorf("no %s in\n%s", want, d.Template)
		}
	}
	if d.Outputs["abc"] != "https://abc.execute-api.us-east-1.amazonaws.com/v1" {
		t.Error(d.Outputs)
	}
}

func TestWhatCannotBeDescribed(t *testing.T) {
	balancer := func(kind string) string {
		return `<DescribeLoadBalancersResponse><DescribeLoadBalancersResult><LoadBalancers><member><LoadBalancerName>b</LoadBalancerName><LoadBalancerArn>arn:b</LoadBalancerArn><Type>` + kind + `</Type></member></LoadBalancers></DescribeLoadBalancersResult></DescribeLoadBalancersResponse>`
	}
	const none = `<DescribeListenersResponse><DescribeListenersResult><Listeners></Listeners></DescribeListenersResult></DescribeListenersResponse>`
	api := func(stages string) map[string]string {
		return map[string]string{"/restapis/abc": `{"id": "abc"}`, "/restapis/abc/stages": `{"item": [` + stages + `]}`}
	}
	for _, row := range []struct {
		fact    string
		answers map[string]string
		ask     func(*Account) error
		want    string
	}{
		{"an API that is in neither version", map[string]string{"/restapis/abc": "", "/v2/apis/abc": ""}, describeAPI(t, ""), "has no API with the id abc, neither of REST nor of HTTP or WebSocket"},
		{"an API that may not be read", nil, describeAPI(t, ""), "allow these credentials the action apigateway:GET on /restapis/abc"},
		{"an API without a stage", api(""), describeAPI(t, ""), "the API abc has no stage: deploy it to one"},
		{"an API with two stages", api(`{"stageName": "prod"}, {"stageName": "beta"}`), describeAPI(t, ""), "several stages (beta, prod): choose one, as in --api-id abc/beta"},
		{"a stage that is not there", api(`{"stageName": "prod"}`), describeAPI(t, "beta"), "the API abc has no stage beta; it has prod"},
		{"a deployment that may not be read", api(`{"stageName": "prod", "deploymentId": "d"}`), describeAPI(t, ""), "apigateway:GET on the deployment"},
		{"a load balancer of another type", map[string]string{"DescribeLoadBalancers": balancer("network")}, describeBalancer(t), "the load balancer b is of the type network: only an Application Load Balancer"},
		{"a load balancer without a listener", map[string]string{"DescribeLoadBalancers": balancer("application"), "DescribeListeners": none}, describeBalancer(t), "has no listener: nothing reaches it"},
		{"a load balancer that may not be read", nil, describeBalancer(t), "elasticloadbalancing:DescribeLoadBalancers"},
	} {
		if err := row.ask(account(t, row.answers)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.fact, err)
		}
	}
}

func describeAPI(t *testing.T, stage string) func(*Account) error {
	return func(a *Account) error {
		_, err := a.DescribeAPI(t.Context(), APIStage{"abc", stage})
		return err
	}
}

func describeBalancer(t *testing.T) func(*Account) error {
	return func(a *Account) error {
		_, err := a.DescribeBalancer(t.Context(), "b")
		return err
	}
}
