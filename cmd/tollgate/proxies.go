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

// unproxied warns of proxies in the environment. Load does not use them: what a proxy
// adds, caches or refuses would be measured as the target's.
func unproxied(ts []targets.Target) (all []error) {
	for _, t := range ts {
		if t.Lab || t.URL == nil {
			continue
		}
		if name := proxyFor(t.URL); name != "" {
			all = append(all, fmt.Errorf("target %s: %s is set, but load goes to %s directly: where only a proxy leads there, run this elsewhere", t.Name, name, t.URL.Host))
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
