package scenarios

import (
	"cmp"
	"regexp"
	"strings"
)

// flagOf is the flag by which a key is typed of the scenario that is made of an address:
// what is wrong with the key is wrong with the flag.
var flagOf = map[string]string{
	"target.url": "the address", "target.kind": "--kind", "target.region": "--region", "target.host": "--host", "target.connect_to": "--connect-to",
	"target.tls": "TLS (--cacert, --cert, --insecure)", "target.tls.ca": "--cacert", "target.tls.cert": "--cert", "target.tls.key": "--key", "target.tls.insecure": "--insecure",
	"target.proxy_tls": "TLS with the proxy (--proxy-cacert, --proxy-cert, --proxy-insecure)", "target.proxy_tls.ca": "--proxy-cacert", "target.proxy_tls.cert": "--proxy-cert", "target.proxy_tls.key": "--proxy-key", "target.proxy_tls.insecure": "--proxy-insecure",
	"target.proxy": "--proxy", "target.proxy_tunnel": "--proxytunnel", "target.unix_socket": "--unix-socket", "target.source_address": "--interface", "target.ip": "--ipv4, --ipv6",
	"request.path": "the address", "request.method": "--request", "request.headers": "--header", "request.body": "--data", "request.timeout": "--timeout", "request.accept_encoding": "--compressed",
	"load.rate": "--rate", "load.for": "--for", "load.users": "--users", "engine.http": "--http",
}

var (
	place   = regexp.MustCompile(`^(?:(target)s\.[^.]+|(request)s\[\d+\]|(load)\[\d+\]\.[a-z_]+)`) // of a key, which flags do not have
	another = regexp.MustCompile(`\b(contradicts|as|give) ([a-z_]+)`)
)

// Flag is the flag by which a key of a target is typed; the key itself where there is none.
func Flag(key string) string { return cmp.Or(flagOf["target."+key], key) }

// InFlags names flags in what is wrong with a scenario that was made, in place of keys.
func InFlags(problem string) string {
	key, rest, _ := strings.Cut(problem, ": ")
	key = place.ReplaceAllString(key, "$1$2$3")
	flag, known := flagOf[key]
	if !known {
		return problem
	}
	return flag + ": " + another.ReplaceAllStringFunc(rest, func(text string) string {
		at := strings.LastIndex(text, " ") + 1
		beside := key[:strings.LastIndex(key, ".")+1] + text[at:]
		return text[:at] + cmp.Or(flagOf[beside], text[at:])
	})
}
