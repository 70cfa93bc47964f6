package doors

import (
	"crypto/tls"
	"crypto/x509"
)

// MutualTLS has clients show certificates. A custom domain answers one that is not from its
// truststore by 403 Forbidden; a load balancer ends the handshake. Without any certificate the
// handshake fails, at a domain by general knowledge.
// Sources: AWS Knowledge Center, "Troubleshoot 403 errors of a custom domain name that requires
// mutual TLS" (an issuer that is not in the truststore, self-signed ones among them);
// Application Load Balancer user guide, "Mutual authentication with TLS" (verify mode). What a
// function is told of the certificate is left out, and so are revocation lists.
type MutualTLS struct {
	Truststore string `json:"truststore"` // certificates of authorities, as PEM
}

func (m *MutualTLS) check(at string, secure bool, p *problems) {
	switch {
	case m == nil:
	case !x509.NewCertPool().AppendCertsFromPEM([]byte(m.Truststore)):
		p.add("%s.mutual_tls.truststore: it holds no certificate: give those of the authorities, as PEM", at)
	case !secure:
		p.add("%s.mutual_tls: there are no certificates without TLS: state tls: true", at)
	}
}

// pool is the truststore; nil: there is none.
func (m *MutualTLS) pool() *x509.CertPool {
	if m == nil {
		return nil
	}
	pool := x509.NewCertPool()
	pool.AppendCertsFromPEM([]byte(m.Truststore)) // checked
	return pool
}

// trusts says whether a client's certificate is from the authorities of a pool.
func trusts(pool *x509.CertPool, state *tls.ConnectionState) bool {
	if state == nil || len(state.PeerCertificates) == 0 {
		return false
	}
	between := x509.NewCertPool()
	for _, c := range state.PeerCertificates[1:] {
		between.AddCert(c)
	}
	_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{Roots: pool, Intermediates: between, KeyUsages: []x509.ExtKeyUsage{x509.ExtKeyUsageAny}})
	return err == nil
}
