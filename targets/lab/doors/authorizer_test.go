package doors

import (
	"crypto"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math/big"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestALambdaAuthorizersWordIsObeyedAndKept(t *testing.T) {
	d := api(Route{Path: "/", Authorizer: &Authorizer{
		Type: "token", Duration: exactly(10 * time.Millisecond), TTL: new(Duration(time.Minute)),
		Tokens: map[string]string{"Bearer good-token": "allow", "bad-token": "deny", "broken-token": "throw"},
	}})
	inFakeTime(t, only(d), func(b bench) {
		for _, row := range []struct {
			what, token string
			status      int
			body        string
			took        time.Duration
		}{
			{"no token", "", 401, `{"message":"Unauthorized"}`, 5 * time.Millisecond},
			{"an unknown one", "other", 401, `{"message":"Unauthorized"}`, 15 * time.Millisecond},
			{"one that may", "Bearer good-token", 200, "healthy", 235 * time.Millisecond},
			{"whose permission is kept", "Bearer good-token", 200, "healthy", 25 * time.Millisecond},
			{"the same without its scheme", "good-token", 401, `{"message":"Unauthorized"}`, 15 * time.Millisecond},
			{"one that may not", "bad-token", 403, `{"Message":"User is not authorized to access this resource with an explicit deny"}`, 15 * time.Millisecond},
			{"an authorizer that fails", "broken-token", 500, `{"message":null}`, 15 * time.Millisecond},
		} {
			got := b.ask(0, "GET", "/prod", "", "Authorization", row.token)
			if got.Code != row.status || !strings.Contains(got.Body.String(), row.body) || got.took != row.took {
				t.Errorf("%s: %d %s after %v", row.what, got.Code, got.Body, got.took)
			}
		}
		truth := b.doors[0].truth()
		text, err := json.Marshal(truth)
		if err != nil || truth.Authorizers != 5 || truth.Refused["authorizer"] != 5 || strings.Contains(string(text), "good-token") {
			t.Errorf("%v %s", err, text)
		}
	})
}

// spelt returns the value of a header of exactly that spelling.
func spelt(got outcome, name string) string {
	for header, values := range got.Result().Header {
		if header == name {
			return values[0]
		}
	}
	return ""
}

// an issuer makes tokens for tests.
type issuer struct{ key *rsa.PrivateKey }

func newIssuer(t testing.TB) issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	return issuer{key}
}

func (i issuer) jwks() []byte {
	b64 := base64.RawURLEncoding.EncodeToString
	return fmt.Appendf(nil, `{"keys": [{"kty": "RSA", "kid": "k1", "n": %q, "e": %q}]}`, b64(i.key.N.Bytes()), b64(big.NewInt(int64(i.key.E)).Bytes()))
}

func (i issuer) token(t testing.TB, head, body string) string {
	t.Helper()
	b64 := base64.RawURLEncoding.EncodeToString
	text := b64([]byte(head)) + "." + b64([]byte(body))
	digest := sha256.Sum256([]byte(text))
	signature, err := rsa.SignPKCS1v15(rand.Reader, i.key, crypto.SHA256, digest[:])
	if err != nil {
		t.Fatal(err)
	}
	return text + "." + b64(signature)
}

func TestAJWTMustBeGenuineOfThisMomentAndForUs(t *testing.T) {
	const head = `{"alg": "RS256", "kid": "k1"}`
	ours, theirs := newIssuer(t), newIssuer(t)
	for kind, forbidden := range map[string]int{"http-api": 403, "rest-api": 403} {
		d := steady(kind)
		d.Routes = []Route{{Path: "/", Authorizer: &Authorizer{Type: "jwt", Issuer: "https://us", Audience: []string{"app"}, Scopes: []string{"read"}, JWKS: ours.jwks()}}}
		inFakeTime(t, only(d), func(b bench) {
			claims := func(issuer, audience, scope string, from, until time.Duration) string {
				now := time.Now()
				return fmt.Sprintf(`{"iss": %q, "aud": %q, "scope": %q, "nbf": %d, "exp": %d}`, issuer, audience, scope, now.Add(from).Unix(), now.Add(until).Unix())
			}
			good := claims("https://us", "app", "write read", 0, time.Hour)
			for _, row := range []struct {
				what, token string
				status      int
			}{
				{"a good token", ours.token(t, head, good), 200},
				{"no token", "", 401},
				{"no token at all", "nonsense", 401},
				{"another's signature", theirs.token(t, head, good), 401},
				{"an algorithm that signs nothing", ours.token(t, `{"alg": "none", "kid": "k1"}`, good), 401},
				{"an unknown key", ours.token(t, `{"alg": "RS256", "kid": "k2"}`, good), 401},
				{"another issuer", ours.token(t, head, claims("https://them", "app", "read", 0, time.Hour)), 401},
				{"another audience", ours.token(t, head, claims("https://us", "their app", "read", 0, time.Hour)), 401},
				{"an old token", ours.token(t, head, claims("https://us", "app", "read", -time.Hour, 0)), 401},
				{"one of the future", ours.token(t, head, claims("https://us", "app", "read", time.Minute, time.Hour)), 401},
				{"too little scope", ours.token(t, head, claims("https://us", "app", "write", 0, time.Hour)), forbidden},
			} {
				got := b.ask(0, "GET", root(kind), "", "Authorization", "Bearer "+row.token)
				if row.token == "" {
					got = b.ask(0, "GET", root(kind), "")
				}
				challenge := spelt(got, "www-authenticate")
				if got.Code != row.status || (kind == "http-api") != strings.HasPrefix(challenge, "Bearer") && row.status != 200 {
					t.Errorf("%s, %s: %d %s, %q", kind, row.what, got.Code, got.Body, challenge)
				}
			}
		})
	}
}

