package scenarios

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"io/fs"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// tlsVersions are the oldest versions of TLS that a target may accept.
var tlsVersions = map[string]uint16{"1.0": tls.VersionTLS10, "1.1": tls.VersionTLS11, "1.2": tls.VersionTLS12, "1.3": tls.VersionTLS13}

// tls reads what connections by TLS differ in.
func (in *input) tls(v document.Value) (c targets.TLS) {
	f := in.fields(v, slices.Concat(identityKeys, []string{"server_name", "min_version"})...)
	c = f.identities("server")
	c.ServerName = f.serverName()
	c.MinVersion = f.minVersion()
	return c
}

// identityKeys say who is trusted, and who the client is.
var identityKeys = []string{"ca", "cert", "key", "insecure"}

// identities reads them, with whom TLS is.
func (f fields) identities(whom string) (c targets.TLS) {
	c.CA, c.CADigest = f.authorities()
	c.Certificate, c.CertificateDigest = f.certificate()
	c.Insecure = f.Get("insecure").Yes()
	if c.Insecure && f.Has("ca") {
		f.Get("insecure").Problem("contradicts ca: either the certificate of the %s is verified, or it is not", whom)
	}
	return c
}

// A certificate file is no larger: the authorities of a whole system are a quarter of it.
const maxPEM = 1 << 20

// pem reads a file that TLS needs, or takes what is there in its place if that is PEM.
// Unlike the body of a request a file may be anywhere on this machine, since nothing of it
// but the client's certificate is ever sent, and keys are not kept next to scenarios. The
// name is "" where there is no file.
func (f fields) pem(key string) (data []byte, name string) {
	v := f.Get(key)
	name, ok := v.Scalar("the name of a file")
	if !ok {
		return nil, ""
	}
	if strings.HasPrefix(strings.TrimSpace(name), "-----BEGIN ") {
		return []byte(name), ""
	}
	path, err := filepath.EvalSymlinks(f.in.located(name))
	if err == nil {
		data, err = readWithin(filepath.Dir(path), filepath.Base(path), maxPEM)
	}
	switch {
	case errors.Is(err, fs.ErrNotExist):
		v.Bad("does not exist%s", f.in.relative(name))
	case errors.Is(err, errTooLarge):
		v.Bad("is larger than %d bytes, more than any certificates or key", maxPEM)
	case errors.Is(err, fs.ErrPermission):
		v.Bad("cannot be read: permission denied")
	case err != nil:
		v.Bad("cannot be read: %v", cmp.Or(errors.Unwrap(err), err))
	default:
		return data, name
	}
	return nil, ""
}

// relative says where a name is looked for that says not where from.
func (in *input) relative(name string) string {
	if filepath.IsAbs(name) {
		return ""
	}
	return ": a relative name is looked for next to the scenario, in " + cmp.Or(in.folder, ".")
}

// isPKCS12 says whether data is an archive of certificate and key, as browsers export
// it. Source: RFC 7292, section 4 (PFX begins with version 3).
func isPKCS12(data []byte) bool {
	i := slices.Index(data[:min(len(data), 8)], 0x02)
	return len(data) > 8 && data[0] == 0x30 && i > 0 && i+2 < len(data) && data[i+1] == 1 && data[i+2] == 3
}

// blocks are the PEM blocks of a file whose type ends in one of some words.
func blocks(data []byte, types ...string) (all []*pem.Block) {
	for {
		var b *pem.Block
		if b, data = pem.Decode(data); b == nil {
			return all
		}
		if slices.ContainsFunc(types, func(t string) bool { return strings.HasSuffix(b.Type, t) }) {
			all = append(all, b)
		}
	}
}

// authorities reads the certificates that servers' are verified by.
func (f fields) authorities() (*x509.CertPool, string) {
	data, name := f.pem("ca")
	if data == nil {
		return nil, ""
	}
	v, pool := f.Get("ca"), x509.NewCertPool()
	found := blocks(data, "CERTIFICATE")
	for i, b := range found {
		c, err := x509.ParseCertificate(b.Bytes)
		if err != nil {
			v.Bad("cannot be used: certificate %d in it: %v", i+1, err)
			return nil, ""
		}
		pool.AddCert(c)
	}
	if len(found) == 0 {
		v.Bad("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)%s", inOtherForm(data))
		return nil, ""
	}
	f.in.refers(name, data)
	return pool, digestOf(data)
}

// inOtherForm says how to make PEM of other files that hold certificates.
func inOtherForm(data []byte) string {
	_, err := x509.ParseCertificate(data)
	switch {
	case err == nil:
		return ": it is in DER; openssl x509 -inform DER -in FILE -out FILE.pem converts it"
	case isPKCS12(data):
		return ": it is a PKCS #12 archive; openssl pkcs12 -in FILE -nodes -out FILE.pem takes it apart"
	}
	return ""
}

