package sources

import (
	"strings"
	"testing"
)

// concealing conceals secrets with no variable set.
func concealing() *collecting {
	made := &Made{Values: map[string]string{}}
	none := func(string) (string, bool) { return "", false }
	return &collecting{m: &maker{made: made, env: none}, made: made}
}

func TestSecretsInTextsAreFoundByWhatSurroundsThem(t *testing.T) {
	for _, row := range []struct{ name, text, want string }{
		{"an element of XML", "<x><w:Password Type=\"t\">hunter2</w:Password><n>1</n></x>", "<x><w:Password Type=\"t\">${env:PASSWORD}</w:Password><n>1</n></x>"},
		{"an attribute of XML", `<token id="1" value="hunter2"/><a secret='hunter2'/>`, `<token id="1" value="${env:TOKEN}"/><a secret='${env:SECRET}'/>`},
		{"lines of JSON", "{\"password\":\"hunter2\"}\n{\"password\":\"hunter2\"}", "{\"password\":\"${env:PASSWORD}\"}\n{\"password\":\"${env:PASSWORD}\"}"},
		{"JSON that is cut off", `{"a": "x", "pin": 1234, "password":"hun\"ter2"`, `{"a": "x", "pin": ${env:PIN}, "password":"${env:PASSWORD}"`},
		{"a line of text", "user: ada\npassword: correct hunter2 staple\n", "user: ada\npassword: ${env:PASSWORD}\n"},
		{"a pair in a line", "user=ada,token=hunter2;n=1", "user=ada,token=${env:TOKEN};n=1"},
		{"a query of GraphQL", `mutation($token: String!){login(user:"a",password:"hunter2",again:$token){token id}}`, `mutation($token: String!){login(user:"a",password:"${env:PASSWORD}",again:$token){token id}}`},
		{"JSON in a text of JSON", `{\"password\":\"hunter2\"}`, `{\"password\":\"${env:PASSWORD}\"}`},
		{"credentials", "Bearer hunter2HUNTER2", "Bearer ${env:BEARER_TOKEN}"},
		{"a copied header", "Authorization: Bearer hunter2", "Authorization: ${env:AUTHORIZATION}"},
		{"a sentence about bearers", "the bearer identification is basic authentication", "the bearer identification is basic authentication"},
		{"a password in an address", "see https://ada:hunter2@a.test/x", "see https://ada:${env:PASSWORD}@a.test/x"},
		{"a private key", "-----BEGIN RSA PRIVATE KEY-----\nhunter2\n-----END RSA PRIVATE KEY-----\nx", "${env:PRIVATE_KEY}\nx"},
		{"a card", "pay 4111 1111 1111 1111 or 378282246310005, not 4111111111111112", "pay ${env:CARD_NUMBER} or ${env:CARD_NUMBER_2}, not 4111111111111112"},
		{"a reference", `{"password":"${env:X}","token":${env:Y}}`, `{"password":"${env:X}","token":${env:Y}}`},
		{"a text without secrets", `{"tokens": 5, "author": "ada", "max": 3`, `{"tokens": 5, "author": "ada", "max": 3`},
	} {
		if got := concealing().concealedText("body", row.text); got != row.want {
			t.Errorf("%s:\n%s\nwant\n%s", row.name, got, row.want)
		}
	}
}

func TestSecretsInPathsAreFound(t *testing.T) {
	for text, want := range map[string]string{
		"/cb?code=hunter2&state=hunter2a&n=1":                          "/cb?code=${env:CODE}&state=${env:STATE}&n=1",
		"/cb?code=hunter2&redirect_uri=x":                              "/cb?code=${env:CODE}&redirect_uri=x",
		"/list?code=DE&state=open":                                     "/list?code=DE&state=open",
		"/list?state=published":                                        "/list?state=published",
		"/g?pass=hunter2&jsessionid=hunter2&sign=hunter2":              "/g?pass=${env:PASS}&jsessionid=${env:JSESSIONID}&sign=${env:SIGN}",
		"/h;jsessionid=hunter2/x;v=1":                                  "/h;jsessionid=${env:JSESSIONID}/x;v=1",
		"/bot123456:hunter2hunter2hunter2/getMe":                       "/bot${env:PATH_TOKEN}/getMe",
		"/services/T0A/B0B/hunter2":                                    "/services/T0A/B0B/${env:PATH_TOKEN}",
		"/api/webhooks/12345678901234/hunter2hunter2":                  "/api/webhooks/12345678901234/${env:PATH_TOKEN}",
		"/hook/hunter2hunter2":                                         "/hook/${env:PATH_TOKEN}",
		"/hooks/of-the-repository":                                     "/hooks/of-the-repository",
		"/reset-password/hunter2hunter2":                               "/reset-password/${env:PATH_TOKEN}",
		"/items/hunter2hunter2":                                        "/items/hunter2hunter2",
		"/a?next=https%3A%2F%2Fb.test%2F%3Fx%3A%22%7D&q=a%3Ab":         "/a?next=https%3A%2F%2Fb.test%2F%3Fx%3A%22%7D&q=a%3Ab",
		"/a?payload=%7B%22password%22%3A%22hunter2%22%7D&q=%7B%221%7D": "/a?payload=${env:PAYLOAD}&q=%7B%221%7D",
	} {
		if got := concealing().concealedPath(text, nil); got != want {
			t.Errorf("%s: %s, want %s", text, got, want)
		}
	}
}

