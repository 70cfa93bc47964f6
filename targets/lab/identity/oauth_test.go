package identity

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"
)

var noon = time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC)

// a pool with a client of each sort. The service's id and secret need encoding.
func pool(t testing.TB) *Issuer {
	t.Helper()
	return New(Config{
		TokenLife: time.Minute, RefreshLife: time.Hour,
		Clients: []Client{
			{ID: "ser vice", Secret: "a+b:c%", Scopes: []string{"shop/read", "shop/write"}},
			{ID: "no scopes", Secret: "s"},
			{ID: "app"},
			{ID: "secretive app", Secret: "hush"},
			{ID: "refresh only", Flows: []string{"REFRESH_TOKEN_AUTH"}},
		},
		Users: []User{
			{Name: "ada", Email: "ada@example.com", Password: "pw"},
			{Name: "eve", Password: "pw", Status: "FORCE_CHANGE_PASSWORD"},
			{Name: "bob", Password: "pw", Status: "UNCONFIRMED"},
			{Name: "kim", Password: "pw", Status: "RESET_REQUIRED"},
		},
	}, func() time.Time { return noon })
}

// grant is what the token endpoint said.
type grant struct {
	AccessToken string `json:"access_token"`
	TokenType   string `json:"token_type"`
	ExpiresIn   int    `json:"expires_in"`
	Scope       string `json:"scope"`
	Error       string `json:"error"`
}

