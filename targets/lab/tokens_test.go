package lab

import (
	"encoding/json"
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// a request for a token, of the client that every lab has
func tokenRequest() url.Values {
	return url.Values{"grant_type": {"client_credentials"}, "client_id": {"lab-service"}, "client_secret": {"open-to-all-in-the-lab"}}
}

// TestATokenOfTheEndpointPassesEveryDoor asks for one as any client does, and calls
// GET /me with it.
func TestATokenOfTheEndpointPassesEveryDoor(t *testing.T) {
	l := open(t, quick())
	got, err := http.PostForm(l.TokensURL(), tokenRequest())
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	var granted struct {
		Token string `json:"access_token"`
	}
	if err := json.NewDecoder(got.Body).Decode(&granted); err != nil || granted.Token == "" {
		t.Fatal(got.Status, err)
	}
	for _, d := range l.Doors() {
		r, err := http.NewRequestWithContext(t.Context(), "GET", strings.TrimSuffix(d.URL, "/")+"/me", nil)
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Authorization", "Bearer "+granted.Token)
		r.Header.Set("X-Api-Key", d.APIKey)
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != http.StatusOK {
			t.Errorf("%s: %s", d.Kind, got.Status)
		}
	}
	if truth := l.Truth(); truth.Tokens == nil || truth.Tokens.Issued["client_credentials"] != 1 {
		t.Errorf("the truth is %+v", truth.Tokens)
	}
}

func TestTheTokenEndpointIsForPrograms(t *testing.T) {
	l := open(t, quick())
	for _, row := range []struct {
		what, method, path, origin string
		want                       int
	}{
		{"a page of another site", "POST", "/oauth2/token", "https://evil.example", http.StatusForbidden},
		{"another method", "GET", "/oauth2/token", "", http.StatusMethodNotAllowed},
		{"the keys", "GET", "/.well-known/jwks.json", "", http.StatusOK},
	} {
		r, err := http.NewRequestWithContext(t.Context(), row.method, l.CloudWatchURL()+row.path, strings.NewReader(tokenRequest().Encode()))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if row.origin != "" {
			r.Header.Set("Origin", row.origin)
		}
		got, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != row.want {
			t.Errorf("%s: %s", row.what, got.Status)
		}
	}
	if truth := l.Truth(); truth.Tokens != nil {
		t.Errorf("something was issued: %+v", truth.Tokens)
	}
}

// TestTheTokenEndpointFailsOnDemand injects the faults of the AWS endpoint. Expired AWS
// credentials are none of its business.
func TestTheTokenEndpointFailsOnDemand(t *testing.T) {
	l := open(t, quick())
	for fault, want := range map[string]int{"aws-throttling": 429, "aws-5xx": 503, "aws-expired": 200} {
		if _, err := l.Inject(Injection{Fault: fault}); err != nil {
			t.Fatal(err)
		}
		got, err := http.PostForm(l.TokensURL(), tokenRequest())
		if err != nil {
			t.Fatal(err)
		}
		_ = got.Body.Close()
		if got.StatusCode != want {
			t.Errorf("%s: %s", fault, got.Status)
		}
		l.ClearFaults()
	}
}
