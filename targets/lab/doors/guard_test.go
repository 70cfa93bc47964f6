package doors

import (
	"encoding/json"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/webacl"
)

// policyOf is a resource policy that lets everyone in but those whom it denies.
func policyOf(denied string) json.RawMessage {
	return json.RawMessage(`{"Statement": [
		{"Effect": "Allow", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*"},
		{"Effect": "Deny", "Principal": "*", "Action": "execute-api:Invoke", "Resource": "execute-api:/*", "Condition": ` + denied + `}]}`)
}

// from is a GET from an address.
func from(address, path string, header ...string) *http.Request {
	r := httptest.NewRequest(http.MethodGet, path, nil)
	r.RemoteAddr = address + ":1234"
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	return r
}

func guardedBy(g Guards) DoorConfig {
	d := steady("rest-api")
	d.Guards = g
	return d
}

func TestAResourcePolicyRefusesWithTheMethodsARN(t *testing.T) {
	const arn = "arn:aws:execute-api:us-east-1:********9012:"
	for _, row := range []struct {
		name, policy, address string
		want                  string // beginning and end of the body; "": it passes
	}{
		{"another address", string(policyOf(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`)), "127.0.0.1", ""},
		{"a denied address", string(policyOf(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`)), "10.0.0.1", "/prod/GET/ with an explicit deny in a resource-based policy\"}"},
		{
			"a method that no statement allows", `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/prod/POST/*"}}`, "127.0.0.1",
			"/prod/GET/ because no resource-based policy allows the execute-api:Invoke action\"}",
		},
	} {
		t.Run(row.name, func(t *testing.T) {
			inFakeTime(t, only(guardedBy(Guards{Policy: json.RawMessage(row.policy)})), func(b bench) {
				got := b.do(0, from(row.address, "/prod"))
				body := got.Body.String()
				if row.want == "" && got.Code == 200 {
					return
				}
				if got.Code != 403 || !strings.HasPrefix(body, `{"Message":"User: anonymous is not authorized to perform: execute-api:Invoke on resource: `+arn) || !strings.HasSuffix(body, row.want) {
					t.Errorf("%d %s", got.Code, body)
				}
				if truth := b.doors[0].truth(); truth.Refused["resource-policy"] != 1 || truth.Billable != 0 {
					t.Errorf("%v, %d are billed", truth.Refused, truth.Billable)
				}
				means := targets.RESTAPI.Errors.Meanings(got.Code, body)
				if len(means) != 1 || means[0] != targets.FaultPolicy && means[0] != targets.FaultNotAllowed {
					t.Errorf("the response is taken for %v", means)
				}
			})
		})
	}
}

func TestAnAuthorizerStandsInForAPolicyThatIsSilent(t *testing.T) {
	const silent = `{"Statement": {"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "execute-api:/other/*"}}`
	d := guardedBy(Guards{Policy: json.RawMessage(silent)})
	d.Routes = []Route{{Path: "/", Authorizer: &Authorizer{Type: "token", Tokens: map[string]string{"good": "allow"}}}}
	inFakeTime(t, only(d), func(b bench) {
		if got := b.do(0, from("127.0.0.1", "/prod", "Authorization", "good")); got.Code != 200 {
			t.Errorf("%d %s", got.Code, got.Body)
		}
		if got := b.do(0, from("127.0.0.1", "/prod", "Authorization", "bad")); got.Code != 401 {
			t.Errorf("a token that is unknown gets %d", got.Code)
		}
	})
	d.Policy = policyOf(`{"IpAddress": {"aws:SourceIp": "127.0.0.0/8"}}`)
	inFakeTime(t, only(d), func(b bench) {
		if got := b.do(0, from("127.0.0.1", "/prod", "Authorization", "good")); got.Code != 403 {
			t.Errorf("an explicit deny is overruled: %d", got.Code)
		}
		if n := b.doors[0].truth().Authorizers; n != 0 {
			t.Errorf("the authorizer was asked %d times after a denial", n)
		}
	})
}

func TestAPrivateAPIIsFoundByItsNameAlone(t *testing.T) {
	const endpoint = "vpce-0123456789abcdef0"
	d := guardedBy(Guards{Endpoint: endpoint, Policy: policyOf(`{"StringNotEquals": {"aws:SourceVpce": "` + endpoint + `"}}`)})
	d.Private = true
	inFakeTime(t, only(d), func(b bench) {
		id := restAPI.id(b.doors[0].Name)
		for _, row := range []struct {
			host, header string
			want         int
		}{
			{b.doors[0].Host, "", 200},
			{strings.ToUpper(b.doors[0].Host) + ":443", "", 200},
			{id + ".execute-api.us-east-1.amazonaws.com", "", 200},
			{endpoint + "-x.execute-api.us-east-1.vpce.amazonaws.com", id, 200},
			{endpoint + "-x.execute-api.us-east-1.vpce.amazonaws.com", "", 403},
			{endpoint + "-x.execute-api.us-east-1.vpce.amazonaws.com", "other", 403},
			{"127.0.0.1:8080", "", 403},
		} {
			r := from("10.0.0.7", "/prod")
			r.Host = row.host
			if row.header != "" {
				r.Header.Set("x-apigw-api-id", row.header)
			}
			if got := b.do(0, r); got.Code != row.want || got.Code == 403 && got.Body.String() != `{"message":"Forbidden"}` {
				t.Errorf("host %s, x-apigw-api-id %q: %d %s", row.host, row.header, got.Code, got.Body)
			}
		}
	})
}

