package auth

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/lab"
	"tollgate/targets/lab/identity"
)

const (
	clientSecret = "hush+of:the%client"
	userPassword = "hush-of-the-user"
)

// atLab starts a lab with a client and a user of each sort, and returns it with a target
// at its HTTP API.
func atLab(t *testing.T) (*lab.Lab, targets.Target) {
	t.Helper()
	l, err := lab.Start(lab.Config{
		Doors: []lab.DoorConfig{{Kind: "http-api"}},
		UserPool: &lab.UserPool{
			Clients: []identity.Client{
				{ID: "ser vice", Secret: clientSecret, Scopes: []string{"shop/read", "shop/write"}},
				{ID: "app"},
				{ID: "secretive app", Secret: clientSecret},
				{ID: "srp only", Flows: []string{"REFRESH_TOKEN_AUTH"}},
			},
			Users: []identity.User{
				{Name: "ada", Email: "ada@lab.invalid", Password: userPassword},
				{Name: "eve", Password: userPassword, Status: "FORCE_CHANGE_PASSWORD"},
				{Name: "bob", Password: userPassword, Status: "UNCONFIRMED"},
				{Name: "kim", Password: userPassword, Status: "RESET_REQUIRED"},
			},
		},
		Secrets:    map[string]string{"shop": fmt.Sprintf(`{"client": %q, "user": %q, "n": 1}`, clientSecret, userPassword), "plain": "hush-of-the-key\n", "broken": "a\nb"},
		Parameters: map[string]string{"/shop/client": clientSecret},
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = l.Close() })
	target, err := l.Doors()[0].Target()
	if err != nil {
		t.Fatal(err)
	}
	target.CloudWatch = l.CloudWatchURL()
	return l, target
}

// called sends GET /me with a stamp, and returns the status code and whose token it was.
func called(t *testing.T, target targets.Target, stamp targets.Stamp) (int, string) {
	t.Helper()
	signed := &targets.Request{Method: "GET", URL: target.URL.JoinPath("me"), Header: targets.Header{}}
	if err := stamp.Sign(signed); err != nil {
		t.Fatal(err)
	}
	r, err := http.NewRequestWithContext(t.Context(), "GET", signed.URL.String(), nil)
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Authorization", signed.Header.Get("Authorization"))
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var said struct{ User string }
	_ = json.NewDecoder(got.Body).Decode(&said) // an error has none
	return got.StatusCode, said.User
}

func secret(text string) targets.Secret { return targets.NewSecret(text) }

func TestTokensOfEverySourcePassTheLabsAuthorizer(t *testing.T) {
	service := targets.OAuth2{TokenURL: targets.LabTokens, ClientID: "ser vice", ClientSecret: secret(clientSecret)}
	inForm, scoped, stored, parameter := service, service, service, service
	inForm.InForm = true
	scoped.Scope, scoped.Audience = "shop/read shop/write", "shop"
	stored.ClientSecret = targets.StoredSecret(targets.Stored{Secret: "shop", Key: "client"})
	parameter.ClientSecret = targets.StoredSecret(targets.Stored{Parameter: "/shop/client"})
	ada := targets.Cognito{ClientID: "app", Username: "ada", Password: secret(userPassword)}
	idToken, alias := ada, ada
	idToken.IDToken = true
	alias.ClientID, alias.Username = "secretive app", "ada@lab.invalid"
	alias.ClientSecret, alias.Password = secret(clientSecret), targets.StoredSecret(targets.Stored{Secret: "shop", Key: "user"})
	for _, row := range []struct {
		what   string
		auth   targets.Auth
		user   string
		issued string // the kind of token
	}{
		{"a client in the header", targets.Auth{OAuth2: &service}, "ser vice", "client_credentials"},
		{"a client in the form", targets.Auth{OAuth2: &inForm}, "ser vice", "client_credentials"},
		{"with scope and audience", targets.Auth{OAuth2: &scoped}, "ser vice", "client_credentials"},
		{"with a secret of Secrets Manager", targets.Auth{OAuth2: &stored}, "ser vice", "client_credentials"},
		{"with one of the Parameter Store", targets.Auth{OAuth2: &parameter}, "ser vice", "client_credentials"},
		{"a user of Cognito", targets.Auth{Cognito: &ada}, "ada", "password"},
		{"with the ID token", targets.Auth{Cognito: &idToken}, "ada", "password"},
		{"by an alias, with a client secret", targets.Auth{Cognito: &alias}, "ada", "password"},
	} {
		t.Run(row.what, func(t *testing.T) {
			l, target := atLab(t)
			target.Auth = row.auth
			var issuer Issuer
			for range 2 { // targets that share the auth share the token
				stamp, err := issuer.Stamp(t.Context(), target)
				if err != nil {
					t.Fatal(err)
				}
				if status, user := called(t, target, stamp); status != 200 || user != row.user {
					t.Errorf("%d for %q", status, user)
				}
				if known := strings.Join(stamp.Keyring.Secrets(), " "); !strings.Contains(known, "hush") {
					t.Error("what the token was asked for with is not masked")
				}
			}
			if truth := l.Truth().Tokens; truth.Issued[row.issued] != 1 || len(truth.Issued) != 1 || len(truth.Refused) != 0 {
				t.Errorf("the lab's truth is %+v", truth)
			}
		})
	}
}

