package doors

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"math/big"
	"net"
	"time"
)

// An authority is the lab's own certificate authority. It is made anew with
// each lab and lives in memory only, so that it cannot be trusted for
// longer.
type authority struct {
	certificate *x509.Certificate
	key         *ecdsa.PrivateKey
	valid       tls.Certificate // of the doors
	expired     tls.Certificate
}

const lifetime = 30 * 24 * time.Hour

func newAuthority(now time.Time) (*authority, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return nil, err
	}
	from := now.Add(-2 * lifetime)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "Tollgate lab test CA"},
		NotBefore: from, NotAfter: now.Add(lifetime),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, key.Public(), key)
	if err != nil {
		return nil, err
	}
	a := &authority{key: key}
	if a.certificate, err = x509.ParseCertificate(der); err != nil {
		return nil, err
	}
	a.valid, err = a.issue(2, now.Add(-time.Hour), now.Add(lifetime))
	var errExpired error
	a.expired, errExpired = a.issue(3, from, now.Add(-24*time.Hour))
	return a, errors.Join(err, errExpired)
}

func (a *authority) issue(serial int64, from, until time.Time, names ...string) (tls.Certificate, error) {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return tls.Certificate{}, err
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(serial), Subject: pkix.Name{CommonName: "Tollgate lab"},
		NotBefore: from, NotAfter: until,
		DNSNames: append(names, "localhost"), IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1), net.IPv6loopback},
		KeyUsage: x509.KeyUsageDigitalSignature, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, a.certificate, key.Public(), a.key)
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.Certificate{Certificate: [][]byte{der}, PrivateKey: key}, nil
}

func (a *authority) pem() string {
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: a.certificate.Raw}))
}

var errHandshake = errors.New("the handshake fails on demand")

// secure is the TLS side of a door, with certificates that injected faults may replace.
func (d *door) secure(a *authority) *tls.Config {
	c := &tls.Config{
		MinVersion: tls.VersionTLS12,
		GetCertificate: func(*tls.ClientHelloInfo) (*tls.Certificate, error) {
			n := d.handshakes.Add(1) - 1
			if list := d.faults.Load(); list != nil {
				now := time.Now()
				for _, it := range *list {
					if it.what.handshake != nil && it.meets(now, n) {
						d.counters.locked(func(t *DoorTruth) { t.Injected[it.Fault]++ })
						return it.what.handshake(a)
					}
				}
			}
			return &a.valid, nil
		},
	}
	if d.config.Mutual != nil {
		c.ClientAuth, c.ClientCAs = tls.RequireAndVerifyClientCert, d.config.Mutual.pool()
	}
	return c
}

func failHandshake(*authority) (*tls.Certificate, error) { return nil, errHandshake }

func showExpired(a *authority) (*tls.Certificate, error) { return &a.expired, nil }