// The rule of a web ACL in front, what CloudWatch counts of it, and what is billed.
func TestAWSWAFBlocksBeforeAnythingElse(t *testing.T) {
	acl := &webacl.ACL{Name: "front", Rules: []webacl.Rule{{Name: "admin", Paths: []string{"/prod/admin", "/admin"}}}}
	rest := guardedBy(Guards{WebACL: acl, Policy: policyOf(`{"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}`)})
	balancer := steady("alb")
	balancer.WebACL = acl
	for _, row := range []struct {
		door              DoorConfig
		path, admin, body string
	}{
		{rest, "/prod", "/prod/admin", `{"message":"Forbidden"}`},
		{balancer, "/", "/admin", "<html>\r\n<head><title>403 Forbidden</title></head>\r\n<body>\r\n<center><h1>403 Forbidden</h1></center>\r\n</body>\r\n</html>\r\n"},
	} {
		inFakeTime(t, only(row.door), func(b bench) {
			for range 3 {
				if got := b.do(0, from("10.0.0.1", row.admin)); got.Code != 403 || got.Body.String() != row.body {
					t.Errorf("%s: %d %s", row.door.Kind, got.Code, got.Body)
				}
			}
			b.do(0, from("127.0.0.1", row.path))
			truth := b.doors[0].truth()
			if truth.Refused["web-acl"] != 3 || len(truth.Refused) != 1 || truth.Invocations != 1 {
				t.Errorf("%s: refused %v, %d invocations", row.door.Kind, truth.Refused, truth.Invocations)
			}
			got := map[string]float64{}
			for _, m := range b.store.Truth() {
				if m.Namespace == "AWS/WAFV2" {
					got[m.Metric+" "+m.Dimensions["WebACL"]+" "+m.Dimensions["Region"]+" "+m.Dimensions["Rule"]] = m.Sum
				}
			}
			if want := map[string]float64{"BlockedRequests front us-east-1 ALL": 3, "AllowedRequests front us-east-1 ALL": 1}; !maps.Equal(got, want) {
				t.Errorf("%s: CloudWatch has %v, want %v", row.door.Kind, got, want)
			}
		})
	}
}

func TestARateBasedRuleOfALabBlocksLate(t *testing.T) {
	d := guardedBy(Guards{WebACL: &webacl.ACL{Rules: []webacl.Rule{{Name: "rate", Rate: &webacl.Rate{Limit: 50}}}}})
	inFakeTime(t, only(d), func(b bench) {
		var codes []int
		for range 40 * 10 { // 10 a second for 40 seconds
			codes = append(codes, b.do(0, from("127.0.0.1", "/prod")).Code)
			time.Sleep(100 * time.Millisecond) // of a fake clock
		}
		first := slices.Index(codes, 403)
		if first < 100 || first > 300 || slices.Contains(codes[first:], 200) {
			t.Errorf("the first of %d requests to be blocked is number %d", len(codes), first)
		}
	})
}

func TestGuardsSayWhatIsWrongWithThem(t *testing.T) {
	for _, row := range []struct{ text, want string }{
		{"doors:\n- kind: http-api\n  web_acl: {}\n", `lab.yaml:3:3: doors[0].web_acl: a door of kind http-api has none; only rest-api, alb, cloudfront have it: leave it out`},
		{"doors:\n- kind: rest-api\n  web_acl: {rules: [{name: a}]}\n", `lab.yaml:3:22: doors[0].web_acl.rules[0]: state what it matches`},
		{"doors:\n- kind: rest-api\n  web_acl: {rules: [{name: a, rate: {limit: 5}}]}\n", `lab.yaml:3:45: doors[0].web_acl.rules[0].rate.limit: 5 must be from 10`},
		{"doors:\n- kind: rest-api\n  web_acl: {rules: [{name: a, managed: x}]}\n", `unknown key "managed"`},
		{"doors:\n- kind: rest-api\n  resource_policy: {Statement: {Effect: Maybe, Principal: '*', Action: '*', Resource: '*'}}\n", `doors[0].resource_policy.Statement[0].Effect: "Maybe" must be Allow or Deny`},
		{"doors:\n- kind: rest-api\n  vpc_endpoint: vpce-01234567\n", `lab.yaml:3:17: doors[0].vpc_endpoint: only a private API is reached through one: state private: true`},
		{"doors:\n- kind: rest-api\n  private: true\n  vpc_endpoint: mine\n", `doors[0].vpc_endpoint: "mine" must be like vpce-`},
	} {
		if _, _, err := ParseConfig("lab.yaml", []byte(row.text)); err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%v\nwant %s", err, row.want)
		}
	}
}
