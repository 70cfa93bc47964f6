package targets

import (
	"crypto/tls"
	"crypto/x509"
	"net"
	"net/netip"
	"net/url"
)

// A Connection says how connections to a target are made. The zero value connects to
// the host of the target's URL, directly, and trusts the authorities that this machine
// trusts.
type Connection struct {
	TLS        TLS
	ConnectTo  string    // HOST:PORT that is connected to in place of the URL's; the names in TLS and requests stay
	Host       string    // the header Host and, unless TLS has another, the name in TLS; "": the URL's
	Source     string    // the local end: an IP address, or the name of a network interface; "": any
	IP         IPVersion // of the addresses that are used
	Proxy      *Proxy    // nil: none; the environment alone does not make one
	UnixSocket string    // the path of a socket that is connected to in place of a host; "@name" is abstract, on Linux

	ProxyTLS    TLS  // with an https proxy: authorities, certificate and whether they are verified
	ProxyTunnel bool // connections lead through the proxy, also without TLS
	ProxyAsked  bool // the environment was asked for Proxy, and may have named none
}

// TLS is what connections to an https target, or an https proxy, differ in from the defaults.
type TLS struct {
	CA          *x509.CertPool   // in place of the authorities that this machine trusts; nil: those
	Certificate *tls.Certificate // that the client shows when it is asked for one; nil: none
	ServerName  string           // that is asked for and verified; "": that of Host or of the URL
	MinVersion  uint16           // of the protocol; 0: TLS 1.2
	Insecure    bool             // the server's certificate is not verified

	CADigest, CertificateDigest string // of what was read, SHA-256 in hexadecimal
}

// IPVersion says which addresses of a name are used.
type IPVersion uint8

// The versions.
const (
	AnyIP IPVersion = 0
	IPv4  IPVersion = 4
	IPv6  IPVersion = 6
)

// Allows says whether an address may be used.
func (v IPVersion) Allows(a netip.Addr) bool {
	return v == AnyIP || (v == IPv4) == a.Unmap().Is4()
}

// String is the name of the version.
func (v IPVersion) String() string {
	return map[IPVersion]string{AnyIP: "IP", IPv4: "IPv4", IPv6: "IPv6"}[v]
}

// Dials is what connections to the target, or to its proxy, are opened to: "tcp" with a
// host and port, or "unix" with a path.
func (t *Target) Dials() (network, address string) {
	switch c := &t.Connection; {
	case c.UnixSocket != "":
		return "unix", c.UnixSocket
	case c.Proxy != nil:
		return "tcp", c.Proxy.Address
	}
	return "tcp", t.HostPort()
}

// HostPort is where the target is, as far as IP and proxies are concerned.
func (t *Target) HostPort() string {
	if t.Connection.ConnectTo != "" {
		return t.Connection.ConnectTo
	}
	port := t.URL.Port()
	if port == "" {
		port = defaultPorts[t.URL.Scheme]
	}
	return net.JoinHostPort(t.URL.Hostname(), port)
}

// ReachedHosts are the hosts that receive the target's requests, a proxy among them:
// whose owners load matters to.
func (t *Target) ReachedHosts() []string {
	if t.Connection.UnixSocket != "" {
		return []string{"localhost"}
	}
	host, _, _ := net.SplitHostPort(t.HostPort())
	if p := t.Connection.Proxy; p != nil {
		return []string{host, p.Host()}
	}
	return []string{host}
}

// HostName is Host without its port.
func (c *Connection) HostName() string { return (&url.URL{Host: c.Host}).Hostname() }

// ServerName is the name of the server in TLS.
func (t *Target) ServerName() string {
	if name := t.Connection.TLS.ServerName; name != "" {
		return name
	}
	host := t.URL.Hostname()
	if t.Connection.Host != "" {
		host = t.Connection.HostName()
	}
	ip, err := netip.ParseAddr(host)
	if err == nil {
		return ip.WithZone("").String()
	}
	return host
}
