package lab

import (
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"os"
	"slices"
	"strconv"
	"strings"
)

// programsOnly keeps pages in a browser from driving or reading the control
// endpoint and the AWS services. Any page may have its visitor's browser
// send requests to this machine; the lab answers none of them:
//
//   - A page that makes a name of its own resolve to this machine (DNS rebinding)
//     would be of the same origin as the lab. Its requests carry that name in Host,
//     so the lab answers under addresses, and under names that no page can have.
//   - Every other page is of another origin. Browsers say so in Sec-Fetch-Site, and
//     in Origin with every method but GET and HEAD. Programs send neither header.
//
// An old browser, or one that asks an address other than loopback over plain HTTP,
// sends neither header with a GET. The page cannot read the answer then, and GET
// changes nothing.
func programsOnly(beyond bool, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("X-Content-Type-Options", "nosniff")
		w.Header().Set("Cross-Origin-Resource-Policy", "same-origin")
		w.Header().Set("Content-Security-Policy", "default-src 'none'; frame-ancestors 'none'")
		switch {
		case !answersTo(r.Host, beyond):
			http.Error(w, "the lab is asked by its address, and not as "+strconv.Quote(r.Host), http.StatusForbidden)
		case crossOrigin(r):
			http.Error(w, "the lab answers programs, and no pages of other sites: send the request with curl or an AWS SDK, without Origin and Sec-Fetch-Site", http.StatusForbidden)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// answersTo says whether the lab may be asked under a host: an address, localhost,
// and for other machines the name of this one and names that only a private
// network has, such as those of containers.
func answersTo(host string, beyond bool) bool {
	if name, _, err := net.SplitHostPort(host); err == nil {
		host = name
	}
	if _, err := netip.ParseAddr(strings.Trim(host, "[]")); err == nil {
		return true
	}
	host = strings.ToLower(strings.TrimSuffix(host, "."))
	if host == "" || host == "localhost" || !beyond {
		return host == "localhost"
	}
	own, err := os.Hostname()
	own = strings.ToLower(own)
	if err == nil && own != "" && (host == own || host == own+".local") {
		return true
	}
	return !strings.Contains(host, ".") || slices.ContainsFunc(privateSuffixes, func(s string) bool { return strings.HasSuffix(host, s) })
}

// privateSuffixes end names that no public name server answers for.
// Sources: ICANN board resolution 2024.07.29.06 (.internal); RFC 6761 (.test);
// Kubernetes documentation, "DNS for Services and Pods".
var privateSuffixes = []string{".internal", ".test", ".svc", ".cluster.local"}

// crossOrigin says whether a browser sends a request for a page of another origin.
// Source: W3C, "Fetch Metadata Request Headers"; WHATWG Fetch, "Origin header".
func crossOrigin(r *http.Request) bool {
	if site := r.Header.Get("Sec-Fetch-Site"); site != "" && site != "same-origin" && site != "none" {
		return true
	}
	for _, origin := range r.Header.Values("Origin") {
		if u, err := url.Parse(origin); err != nil || u.Host != r.Host {
			return true
		}
	}
	return false
}
