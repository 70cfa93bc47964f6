//go:build interop

package main

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"maps"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tollgate/targets/process"
)

// TestScriptsWithOtherServers runs testdata/script/interop: the program against servers
// and proxies that others wrote. What outside gives a script is there as well, and
//
//	$NGINX_AT           is nginx, and $TINYPROXY_AT the proxy of that name
//	$ONE, $TWO, $THREE  are further hosts and ports where a script may listen; $PORT is
//	                    the port of the last
//	ca.pem              is an authority; server.pem and server.key are its certificate for
//	                    api.internal, and client.pem and client.key one for a client
//	other.pem           is another authority
//	$EXAMPLES           is the folder of applications that the README serves
func TestScriptsWithOtherServers(t *testing.T) {
	t.Parallel()
	files, err := filepath.Glob(filepath.Join("testdata", "script", "interop", "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	own := maps.Clone(commands)
	own["listening"] = listening
	testscript.Run(t, testscript.Params{
		Files: files, RequireExplicitExec: true, RequireUniqueNames: true, Cmds: own,
		Setup: func(env *testscript.Env) error { return errors.Join(outside(env), withServers(env)) },
	})
}

func withServers(env *testscript.Env) error {
	for name, program := range map[string]string{"NGINX_AT": "nginx", "TINYPROXY_AT": "tinyproxy"} {
		path, err := exec.LookPath(program)
		if err != nil {
			if path, err = exec.LookPath("/usr/sbin/" + program); err != nil {
				return err
			}
		}
		env.Setenv(name, path)
	}
	for _, name := range []string{"ONE", "TWO", "THREE"} {
		free, err := process.FreeAddress()
		if err != nil {
			return err
		}
		env.Setenv(name, free)
		_, port, _ := net.SplitHostPort(free)
		env.Setenv("PORT", port)
	}
	examples, err := filepath.Abs(filepath.Join("..", "..", "scenarios", "examples"))
	if err != nil {
		return err
	}
	env.Setenv("EXAMPLES", examples)
	ca, other := &signer{folder: env.WorkDir}, &signer{folder: env.WorkDir}
	return errors.Join(ca.authority("ca"), other.authority("other"), ca.issue("server", "api.internal"), ca.issue("client", ""))
}

// A signer issues certificates into a folder.
type signer struct {
	folder string
	cert   *x509.Certificate
	key    *ecdsa.PrivateKey
}

func (s *signer) authority(name string) (err error) {
	if s.key, err = ecdsa.GenerateKey(elliptic.P256(), rand.Reader); err != nil {
		return err
	}
	s.cert = &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign,
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, s.cert, s.cert, &s.key.PublicKey, s.key)
	if err != nil {
		return err
	}
	return s.write(name+".pem", "CERTIFICATE", der)
}

// issue makes a certificate for a server, or without a host for a client.
func (s *signer) issue(name, host string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(2), Subject: pkix.Name{CommonName: name}, ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	if host != "" {
		c.DNSNames, c.ExtKeyUsage = []string{host}, []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}
	}
	der, err := x509.CreateCertificate(rand.Reader, c, s.cert, &key.PublicKey, s.key)
	if err != nil {
		return err
	}
	plain, err := x509.MarshalPKCS8PrivateKey(key)
	return errors.Join(err, s.write(name+".pem", "CERTIFICATE", der), s.write(name+".key", "PRIVATE KEY", plain))
}

func (s *signer) write(name, kind string, der []byte) error {
	return os.WriteFile(filepath.Join(s.folder, name), pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der}), 0o600)
}

// listening ADDRESS... waits until something listens at each: a host and port, or the
// path of a unix socket.
func listening(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) == 0 {
		ts.Fatalf("usage: listening ADDRESS...")
	}
	for _, address := range args {
		network := "tcp"
		if _, _, err := net.SplitHostPort(address); err != nil {
			network, address = "unix", ts.MkAbs(address)
		}
		deadline := time.Now().Add(time.Minute)
		for {
			c, err := net.Dial(network, address)
			if err == nil {
				ts.Check(c.Close())
				break
			}
			if time.Now().After(deadline) {
				ts.Fatalf("nothing listens at %s within a minute: %v", address, err)
			}
			time.Sleep(20 * time.Millisecond) // polls: another process does it
		}
	}
}
