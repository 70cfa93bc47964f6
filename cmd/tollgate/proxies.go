package main

import (
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"strings"

	"tollgate/targets"
)

// unproxied warns of proxies in the environment. Load does not use them unless the target
// says so: what a proxy adds, caches or refuses is measured as the target's.
func unproxied(ts []targets.Target) (all []error) {
	for _, t := range ts {
		if t.Lab || t.URL == nil || t.Connection.Proxy != nil || t.Connection.UnixSocket != "" {
			continue
		}
		if t.Connection.ProxyAsked {
			all = append(all, fmt.Errorf("target %s: the environment names no proxy for %s, so load goes there directly (NO_PROXY, localhost and loopback addresses are excepted)", t.Name, t.URL.Host))
			continue
		}
		if name := proxyFor(t.URL); name != "" {
			all = append(all, fmt.Errorf("target %s: %s is set, but load goes to %s directly: where only a proxy leads there, write proxy: environment at the target (of an address: --proxy environment)", t.Name, name, t.URL.Host))
		}
	}
	return all
}

// proxyFor is the variable that names a proxy for requests to u, "" if none does.
func proxyFor(u *url.URL) string {
	host := u.Hostname()
	if ip := net.ParseIP(host); host == "localhost" || ip != nil && ip.IsLoopback() {
		return ""
	}
	scheme := strings.ToUpper(u.Scheme)
	if proxy, err := http.ProxyFromEnvironment(&http.Request{URL: u}); proxy != nil || err != nil {
		return set(scheme+"_PROXY", "HTTP_PROXY")
	}
	if os.Getenv("NO_PROXY") != "" || os.Getenv("no_proxy") != "" {
		return "" // that proxy may be for others
	}
	return set("ALL_PROXY")
}

// set is the first of some variables that is set, in either spelling.
func set(names ...string) string {
	for _, name := range names {
		for _, spelt := range []string{name, strings.ToLower(name)} {
			if os.Getenv(spelt) != "" {
				return spelt
			}
		}
	}
	return ""
}
