package sigv4

import (
	"cmp"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

// presigned is a request to the address that AWS's own signer made.
func presigned(t *testing.T, address, id, secret string, at time.Time, life string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPut, address, nil)
	if err != nil {
		t.Fatal(err)
	}
	query := r.URL.Query()
	query.Set("X-Amz-Expires", life)
	r.URL.RawQuery = query.Encode()
	signer := v4.NewSigner(func(o *v4.SignerOptions) { o.DisableURIPathEscaping = true })
	text, _, err := signer.PresignHTTP(t.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, r, unsigned, "s3", "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	u, err := url.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	return &http.Request{Method: http.MethodPut, URL: u, Host: u.Host, Header: http.Header{}}
}

func TestPresignedAddressesOfAWSsOwnSigner(t *testing.T) {
	const id, secret = "AKIAEXAMPLE000000000", "its/secret+key"
	for _, row := range []struct {
		name    string
		address string
		secret  string
		id      string
		at      time.Time
		life    string
		change  func(*http.Request)
		want    error
	}{
		{name: "a good one"},
		{name: "a key with blanks and slashes", address: "http://lab.test/b/a%20b//c%2Fd/../e"},
		{name: "with parameters of its own", address: "http://lab.test/b/k?x-id=PutObject&x=%2F"},
		{name: "at its last second", at: noon.Add(-time.Minute)},
		{name: "a second too late", at: noon.Add(-61 * time.Second), want: ErrExpired},
		{name: "before its time", at: noon.Add(10 * time.Minute), want: ErrExpired},
		{name: "for longer than a week", life: "604801", want: ErrParameters},
		{name: "a wrong secret", secret: "x", want: ErrMismatch},
		{name: "an unknown key", id: "AKIAOTHER00000000000", want: ErrUnknown},
		{name: "another method", change: func(r *http.Request) { r.Method = http.MethodGet }, want: ErrMismatch},
		{name: "another path", change: func(r *http.Request) { r.URL.Path += "x" }, want: ErrMismatch},
		{name: "another host", change: func(r *http.Request) { r.Host = "elsewhere.test" }, want: ErrMismatch},
		{name: "another life", change: func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "Expires=60", "Expires=61", 1) }, want: ErrMismatch},
		{name: "no signature", change: func(r *http.Request) { r.URL.RawQuery, _, _ = strings.Cut(r.URL.RawQuery, "&X-Amz-Signature") }, want: ErrParameters},
		{name: "nothing of it", change: func(r *http.Request) { r.URL.RawQuery = "x=1" }, want: ErrMissing},
	} {
		t.Run(row.name, func(t *testing.T) {
			r := presigned(t, cmp.Or(row.address, "http://lab.test/b/k"), cmp.Or(row.id, id), cmp.Or(row.secret, secret), cmp.Or(row.at, noon), cmp.Or(row.life, "60"))
			if row.change != nil {
				row.change(r)
			}
			if _, err := keys.VerifyPresigned(r, "s3", noon); err != row.want {
				t.Errorf("got %v, want %v", err, row.want)
			}
		})
	}
}

// What is presigned here is what AWS's signer presigns, but for its order.
func TestPresign(t *testing.T) {
	r := presigned(t, "http://lab.test/b/a%20b", "AKIAEXAMPLE000000000", "its/secret+key", noon, "60")
	own := &http.Request{Method: http.MethodPut, URL: &url.URL{Path: "/b/a b"}, Host: "lab.test"}
	got, _ := url.ParseQuery(keys.Presign(own, "AKIAEXAMPLE000000000", "us-east-1", "s3", noon, time.Minute))
	if got.Encode() != r.URL.Query().Encode() {
		t.Errorf("got %v\nwant %v", got, r.URL.Query())
	}
}
