package sigv4

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	v4 "github.com/aws/aws-sdk-go-v2/aws/signer/v4"
)

var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

var keys = Keys{"AKIAEXAMPLE000000000": "its/secret+key"}

// signed is a request as AWS's own signer signs it.
func signed(t *testing.T, id, secret, service string, at time.Time, url, body string) *http.Request {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, url, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	sum := sha256.Sum256([]byte(body))
	err = v4.NewSigner().SignHTTP(t.Context(), aws.Credentials{AccessKeyID: id, SecretAccessKey: secret}, r, hex.EncodeToString(sum[:]), service, "us-east-1", at)
	if err != nil {
		t.Fatal(err)
	}
	r.Host = r.URL.Host
	return r
}

func TestSignaturesOfAWSsOwnSigner(t *testing.T) {
	const id, secret, url = "AKIAEXAMPLE000000000", "its/secret+key", "http://lab.test/a%20b/c:d?x=1&x=0&y=%2F"
	tests := []struct {
		name string
		make func() *http.Request
		body string
		want error
	}{
		{"a good one", func() *http.Request { return signed(t, id, secret, "logs", noon, url, "body") }, "body", nil},
		{"four minutes old", func() *http.Request { return signed(t, id, secret, "logs", noon.Add(-4*time.Minute), url, "body") }, "body", nil},
		{"six minutes old", func() *http.Request { return signed(t, id, secret, "logs", noon.Add(-6*time.Minute), url, "body") }, "body", ErrExpired},
		{"six minutes early", func() *http.Request { return signed(t, id, secret, "logs", noon.Add(6*time.Minute), url, "body") }, "body", ErrExpired},
		{"a wrong secret", func() *http.Request { return signed(t, id, "x", "logs", noon, url, "body") }, "body", ErrMismatch},
		{"an unknown key", func() *http.Request { return signed(t, "AKIAOTHER00000000000", secret, "logs", noon, url, "body") }, "body", ErrUnknown},
		{"another service", func() *http.Request { return signed(t, id, secret, "lambda", noon, url, "body") }, "body", ErrMismatch},
		{"another body", func() *http.Request { return signed(t, id, secret, "logs", noon, url, "body") }, "other", ErrMismatch},
		{"another path", func() *http.Request {
			r := signed(t, id, secret, "logs", noon, url, "body")
			r.URL.Path += "x"
			return r
		}, "body", ErrMismatch},
		{"another host", func() *http.Request {
			r := signed(t, id, secret, "logs", noon, url, "body")
			r.Host = "elsewhere.test"
			return r
		}, "body", ErrMismatch},
		{"no date", func() *http.Request {
			r := signed(t, id, secret, "logs", noon, url, "body")
			r.Header.Del("X-Amz-Date")
			return r
		}, "body", ErrIncomplete},
		{"none", func() *http.Request {
			r := signed(t, id, secret, "logs", noon, url, "body")
			r.Header.Del("Authorization")
			return r
		}, "body", ErrMissing},
		{"another algorithm", func() *http.Request {
			r := signed(t, id, secret, "logs", noon, url, "body")
			r.Header.Set("Authorization", strings.Replace(r.Header.Get("Authorization"), "SHA256", "SHA1", 1))
			return r
		}, "body", ErrIncomplete},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if err := keys.Verify(test.make(), []byte(test.body), "logs", noon); !errors.Is(err, test.want) {
				t.Errorf("got %v, want %v", err, test.want)
			}
		})
	}
	if got := Service(signed(t, id, secret, "logs", noon, url, "")); got != "logs" {
		t.Errorf("the request is for %q", got)
	}
}

func TestCanonicalPathsAndQueries(t *testing.T) {
	for _, test := range []struct{ target, path, query string }{
		{"/", "/", ""},
		{"/a%20b/c", "/a%2520b/c", ""},
		{"//a/./b//../c/", "/a/c/", ""},
		{"/../..", "/", ""},
		{"/x?a=1;b=2", "/x", "a=1%3Bb%3D2"},
		{"/x?a=100%&b=%zz&c=%4", "/x", "a=100%25&b=%25zz&c=%254"},
		{"/x?a=b+c&d=%2b", "/x", "a=b%20c&d=%2B"},
		{"/x?a-b=1&a=2&&a=1&c", "/x", "a=1&a=2&a-b=1&c="},
	} {
		u, err := url.ParseRequestURI(test.target)
		if err != nil {
			t.Fatal(err)
		}
		if path, query := canonicalPath(u), canonicalQuery(u); path != test.path || query != test.query {
			t.Errorf("%s: %q and %q, want %q and %q", test.target, path, query, test.path, test.query)
		}
	}
}

func FuzzVerify(f *testing.F) {
	f.Add("AWS4-HMAC-SHA256 Credential=AKIAEXAMPLE000000000/20261122/us-east-1/logs/aws4_request, SignedHeaders=host;x-amz-date, Signature=00", "20261122T120000Z")
	f.Add("AWS4-HMAC-SHA256 Credential=/, SignedHeaders=;;", "x")
	f.Fuzz(func(t *testing.T, proof, stamp string) {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, "http://lab.test/", http.NoBody)
		if err != nil {
			t.Fatal(err)
		}
		r.Header["Authorization"], r.Header["X-Amz-Date"] = []string{proof}, []string{stamp}
		if keys.Verify(r, nil, "logs", noon) == nil {
			t.Fatalf("%q at %q is taken for good", proof, stamp)
		}
	})
}
