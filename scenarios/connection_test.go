package scenarios

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

// connectionRows are rows about how connections are made; those about files are in
// TestFilesForTLS.
var connectionRows = []row{
	{name: "another address", old: "/prod\"", new: "/prod\", connect_to: \"10.0.0.7:8443\""},
	{name: "another host alone", old: "/prod\"", new: "/prod\", connect_to: vpce-1.example.com"},
	{name: "another port alone", old: "/prod\"", new: "/prod\", connect_to: \":8443\""},
	{name: "another address of IPv6", old: "/prod\"", new: "/prod\", connect_to: \"[::1]:8443\", ip: 6"},
	{name: "a web address to connect to", old: "/prod\"", new: "/prod\", connect_to: \"https://10.0.0.7\"", want: `connect_to: "https://10.0.0.7" is not a host and port to connect to: write it as 10.0.0.7:443`, deeper: true},
	{name: "a path to connect to", old: "/prod\"", new: "/prod\", connect_to: 10.0.0.7/x", want: "is not a host and port", deeper: true},
	{name: "no address to connect to", old: "/prod\"", new: "/prod\", connect_to: \"\"", want: "is not a host and port"},
	{name: "an address in place of the lab's", old: "url: lab", new: "url: lab, connect_to: \"127.0.0.1:1\"", want: "targets.lab-alb.connect_to: the lab is where this run serves it", deeper: true},
	{name: "another Host", old: "/prod\"", new: "/prod\", host: api.example.com"},
	{name: "another Host with a port", old: "/prod\"", new: "/prod\", host: \"api.example.com:8443\""},
	{name: "a Host at the lab", old: "url: lab", new: "url: lab, host: api.example.com"},
	{name: "a Host with a path", old: "/prod\"", new: "/prod\", host: api.example.com/x", want: "host: \"api.example.com/x\" is not the name of a host", deeper: true},
	{name: "a Host with a line break", old: "/prod\"", new: "/prod\", host: \"a\\r\\nb\"", want: "is not the name of a host", deeper: true},
	{name: "a Host of another region", old: "/prod\"", new: "/prod\", host: abc123.execute-api.us-east-1.amazonaws.com", want: "host: contradicts the url, whose host is in eu-central-1", deeper: true},
	{name: "a Host in a request", old: "method: POST", new: "method: POST, headers: {Host: a.example}", want: "headers.Host: belongs to the target: write host: there", deeper: true},
	{name: "an address to begin at", old: "/prod\"", new: "/prod\", source_address: 10.0.0.8"},
	{name: "an interface to begin at", old: "/prod\"", new: "/prod\", source_address: eth0"},
	{name: "no address to begin at", old: "/prod\"", new: "/prod\", source_address: 300.1.1.1", want: "source_address: \"300.1.1.1\" is not an IP address of this machine, nor the name", deeper: true},
	{name: "a version of HTTP at a target", old: "/prod\"", new: "/prod\", http: 2", want: `targets.rest: unknown key "http"; write engine: {http: 2} (known are`},
	{name: "an address with a port to begin at", old: "/prod\"", new: "/prod\", source_address: \"10.0.0.8:80\"", want: "source_address: \"10.0.0.8:80\" is not an IP address of this machine, nor the name", deeper: true},
	{name: "a version of IP", old: "/prod\"", new: "/prod\", ip: 4"},
	{name: "a version of IP by reference", old: "/prod\"", new: "/prod\", ip: \"${env:SIX}\""},
	{name: "any version of IP", old: "/prod\"", new: "/prod\", ip: any"},
	{name: "a version of IP that is none", old: "/prod\"", new: "/prod\", ip: 5", want: "ip: \"5\" is not a version of IP: write 4, 6 or any"},
	{name: "a version that the source has not", old: "/prod\"", new: "/prod\", ip: 6, source_address: 10.0.0.8", want: "ip: contradicts source_address, which is not an IPv6 address", deeper: true},
	{name: "a version that the address has not", old: "/prod\"", new: "/prod\", ip: 6, connect_to: 10.0.0.8", want: "ip: contradicts 10.0.0.8, which is not an IPv6 address", deeper: true},
	{name: "a source that cannot reach the address", old: "/prod\"", new: "/prod\", source_address: \"::1\", connect_to: 10.0.0.8", want: "source_address: cannot reach 10.0.0.8: one of them is an IPv4 address, and the other an IPv6 address", deeper: true},
	{name: "a unix socket", old: "/prod\"", new: "/prod\", unix_socket: /run/app.sock"},
	{name: "an abstract socket", old: "/prod\"", new: "/prod\", unix_socket: \"@app\""},
	{name: "a unix socket with an address", old: "/prod\"", new: "/prod\", unix_socket: /run/app.sock, ip: 4", want: "unix_socket: contradicts ip: a unix socket has no address", deeper: true},
	{name: "a path that is too long for a socket", old: "/prod\"", new: "/prod\", unix_socket: /run/" + strings.Repeat("x", 120), want: "the path of a unix socket has at most 10", deeper: true},
	{name: "a unix socket in place of the lab", old: "url: lab", new: "url: lab, unix_socket: /run/app.sock", want: "targets.lab-alb.unix_socket: the lab is where this run serves it", deeper: true},
	{name: "a proxy", old: "/prod\"", new: "/prod\", proxy: \"http://proxy.corp:3128\", proxy_tunnel: true"},
	{name: "the environment's proxy", old: "/prod\"", new: "/prod\", proxy: environment"},
	{name: "a tunnel without a proxy", old: "/prod\"", new: "/prod\", proxy_tunnel: true", want: "proxy_tunnel: is about a proxy, and there is none"},
	{name: "a proxy at the lab", old: "url: lab", new: "url: lab, proxy: \"http://proxy.corp:3128\"", want: "targets.lab-alb.proxy: the lab is where this run serves it", deeper: true},
	{name: "a proxy to a unix socket", old: "/prod\"", new: "/prod\", proxy: \"http://proxy.corp:3128\", unix_socket: /run/app.sock", want: "unix_socket: contradicts proxy", deeper: true},
	{name: "curl's word for authorities", old: "/prod\"", new: "/prod\", cacert: x.pem", want: `targets.rest: unknown key "cacert"; write tls: {ca: FILE} (known are`},
	{name: "k6's word for no verification", old: "/prod\"", new: "/prod\", insecureSkipTLSVerify: true", want: `unknown key "insecureSkipTLSVerify"; write tls: {insecure: true}`},
	{name: "vegeta's word for an address", old: "/prod\"", new: "/prod\", laddr: 10.0.0.8", want: `unknown key "laddr"; write source_address: IP`},
	{name: "TLS", old: "/prod\"", new: "/prod\", tls: {server_name: api.example.com, min_version: 1.3, insecure: true}"},
	{name: "TLS as text", old: "/prod\"", new: "/prod\", tls: {min_version: \"1.2\", insecure: false}"},
	{name: "TLS at the lab", old: "url: lab", new: "url: lab, tls: {min_version: 1.3}"},
	{name: "TLS to an address without it", old: `https://abc123.execute-api.eu-central-1.amazonaws.com/prod"`, new: `http://abc123.execute-api.eu-central-1.amazonaws.com/prod", tls: {insecure: true}`, want: "targets.rest.tls: this target is not reached by TLS: write https:// in its address, or remove this", deeper: true},
	{name: "a version of TLS that is none", old: "/prod\"", new: "/prod\", tls: {min_version: 2}", want: "tls.min_version: \"2\" is not a version of TLS: write 1.0, 1.1, 1.2 or 1.3"},
	{name: "a server name with a port", old: "/prod\"", new: "/prod\", tls: {server_name: \"a.example:443\"}", want: "tls.server_name: \"a.example:443\" is not the name of a server in TLS", deeper: true},
	{name: "TLS with a proxy that has none", old: "/prod\"", new: "/prod\", proxy: \"http://proxy.corp:3128\", proxy_tls: {insecure: true}", want: "targets.rest.proxy_tls: this target has no proxy that is reached by TLS: give proxy an https:// address, or remove this", deeper: true},
	{name: "TLS with no proxy", old: "/prod\"", new: "/prod\", proxy_tls: {insecure: true}", want: "targets.rest.proxy_tls: this target has no proxy that is reached by TLS", deeper: true},
	{name: "TLS with a proxy", old: "/prod\"", new: "/prod\", proxy: \"https://proxy.corp:3128\", proxy_tls: {insecure: true}"},
	{name: "a quoted truth", old: "/prod\"", new: "/prod\", tls: {insecure: \"true\"}", want: "targets.rest.tls.insecure: \"true\" is neither true nor false: write true without quotes"},
	{name: "an unknown key of TLS", old: "/prod\"", new: "/prod\", tls: {cacert: x.pem}", want: `targets.rest.tls: unknown key "cacert"`},
	{name: "a key without a certificate", old: "/prod\"", new: "/prod\", tls: {key: k.pem}", want: "tls.key: is the key of no certificate: name the client's certificate as cert"},
	{name: "a key in the file itself", old: "/prod\"", new: "/prod\", tls: {cert: c.pem, key: \"-----BEGIN PRIVATE KEY-----\\nhunter2\"}", want: "does not exist", deeper: true},
	{name: "an authority that is not there", old: "/prod\"", new: "/prod\", tls: {ca: none.pem}", want: "tls.ca: \"none.pem\" does not exist: a relative name is looked for next to the scenario", deeper: true},
	{name: "an authority that is not used", old: "/prod\"", new: "/prod\", tls: {ca: none.pem, insecure: true}", want: "tls.insecure: contradicts ca", deeper: true},
}