func TestAStoredKeyIsSentAndMasked(t *testing.T) {
	_, target := atLab(t)
	for header, auth := range map[string]targets.Auth{
		"X-Api-Key":     {APIKey: targets.StoredSecret(targets.Stored{Secret: "plain"})},
		"Authorization": {Bearer: targets.StoredSecret(targets.Stored{Secret: "plain"})},
	} {
		target.Auth = auth
		stamp, err := new(Issuer).Stamp(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		r := &targets.Request{Header: targets.Header{}}
		if err := stamp.Sign(r); err != nil || strings.TrimPrefix(r.Header.Get(header), "Bearer ") != "hush-of-the-key" || stamp.PerRequest {
			t.Errorf("%v: %v %+v", err, r.Header, stamp)
		}
		if known := stamp.Keyring.Secrets(); len(known) != 1 || known[0] != "hush-of-the-key" {
			t.Errorf("to be masked are %q", known)
		}
	}
}

// TestASourceThatFailsSaysWhatToDo asks the lab for what it refuses. No error holds a
// secret.
func TestASourceThatFailsSaysWhatToDo(t *testing.T) {
	service := func(change func(*targets.OAuth2)) targets.Auth {
		o := &targets.OAuth2{TokenURL: targets.LabTokens, ClientID: "ser vice", ClientSecret: secret(clientSecret)}
		change(o)
		return targets.Auth{OAuth2: o}
	}
	user := func(change func(*targets.Cognito)) targets.Auth {
		c := &targets.Cognito{ClientID: "app", Username: "ada", Password: secret(userPassword)}
		change(c)
		return targets.Auth{Cognito: c}
	}
	kept := func(at targets.Stored) targets.Auth { return targets.Auth{APIKey: targets.StoredSecret(at)} }
	page := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html")
		fmt.Fprint(w, "<html>hush</html>")
	}))
	defer page.Close()
	moved := httptest.NewServer(http.RedirectHandler(page.URL, http.StatusTemporaryRedirect))
	defer moved.Close()
	odd := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		fmt.Fprint(w, `{"access_token": "t", "token_type": "DPoP"}`)
	}))
	defer odd.Close()
	echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		w.WriteHeader(http.StatusForbidden)
		_ = json.NewEncoder(w).Encode(map[string]string{"error": "access_denied", "error_description": "no\n" + r.PostFormValue("client_secret")})
	}))
	defer echo.Close()
	down := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { http.Error(w, "hush", http.StatusServiceUnavailable) }))
	defer down.Close()
	_, target := atLab(t)
	for _, row := range []struct {
		what string
		auth targets.Auth
		want string
	}{
		{"an endpoint that is down", service(func(o *targets.OAuth2) { o.TokenURL = down.URL }), "answers HTTP status 503: it is overloaded or out of order"},
		{"a wrong client secret", service(func(o *targets.OAuth2) { o.ClientSecret = secret("hush") }), "no OAuth 2 token: " + hostOf(target.CloudWatch) + " answers invalid_client (the client is unknown, or its secret is wrong): check client_id and client_secret, or write auth_style: form"},
		{"and in the form", service(func(o *targets.OAuth2) { o.InForm, o.ClientSecret = true, secret("hush") }), "or leave auth_style out"},
		{"a scope of others", service(func(o *targets.OAuth2) { o.Scope = "admin" }), "answers invalid_scope (the client does not have one of the scopes): check scope"},
		{"a client that may not", service(func(o *targets.OAuth2) { o.ClientID = "secretive app" }), "answers unauthorized_client (this client may not use client_credentials): allow the client"},
		{"a page at the address", service(func(o *targets.OAuth2) { o.TokenURL = page.URL }), "answers, but not as a token endpoint: check token_url (cannot parse json"},
		{"a redirection", service(func(o *targets.OAuth2) { o.TokenURL = moved.URL }), "answers, but not as a token endpoint: check token_url (HTTP status 307"},
		{"tokens of another type", service(func(o *targets.OAuth2) { o.TokenURL = odd.URL }), `issues tokens of type "DPoP", and those of type Bearer can be sent`},
		{"a server that echoes the secret", service(func(o *targets.OAuth2) { o.TokenURL, o.InForm = echo.URL, true }), "answers access_denied (no ***): check audience"},
		{"nothing at the address", service(func(o *targets.OAuth2) { o.TokenURL = "http://127.0.0.1:1/token" }), "127.0.0.1:1 cannot be asked: dial tcp 127.0.0.1:1: connect: connection refused"},
		{"a wrong password", user(func(c *targets.Cognito) { c.Password = secret("hush") }), "no token of Cognito: Cognito answers NotAuthorizedException (Incorrect username or password.): check username and password"},
		{"an unknown user", user(func(c *targets.Cognito) { c.Username = "joe" }), "UserNotFoundException (User does not exist.): check username"},
		{"an unknown client", user(func(c *targets.Cognito) { c.ClientID = "none" }), "ResourceNotFoundException (User pool client none does not exist.): check client_id and region"},
		{"a client whose secret is missing", user(func(c *targets.Cognito) { c.ClientID = "secretive app" }), "give client_secret the secret of this app client"},
		{"a client that has no secret", user(func(c *targets.Cognito) { c.ClientSecret = secret("hush") }), "leave it out where the client has none"},
		{"a client for SRP alone", user(func(c *targets.Cognito) { c.ClientID = "srp only" }), "enable ALLOW_USER_PASSWORD_AUTH and ALLOW_REFRESH_TOKEN_AUTH for the app client; tollgate does not speak SRP"},
		{"a first password", user(func(c *targets.Cognito) { c.Username = "eve" }), "the challenge NEW_PASSWORD_REQUIRED, which only the user can meet: the user must have changed the first password"},
		{"a user who never confirmed", user(func(c *targets.Cognito) { c.Username = "bob" }), "UserNotConfirmedException (User is not confirmed.): confirm the user first"},
		{"a password that was reset", user(func(c *targets.Cognito) { c.Username = "kim" }), "PasswordResetRequiredException (Password reset required for the user): set a password first"},
		{"a secret that is not there", kept(targets.Stored{Secret: "none"}), "no API key: the secret none of Secrets Manager: Secrets Manager at " + target.CloudWatch + " has none of that name"},
		{"a parameter that is not there", kept(targets.Stored{Parameter: "/none"}), "the parameter /none of the Parameter Store: Systems Manager at " + target.CloudWatch + " has none of that name"},
		{"JSON without a key", kept(targets.Stored{Secret: "shop"}), "the secret shop of Secrets Manager is a JSON object: name the field that is meant by the setting key"},
		{"a field that is not there", kept(targets.Stored{Secret: "shop", Key: "k"}), "the field k of the secret shop of Secrets Manager: there is no such field with text"},
		{"a field that is no text", kept(targets.Stored{Secret: "shop", Key: "n"}), "there is no such field with text"},
		{"a key where there is no JSON", kept(targets.Stored{Secret: "plain", Key: "k"}), "what is kept is no JSON object: leave key out"},
		{"a secret of two lines", kept(targets.Stored{Secret: "broken"}), "is there a stray newline in the secret broken of Secrets Manager?"},
	} {
		t.Run(row.what, func(t *testing.T) {
			target := target
			target.Auth = row.auth
			_, err := new(Issuer).Stamp(t.Context(), target)
			if err == nil || !strings.Contains(err.Error(), row.want) {
				t.Fatalf("error %v, want %s", err, row.want)
			}
			if text := err.Error(); strings.Contains(text, "hush") || strings.Contains(text, "\n") {
				t.Errorf("the error holds a secret, or has two lines: %s", text)
			}
		})
	}
}

