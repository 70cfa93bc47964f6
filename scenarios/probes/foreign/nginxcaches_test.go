//go:build foreign && linux

package foreign

import (
	"fmt"
	"net/url"
	"testing"
	"time"
)

// nginxCaches are set-ups of proxy_cache. It keeps time in whole seconds, and an entry
// until the second after its time has passed: entries live for the configured time and
// up to a second more.
// Source: nginx, ngx_http_upstream_cache (valid_sec is compared with the time in seconds).
func nginxCaches() (all []system) {
	for _, c := range []cacheCase{
		{
			name: "nginx: proxy_cache 2 s, X-Cache-Status", truth: "TTL 2 to 3 s", ttl: span{2, 3}, header: true, start: proxyCache("2s", ""), quick: true,
			probe: `cache: {path: "/item?key={key}", rate: 100/s, for: 5s, keys: 60, ttl: {from: 1s, to: 4s}}`, perKey: 100. / 60,
		},
		{name: "nginx: proxy_cache 5 s", truth: "TTL 5 to 6 s", ttl: span{5, 6}, start: proxyCache("5s", "")},
		{name: "nginx: proxy_cache 10 s, X-Cache-Status", truth: "TTL 10 to 11 s", ttl: span{10, 11}, header: true, start: proxyCache("10s", "")},
		{name: "nginx: proxy_cache 5 s, two speeds", truth: "TTL 5 to 6 s", ttl: span{5, 6}, start: proxyCache("5s", ""), wait: twoSpeeds},
		{
			name: "nginx: no cache, two speeds", truth: "no cache", none: true, start: proxyCache("", ""), wait: twoSpeeds, quick: true,
			probe: `cache: {path: "/item?key={key}", rate: 100/s, for: 6s, keys: 60, ttl: {from: 1s, to: 4s}}`,
		},
		{name: "nginx: no cache, MISS in X-Cache-Status", truth: "no cache", none: true, header: true, start: proxyCache("0s", ""), wait: twoSpeeds},
		{name: "nginx: no cache, keys of two speeds", truth: "no cache", none: true, start: proxyCache("", ""), wait: byKey(20*time.Millisecond, 60*time.Millisecond, 0.4)},
		{name: "nginx: no cache, one request in ten is slow", truth: "no cache", none: true, start: proxyCache("", ""), wait: mixed(20*time.Millisecond, 200*time.Millisecond, 0.1)},
		{name: "nginx: proxy_cache 5 s, key without the query", truth: "one entry for all keys, TTL 5 to 6 s", ttl: span{5, 6}, one: true, start: proxyCache("5s", "proxy_cache_key $uri;")},
		{name: "nginx: proxy_cache 5 s after 3 uses", truth: "TTL 5 to 6 s, from the third request", ttl: span{5, 6}, header: true, start: proxyCache("5s", "proxy_cache_min_uses 3;")},
		{name: "nginx: proxy_cache 5 s, lock", truth: "TTL 5 to 6 s", ttl: span{5, 6}, start: proxyCache("5s", "proxy_cache_lock on;")},
	} {
		all = append(all, c.system())
	}
	return all
}

// proxyCache is nginx with a cache that keeps good responses for some time; "": none.
func proxyCache(valid, more string) func(*testing.T, *cacheCase, *backend) *url.URL {
	return func(t *testing.T, c *cacheCase, b *backend) *url.URL {
		dir := folder(t)
		outside, inside := "", fmt.Sprintf("proxy_pass %s; %s", b.URL, more)
		if valid != "" {
			outside = fmt.Sprintf("proxy_cache_path %s/cache keys_zone=answers:1m inactive=10m use_temp_path=off;", dir)
			inside += fmt.Sprintf(" proxy_cache answers; proxy_cache_valid 200 %s; proxy_ignore_headers Cache-Control Expires;", valid)
		}
		if c.header {
			inside += " add_header X-Cache-Status $upstream_cache_status;"
		}
		return startNginx(t, dir, outside, inside)
	}
}