// issue makes a certificate and its key in PEM.
func issue(t *testing.T, until time.Time) (certificate, key []byte) {
	t.Helper()
	k, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	c := &x509.Certificate{SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "client"}, NotBefore: until.Add(-time.Hour), NotAfter: until}
	der, err := x509.CreateCertificate(rand.Reader, c, c, &k.PublicKey, k)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := x509.MarshalPKCS8PrivateKey(k)
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}), pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: plain})
}

func TestFilesForTLS(t *testing.T) {
	folder := t.TempDir()
	cert, key := issue(t, time.Now().Add(time.Hour))
	_, other := issue(t, time.Now().Add(time.Hour))
	der, _ := pem.Decode(cert)
	secret := string(key[40:60])
	for name, data := range map[string][]byte{
		"c.pem": cert, "k.pem": key, "both.pem": append(bytes.Clone(cert), key...), "other.pem": other, "empty.pem": nil, "c.der": der.Bytes,
		"broken.pem":    pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: []byte("none")}),
		"encrypted.pem": pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED PRIVATE KEY", Bytes: []byte("x")}),
		"old.pem":       pem.EncodeToMemory(&pem.Block{Type: "RSA PRIVATE KEY", Headers: map[string]string{"DEK-Info": "AES-256-CBC,00"}, Bytes: []byte("x")}),
		"a.p12":         {0x30, 0x82, 0x0a, 0x03, 0x02, 0x01, 0x03, 0x30, 0x82},
	} {
		if err := os.WriteFile(filepath.Join(folder, name), data, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	for _, row := range []struct{ name, tls, want string }{
		{"an authority", "{ca: c.pem}", ""},
		{"an authority elsewhere", fmt.Sprintf("{ca: %q}", filepath.Join(folder, "c.pem")), ""},
		{"an authority from the environment", `{ca: "${env:CERT}"}`, ""},
		{"a certificate with its key", "{cert: c.pem, key: k.pem}", ""},
		{"a certificate with its key in one file", "{cert: both.pem}", ""},
		{"a key from the environment", `{cert: c.pem, key: "${env:PEM}"}`, ""},
		{"no certificate in the file", "{ca: empty.pem}", `tls.ca: "empty.pem" holds no certificate in PEM`},
		{"a file in DER", "{ca: c.der}", "it is in DER; openssl x509 -inform DER"},
		{"an archive", "{cert: a.p12}", "it is a PKCS #12 archive; openssl pkcs12"},
		{"a broken certificate", "{ca: broken.pem}", `tls.ca: "broken.pem" cannot be used: certificate 1 in it`},
		{"a folder", "{ca: .}", `tls.ca: "." cannot be read: not a regular file`},
		{"a certificate without its key", "{cert: c.pem}", "tls.cert: holds no key besides the certificate: name the file with the key as key"},
		{"a key that is none", "{cert: c.pem, key: empty.pem}", "tls.key: holds no key in PEM"},
		{"another's key", "{cert: c.pem, key: other.pem}", "tls.key: is not the key of the certificate"},
		{"an encrypted key", "{cert: c.pem, key: encrypted.pem}", "tls.key: is encrypted with a passphrase: openssl pkey"},
		{"an encrypted key of old", "{cert: c.pem, key: old.pem}", "is encrypted with a passphrase"},
		{"a key in the scenario", "{cert: c.pem, key: \"-----BEGIN PRIVATE KEY-----\\n" + secret + "\"}", "tls.key: a secret does not belong in a file"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := with(t, `/prod"`, `/prod", tls: `+row.tls)
			s, err := Parse(filepath.Join(folder, "x.yaml"), []byte(text), env("PEM", string(key), "CERT", string(cert)))
			if row.want == "" && err != nil || row.want != "" && (err == nil || !strings.Contains(err.Error(), row.want)) {
				t.Errorf("%v; want %q", err, row.want)
			}
			if err != nil {
				if strings.Contains(err.Error(), secret) {
					t.Errorf("the message gives the key away: %v", err)
				}
				return
			}
			for _, f := range s.Files {
				if digest, err := f.Digest(); err != nil || strings.Contains(f.Name, "k.pem") != (digest == "") {
					t.Errorf("%s is recorded as %q, %v: of keys there is no digest, and of other files there is", f.Name, digest, err)
				}
			}
			if s, err := ParseRecorded("x.yaml", []byte(text)); err != nil || s.Targets[0].Connection.TLS != (targets.TLS{}) {
				t.Errorf("the recorded copy: %v; it opens no file", err)
			}
		})
	}
}