// TestARefreshTokenIsUsedBeforeThePassword has a session go on until its refresh token
// serves no more.
func TestARefreshTokenIsUsedBeforeThePassword(t *testing.T) {
	flows, revoked := []string{}, false
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		var in struct {
			AuthFlow       string
			AuthParameters map[string]string
		}
		_ = json.NewDecoder(r.Body).Decode(&in) // what is missing fails the test
		flows = append(flows, in.AuthFlow)
		payload := base64.RawURLEncoding.EncodeToString([]byte(`{"username": "the-id-of-ada"}`))
		result := map[string]any{"AccessToken": "h." + payload + ".s", "ExpiresIn": 60}
		switch {
		case in.AuthFlow == "USER_PASSWORD_AUTH":
			result["RefreshToken"] = fmt.Sprint("refresh-", len(flows))
		case revoked:
			w.WriteHeader(http.StatusBadRequest)
			fmt.Fprint(w, `{"__type": "NotAuthorizedException", "message": "Refresh Token has been revoked"}`)
			return
		}
		_ = json.NewEncoder(w).Encode(map[string]any{"AuthenticationResult": result})
	}))
	defer server.Close()
	pools, err := aws.OpenUserPools(t.Context(), targets.Target{CloudWatch: server.URL}, "")
	if err != nil {
		t.Fatal(err)
	}
	s := &userSession{pools: pools, clientID: "app", user: "ada@example.com", password: "pw"}
	for i := range 4 {
		revoked = i == 2
		asked := time.Now()
		got, err := s.token(t.Context())
		if err != nil || got.Expires.Before(asked.Add(time.Minute)) || got.Expires.After(time.Now().Add(time.Minute)) {
			t.Fatalf("%+v: %v", got, err)
		}
	}
	want := "[USER_PASSWORD_AUTH REFRESH_TOKEN_AUTH REFRESH_TOKEN_AUTH USER_PASSWORD_AUTH REFRESH_TOKEN_AUTH]"
	if fmt.Sprint(flows) != want || s.name != "the-id-of-ada" {
		t.Errorf("asked by %v of %s, want %s", flows, s.name, want)
	}
}