// TestTheLabsOwnTokensPassUntilTheyExpire asks GET /me of every kind, whose token an
// authorizer verifies or the application.
func TestTheLabsOwnTokensPassUntilTheyExpire(t *testing.T) {
	c := Config{UserPool: &UserPool{TokenLife: Duration(time.Minute)}}
	for _, kind := range append(kinds, "origin") {
		c.Doors = append(c.Doors, steady(kind))
	}
	inFakeTime(t, c, func(b bench) {
		token, life, err := b.doors[0].shop.issuer.Login("ada", time.Now())
		if err != nil || life != time.Minute {
			t.Fatal(life, err)
		}
		end := time.Now().Add(life)
		ask := func(door int) int {
			return b.ask(door, "GET", strings.TrimSuffix(root(b.doors[door].Kind), "/")+"/me", "", "Authorization", "Bearer "+token).Code
		}
		for door, d := range b.doors {
			if got := ask(door); got != 200 || d.truth().Expired != 0 {
				t.Errorf("%s: %d while the token is valid, %d expired", d.Kind, got, d.truth().Expired)
			}
		}
		time.Sleep(time.Until(end)) // in fake time
		for door, d := range b.doors {
			if got := ask(door); got != 401 || d.truth().Expired != 1 {
				t.Errorf("%s: %d after it, %d expired", d.Kind, got, d.truth().Expired)
			}
		}
	})
}

func TestTheLabsOwnAuthorizerMindsAudienceAndScopes(t *testing.T) {
	d := steady("http-api")
	d.Routes = []Route{{Path: "/", Authorizer: &Authorizer{Type: "login", Scopes: []string{"read"}}}, {Path: "/app", Authorizer: &Authorizer{Type: "login", Audience: []string{"app"}}}}
	inFakeTime(t, only(d), func(b bench) {
		token, _, err := b.doors[0].shop.issuer.Login("ada", time.Now())
		if err != nil {
			t.Fatal(err)
		}
		for path, want := range map[string]int{"/": 403, "/app": 401} {
			if got := b.ask(0, "GET", path, "", "Authorization", "Bearer "+token); got.Code != want {
				t.Errorf("%s: %d for a token without scope and audience, want %d", path, got.Code, want)
			}
		}
	})
}