func TestWhereConnectionsGo(t *testing.T) {
	for _, row := range []struct{ name, url, keys, network, address, server string }{
		{"by default", "https://api.example.com/v1", "", "tcp", "api.example.com:443", "api.example.com"},
		{"without TLS", "http://api.example.com", "", "tcp", "api.example.com:80", "api.example.com"},
		{"elsewhere", "https://api.example.com", `connect_to: "10.0.0.7:8443"`, "tcp", "10.0.0.7:8443", "api.example.com"},
		{"to another host", "https://api.example.com:444", "connect_to: 10.0.0.7", "tcp", "10.0.0.7:444", "api.example.com"},
		{"to another port", "https://api.example.com", `connect_to: ":8443"`, "tcp", "api.example.com:8443", "api.example.com"},
		{"to another host of IPv6", "https://api.example.com", `connect_to: "[::1]"`, "tcp", "[::1]:443", "api.example.com"},
		{"with another Host", "https://10.0.0.7", `host: "api.example.com:8443"`, "tcp", "10.0.0.7:443", "api.example.com"},
		{"with another Host and name", "https://10.0.0.7", "host: bücher.example, tls: {server_name: tls.example.com}", "tcp", "10.0.0.7:443", "tls.example.com"},
		{"to a proxy", "https://api.example.com", `proxy: "http://proxy.corp:3128"`, "tcp", "proxy.corp:3128", "api.example.com"},
		{"to a unix socket", "http://localhost", "unix_socket: app.sock", "unix", filepath.Join("there", "app.sock"), "localhost"},
		{"to an abstract socket", "http://localhost", `unix_socket: "@app"`, "unix", "@app", "localhost"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "name: x\ntargets: {a: {kind: origin, url: \"" + row.url + "\", " + row.keys + "}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
			s, err := Parse(filepath.Join("there", "x.yaml"), []byte(text), env())
			if err != nil {
				t.Fatal(err)
			}
			a := &s.Targets[0]
			if network, address := a.Dials(); network != row.network || address != row.address || a.ServerName() != row.server {
				t.Errorf("%s %s as %s, want %s %s as %s", network, address, a.ServerName(), row.network, row.address, row.server)
			}
		})
	}
}