func TestExpiresInIsReadAsIssuersWriteIt(t *testing.T) {
	jwt := "h." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp": %d}`, time.Now().Add(time.Hour).Unix())) + ".s"
	for _, row := range []struct {
		token, says string
		form        bool
		life        time.Duration // 0: for ever
		problem     string
	}{
		{token: "t", says: "60", life: time.Minute},
		{token: "t", says: "60.0", life: time.Minute},
		{token: "t", says: `"60"`, life: time.Minute},
		{token: "t", says: "1e3", life: 1000 * time.Second},
		{token: "t", says: "1e300", life: (1<<31 - 1) * time.Second},
		{token: "t", says: "null"},
		{token: "t", says: "0", problem: "says of a new token that it has expired (expires_in: 0): give tokens a lifetime there"},
		{token: "t", says: `"-1"`, problem: "(expires_in: -1)"},
		{token: "t", says: `"soon"`, problem: "says expires_in: soon, which is no number of seconds"},
		{token: "t", says: "[60]", problem: "says expires_in: [60], which is no number of seconds"},
		{token: jwt, says: "0", life: time.Hour},
		{token: "t", says: "60.0", form: true, life: time.Minute},
		{token: "t", says: "0", form: true, problem: "(expires_in: 0)"},
		{token: "t", form: true},
	} {
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if row.form {
				w.Header().Set("Content-Type", "application/x-www-form-urlencoded")
				fmt.Fprintf(w, "access_token=%s&expires_in=%s", row.token, row.says)
				return
			}
			w.Header().Set("Content-Type", "application/json")
			fmt.Fprintf(w, `{"access_token": %q, "expires_in": %s}`, row.token, row.says)
		}))
		asked := time.Now()
		got, err := clientCredentials(targets.OAuth2{ClientID: "app"}, server.URL, "hush")(t.Context())
		server.Close()
		what := fmt.Sprintf("%.5s, expires_in: %s, form %t", row.token, row.says, row.form)
		switch {
		case row.problem != "":
			if err == nil || !strings.Contains(err.Error(), row.problem) {
				t.Errorf("%s: %v, want %s", what, err, row.problem)
			}
		case err != nil || row.life == 0 && !got.Expires.IsZero():
			t.Errorf("%s: expires %v, %v", what, got.Expires, err)
		case row.life > 0 && (got.Expires.Before(asked.Add(row.life-time.Second)) || got.Expires.After(time.Now().Add(row.life))):
			t.Errorf("%s: expires in %v, want %v", what, got.Expires.Sub(asked), row.life)
		}
	}
}

