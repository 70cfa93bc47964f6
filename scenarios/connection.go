package scenarios

import (
	"cmp"
	"net"
	"net/netip"
	"net/url"
	"path/filepath"
	"runtime"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// connectionKeys are those of a target that say how connections to it are made.
var connectionKeys = []string{"tls", "connect_to", "host", "proxy", "proxy_tls", "proxy_tunnel", "source_address", "ip", "unix_socket"}

// otherWords are what curl, k6, vegeta, oha and AWS's SDKs call what keys of a target say.
var otherWords = map[string]string{
	"cacert": "tls: {ca: FILE}", "cafile": "tls: {ca: FILE}", "cabundle": "tls: {ca: FILE}", "rootca": "tls: {ca: FILE}", "rootcerts": "tls: {ca: FILE}",
	"clientcert": "tls: {cert: FILE, key: FILE}", "tlsauth": "tls: {cert: FILE, key: FILE}", "mtls": "tls: {cert: FILE, key: FILE}",
	"insecure": "tls: {insecure: true}", "insecureskiptlsverify": "tls: {insecure: true}", "skipverify": "tls: {insecure: true}", "verify": "tls: {insecure: true}",
	"sni": "tls: {server_name: NAME}", "servername": "tls: {server_name: NAME}", "tlsversion": "tls: {min_version: 1.3}",
	"resolve": "connect_to: HOST:PORT", "hosts": "connect_to: HOST:PORT", "hostheader": "host: NAME", "authority": "host: NAME",
	"httpproxy": "proxy: URL", "httpsproxy": "proxy: URL", "socks": "proxy: socks5h://HOST:PORT", "socks5": "proxy: socks5h://HOST:PORT", "socks5hostname": "proxy: socks5h://HOST:PORT",
	"laddr": "source_address: IP", "localips": "source_address: IP", "localaddress": "source_address: IP", "bind": "source_address: IP", "interface": "source_address: NAME",
	"proxyuser": `proxy: "http://NAME:${env:PASSWORD}@HOST:PORT"`, "http": "engine: {http: 2}", "httpversion": "engine: {http: 2}",
	"compressed": "accept_encoding: [gzip]", "bodyfile": "file: NAME",
	"ipv4": "ip: 4", "ipv6": "ip: 6", "ipversion": "ip: 4",
}

// WhereKeys are those of a target that, with its url, say where it is.
var WhereKeys = []string{"connect_to", "host", "unix_socket"}

// connection reads how connections to a target are made.
func (f fields) connection(t *targets.Target) {
	c := &t.Connection
	c.Host = f.hostHeader()
	if f.in.Recorded { // the rest is about what runs, and names files
		return
	}
	c.ConnectTo = f.connectTo(t)
	c.Source = f.sourceAddress()
	c.IP = f.ipVersion()
	c.UnixSocket = f.unixSocket()
	c.Proxy, c.ProxyTunnel = f.proxy(t), f.Get("proxy_tunnel").Yes()
	c.ProxyTLS = f.proxyTLS(c)
	if v := f.Get("tls"); v.Node != nil {
		if t.URL != nil && t.URL.Scheme != "https" {
			v.Problem("this target is not reached by TLS: write https:// in its address, or remove this")
		}
		c.TLS = f.in.tls(v)
	}
	f.connectable(t)
}

// connectable reports keys that contradict each other.
func (f fields) connectable(t *targets.Target) {
	c := &t.Connection
	source, err := netip.ParseAddr(c.Source)
	known := err == nil
	_, address := "", ""
	if t.URL != nil {
		_, address = t.Dials()
	}
	host, _, _ := net.SplitHostPort(address)
	to, err := netip.ParseAddr(host)
	literal := err == nil && c.UnixSocket == ""
	switch {
	case t.Lab && present(f, "connect_to", "unix_socket", "proxy") != "":
		f.Get(present(f, "connect_to", "unix_socket", "proxy")).Problem("the lab is where this run serves it: remove this, or write the address of a server as url")
	case c.UnixSocket != "" && present(f, "connect_to", "proxy", "source_address", "ip") != "":
		f.Get("unix_socket").Problem("contradicts %s: a unix socket has no address", present(f, "connect_to", "proxy", "source_address", "ip"))
	case f.Has("proxy_tunnel") && !f.Has("proxy"):
		f.Get("proxy_tunnel").Problem("is about a proxy, and there is none: name it as proxy")
	case known && !c.IP.Allows(source):
		f.Get("ip").Problem("contradicts source_address, which is not an %v address", c.IP)
	case literal && !c.IP.Allows(to):
		f.Get("ip").Problem("contradicts %s, which is not an %v address", host, c.IP)
	case literal && known && source.Unmap().Is4() != to.Unmap().Is4():
		f.Get("source_address").Problem("cannot reach %s: one of them is an IPv4 address, and the other an IPv6 address", host)
	}
}

// present is the first of some keys that is there, "" for none.
func present(f fields, keys ...string) string {
	for _, key := range keys {
		if f.Has(key) {
			return key
		}
	}
	return ""
}

// hostHeader is a name, with a port or not, as it goes into the header Host.
func (f fields) hostHeader() string {
	v := f.Get("host")
	text, ok := v.Scalar("the name of a host")
	if !ok {
		return ""
	}
	u, err := url.Parse("//" + text)
	if err == nil {
		err = inASCII(u)
	}
	if err != nil || text == "" || u.Host == "" || u.Hostname() == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || !isPort(u.Port()) || !printable(u.Host) {
		v.Bad("is not the name of a host: write it as in an address, such as api.example.com or api.example.com:8443")
		return ""
	}
	return u.Host
}

// connectTo is a host and port. A part that is missing is that of the URL, as with curl.
func (f fields) connectTo(t *targets.Target) string {
	v := f.Get("connect_to")
	text, ok := v.Scalar("a host and port")
	if !ok {
		return ""
	}
	u, err := url.Parse("//" + text)
	if err == nil && u.Host == text {
		err = inASCII(u)
	}
	if err != nil || text == "" || u.Path != "" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || u.Host == "" || !isPort(u.Port()) || !printable(u.Host) {
		v.Bad("is not a host and port to connect to: write it as 10.0.0.7:443, or the host alone")
		return ""
	}
	if t.URL == nil {
		return u.Host
	}
	was := targets.Target{URL: t.URL}
	_, address := was.Dials()
	host, port, _ := net.SplitHostPort(address)
	return net.JoinHostPort(cmp.Or(u.Hostname(), host), cmp.Or(u.Port(), port))
}

// sourceAddress is an IP address, or the name of a network interface, which is looked
// for when connections are made: a scenario may be checked on another machine.
func (f fields) sourceAddress() string {
	v := f.Get("source_address")
	text, ok := v.Scalar("an IP address, or the name of a network interface")
	switch _, err := netip.ParseAddr(text); {
	case !ok:
		return ""
	case text == "" || err != nil && (strings.ContainsAny(text, ":/ ") || strings.Trim(text, "0123456789.") == ""):
		v.Bad("is not an IP address of this machine, nor the name of one of its network interfaces, such as eth0")
		return ""
	}
	return text
}

func (f fields) ipVersion() targets.IPVersion {
	v := f.Get("ip")
	text, ok := v.Scalar("4, 6 or any", document.Integer)
	version, known := map[string]targets.IPVersion{"4": targets.IPv4, "6": targets.IPv6, "any": targets.AnyIP}[text]
	if ok && !known {
		v.Bad("is not a version of IP: write 4, 6 or any")
	}
	return version
}

// longestSocket is the longest path of a unix socket that every system takes: sun_path
// has 108 bytes on Linux and 104 on macOS, the last of which is zero. Sources: unix(7),
// and unix(4) of macOS.
var longestSocket = map[bool]int{true: 107, false: 103}[runtime.GOOS == "linux"]

// unixSocket is the path of a socket; a relative one is in the scenario's folder.
func (f fields) unixSocket() string {
	v := f.Get("unix_socket")
	path, ok := v.Scalar("the path of a unix socket")
	if !ok {
		return ""
	}
	if !strings.HasPrefix(path, "@") { // an abstract one has no path
		path = f.in.located(path)
	}
	switch {
	case path == "" || path == "@" || strings.ContainsRune(path, 0):
		v.Bad("is not the path of a unix socket")
		return ""
	case len(path) > longestSocket:
		v.Problem("the path of a unix socket has at most %d bytes, and %s has %d: give it a shorter one", longestSocket, path, len(path))
		return ""
	}
	return path
}

// located is where a file that the scenario names is: relative to the scenario.
func (in *input) located(name string) string {
	name = filepath.FromSlash(name)
	if name == "" || filepath.IsAbs(name) {
		return name
	}
	return filepath.Join(in.folder, name)
}