// What an interface endpoint or a load balancer's address does not say, the Host does.
func TestTheHostHeaderSaysWhichAPIItIs(t *testing.T) {
	for _, row := range []struct{ name, url, host string }{
		{"at an interface endpoint", "https://vpce-0123456789abcdef0-abcd1234.execute-api.eu-west-1.vpce.amazonaws.com", "abc123.execute-api.eu-west-1.amazonaws.com"},
		{"at an address", "https://10.0.0.7", "abc123.execute-api.eu-west-1.amazonaws.com"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "name: x\ntargets: {a: {kind: http-api, url: \"" + row.url + "\", host: " + row.host + "}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
			for _, read := range []func() (*Scenario, error){
				func() (*Scenario, error) { return Parse("x.yaml", []byte(text), env()) },
				func() (*Scenario, error) { return ParseRecorded("x.yaml", []byte(text)) },
			} {
				s, err := read()
				if err != nil {
					t.Fatal(err)
				}
				if a := s.Targets[0]; a.API != "abc123" || a.Region != "eu-west-1" {
					t.Errorf("API %q in %q", a.API, a.Region)
				}
			}
		})
	}
}

// Limits and the question for consent are about where load goes, not about its name.
func TestLoadThatGoesElsewhereIsLimitedThere(t *testing.T) {
	text := "name: x\nallow: [api.example.com]\ntargets: {a: {kind: origin, url: \"https://api.example.com\", connect_to: elsewhere.example.com}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
	s, err := Parse("x.yaml", []byte(text), env())
	if err != nil {
		t.Fatal(err)
	}
	p, err := NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	refused := s.Limit.refusals(p)
	if len(refused) != 1 || !strings.Contains(refused[0].Error(), "does not allow the host elsewhere.example.com") {
		t.Errorf("%v", refused)
	}
}

