package s3

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"tollgate/targets/lab/aws/sigv4"
)

func TestAPresignedPut(t *testing.T) {
	b := &Bucket{Name: "uploads", Region: "us-east-1", Keys: sigv4.Keys{"AKIALAB": "secret"}, Signer: "AKIALAB"}
	server := httptest.NewServer(b)
	defer server.Close()
	b.URL, _ = url.Parse(server.URL)
	other := &Bucket{Name: "uploads", Region: "us-east-1", Keys: sigv4.Keys{"AKIALAB": "another", "AKIAX": "x"}, Signer: "AKIALAB", URL: b.URL}
	now := time.Now()
	address := b.Presign("http/u 1", now, time.Minute)
	for _, row := range []struct {
		name, method, address string
		body                  io.Reader
		status                int
		says                  string
	}{
		{"a good one", "PUT", address, strings.NewReader("a photo"), 200, ""},
		{"again, while it is good", "PUT", address, strings.NewReader("a photo"), 200, ""},
		{"an empty object", "PUT", address, http.NoBody, 200, ""},
		{"one that has expired", "PUT", b.Presign("http/u2", now.Add(-time.Hour), time.Minute), nil, 403, "<Code>AccessDenied</Code><Message>Request has expired"},
		{"a changed key", "PUT", strings.Replace(address, "u%201", "u2", 1), nil, 403, "<Code>SignatureDoesNotMatch</Code>"},
		{"a wrong secret", "PUT", other.Presign("http/u1", now, time.Minute), nil, 403, "<StringToSign>AWS4-HMAC-SHA256"},
		{"another method", "GET", address, nil, 403, "SignatureDoesNotMatch"},
		{"no signature", "PUT", server.URL + "/uploads/http/u1", nil, 403, "<Message>Access Denied"},
		{"too long a life", "PUT", b.Presign("http/u1", now, 8*24*time.Hour), nil, 400, "AuthorizationQueryParametersError"},
		{"no length", "PUT", address, io.MultiReader(strings.NewReader("x")), 411, "MissingContentLength"},
	} {
		r, _ := http.NewRequestWithContext(t.Context(), row.method, row.address, row.body)
		res, err := server.Client().Do(r)
		if err != nil {
			t.Fatal(err)
		}
		body, _ := io.ReadAll(res.Body)
		_ = res.Body.Close()
		if res.StatusCode != row.status || !strings.Contains(string(body), row.says) || res.Header.Get("X-Amz-Request-Id") == "" {
			t.Errorf("%s: %d %s", row.name, res.StatusCode, body)
		}
		if row.status == 200 && row.body != http.NoBody && res.Header.Get("Etag") != `"1e171d1320221d0ef1133a398fb1d4be"` {
			t.Errorf("%s: ETag %s", row.name, res.Header.Get("Etag"))
		}
	}
	if got, want := b.Truth(), (Truth{Put: 3, Bytes: 14, Expired: 1, Mismatch: 3, Refused: 3}); got != want || b.Put("http") != 3 {
		t.Errorf("%+v, want %+v; %d", got, want, b.Put("http"))
	}
}
