package targettest

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"tollgate/targets"
	"tollgate/targets/auth"
	"tollgate/targets/lab"
)

// TestTheLabAcceptsOurSignatures verifies what package auth signs by the lab's
// own code, which shares nothing with it.
func TestTheLabAcceptsOurSignatures(t *testing.T) {
	const id, secret = "AKIAIOSFODNN7EXAMPLE", "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
	t.Setenv("AWS_ACCESS_KEY_ID", id)
	t.Setenv("AWS_SECRET_ACCESS_KEY", secret)
	t.Setenv("AWS_REGION", "eu-central-1")
	t.Setenv("AWS_CONFIG_FILE", t.TempDir()+"/none")
	t.Setenv("AWS_SHARED_CREDENTIALS_FILE", t.TempDir()+"/none")
	iam := &lab.Authorizer{Type: "iam", Credentials: []lab.Credential{{AccessKeyID: id, SecretAccessKey: secret}}}
	c := lab.Config{Function: lab.Function{Init: quick(), Warm: quick()}}
	for _, kind := range []string{"rest-api", "http-api"} {
		c.Doors = append(c.Doors, lab.DoorConfig{Kind: kind, Routes: []lab.Route{
			{Method: "POST", Path: "/predict", Authorizer: iam}, {Method: "GET", Path: "/{any+}", Authorizer: iam},
		}})
	}
	c.Doors = append(c.Doors, lab.DoorConfig{Kind: "function-url", Authorizer: iam})
	for _, target := range start(t, c) {
		target.Auth = targets.Auth{IAM: &targets.IAM{}}
		target.Region = "eu-central-1"
		stamp, err := new(auth.Issuer).Stamp(t.Context(), target)
		if err != nil {
			t.Fatal(err)
		}
		for _, row := range []struct {
			what, method, path, body string
			spoil                    func(*http.Request)
			status                   int
		}{
			{"a signed request", "POST", "/predict", `{"features": [5.1, 3.5, 1.4, 0.2]}`, nil, 200},
			{"odd paths and queries", "GET", "/a%20b/c~d%2Fe?z=2&a=1&a=0&b=%20%2B&c=", "", nil, 404}, // the application's
			{"odd characters in a query", "GET", "/x?a=1;b=2&c=100%&d=%zz&a-b=1&e=f+g%2bh&&i", "", nil, 404},
			{"double slashes and dots", "GET", "/a//./b", "", nil, 404},
			{"another body", "POST", "/predict", `{}`, func(r *http.Request) { r.Header.Set("X-Amz-Content-Sha256", "0") }, 403},
			{"another query", "GET", "/x?a=1", "", func(r *http.Request) { r.URL.RawQuery = "a=2" }, 403},
			{"another time", "GET", "/x", "", func(r *http.Request) { r.Header.Set("X-Amz-Date", "20200101T000000Z") }, 403},
			{"no signature", "GET", "/x", "", func(r *http.Request) { r.Header.Del("Authorization") }, 403},
			{"nonsense for a signature", "GET", "/x", "", func(r *http.Request) { r.Header.Set("Authorization", "AWS4-HMAC-SHA256 x") }, 403},
		} {
			t.Run(target.Kind.Name+" "+row.what, func(t *testing.T) {
				u, err := url.Parse(target.URL.String() + row.path)
				if err != nil {
					t.Fatal(err)
				}
				signed := &targets.Request{Method: row.method, URL: u, Header: targets.Header{}, Body: []byte(row.body)}
				if err := stamp.Sign(signed); err != nil {
					t.Fatal(err)
				}
				r, err := http.NewRequestWithContext(t.Context(), row.method, u.String(), strings.NewReader(row.body))
				if err != nil {
					t.Fatal(err)
				}
				r.Header = http.Header(signed.Header)
				if row.spoil != nil {
					row.spoil(r)
				}
				got, err := http.DefaultClient.Do(r)
				if err != nil {
					t.Fatal(err)
				}
				defer got.Body.Close()
				if got.StatusCode != row.status {
					t.Errorf("status %d, want %d", got.StatusCode, row.status)
				}
			})
		}
	}
}