func TestProxies(t *testing.T) {
	environment := env("USER", "me@corp", "PW", "hunter2/:@#", "WHOLE", "http://me:hunter2@proxy.corp:3128", "HOST", "proxy.corp", "PORT", "3128",
		"HTTPS_PROXY", "https://you:hunter2@secure.corp:3129", "http_proxy", "plain.corp:3130", "NO_PROXY", "direct.example.com")
	for _, row := range []struct{ name, url, proxy, want, user, password, problem string }{
		{"an address", "https://a.example", "http://proxy.corp:3128", "http://proxy.corp:3128", "", "", ""},
		{"with TLS", "https://a.example", "https://proxy.corp:3128", "https://proxy.corp:3128", "", "", ""},
		{"SOCKS", "https://a.example", "socks5h://127.0.0.1:1080", "socks5h://127.0.0.1:1080", "", "", ""},
		{"a user", "https://a.example", "http://${env:USER}:${env:PW}@proxy.corp:3128", "http://proxy.corp:3128", "me@corp", "hunter2/:@#", ""},
		{"a password of a user who is named", "https://a.example", "http://me:${env:PW}@proxy.corp:3128", "http://proxy.corp:3128", "me", "hunter2/:@#", ""},
		{"a user without a password", "https://a.example", "http://me@proxy.corp:3128", "http://proxy.corp:3128", "me", "", ""},
		{"host and port from variables", "https://a.example", "http://${env:HOST}:${env:PORT}", "http://proxy.corp:3128", "", "", ""},
		{"everything from variables", "https://a.example", "http://${env:USER}:${env:PW}@${env:HOST}:${env:PORT}/", "http://proxy.corp:3128", "me@corp", "hunter2/:@#", ""},
		{"a whole address from a variable", "https://a.example", "${env:WHOLE}", "http://proxy.corp:3128", "me", "hunter2", ""},
		{"the environment's, for https", "https://a.example", "environment", "https://secure.corp:3129", "you", "hunter2", ""},
		{"the environment's, for http", "http://a.example", "environment", "http://plain.corp:3130", "", "", ""},
		{"the environment's, which excepts the target", "https://direct.example.com", "environment", "", "", "", ""},
		{"the environment's, for this machine", "http://127.0.0.1:8000", "environment", "", "", "", ""},
		{"a password in the file", "https://a.example", "http://me:hunter2@proxy.corp:3128", "", "", "", "holds a password: a secret does not belong in a file"},
		{"half a password in the file", "https://a.example", "http://me:hunter2${env:PORT}@proxy.corp:3128", "", "", "", "holds a password"},
		{"SOCKS with names looked up here", "https://a.example", "socks5://127.0.0.1:1080", "", "", "", "write socks5h://, with which the proxy does"},
		{"another kind", "https://a.example", "ftp://proxy.corp:21", "", "", "", "is the address of a proxy of another kind"},
		{"a reference that is none", "https://a.example", "http://${PW}@proxy.corp:3128", "", "", "", "is not a reference"},
		{"no port", "https://a.example", "http://proxy.corp", "", "", "", "has no port: write that of the proxy"},
		{"no scheme", "https://a.example", "proxy.corp:3128", "", "", "", "is not the address of a proxy: write it as http://"},
		{"a path", "https://a.example", "http://proxy.corp:3128/x", "", "", "", "is not the address of a proxy"},
	} {
		t.Run(row.name, func(t *testing.T) {
			text := "name: x\ntargets: {a: {kind: origin, url: \"" + row.url + "\", proxy: \"" + row.proxy + "\"}}\nrequests: [{name: r, path: /}]\nload: [{constant: {rate: 1/s, for: 1s}}]\n"
			s, err := Parse("x.yaml", []byte(text), environment)
			if row.problem != "" {
				if err == nil || !strings.Contains(err.Error(), "x.yaml:2:") || !strings.Contains(err.Error(), row.problem) || strings.Contains(err.Error(), "hunter2") {
					t.Errorf("%v; want %q", err, row.problem)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			p := s.Targets[0].Connection.Proxy
			if p == nil {
				p = &targets.Proxy{}
			}
			if row.want == "" && p.Address != "" || row.want != "" && p.String() != row.want || p.User != row.user || p.Password.Reveal() != row.password {
				t.Errorf("%v as %q with %q, want %s as %q with %q", p, p.User, p.Password.Reveal(), row.want, row.user, row.password)
			}
			if masked := slices.ContainsFunc(s.Secrets, func(s targets.Secret) bool { return s.Reveal() == row.password }); row.password != "" && !masked {
				t.Errorf("the password is not among the secrets that are masked")
			}
		})
	}
}

func TestCertificatesThatAreNotValidAreWarnedOf(t *testing.T) {
	now := time.Now()
	cert, key := issue(t, now)
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		t.Fatal(err)
	}
	mutual := targets.Target{Name: "a", Connection: targets.Connection{TLS: targets.TLS{Certificate: &pair}}}
	atLab := mutual
	atLab.Lab = true
	for _, row := range []struct {
		name   string
		target targets.Target
		at     time.Time
		want   string
	}{
		{"valid", mutual, now.Add(-time.Minute), ""},
		{"expired", mutual, now.Add(time.Minute), "its client certificate has expired, on "},
		{"of tomorrow", mutual, now.Add(-2 * time.Hour), "its client certificate is not valid before "},
		{"at a lab without TLS", atLab, now, "its tls: means nothing, as the lab has no TLS"},
		{"none", targets.Target{}, now, ""},
		{"expired, and shown to a proxy", targets.Target{Name: "a", Connection: targets.Connection{ProxyTLS: targets.TLS{Certificate: &pair}}}, now.Add(time.Minute), "its client certificate for the proxy has expired, on "},
	} {
		var s Scenario
		if said := fmt.Sprint(s.tlsWarnings(row.target, row.at)); (row.want == "") != (said == "[]") || !strings.Contains(said, row.want) {
			t.Errorf("%s: %s, want %q", row.name, said, row.want)
		}
	}
}
