package identity

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

type signedIn struct {
	AuthenticationResult struct {
		AccessToken, IdToken, RefreshToken, TokenType string
		ExpiresIn                                     int
	}
	ChallengeName string
	Session       string
	Type          string `json:"__type"`
	Message       string `json:"message"`
}

func initiate(t *testing.T, i *Issuer, client, flow string, parameters map[string]string) signedIn {
	t.Helper()
	body, err := json.Marshal(map[string]any{"ClientId": client, "AuthFlow": flow, "AuthParameters": parameters})
	if err != nil {
		t.Fatal(err)
	}
	r := httptest.NewRequest("POST", "/", strings.NewReader(string(body)))
	r.Header.Set("X-Amz-Target", "AWSCognitoIdentityProviderService.InitiateAuth")
	w := httptest.NewRecorder()
	i.Cognito().ServeHTTP(w, r)
	var out signedIn
	if err := json.Unmarshal(w.Body.Bytes(), &out); err != nil {
		t.Fatalf("%v of %s", err, w.Body)
	}
	_, out.Type, _ = strings.Cut(out.Type, "#")
	return out
}

// hashOf is a secret hash as the developer guide says to compute it.
func hashOf(secret, name, client string) string {
	h := hmac.New(sha256.New, []byte(secret))
	h.Write([]byte(name + client))
	return base64.StdEncoding.EncodeToString(h.Sum(nil))
}

func TestSigningInIsRefusedAsCognitoRefuses(t *testing.T) {
	who := func(name, password string, more ...string) map[string]string {
		p := map[string]string{"USERNAME": name, "PASSWORD": password}
		if len(more) > 0 {
			p["SECRET_HASH"] = more[0]
		}
		return p
	}
	for _, row := range []struct {
		what, client, flow string
		parameters         map[string]string
		want               string // an error, a challenge, or "" for tokens
	}{
		{"a user", "app", "USER_PASSWORD_AUTH", who("ada", "pw"), ""},
		{"by the alias", "app", "USER_PASSWORD_AUTH", who("ada@example.com", "pw"), ""},
		{"with a secret hash", "secretive app", "USER_PASSWORD_AUTH", who("ada", "pw", hashOf("hush", "ada", "secretive app")), ""},
		{"with a hash of the alias", "secretive app", "USER_PASSWORD_AUTH", who("ada@example.com", "pw", hashOf("hush", "ada@example.com", "secretive app")), ""},
		{"without the hash", "secretive app", "USER_PASSWORD_AUTH", who("ada", "pw"), "NotAuthorizedException"},
		{"with a wrong hash", "secretive app", "USER_PASSWORD_AUTH", who("ada", "pw", hashOf("other", "ada", "secretive app")), "NotAuthorizedException"},
		{"with a hash that no client asks for", "app", "USER_PASSWORD_AUTH", who("ada", "pw", hashOf("hush", "ada", "app")), "NotAuthorizedException"},
		{"a wrong password", "app", "USER_PASSWORD_AUTH", who("ada", "no"), "NotAuthorizedException"},
		{"an unknown user", "app", "USER_PASSWORD_AUTH", who("joe", "pw"), "UserNotFoundException"},
		{"no password", "app", "USER_PASSWORD_AUTH", who("ada", ""), "InvalidParameterException"},
		{"an unknown client", "none", "USER_PASSWORD_AUTH", who("ada", "pw"), "ResourceNotFoundException"},
		{"a flow that the client has not", "refresh only", "USER_PASSWORD_AUTH", who("ada", "pw"), "InvalidParameterException"},
		{"SRP", "app", "USER_SRP_AUTH", who("ada", "pw"), "InvalidParameterException"},
		{"no flow", "app", "", who("ada", "pw"), "InvalidParameterException"},
		{"a password to change", "app", "USER_PASSWORD_AUTH", who("eve", "pw"), "NEW_PASSWORD_REQUIRED"},
		{"and a wrong one of these", "app", "USER_PASSWORD_AUTH", who("eve", "no"), "NotAuthorizedException"},
		{"a user who never confirmed", "app", "USER_PASSWORD_AUTH", who("bob", "pw"), "UserNotConfirmedException"},
		{"a password that was reset", "app", "USER_PASSWORD_AUTH", who("kim", "pw"), "PasswordResetRequiredException"},
		{"a made-up refresh token", "app", "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": "x"}, "NotAuthorizedException"},
		{"no refresh token", "app", "REFRESH_TOKEN_AUTH", nil, "InvalidParameterException"},
	} {
		i := pool(t)
		out := initiate(t, i, row.client, row.flow, row.parameters)
		tokens := out.AuthenticationResult
		if got := out.Type + out.ChallengeName; got != row.want || (tokens.AccessToken != "" && tokens.IdToken != "" && tokens.RefreshToken != "") != (row.want == "") {
			t.Errorf("%s: %+v", row.what, out)
		}
		switch truth := i.Truth(); {
		case row.want == "" && truth.Issued["password"] != 1, strings.HasSuffix(row.want, "Exception") && truth.Refused[row.want] != 1, out.ChallengeName != "" && truth != nil:
			t.Errorf("%s: the truth is %+v", row.what, truth)
		}
	}
}

func TestARefreshTokenServesItsClientUntilItEnds(t *testing.T) {
	i, now := pool(t), noon
	i.now = func() time.Time { return now }
	const app = "secretive app"
	first := initiate(t, i, app, "USER_PASSWORD_AUTH", map[string]string{"USERNAME": "ada@example.com", "PASSWORD": "pw", "SECRET_HASH": hashOf("hush", "ada@example.com", app)})
	refresh := first.AuthenticationResult.RefreshToken
	with := func(name string) map[string]string {
		return map[string]string{"REFRESH_TOKEN": refresh, "SECRET_HASH": hashOf("hush", name, app)}
	}
	now = now.Add(time.Minute)
	again := initiate(t, i, app, "REFRESH_TOKEN_AUTH", with("ada"))
	said, err := i.Verify(again.AuthenticationResult.AccessToken, nil, now)
	if err != nil || said.Username != "ada" || again.AuthenticationResult.RefreshToken != "" {
		t.Errorf("%v: %+v of %+v", err, said, again)
	}
	if got := initiate(t, i, app, "REFRESH_TOKEN_AUTH", with("ada@example.com")); got.Type != "NotAuthorizedException" {
		t.Errorf("a hash of the alias: %+v", got)
	}
	if got := initiate(t, i, "app", "REFRESH_TOKEN_AUTH", map[string]string{"REFRESH_TOKEN": refresh}); got.Message != "Invalid Refresh Token" {
		t.Errorf("another client: %+v", got)
	}
	now = noon.Add(time.Hour)
	if got := initiate(t, i, app, "REFRESH_TOKEN_AUTH", with("ada")); got.Message != "Refresh Token has expired" {
		t.Errorf("after its end: %+v", got)
	}
	if truth := i.Truth(); truth.Issued["password"] != 1 || truth.Issued["refresh"] != 1 {
		t.Errorf("the truth is %+v", truth)
	}
}

func TestTheOldestSessionsAreForgotten(t *testing.T) {
	s := sessions{open: map[string]session{}}
	first := s.add(session{})
	for range mostSessions {
		s.add(session{})
	}
	if _, kept := s.open[first]; kept || len(s.open) != mostSessions {
		t.Errorf("%d are kept, the first one: %v", len(s.open), kept)
	}
}
