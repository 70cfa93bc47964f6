package load

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"strings"
	"sync/atomic"
	"time"

	"tollgate/scenarios"
	"tollgate/targets"
)

// A Security is the TLS configuration for one target: sessions are resumed, and only
// HTTP/1.1 is offered until [Security.Offer] says otherwise.
type Security struct {
	Config  *tls.Config
	shown   *tls.Certificate // the client certificate; nil: there is none
	demands atomic.Bool      // the server has asked for one
}

func NewSecurity(config *tls.Config, t targets.Target) *Security {
	name := t.ServerName()
	if config != nil && config.ServerName != "" {
		name = config.ServerName
	}
	return newSecurity(config, name, t.Connection.TLS)
}

// newSecurity is for a server of that name, with what a scenario says of it.
func newSecurity(config *tls.Config, name string, own targets.TLS) *Security {
	if config == nil {
		config = &tls.Config{}
	}
	s := &Security{Config: config.Clone()}
	s.Config.ClientSessionCache = tls.NewLRUClientSessionCache(0)
	s.Config.ServerName = name
	s.Offer(scenarios.HTTP1)
	trust(s.Config, own)
	s.Config.MinVersion = max(s.Config.MinVersion, own.MinVersion)
	s.shown = own.Certificate
	s.Config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) {
		s.demands.Store(true)
		if s.shown != nil {
			return s.shown, nil
		}
		return &tls.Certificate{}, nil // there is none
	}
	return s
}

// trust sets by whom the other side is verified.
func trust(config *tls.Config, own targets.TLS) {
	if own.CA != nil {
		config.RootCAs = own.CA
	}
	config.InsecureSkipVerify = config.InsecureSkipVerify || own.Insecure
}

// Handshake does the TLS handshake of the engines, on a connection that is used for
// nothing else.
func Handshake(ctx context.Context, conn net.Conn, t targets.Target, p scenarios.Protocol) error {
	s := NewSecurity(nil, t)
	s.Offer(p)
	c := tls.Client(conn, s.Config)
	err := c.HandshakeContext(ctx)
	if err == nil {
		_, err = s.Agreed(c.ConnectionState())
	}
	return s.Explain(err)
}

// Connect opens a connection with TLS, for what sends no load.
func (s *Security) Connect(ctx context.Context, t targets.Target) (net.Conn, error) {
	conn, err := Connect(ctx, t)
	if err != nil {
		return nil, err
	}
	c := tls.Client(conn, s.Config)
	if err := c.HandshakeContext(ctx); err != nil {
		_ = conn.Close()
		return nil, s.Explain(err)
	}
	return c, nil
}

// A demandError is the end of a connection to a server that had asked for a
// client certificate. Under TLS 1.3 it comes after the handshake.
type demandError struct {
	error
	shown bool // the client has one
}

// What an error says where a server had asked for a client certificate.
const (
	DemandsCertificate = "the server demands a client certificate"
	RefusesCertificate = "the server refused the client certificate"

	// Of a proxy, behind its address.
	ProxyDemandsCertificate = "it demands a client certificate"
	ProxyRefusesCertificate = "it refused the client certificate"
)

func (e demandError) Error() string {
	if e.shown {
		return RefusesCertificate
	}
	return DemandsCertificate
}
func (e demandError) Unwrap() error { return e.error }

// ofProxy says the same of a proxy.
func (e demandError) ofProxy() string {
	if e.shown {
		return ProxyRefusesCertificate
	}
	return ProxyDemandsCertificate
}

// Explain explains the end of a new connection on which nothing was received. It
// may be nil.
func (s *Security) Explain(err error) error {
	switch {
	case s != nil && isNoProtocol(err):
		return alpnError{err, s.Config.NextProtos}
	case s != nil && s.demands.Load() && (isAlert(err) || isEnd(err)):
		return demandError{err, s.shown != nil}
	}
	return err
}

// Untrusted reports whether a server's certificate is of an issuer that is not trusted.
func Untrusted(err error) bool {
	_, unknown := errors.AsType[x509.UnknownAuthorityError](err)
	return unknown
}

// Distrust returns why TLS with a server failed, "" where err is about something
// else: certificates that have expired, are of another host or of an unknown
// issuer, and servers that do not speak the protocols offered, or no TLS, are not the same.
func Distrust(err error) string {
	var demand demandError
	var invalid x509.CertificateInvalidError
	var host x509.HostnameError
	var issuer x509.UnknownAuthorityError
	var record tls.RecordHeaderError
	var alpn alpnError
	switch {
	case errors.As(err, &demand):
		return demand.Error()
	case errors.As(err, &host):
		return fmt.Sprintf("the certificate is not for %s: %s", host.Host, strings.TrimPrefix(host.Error(), "x509: "))
	case errors.As(err, &invalid) && invalid.Reason == x509.Expired:
		return validity(invalid.Cert)
	case errors.As(err, &issuer):
		return "certificate signed by unknown authority, which is not trusted: " + authority(issuer.Cert)
	case errors.As(err, &record):
		return "the server does not speak TLS at this port"
	case errors.As(err, &alpn):
		return alpn.Error()
	}
	return ""
}

func validity(c *x509.Certificate) string {
	if now := time.Now(); c != nil && now.Before(c.NotBefore) {
		return "the certificate is not valid before " + c.NotBefore.UTC().Format(time.DateTime) + " UTC; is this machine's clock right?"
	}
	if c == nil {
		return "the certificate has expired"
	}
	return "the certificate has expired, on " + c.NotAfter.UTC().Format(time.DateTime) + " UTC"
}

func authority(c *x509.Certificate) string {
	if c == nil {
		return "no name"
	}
	return c.Issuer.String()
}
