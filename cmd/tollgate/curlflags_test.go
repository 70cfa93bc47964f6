package main

import (
	"io"
	"strings"
	"testing"
)

func TestFlagsOfCurlHaveAHint(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		given []string
		want  string
	}{
		{[]string{"-Ume:hunter2"}, "unknown flag: -U; write --proxy 'http://NAME:${env:PASSWORD}@HOST:PORT'"},
		{[]string{"--max-time", "3"}, "unknown flag: --max-time; write --timeout TIME"},
		{[]string{"--no-such-flag"}, "unknown flag: --no-such-flag; see tollgate run --help"},
		{[]string{"--cert", "curlflags_test.go:hunter2"}, "--cert: a passphrase after the name of the file is not used"},
	} {
		root := newRoot()
		root.SetArgs(append([]string{"run", "http://127.0.0.1:1/"}, row.given...))
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		if err := root.Execute(); err == nil || !strings.Contains(err.Error(), row.want) || strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%q: %v, want %q", row.given, err, row.want)
		}
	}
	run, _, err := newRoot().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	for name := range curlsFlags {
		if f := run.Flags(); f.Lookup(name) != nil || len(name) == 1 && f.ShorthandLookup(name) != nil {
			t.Errorf("run has --%s: no hint is needed", name)
		}
	}
}

// What is wrong with a flag is said of the flag, and not of a key in the scenario that is
// made of it.
func TestFlagsAreNamedInPlaceOfKeys(t *testing.T) {
	t.Parallel()
	const secure, plain = "https://api.example.com/x", "http://api.example.com/x"
	for _, row := range []struct {
		address string
		given   []string
		want    string
	}{
		{secure, []string{"--cacert", "/none.pem"}, `--cacert: "/none.pem" does not exist`},
		{secure, []string{"--cert", "/none.pem"}, `--cert: "/none.pem" does not exist`},
		{secure, []string{"--key", "k.pem"}, "--key: is the key of no certificate: name the client's certificate as --cert"},
		{secure, []string{"-k", "--cacert", "/none.pem"}, "--insecure: contradicts --cacert: either the certificate of the server is verified, or it is not"},
		{secure, []string{"-x", "https://a:1", "--proxy-insecure", "--proxy-cacert", "/none.pem"}, "--proxy-insecure: contradicts --proxy-cacert: either the certificate of the proxy is verified, or it is not"},
		{secure, []string{"--http", "3"}, `--http: "3" is not one of auto, 1.1 or 2`},
		{plain, []string{"-k"}, "TLS (--cacert, --cert, --insecure): this target is not reached by TLS: write https:// in its address"},
		{secure, []string{"--connect-to", "a/b"}, `--connect-to: "a/b" is not a host and port`},
		{secure, []string{"--host", "a b"}, `--host: "a b" is not the name of a host`},
		{secure, []string{"-x", "ftp://a:1"}, "--proxy: is the address of a proxy of another kind"},
		{secure, []string{"-x", "https://a:1", "--proxy-insecure", "--proxy-cacert", "/none.pem"}, "--proxy-insecure: contradicts --proxy-cacert"},
		{secure, []string{"-x", "http://a:1", "--proxy-insecure"}, "TLS with the proxy (--proxy-cacert, --proxy-cert, --proxy-insecure): this target has no proxy that is reached by TLS: give --proxy an https:// address"},
		{secure, []string{"-p"}, "--proxytunnel: is about a proxy, and there is none: name it as --proxy"},
		{secure, []string{"--unix-socket", "/s", "-x", "http://a:1"}, "--unix-socket: contradicts --proxy: a unix socket has no address"},
		{secure, []string{"--interface", "1.2.3"}, `--interface: "1.2.3" is not an IP address`},
		{secure, []string{"--interface", "::1", "-4"}, "--ipv4, --ipv6: contradicts --interface, which is not an IPv4 address"},
		{secure, []string{"--region", "xx"}, `--region: "xx" is not an AWS region`},
		{secure, []string{"-X", "FOO"}, `--request: "FOO" is not one of GET`},
		{secure, []string{"--timeout", "5"}, `--timeout: "5" has no unit`},
		{secure, []string{"-r", "5"}, `--rate: "5" is not a rate`},
	} {
		root := newRoot()
		root.SetArgs(append([]string{"plan", row.address}, row.given...))
		root.SetOut(io.Discard)
		root.SetErr(io.Discard)
		if err := root.Execute(); err == nil || !strings.Contains("\n"+err.Error(), "\n"+row.want) {
			t.Errorf("%q: %v, want %q", row.given, err, row.want)
		}
	}
}
