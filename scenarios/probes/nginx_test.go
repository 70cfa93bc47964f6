//go:build interop

package probes_test

import (
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/session"
	"tollgate/targets"
)

// nginxConf is one server of nginx, for a folder and an address, around what is
// asked of it: what stands outside of the server block, and what in it.
const nginxConf = `
# Ignored unless nginx is started by root, whose folder others may not enter.
user root;
worker_processes 1;
daemon off;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log crit;
events { worker_connections 512; }
http {
  access_log off;
  client_body_temp_path %[1]s/body;
  proxy_temp_path %[1]s/proxy;
  fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi;
  scgi_temp_path %[1]s/scgi;
  %[3]s
  server {
    listen %[2]s;
    server_name all;
    location / {
      %[4]s
    }
  }
}
`

// proxyCache is a cache that is not ours: nginx keeps good responses of a backend
// for the given time, each under its whole address, and says what it did.
func proxyCache(dir, backend, valid string) (outside, inside string) {
	return fmt.Sprintf("proxy_cache_path %s/cache keys_zone=answers:1m inactive=10m use_temp_path=off;", dir),
		fmt.Sprintf("proxy_pass %s; proxy_cache answers; proxy_cache_key $request_uri; proxy_cache_valid 200 %s; add_header X-Cache-Status $upstream_cache_status;", backend, valid)
}

// startNginx starts nginx on loopback, set up by conf for the folder that it may
// write to, and ends it with the test.
func startNginx(t *testing.T, conf func(dir string) (outside, inside string)) *url.URL {
	t.Helper()
	program, err := exec.LookPath("nginx")
	if err != nil {
		if program, err = exec.LookPath("/usr/sbin/nginx"); err != nil {
			t.Fatal("nginx is not installed: on Debian, apt-get install nginx-light")
		}
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := l.Addr().String()
	if err := l.Close(); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "nginx.conf")
	outside, inside := conf(dir)
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxConf, dir, address, outside, inside), 0o600); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(program, "-c", file, "-p", dir, "-e", filepath.Join(dir, "error.log"))
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = c.Process.Signal(os.Interrupt) // ends it fast; it may have ended
		_ = c.Wait()                       // by a signal
	})
	for deadline := time.Now().Add(10 * time.Second); ; time.Sleep(20 * time.Millisecond) { // polls: nginx does not say when it listens
		conn, err := net.Dial("tcp", address)
		if err == nil {
			_ = conn.Close()
			return &url.URL{Scheme: "http", Host: address}
		}
		if time.Now().After(deadline) {
			log, readErr := os.ReadFile(filepath.Join(dir, "error.log"))
			t.Fatalf("nginx does not listen: %v\n%s", errors.Join(err, readErr), log)
		}
	}
}

// TestTheCacheOfNginxIsRecovered measures a cache whose set-up is known. nginx
// keeps time in whole seconds, and an entry until the second after its time has
// passed: entries live for the configured time and up to a second more.
// Source: nginx, ngx_http_upstream_cache (valid_sec is compared with the time in
// seconds).
func TestTheCacheOfNginxIsRecovered(t *testing.T) {
	var reached atomic.Int64
	backend := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		reached.Add(1)
		time.Sleep(20 * time.Millisecond) // a miss has to be slower than a hit
		_, _ = io.WriteString(w, "fresh") // fails when the client is gone
	}))
	defer backend.Close()
	const valid = 2.0
	u := startNginx(t, func(dir string) (string, string) { return proxyCache(dir, backend.URL, "2s") })
	tried(t, func() []error {
		reached.Store(0)
		f, said := cacheFinding(t, u, `cache: {path: "/item?key={key}", rate: 100/s, for: 3s, keys: 60, ttl: {from: 1s, to: 4s}}`)
		ttl, there := f.Values["ttl"]
		if !there {
			return []error{fmt.Errorf("no TTL: %s", f.Conclusion)}
		}
		t.Logf("TTL %.3f s (%.3f to %.3f), where nginx is told 2 s; %v; the backend was reached by %d", ttl.Value, *ttl.Low, *ttl.High, said, reached.Load())
		var errs []error
		if ttl.Value < valid*0.98 || ttl.Value > (valid+1)*1.02 {
			errs = append(errs, fmt.Errorf("the TTL is %.3f s, want 2 to 3 s", ttl.Value))
		}
		if misses := said["MISS"] + said["EXPIRED"]; misses != reached.Load() || said["HIT"] == 0 {
			errs = append(errs, fmt.Errorf("the samples have %d misses, and the backend was reached by %d", misses, reached.Load()))
		}
		if v := f.Values["hit_ratio"]; !strings.Contains(v.Method, "header") || v.Value < 0.5 {
			errs = append(errs, fmt.Errorf("the hit ratio is %+v", v))
		}
		return errs
	})
}

// cacheFinding asks an origin by one probe, and counts what its samples say of
// the cache.
func cacheFinding(t *testing.T, u *url.URL, probe string) (results.Finding, map[string]int64) {
	t.Helper()
	run, err := session.Run(t.Context(), asking(t, targets.Target{Kind: &targets.Origin, URL: u}, probe))
	if run == nil || len(run.Findings) != 1 {
		t.Fatalf("no finding: %v", err)
	}
	said := map[string]int64{}
	_, err = results.ReadSamples(run.Dir, func(_ results.SampleStage, samples []results.Sample) error {
		for i := range samples {
			said[samples[i].Mark.Cache]++
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("%s %q", run.Findings[0].Conclusion, run.Findings[0].Reasons)
	return run.Findings[0], said
}
