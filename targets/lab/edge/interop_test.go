//go:build interop

package edge

import (
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"
)

// nginx starts a cache in front of a server, which keeps what does not say for how long for
// a minute, and returns its address.
func nginx(t *testing.T, before string) string {
	t.Helper()
	free, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := free.Addr().String()
	free.Close()
	dir := t.TempDir()
	text := fmt.Sprintf(`daemon off; master_process off; pid %[1]s/pid; error_log %[1]s/error.log;
events {}
http {
  access_log off; client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/f; uwsgi_temp_path %[1]s/u; scgi_temp_path %[1]s/s;
  proxy_cache_path %[1]s/cache keys_zone=z:1m;
  server {
    listen %[2]s;
    location / { proxy_pass %[3]s; proxy_cache z; proxy_cache_valid 200 60s; proxy_cache_revalidate on; add_header X-Cache-Status $upstream_cache_status always; }
  }
}`, dir, address, before)
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	server := exec.Command("/usr/sbin/nginx", "-c", file)
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	for range 200 {
		if c, err := net.Dial("tcp", address); err == nil {
			c.Close()
			return "http://" + address
		}
		time.Sleep(25 * time.Millisecond) // polls until it listens
	}
	t.Fatal("nginx does not listen")
	return ""
}

// Where a cache of another implementation and CloudFront's documents agree, so do it and
// this one: what is a hit at once, and what is one after three seconds. With a minimum TTL of
// 0 both go by s-maxage, max-age and Expires, in this order.
func TestACacheOfAnotherImplementationKeepsTheSame(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for name, values := range r.URL.Query() {
			w.Header()[name] = values
		}
		fmt.Fprint(w, "x")
	}))
	defer server.Close()
	other := nginx(t, server.URL)
	p := Policy{DefaultTTL: time.Minute, MaxTTL: 24 * time.Hour}
	own := New(&p, time.Now, 1<<20)
	ask := func(base, path string) *http.Response {
		res, err := http.Get(base + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, res.Body)
		res.Body.Close()
		return res
	}
	rows := [][]string{
		{},
		{"Cache-Control: max-age=1"},
		{"Cache-Control: max-age=60"},
		{"Cache-Control: max-age=60, s-maxage=1"},
		{"Cache-Control: s-maxage=60, max-age=1"},
		{"Cache-Control: max-age=0"},
		{"Cache-Control: no-store"},
		{"Cache-Control: private, max-age=60"},
		{"Cache-Control: no-cache"},
		{"Cache-Control: public", "Expires: " + time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)},
		{"Expires: " + time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)},
		{"Expires: " + time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)},
		{"Cache-Control: max-age=1", "Expires: " + time.Now().Add(time.Hour).UTC().Format(http.TimeFormat)},
		{"Cache-Control: max-age=60", "Expires: " + time.Now().Add(-time.Hour).UTC().Format(http.TimeFormat)},
	}
	compare := func(when string) {
		for i, says := range rows {
			path := fmt.Sprintf("/%d?%s", i, url.Values(origin(says...)).Encode())
			theirs := ask(other, path).Header.Get("X-Cache-Status") == "HIT"
			a, err := own.Serve(t.Context(), path, func(http.Header) (*Response, error) {
				res := ask(server.URL, path)
				return &Response{Status: res.StatusCode, Header: res.Header}, nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if ours := a.Result == Hit; ours != theirs {
				t.Errorf("%q, %s: a hit here %v, at nginx %v", says, when, ours, theirs)
			}
		}
	}
	compare("at first")
	compare("again")
	time.Sleep(3 * time.Second) // of both clocks: what lives for a second is gone, by whole seconds too
	compare("after three seconds")
}
