package sources

import (
	"cmp"
	"errors"
	"fmt"
	"net"
	"net/url"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios"
	"tollgate/targets"
)

// A Connection says how the server is connected to, as typed. Empty fields were not given.
type Connection struct {
	CA, Cert, Key string // files
	Insecure      bool
	ConnectTo     string // "HOST:PORT", or as curl has it: "HOST1:PORT1:HOST2:PORT2"
	Host          string
	Proxy         string // with user and password
	ProxyCA       string // file, as the next two
	ProxyCert     string
	ProxyKey      string
	ProxyInsecure bool
	ProxyTunnel   bool
	UnixSocket    string
	Source        string
	IP            targets.IPVersion
}

// yes is true as a node; nil for false.
func yes(given bool) *document.Node {
	if !given {
		return nil
	}
	return &document.Node{Type: document.Bool, Raw: "true", Text: "true"}
}

// identities say who is trusted in TLS, and who the client is; nil: as by default.
func identities(ca, cert, key string, insecure bool) *document.Node {
	all := document.Pairs("ca", given(ca), "cert", given(cert), "key", given(key), "insecure", yes(insecure))
	if len(all.Entries) == 0 {
		return nil
	}
	return all
}

// connection are the keys of the target about it.
func (m *maker) connection() ([]document.Entry, error) {
	c := m.Connection
	proxy, err := m.proxy()
	if err != nil {
		return nil, err
	}
	to, err := m.connectTo()
	if err != nil {
		return nil, err
	}
	tls := identities(c.CA, c.Cert, c.Key, c.Insecure)
	proxyTLS := identities(c.ProxyCA, c.ProxyCert, c.ProxyKey, c.ProxyInsecure)
	version := map[targets.IPVersion]*document.Node{targets.IPv4: document.Number("4"), targets.IPv6: document.Number("6")}[c.IP]
	return document.Pairs("tls", tls, "connect_to", given(to), "host", given(m.hostHeader()), "proxy", given(proxy), "proxy_tls", proxyTLS, "proxy_tunnel", yes(c.ProxyTunnel),
		"unix_socket", given(c.UnixSocket), "source_address", given(c.Source), "ip", version).Entries, nil
}

// given is a text as a node; nil for "".
func given(text string) *document.Node {
	if text == "" {
		return nil
	}
	return document.Text(text)
}

// hostHeader is the Host that is typed, as a flag or a header.
func (m *maker) hostHeader() string {
	for _, line := range m.Headers {
		if name, value, _ := strings.Cut(line, ":"); isHost(name) {
			return cmp.Or(m.Connection.Host, strings.TrimSpace(value))
		}
	}
	return m.Connection.Host
}

func isHost(header string) bool { return strings.EqualFold(strings.TrimSpace(header), "Host") }

// proxy is the address of a proxy with a reference in place of its password.
func (m *maker) proxy() (string, error) {
	typed := m.Connection.Proxy
	scheme, rest, found := strings.Cut(typed, "://")
	if !found {
		scheme, rest = "http", typed
	}
	if typed == "" || isReference(typed) || typed == scenarios.FromEnvironment {
		return typed, nil
	}
	user, address := "", rest
	if at := strings.LastIndex(rest, "@"); at >= 0 {
		user, address = rest[:at+1], rest[at+1:]
	}
	address = strings.TrimSuffix(address, "/")
	if _, _, err := net.SplitHostPort(address); err != nil && !strings.Contains(address, "${") {
		return "", errors.New("--proxy: write its host and port, such as http://proxy.example.com:3128; programs disagree on the port that is meant without one")
	}
	name, password, has := strings.Cut(strings.TrimSuffix(user, "@"), ":")
	if has && !isReference(password) {
		plain, err := url.PathUnescape(password)
		if err != nil {
			return "", errors.New("--proxy: its password cannot be read: a \"%\" in it is written %25")
		}
		ref, err := m.concealAs("PROXY_PASSWORD", "the password of the proxy", plain)
		if err != nil {
			return "", err
		}
		user = name + ":" + ref + "@"
	}
	return scheme + "://" + user + address, nil
}

// connectTo takes curl's four parts as well, of which the first two say for which
// address the others are meant.
func (m *maker) connectTo() (string, error) {
	typed := m.Connection.ConnectTo
	parts := colonParts(typed)
	if len(parts) != 4 {
		return typed, nil
	}
	t := targets.Target{URL: &url.URL{Scheme: m.scheme, Host: m.host}}
	host, port, _ := net.SplitHostPort(t.HostPort())
	if parts[0] != "" && !strings.EqualFold(strings.Trim(parts[0], "[]"), host) || parts[1] != "" && parts[1] != port {
		return "", fmt.Errorf("--connect-to %s: it is for another address than %s", typed, t.HostPort())
	}
	if parts[3] == "" {
		return parts[2], nil
	}
	return parts[2] + ":" + parts[3], nil
}

// colonParts splits at colons that are not within brackets.
func colonParts(text string) (parts []string) {
	from, within := 0, false
	for i, c := range text {
		switch {
		case c == '[':
			within = true
		case c == ']':
			within = false
		case c == ':' && !within:
			parts, from = append(parts, text[from:i]), i+1
		}
	}
	return append(parts, text[from:])
}