func asked(t *testing.T, i *Issuer, header map[string]string, body string) (grant, *http.Response) {
	t.Helper()
	r := httptest.NewRequest("POST", "/oauth2/token", strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	for name, value := range header {
		r.Header.Set(name, value)
	}
	w := httptest.NewRecorder()
	i.TokenEndpoint(w, r)
	var g grant
	if err := json.Unmarshal(w.Body.Bytes(), &g); err != nil {
		t.Fatalf("%v of %s", err, w.Body)
	}
	if got := w.Result(); got.Header.Get("Cache-Control") != "no-store" || !strings.HasPrefix(got.Header.Get("Content-Type"), "application/json") {
		t.Errorf("the headers are %v", got.Header)
	}
	return g, w.Result()
}

func basic(id, secret string) map[string]string {
	r := httptest.NewRequest("POST", "/", nil)
	r.SetBasicAuth(id, secret)
	return map[string]string{"Authorization": r.Header.Get("Authorization")}
}

func TestTheTokenEndpointAnswersAsRFC6749Says(t *testing.T) {
	form := func(pairs ...string) string {
		v := url.Values{}
		for i := 0; i < len(pairs); i += 2 {
			v.Add(pairs[i], pairs[i+1])
		}
		return v.Encode()
	}
	service := basic("ser+vice", "a%2Bb%3Ac%25")
	for _, row := range []struct {
		what   string
		header map[string]string
		body   string
		status int
		error  string
		scope  string
	}{
		{"a client in the header", service, form("grant_type", "client_credentials"), 200, "", "shop/read shop/write"},
		{"one in the form", nil, form("grant_type", "client_credentials", "client_id", "ser vice", "client_secret", "a+b:c%"), 200, "", "shop/read shop/write"},
		{"fewer scopes", service, form("grant_type", "client_credentials", "scope", "shop/read"), 200, "", "shop/read"},
		{"a scope of others", service, form("grant_type", "client_credentials", "scope", "shop/read admin"), 400, "invalid_scope", ""},
		{"a wrong secret in the header", basic("ser+vice", "x"), form("grant_type", "client_credentials"), 401, "invalid_client", ""},
		{"a wrong secret in the form", nil, form("grant_type", "client_credentials", "client_id", "ser vice", "client_secret", "x"), 401, "invalid_client", ""},
		{"an id that is not encoded", basic("ser%vice", "a%2Bb%3Ac%25"), form("grant_type", "client_credentials"), 400, "invalid_request", ""},
		{"no client", nil, form("grant_type", "client_credentials"), 401, "invalid_client", ""},
		{"a client that authenticates twice", service, form("grant_type", "client_credentials", "client_secret", "a+b:c%"), 400, "invalid_request", ""},
		{"no grant", service, "", 400, "invalid_request", ""},
		{"a parameter twice", service, form("grant_type", "client_credentials", "scope", "shop/read", "scope", "shop/write"), 400, "invalid_request", ""},
		{"another grant", service, form("grant_type", "password"), 400, "unsupported_grant_type", ""},
		{"a client without scopes", basic("no+scopes", "s"), form("grant_type", "client_credentials"), 400, "unauthorized_client", ""},
		{"a client without a secret", nil, form("grant_type", "client_credentials", "client_id", "app"), 400, "unauthorized_client", ""},
		{"JSON", map[string]string{"Content-Type": "application/json"}, `{"grant_type": "client_credentials"}`, 400, "invalid_request", ""},
		{"too much", nil, form("grant_type", strings.Repeat("x", mostBytes)), 400, "invalid_request", ""},
	} {
		i := pool(t)
		g, got := asked(t, i, row.header, row.body)
		if got.StatusCode != row.status || g.Error != row.error || g.Scope != row.scope {
			t.Errorf("%s: %d %+v", row.what, got.StatusCode, g)
		}
		if tried := row.header["Authorization"] != ""; (got.Header.Get("WWW-Authenticate") != "") != (tried && row.status == 401) {
			t.Errorf("%s: the challenge is %q", row.what, got.Header.Get("WWW-Authenticate"))
		}
		truth := i.Truth()
		if row.error != "" && (truth.Refused[row.error] != 1 || len(truth.Issued) != 0) || row.error == "" && truth.Issued["client_credentials"] != 1 {
			t.Errorf("%s: the truth is %+v", row.what, truth)
		}
	}
}

func TestAGrantedTokenSaysWhatWasAskedFor(t *testing.T) {
	i := pool(t)
	g, _ := asked(t, i, basic("ser+vice", "a%2Bb%3Ac%25"), "grant_type=client_credentials&scope=shop%2Fread&audience=api")
	said, err := i.Verify(g.AccessToken, []string{"other", "api"}, noon)
	if err != nil || said.Subject != "ser vice" || said.ClientID != "ser vice" || said.Scope != "shop/read" || g.TokenType != "Bearer" || g.ExpiresIn != 60 {
		t.Errorf("%v: %+v in %+v", err, said, g)
	}
	if _, err := i.Verify(g.AccessToken, []string{"other"}, noon); err == nil {
		t.Error("it is valid for another audience")
	}
	if _, err := i.Verify(g.AccessToken, nil, noon.Add(59*time.Second)); err != nil {
		t.Errorf("a second before its end: %v", err)
	}
	if _, err := i.Verify(g.AccessToken, nil, noon.Add(time.Minute)); err != ErrExpired {
		t.Errorf("at its end: %v", err)
	}
}

func TestTheKeySetVerifiesTheTokens(t *testing.T) {
	i := pool(t)
	token, _, err := i.Login("ada", noon)
	if err != nil {
		t.Fatal(err)
	}
	w := httptest.NewRecorder()
	i.KeySet(w, httptest.NewRequest("GET", "/.well-known/jwks.json", nil))
	keys, err := ParseKeys(w.Body.Bytes())
	if err != nil {
		t.Fatalf("%v in %s", err, w.Body)
	}
	if said, err := keys.Verify(token, issuerName, nil, noon); err != nil || said.Subject != "ada" {
		t.Errorf("%v: %+v", err, said)
	}
}

// FuzzTheTokenEndpoint sends it any bytes: it issues nothing without the secret.
func FuzzTheTokenEndpoint(f *testing.F) {
	f.Add("Basic c2VyK3ZpY2U6eA==", "application/x-www-form-urlencoded", "grant_type=client_credentials")
	f.Add("", "application/x-www-form-urlencoded; charset=utf-8", "client_id=app&grant_type=client_credentials&scope=%zz")
	i := pool(f)
	f.Fuzz(func(t *testing.T, authorization, kind, body string) {
		r := httptest.NewRequest("POST", "/oauth2/token", strings.NewReader(body))
		r.Header.Set("Authorization", authorization)
		r.Header.Set("Content-Type", kind)
		w := httptest.NewRecorder()
		i.TokenEndpoint(w, r)
		if w.Code == 200 || !json.Valid(w.Body.Bytes()) {
			t.Errorf("%d %s", w.Code, w.Body)
		}
	})
}

// FuzzVerify reads any token, and any set of keys.
func FuzzVerify(f *testing.F) {
	i := pool(f)
	token, _, err := i.Login("ada", noon)
	if err != nil {
		f.Fatal(err)
	}
	f.Add(token+"x", `{"keys": [{"kty": "RSA", "kid": "lab", "n": "AQAB", "e": "AQAB"}]}`)
	f.Add("e30.e30.", `{"keys": []}`)
	f.Fuzz(func(t *testing.T, forged, set string) {
		if _, err := i.Verify(forged, nil, noon); err == nil && forged != token {
			t.Errorf("%q passes", forged)
		}
		_, _ = ParseKeys([]byte(set)) // an error at most
	})
}
