//go:build foreign && linux

package foreign

import (
	"cmp"
	"fmt"
	"net"
	"net/url"
	"testing"
	"time"
)

// varnishVCL is a cache before a backend, which tells what it is made of; an entry is
// stored for its TTL exactly, without grace.
const varnishVCL = `
vcl 4.1;
backend behind { .host = "%[1]s"; .port = "%[2]s"; }
sub vcl_recv { return (%[3]s); }
sub vcl_hash { hash_data(%[4]s); return (lookup); }
sub vcl_backend_response {
  set beresp.ttl = %[5]s;
  set beresp.grace = 0s;
  set beresp.keep = 0s;
  return (deliver);
}
sub vcl_deliver {
  %[6]s
  return (deliver);
}
`

// The ways in which Varnish may tell about its cache.
const (
	tellsXCache = `if (obj.hits > 0) { set resp.http.X-Cache = "HIT"; } else { set resp.http.X-Cache = "MISS"; }`
	tellsAge    = `` // its own headers: Age, Via and X-Varnish
	tellsNone   = `unset resp.http.Age; unset resp.http.Via; unset resp.http.X-Varnish;`
)

// A varnish is a set-up of it.
type varnish struct {
	ttl     string
	tells   string
	hash    string // ""; the whole address
	recv    string // "": hash
	storage string // "": 64 MB
}

func (v varnish) start(t *testing.T, _ *cacheCase, b *backend) *url.URL {
	dir, at := folder(t), address(t)
	host, port, err := net.SplitHostPort(b.host())
	if err != nil {
		t.Fatal(err)
	}
	vcl := write(t, dir, "cache.vcl", fmt.Sprintf(varnishVCL, host, port, cmp.Or(v.recv, "hash"), cmp.Or(v.hash, "req.url"), v.ttl, v.tells))
	return program{
		name: "varnishd", install: "on Debian, apt-get install varnish",
		args:    []string{"-F", "-j", "none", "-n", dir + "/work", "-a", at, "-f", vcl, "-T", "none", "-s", "malloc," + cmp.Or(v.storage, "64M"), "-p", "thread_pools=1", "-p", "thread_pool_min=20"},
		listens: at, log: dir,
	}.start(t)
}

// varnishCaches are set-ups of Varnish. Requests for a key that is being fetched wait for
// it, and are hits.
func varnishCaches() (all []system) {
	for _, c := range []cacheCase{
		{name: "Varnish: 5 s, X-Cache", truth: "TTL 5 s", ttl: exactly(5), start: varnish{ttl: "5s", tells: tellsXCache}.start},
		{name: "Varnish: 10 s, Age", truth: "TTL 10 s", ttl: exactly(10), start: varnish{ttl: "10s", tells: tellsAge}.start},
		{name: "Varnish: 5 s, silent", truth: "TTL 5 s", ttl: exactly(5), start: varnish{ttl: "5s", tells: tellsNone}.start},
		{name: "Varnish: 5 s, silent, two speeds", truth: "TTL 5 s", ttl: exactly(5), start: varnish{ttl: "5s", tells: tellsNone}.start, wait: twoSpeeds},
		{name: "Varnish: 5 s, silent, without the query", truth: "one entry for all keys, TTL 5 s", ttl: exactly(5), one: true, start: varnish{ttl: "5s", tells: tellsNone, hash: `regsub(req.url, "\?.*$", "")`}.start},
		{name: "Varnish: TTL 0, X-Cache", truth: "no cache", none: true, start: varnish{ttl: "0s", tells: tellsXCache}.start, wait: twoSpeeds},
		{name: "Varnish: TTL 0, silent", truth: "no cache", none: true, start: varnish{ttl: "0s", tells: tellsNone}.start, wait: twoSpeeds},
		{name: "Varnish: passes all, silent", truth: "no cache", none: true, start: varnish{ttl: "0s", tells: tellsNone, recv: "pass"}.start, wait: mixed(20*time.Millisecond, 60*time.Millisecond, 0.2)},
		{
			name: "Varnish: room for few of the keys", truth: "less room than keys", body: 20_000, start: varnish{ttl: "1h", tells: tellsNone, storage: "1M"}.start,
			ttl: exactly(3600), entries: 45, probe: `cache: {path: "/item?key={key}", rate: 100/s, for: 15s, keys: 200}`,
		},
	} {
		all = append(all, c.system())
	}
	return all
}