func TestATokenEndsWhenItsIssuerSays(t *testing.T) {
	asked := time.Date(2026, 11, 30, 12, 0, 0, 500e6, time.UTC)
	at := func(seconds float64) time.Time {
		return asked.Truncate(time.Second).Add(time.Duration(seconds * 1e9))
	}
	jwt := func(exp any) string {
		return "h." + base64.RawURLEncoding.EncodeToString(fmt.Appendf(nil, `{"exp": %v}`, exp)) + ".s"
	}
	for _, row := range []struct {
		what, token string
		life        time.Duration
		want        time.Time
	}{
		{"an opaque token", "opaque", time.Minute, at(60.5)},
		{"one whose exp is in whole seconds", jwt(at(60).Unix()), time.Minute, at(60)},
		{"one whose exp is later", jwt(at(61).Unix()), time.Minute, at(60.5)},
		{"one of another clock", jwt(at(-600).Unix()), time.Minute, at(60.5)},
		{"no life", jwt(at(60).Unix()), 0, at(60)},
		{"an exp that is absurd", jwt(1e300), 0, time.Time{}},
		{"nothing", "opaque", 0, time.Time{}},
		{"what is no JSON", "a.b.c", 0, time.Time{}},
	} {
		if got := endOf(row.token, asked, row.life); !got.Equal(row.want) {
			t.Errorf("%s: %v, want %v", row.what, got, row.want)
		}
	}
}

// A client's id and secret are percent-encoded in the Authorization header, so that is how a
// server may echo them; in its error code as well, and where a quotation is cut.
func TestAnEchoedAuthorizationHeaderShowsNoSecret(t *testing.T) {
	const hidden = `hush/+%"hush/+%"`
	for _, before := range []int{0, 1, 2, 190} {
		echo := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Content-Type", "application/json")
			w.WriteHeader(http.StatusBadRequest)
			text := strings.Repeat("x", before) + " " + hidden + " " + r.Header.Get("Authorization")
			_ = json.NewEncoder(w).Encode(map[string]string{"error": text, "error_description": text})
		}))
		o := targets.OAuth2{ClientID: strings.Repeat("a", 10+before%3)}
		_, err := clientCredentials(o, echo.URL, hidden)(t.Context())
		echo.Close()
		coded := base64.StdEncoding.EncodeToString([]byte(o.ClientID + ":" + url.QueryEscape(hidden)))
		if err == nil || strings.Contains(err.Error(), "hush") || strings.Contains(err.Error(), coded[len(coded)-12:]) || strings.Contains(err.Error(), coded[20:32]) {
			t.Errorf("%d characters before: %v", before, err)
		}
	}
}
