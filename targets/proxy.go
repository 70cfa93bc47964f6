package targets

import (
	"encoding/base64"
	"net"
	"net/url"
)

// A Proxy stands between this machine and a target. It is asked for a connection to the
// target (CONNECT, or SOCKS), or is sent requests for it in absolute form.
type Proxy struct {
	Scheme   string // ProxySchemes has them
	Address  string // host and port
	User     string
	Password Secret
}

// ProxySchemes are those of proxies: http and https, which is TLS to the proxy, and
// socks5h, which has the proxy look names up.
var ProxySchemes = []string{"http", "https", "socks5h"}

// SOCKS says whether the proxy speaks SOCKS 5 (RFC 1928) and not HTTP.
func (p *Proxy) SOCKS() bool { return p.Scheme == "socks5h" }

// String is the address of the proxy, without user and password.
func (p *Proxy) String() string { return (&url.URL{Scheme: p.Scheme, Host: p.Address}).String() }

// Host is the proxy's host.
func (p *Proxy) Host() string {
	host, _, _ := net.SplitHostPort(p.Address)
	return host
}

// Authorization is the value of Proxy-Authorization; "" for none. Source: RFC 7617.
func (p *Proxy) Authorization() string {
	if p.User == "" && p.Password.IsZero() {
		return ""
	}
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(p.User+":"+p.Password.Reveal()))
}

// Tunnels says whether connections to the target lead through the proxy, which then
// only passes bytes on. Without TLS that is so only where it is asked for, or where a
// request in absolute form could not say where to: its address is that of the URL, and a
// proxy ignores the header Host (RFC 9112, section 3.2.2). curl decides likewise.
func (t *Target) Tunnels() bool {
	c := &t.Connection
	return c.Proxy != nil && (c.Proxy.SOCKS() || c.ProxyTunnel || t.URL.Scheme == "https" || c.ConnectTo != "" || c.Host != "")
}
