package session

import (
	"crypto/tls"
	"strconv"
	"strings"

	"tollgate/results"
	"tollgate/targets"
)

// ConnectionOf says how connections to a target are made, for people and the run's
// document; nil: as by default.
func ConnectionOf(t *targets.Target) *results.ConnectionDoc {
	c := &t.Connection
	d := results.ConnectionDoc{
		CA: c.TLS.CADigest, Cert: c.TLS.CertificateDigest, ServerName: c.TLS.ServerName, Insecure: c.TLS.Insecure,
		ConnectTo: c.ConnectTo, Host: c.Host, Source: c.Source, UnixSocket: c.UnixSocket, Fresh: t.Client.Fresh,
	}
	if c.Proxy != nil {
		d.Proxy, d.Tunnel = c.Proxy.String(), c.ProxyTunnel
		d.ProxyCA, d.ProxyCert, d.ProxyBlind = c.ProxyTLS.CADigest, c.ProxyTLS.CertificateDigest, c.ProxyTLS.Insecure
	}
	if c.TLS.MinVersion != 0 {
		d.MinVersion = strings.TrimPrefix(tls.VersionName(c.TLS.MinVersion), "TLS ")
	}
	if c.IP != targets.AnyIP {
		d.IP = strconv.Itoa(int(c.IP))
	}
	if d == (results.ConnectionDoc{}) {
		return nil
	}
	return &d
}