func TestNamesOfSecrets(t *testing.T) {
	for name, want := range map[string]bool{
		"DPoP": true, "CB-ACCESS-SIGN": true, "X-Hub-Signature": true, "pass": true, "userpassword": true, "newPassword": true, "accesstoken": true,
		"compass": false, "design": false, "author": false, "tokens": false, "max_tokens": false, "spin": false, "key": false, "state": false,
	} {
		if secretName(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// A secret that is a number can only be referred to in a text.
func TestBodiesOfJSONHaveNoSecrets(t *testing.T) {
	for _, row := range []struct{ body, want string }{
		{`{"a": {"pin": 1234}}`, `body: "{\"a\": {\"pin\": ${env:PIN}}}"`},
		{`{"fields": [{"name": "password", "value": "hunter2"}]}`, `{name: password, value: "${env:PASSWORD}"}`},
		{`["Bearer hunter2HUNTER2", {"n": 1.50}]`, `["Bearer ${env:BEARER_TOKEN}", {n: 1.50}]`},
	} {
		c := Collection{What: "a test", Found: []Found{{Where: "a:1", Method: "POST", Origin: "http://a.test", Path: "/", Body: []byte(row.body), Weight: 1}}}
		m, err := c.Scenario(Request{}, func(string) (string, bool) { return "", false })
		if err != nil || !strings.Contains(string(m.Text), row.want) || strings.Contains(string(m.Text), "hunter2") {
			t.Errorf("%v, no %s in\n%s", err, row.want, m.Text)
		}
	}
}

// Of what is not sent, that with the weightiest reason is sent last.
func TestRequestsThatAreNotSentStandInComments(t *testing.T) {
	get := func(path string, madeUp, proof bool) Found {
		return Found{Where: "a:1", Method: "GET", Path: path, Weight: 1, MadeUp: madeUp, Proof: proof}
	}
	post := Found{Where: "a:1", Method: "POST", Path: "/post", Weight: 1}
	for _, row := range []struct {
		name       string
		found      []Found
		sent       string
		inComments []string
	}{
		{"all kinds", []Found{post, get("/1", true, false), get("/me", false, true), get("/", false, false)}, "get", []string{"post-post", "get-1", "get-me", "Values in these paths are made up", "may change data, so", "prove who they are"}},
		{"made up at best", []Found{post, get("/1", true, false), get("/me", false, true)}, "get-1", []string{"post-post", "get-me"}},
		{"changes alone", []Found{post}, "post-post", nil},
	} {
		m, err := Collection{What: "a test", Found: row.found, Address: "http://a.test"}.Scenario(Request{}, func(string) (string, bool) { return "", false })
		if err != nil {
			t.Fatal(row.name, err)
		}
		if text := string(m.Text); strings.Count(text, "\n  - name: ") != 1 || !strings.Contains(text, "\n  - name: "+row.sent+"\n") {
			t.Errorf("%s: not %s alone is sent:\n%s", row.name, row.sent, text)
		}
		for _, want := range row.inComments {
			if !strings.Contains(string(m.Text), "# - name: "+want+"\n") && !strings.Contains(strings.ReplaceAll(string(m.Text), "\n  # ", " "), want) {
				t.Errorf("%s: no %s in\n%s", row.name, want, m.Text)
			}
		}
	}
}

// Whatever a text is, what is found in it is found once: references stay whole.
func FuzzSecretText(f *testing.F) {
	for _, seed := range []string{`{"password": "a"`, "password: a b", "<token>x</token>", "${env:TOKEN}: Bearer abcABC123456", "a://${env:B}:c@d"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		before := len(reference.FindAllString(text, -1))
		if got := concealing().concealedText("body", text); got != text && len(reference.FindAllString(got, -1)) == 0 && before == 0 {
			t.Errorf("%q became %q, without a reference", text, got)
		}
	})
}