// certificate reads the client's certificate and its key, which may be in one file.
func (f fields) certificate() (*tls.Certificate, string) {
	if f.Has("key") && !f.Has("cert") {
		f.Get("key").Problem("is the key of no certificate: name the client's certificate as cert")
		return nil, ""
	}
	chain, name := f.pem("cert")
	if chain == nil {
		return nil, ""
	}
	v := f.Get("cert")
	if len(blocks(chain, "CERTIFICATE")) == 0 {
		v.Bad("holds no certificate in PEM (-----BEGIN CERTIFICATE-----)%s", inOtherForm(chain))
		return nil, ""
	}
	key, at := chain, v
	if f.Has("key") {
		if key, at = f.key(), f.Get("key"); key == nil {
			return nil, ""
		}
	}
	pair, err := tls.X509KeyPair(chain, key)
	if err != nil {
		at.Problem("%s", keyProblem(key, f.Has("key"), err))
		return nil, ""
	}
	f.in.refers(name, chain)
	return &pair, digestOf(chain)
}

// key reads the file of the private key, of which nothing is recorded but its name.
func (f fields) key() []byte {
	v := f.Get("key")
	if len(v.References) == 0 && strings.Contains(v.Raw, "-----BEGIN ") {
		v.Problem("a secret does not belong in a file: name the file that holds the key, or put the key into an environment variable and write \"${env:NAME}\" here")
		return nil
	}
	f.in.conceal(v.Node)
	key, name := f.pem("key")
	if key != nil && name != "" {
		f.in.files = append(f.in.files, File{Name: name})
	}
	return key
}

// keyProblem says why certificate and key cannot be used together. It repeats nothing of
// the key.
func keyProblem(key []byte, own bool, err error) string {
	switch encrypted := blocks(key, "PRIVATE KEY"); {
	case len(encrypted) == 0 && !own:
		return "holds no key besides the certificate: name the file with the key as key"
	case len(encrypted) == 0:
		return "holds no key in PEM (-----BEGIN PRIVATE KEY-----)"
	case encrypted[0].Type == "ENCRYPTED PRIVATE KEY" || encrypted[0].Headers["DEK-Info"] != "":
		return "is encrypted with a passphrase: openssl pkey -in FILE -out PLAIN.pem makes a key without one, which only you should be able to read"
	case strings.Contains(err.Error(), "does not match"):
		return "is not the key of the certificate"
	}
	return "is not a key or certificate that can be used: " + strings.TrimPrefix(err.Error(), "tls: ")
}

func (f fields) serverName() string {
	v := f.Get("server_name")
	text, ok := v.Scalar("the name of a server")
	if !ok {
		return ""
	}
	u := &url.URL{Host: text}
	if err := inASCII(u); err != nil || text == "" || strings.ContainsAny(text, ":/@ ") && !isAddress(text) || !printable(u.Host) {
		v.Bad("is not the name of a server in TLS: write a host name without a port")
		return ""
	}
	return u.Host
}

func (f fields) minVersion() uint16 {
	v := f.Get("min_version")
	text, ok := v.Scalar("a version of TLS", document.Float, document.Integer)
	version, known := tlsVersions[text]
	if ok && !known {
		v.Bad("is not a version of TLS: write %s", document.OneOf(slices.Sorted(maps.Keys(tlsVersions))))
	}
	return version
}

// tlsWarnings are about a client certificate that is not valid now, and about a lab without
// TLS.
func (s *Scenario) tlsWarnings(t targets.Target, now time.Time) []error {
	if t.Lab && !s.Lab.TLS && t.Connection.TLS != (targets.TLS{}) {
		return []error{fmt.Errorf("target %s: its tls: means nothing, as the lab has no TLS (lab: {tls: true})", t.Name)}
	}
	var all []error
	for _, shown := range []struct {
		what string
		c    *tls.Certificate
	}{{"its client certificate", t.Connection.TLS.Certificate}, {"its client certificate for the proxy", t.Connection.ProxyTLS.Certificate}} {
		if shown.c == nil || shown.c.Leaf == nil {
			continue
		}
		switch leaf := shown.c.Leaf; {
		case now.After(leaf.NotAfter):
			all = append(all, fmt.Errorf("target %s: %s has expired, on %s UTC", t.Name, shown.what, leaf.NotAfter.UTC().Format(time.DateTime)))
		case now.Before(leaf.NotBefore):
			all = append(all, fmt.Errorf("target %s: %s is not valid before %s UTC", t.Name, shown.what, leaf.NotBefore.UTC().Format(time.DateTime)))
		}
	}
	return all
}