// TestACognitoAuthorizerTakesTheTokenThatAWSWouldTake asks with both tokens of a user, and
// with that of a client.
func TestACognitoAuthorizerTakesTheTokenThatAWSWouldTake(t *testing.T) {
	d := api(
		Route{Path: "/id", Integration: &Integration{Type: "mock", Status: 200}, Authorizer: &Authorizer{Type: "cognito"}},
		Route{Path: "/access", Integration: &Integration{Type: "mock", Status: 200}, Authorizer: &Authorizer{Type: "cognito", Scopes: []string{"lab/read"}}},
	)
	inFakeTime(t, only(d), func(b bench) {
		var user struct {
			AuthenticationResult struct{ AccessToken, IdToken string }
		}
		issuer := b.doors[0].shop.issuer
		ask := func(h http.Handler, into any, body string, headers ...string) {
			r := httptest.NewRequest("POST", "/", strings.NewReader(body))
			for i := 0; i < len(headers); i += 2 {
				r.Header.Set(headers[i], headers[i+1])
			}
			w := httptest.NewRecorder()
			if h.ServeHTTP(w, r); json.Unmarshal(w.Body.Bytes(), into) != nil {
				t.Fatal(w.Body)
			}
		}
		ask(issuer.Cognito(), &user, `{"AuthFlow": "USER_PASSWORD_AUTH", "ClientId": "lab-app", "AuthParameters": {"USERNAME": "ada", "PASSWORD": "open-to-all-in-the-lab"}}`,
			"X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
		var client struct {
			Token string `json:"access_token"`
		}
		ask(http.HandlerFunc(issuer.TokenEndpoint), &client, "grant_type=client_credentials&client_id=lab-service&client_secret=open-to-all-in-the-lab", "Content-Type", "application/x-www-form-urlencoded")
		for _, row := range []struct {
			what, token string
			id, access  int // the status codes without and with scopes
		}{
			{"the ID token of a user", user.AuthenticationResult.IdToken, 200, 401},
			{"the access token of a user, without the scope", user.AuthenticationResult.AccessToken, 401, 401},
			{"the access token of a client, with the scope", client.Token, 401, 200},
			{"no token", "", 401, 401},
		} {
			id, access := b.ask(0, "GET", "/prod/id", "", "Authorization", row.token), b.ask(0, "GET", "/prod/access", "", "Authorization", row.token)
			if id.Code != row.id || access.Code != row.access {
				t.Errorf("%s: %d without scopes, %d with", row.what, id.Code, access.Code)
			}
		}
	})
}

func TestRoutesWithMistakesAreRefusedWithTheWayOut(t *testing.T) {
	_, _, err := ParseConfig("lab.json", []byte(`{"doors": [
		{"kind": "rest-api", "throttle": {"rate": "0/s", "burst": 1}, "cors": {"origins": []}, "cache": {"invalidation": {"unauthorized": "PERHAPS"}},
		 "usage_plan": {"rate": "1/s", "burst": 1, "quota": {"limit": 0, "period": "YEAR"}, "methods": {"POST": {"rate": "1/s", "burst": 1}}},
		 "routes": [
			{"path": "predict"},
			{"path": "/{a", "method": "get"},
			{"path": "/x"}, {"path": "/x"},
			{"path": "/y", "integration": {"type": "fixed-response", "status": 42}},
			{"path": "/z", "integration": {"type": "http", "url": "http://example.com/"}},
			{"path": "/v", "validate": {"model": {"$ref": "file:///etc/passwd"}}},
			{"path": "/w", "authorizer": {"type": "token", "tokens": {"hush-hush-token": "perhaps"}}},
			{"path": "/j", "authorizer": {"type": "jwt", "jwks": {"keys": []}}},
			{"path": "/i", "authorizer": {"type": "iam", "credentials": [{"access_key_id": "short", "secret_access_key": "hush-hush-secret"}]}}
		]},
		{"kind": "http-api", "routes": [{"path": "/", "authorizer": {"type": "cognito"}}]},
		{"kind": "alb", "routes": [{"path": "/"}], "edge": true, "throttle": {"rate": "1/s", "burst": 1}}
	], "user_pool": {"token_life": "1ms", "clients": [{"id": "c", "scopes": ["s"]}, {"id": "c", "flows": ["USER_SRP_AUTH"]}],
		"users": [{"name": "u", "password": "hush-hush"}, {"name": "v", "email": "u", "status": "GONE"}]}}`))
	if err == nil {
		t.Fatal("no error")
	}
	for _, want := range []string{
		"user_pool.token_life: 1ms must be from 1s", "user_pool.clients[0].scopes: client credentials need a client with a secret", `user_pool.clients[1].id: "c"`,
		`user_pool.clients[1].flows: "USER_SRP_AUTH" must be`, `user_pool.users[1].email: "u"`, "user_pool.users[1].password", `user_pool.users[1].status: "GONE" must be CONFIRMED`,
		`doors[0].throttle.rate: 0/s`, `doors[0].cors.origins`, `doors[0].cache.invalidation.unauthorized: "PERHAPS"`,
		`usage_plan.quota.limit: 0`, `usage_plan.quota.period: "YEAR"`, `usage_plan.methods: "POST" must be like`,
		`routes[0].path: "predict"`, `routes[1].path: "/{a"`, `routes[1].method: "get"`, `routes[3]: ANY /x is in the list already`,
		`has no "fixed-response"; it has lambda`, `routes[5].integration.url: "http://example.com/" must be on this machine`,
		`routes[6].validate.model: not a JSON Schema`, `routes[7].authorizer.tokens: a function says`, `routes[8].authorizer.jwks`,
		`routes[8].authorizer.issuer`, `routes[9].authorizer.credentials[0]`, `doors[1].routes[0].authorizer: only REST APIs have Cognito authorizers`, `doors[2].routes: a door of kind alb has none`, `doors[2].edge: a door of kind alb has none`, `doors[2].throttle: a door of kind alb has none`,
	} {
		if !strings.Contains(err.Error(), want) {
			t.Errorf("nothing says %s", want)
		}
	}
	if strings.Contains(err.Error(), "hush-hush") {
		t.Error("a message gives a secret away")
	}
	if t.Failed() {
		t.Log(err)
	}
}

func TestAnAuthorizerStandsAtARoute(t *testing.T) {
	for kind, want := range map[string]string{
		"rest-api":      "doors[0].authorizer: authorizers of a door of kind rest-api stand at its routes: routes: [{path: /, authorizer: {…}}]",
		"websocket-api": "stand at its routes: websocket: {routes: [{key: $connect, authorizer: {…}}]}",
		"alb":           "doors[0].authorizer: a door of kind alb has none",
	} {
		if err := only(DoorConfig{Kind: kind, Authorizer: &Authorizer{Type: "iam"}}).Validate(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", kind, err)
		}
	}
}
