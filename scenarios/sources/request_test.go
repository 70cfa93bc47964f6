package sources

import (
	"encoding/base64"
	"slices"
	"strings"
	"testing"

	"tollgate/pricing/document"
	"tollgate/scenarios"
)

func TestWordsThatAreAddresses(t *testing.T) {
	for word, want := range map[string]bool{
		"http://localhost:8000/": true, "https://api.example.com": true, "ftp://x": true, "localhost": true, "localhost:8000": true, "localhost:8000/x?y=1": true,
		"127.0.0.1": true, "127.0.0.1:8000/predict": true, "[::1]:8000": true, "api.example.com/items": true, "api:8080": true, "api.example.com?x": true,
		"front-doors": false, "my.yaml": false, "my.YML": false, "folder/my.yaml": false, "./x": false, "../x.yaml": false, "my.dir/x.yaml": false, "-": false, "latest~1": false, "": false,
	} {
		if IsAddress(word) != want {
			t.Errorf("%q: %v", word, !want)
		}
	}
}

// environment are variables of the user's own.
func environment(name string) (string, bool) {
	v, ok := map[string]string{"TOKEN": "hunter2-token", "COOKIE": "another", "PW": "hunter2"}[name]
	return v, ok
}

func TestARequestBecomesAScenario(t *testing.T) {
	for _, row := range []struct {
		name string
		r    Request
		want []string // in the text
		say  string   // in the notes
	}{
		{"an own server", Request{Address: "http://localhost:8000/predict?n=1"}, []string{"name: localhost-8000", `api: {kind: origin, url: "http://localhost:8000"}`, "method: GET", "path: \"/predict?n=1\"", "timeout: 10s", "expect: {status: [200, ", "constant: {rate: 5/s, for: 10s}", "error_share < 1%"}, ""},
		{"an own server without a scheme", Request{Address: "localhost:8000"}, []string{`url: "http://localhost:8000"`, "path: /"}, "http://localhost:8000 is used"},
		{"a public name without a scheme", Request{Address: "api.example.com/a b"}, nil, "https://api.example.com is used"},
		{"a rate and a length", Request{Address: "http://[::1]:8000", Rate: "200/s", For: "30s"}, []string{"constant: {rate: 200/s, for: 30s}", `url: "http://[::1]:8000"`, "name: 1-8000"}, ""},
		{"users", Request{Address: "http://localhost:8000", Users: "20", For: "1m"}, []string{"closed: {users: 20, for: 1m}"}, ""},
		{"a REST API", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/prod/items?x=1", Kind: "rest-api"}, []string{`{kind: rest-api, url: "https://abc.execute-api.eu-west-1.amazonaws.com/prod"}`, `path: "/items?x=1"`, "requests_per_month: 1M"}, ""},
		{"a REST API's stage alone", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/prod?x=1", Kind: "rest-api"}, []string{`amazonaws.com/prod"}`, `path: "/?x=1"`}, ""},
		{"an HTTP API", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/prod/items", Kind: "http-api"}, []string{`url: "https://abc.execute-api.eu-west-1.amazonaws.com"}`, "path: /prod/items"}, ""},
		{"an API without a stage", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/"}, []string{"kind: http-api"}, ""},
		{"a function URL", Request{Address: "https://abc.lambda-url.eu-west-1.on.aws/"}, []string{"kind: function-url"}, ""},
		{"a load balancer", Request{Address: "http://my-1.eu-west-1.elb.amazonaws.com/"}, []string{"kind: alb"}, ""},
		{"a network load balancer", Request{Address: "http://my-1.elb.eu-west-1.amazonaws.com/"}, []string{"kind: origin"}, ""},
		{"the lab", Request{Address: "lab", Kind: "http-api"}, []string{"name: lab", "api: {kind: http-api, url: lab}"}, ""},
		{"a custom domain", Request{Address: "https://api.example.com/v1/items", Kind: "rest-api", Region: "eu-west-1"}, []string{`{kind: rest-api, url: "https://api.example.com", region: eu-west-1}`, "path: /v1/items"}, ""},
		{"a distribution", Request{Address: "https://d111111abcdef8.cloudfront.net/a?b=1"}, []string{`api: {kind: cloudfront, url: "https://d111111abcdef8.cloudfront.net"}`, `path: "/a?b=1"`, "# No address says what is behind a distribution"}, ""},
		{"a distribution under a name of its own, without a region", Request{Address: "https://www.example.com", Kind: "cloudfront"}, []string{`api: {kind: cloudfront, url: "https://www.example.com"}`}, ""},
		{"the lab's distribution", Request{Address: "lab", Kind: "cloudfront"}, []string{"# One request, made of an address by tollgate. tollgate schema", "api: {kind: cloudfront, url: lab}"}, ""},
		{"a Web Function", Request{Address: "https://a1b2c3d4e5.x9y.lambda-web.us-east-1.on.aws/"}, []string{`{kind: lambda-web, url: "https://a1b2c3d4e5.x9y.lambda-web.us-east-1.on.aws"}`}, ""},
		{"a Web Function in several regions", Request{Address: "https://a1b2c3d4e5.lambda-web.global.on.aws/", Region: "eu-west-1"}, []string{"kind: lambda-web", "region: eu-west-1"}, ""},
		{"a body of JSON", Request{Address: "http://localhost:1", Data: &Data{Bytes: []byte(`{"a": ["${env:TOKEN}"]}`)}}, []string{"method: POST", `body: "{\"a\": [\"${env:TOKEN}\"]}"`, "Content-Type: application/json"}, ""},
		{"a form", Request{Address: "http://localhost:1", Data: &Data{Bytes: []byte("a=1&b=2")}, Method: "put", Headers: []string{"X-A: 1", "x-a:2"}}, []string{"method: PUT", "Content-Type: application/x-www-form-urlencoded", `X-A: ["1", "2"]`}, ""},
		{"a body of a file", Request{Address: "http://localhost:1", Headers: []string{"content-type: text/plain"}, Data: &Data{Bytes: []byte("${HOME}"), Literal: true}}, []string{`body: "$${HOME}"`, "content-type: text/plain"}, ""},

		{"a key", Request{Address: "http://localhost:1", Headers: []string{"x-api-key: hunter2"}}, []string{`x-api-key: "${env:X_API_KEY}"`}, "set X_API_KEY before"},
		{"a key that the body repeats", Request{Address: "http://localhost:1", Headers: []string{"x-api-key: hunter2-long"}, Data: &Data{Bytes: []byte(`tok=hunter2-long`)}}, []string{`x-api-key: "${env:X_API_KEY}"`, `body: "tok=${env:X_API_KEY}"`}, "set X_API_KEY before"},
		{"a key by reference", Request{Address: "http://localhost:1", Headers: []string{"x-api-key: ${env:TOKEN}"}}, []string{`x-api-key: "${env:TOKEN}"`}, ""},
		{"a bearer token", Request{Address: "http://localhost:1", Headers: []string{"authorization: Bearer hunter2"}}, []string{`auth: {bearer: "${env:BEARER_TOKEN}"}`}, "set BEARER_TOKEN before"},
		{"a bearer token by reference", Request{Address: "http://localhost:1", Headers: []string{"Authorization: Bearer ${env:TOKEN}"}}, []string{`auth: {bearer: "${env:TOKEN}"}`}, ""},
		{"a cookie whose variable is taken", Request{Address: "http://localhost:1", Headers: []string{"Cookie: s=hunter2"}}, []string{`Cookie: "${env:COOKIE_2}"`}, "set COOKIE_2 before"},
		{"a user in the address", Request{Address: "http://me:hunter2@localhost:1/x"}, []string{`url: "http://localhost:1"`, `Authorization: "${env:AUTHORIZATION}"`}, `the value of Authorization ("Basic " and NAME:PASSWORD in base64`},
		{"a user with a reference", Request{Address: "http://localhost:1", User: "me:${env:PW}"}, []string{`Authorization: "${env:AUTHORIZATION}"`}, "set AUTHORIZATION before"},
		{"a key in the query", Request{Address: "http://localhost:1/?q=1&api_key=hunter2&token=${env:TOKEN}"}, []string{`path: "/?q=1&api_key=${env:API_KEY}&token=${env:TOKEN}"`}, "set API_KEY before"},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, err := row.r.Scenario(environment)
			if err != nil {
				t.Fatal(err)
			}
			for _, want := range row.want {
				if !strings.Contains(string(m.Text), want) {
					t.Errorf("no %s in\n%s", want, m.Text)
				}
			}
			if notes := strings.Join(m.Notes, "\n"); row.say == "" != (notes == "") || !strings.Contains(notes, row.say) {
				t.Errorf("notes %q, want %q", notes, row.say)
			}
			for _, secret := range []string{"hunter2", base64.StdEncoding.EncodeToString([]byte("me:hunter2"))} {
				if strings.Contains(string(m.Text)+strings.Join(m.Notes, ""), secret) {
					t.Errorf("%q is written\n%s", secret, m.Text)
				}
			}
			if row.want == nil {
				return
			}
			s, err := scenarios.Parse("made", m.Text, m.Lookup(environment))
			if err != nil || s.Notes != nil {
				t.Errorf("what was made is wrong: %v\n%s", err, m.Text)
			}
		})
	}
}

func TestWhatCannotBeMadeIntoAScenario(t *testing.T) {
	for _, row := range []struct {
		name string
		r    Request
		want string
	}{
		{"an API that may be of two kinds", Request{Address: "https://abc.execute-api.eu-west-1.amazonaws.com/prod/items"}, "add --kind rest-api or --kind http-api (curl -sI shows it, by a header of the response: "},
		{"an unknown kind", Request{Address: "http://localhost", Kind: "rest"}, `there is no such kind; did you mean "rest-api"?`},
		{"a front door in an unknown region", Request{Address: "https://api.example.com", Kind: "http-api"}, "add --region"},
		{"a Web Function in one of several regions", Request{Address: "https://a1b2c3d4e5.lambda-web.global.on.aws/"}, "an endpoint in several regions, and prices differ: add --region"},
		{"the lab without a kind", Request{Address: "lab"}, "name one with --kind"},
		{"another scheme", Request{Address: "ftp://localhost"}, "ftp:// is not a scheme that can be measured"},
		{"no host", Request{Address: "http:///x"}, "the address has no host"},
		{"a password that cannot be read", Request{Address: "http://me:hunter2%zz@localhost"}, "write --user name:password"},
		{"a rate and users", Request{Address: "http://localhost", Rate: "1/s", Users: "1"}, "--rate and --users contradict each other"},
		{"half a user", Request{Address: "http://localhost", Users: "1.5"}, "write a number of users"},
		{"curl's -d", Request{Address: "http://localhost", For: `{"a":1}`}, "a body is --data"},
		{"a header without a name", Request{Address: "http://localhost", Headers: []string{"hunter2"}}, `write "Name: value"`},
		{"a user without a password", Request{Address: "http://localhost", User: "me"}, "--user: write name:password"},
		{"a variable that is not set", Request{Address: "http://localhost", User: "me:${env:NONE}"}, "NONE is not set"},
		{"a password in a body of JSON", Request{Address: "http://localhost", Data: &Data{Bytes: []byte(`{"a": [{"password": "hunter2"}]}`)}}, "--data: password is a secret"},
		{"a password in a form", Request{Address: "http://localhost", Data: &Data{Bytes: []byte(`a=1&client_secret=hunter2`)}}, "--data: client_secret is a secret"},
		{"a body that is no text", Request{Address: "http://localhost", Data: &Data{Bytes: []byte{0xff}}}, "not UTF-8 text"},
	} {
		t.Run(row.name, func(t *testing.T) {
			_, err := row.r.Scenario(environment)
			if err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") {
				t.Errorf("error %v, want %q", err, row.want)
			}
		})
	}
}

// Whatever is typed, what is made is YAML, and no secret is in it.
func FuzzRequest(f *testing.F) {
	f.Add("http://me:pw@localhost:8000/a?api_key=SECRETSECRET", "X-Api-Key: SECRETSECRET", `{"a": 1}`)
	f.Add("localhost", "Authorization: Bearer SECRETSECRET", "a=b")
	f.Add("h.example/$${key}\"\\\n#", "A: \"b\": c #", "\t- x: [")
	f.Fuzz(func(t *testing.T, address, header, data string) {
		m, err := Request{Address: address, Headers: []string{header, "Cookie: SECRETSECRET"}, Data: &Data{Bytes: []byte(data)}}.Scenario(func(string) (string, bool) { return "", false })
		if err != nil {
			return
		}
		d := document.Open("made", m.Text, document.Options{})
		if d.Failed() || d.Root == nil || !slices.Contains(topKeys(d), "load") {
			t.Fatalf("%v\n%s", d.Err(), m.Text)
		}
		if cookie := d.Root.Find("requests").Items[0].Find("headers").Find("Cookie"); cookie != nil && strings.Contains(cookie.Raw, "SECRETSECRET") {
			t.Errorf("the cookie is written\n%s", m.Text)
		}
	})
}

func topKeys(d *document.Document) (all []string) {
	for _, e := range d.Root.Entries {
		all = append(all, e.Key)
	}
	return all
}
