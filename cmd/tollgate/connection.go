package main

import (
	"errors"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"tollgate/scenarios/sources"
	"tollgate/targets"
)

// connectionFlags say how the server of an address is connected to. They have curl's
// names.
type connectionFlags struct {
	typed      sources.Connection
	ipv4, ipv6 bool
}

// connectionNames are those of the flags.
var connectionNames = []string{"cacert", "cert", "key", "insecure", "connect-to", "host", "proxy", "proxy-cacert", "proxy-cert", "proxy-key", "proxy-insecure", "proxytunnel", "unix-socket", "interface", "ipv4", "ipv6"}

func (f *connectionFlags) flags(c *cobra.Command) {
	flags, t := c.Flags(), &f.typed
	flags.StringVar(&t.CA, "cacert", "", "of an address: `file` with the authorities to trust (PEM), in place of this machine's")
	flags.StringVar(&t.Cert, "cert", "", "of an address: `file` with the client certificate (PEM)")
	flags.StringVar(&t.Key, "key", "", "of an address: `file` with its private key (PEM), unless that is in --cert")
	flags.BoolVarP(&t.Insecure, "insecure", "k", false, "of an address: do not verify the server's certificate")
	flags.StringVar(&t.ConnectTo, "connect-to", "", "of an address: `host:port` to connect to; the names in TLS and requests stay")
	flags.StringVar(&t.Host, "host", "", "of an address: `name` for the Host header and TLS, as -H 'Host: name'")
	flags.StringVarP(&t.Proxy, "proxy", "x", "", "of an address: `url` of a proxy (http, https or socks5h), or environment")
	flags.StringVar(&t.ProxyCA, "proxy-cacert", "", "of an address: `file` with the authorities to trust for an https proxy (PEM)")
	flags.StringVar(&t.ProxyCert, "proxy-cert", "", "of an address: `file` with the client certificate for the proxy (PEM)")
	flags.StringVar(&t.ProxyKey, "proxy-key", "", "of an address: `file` with its private key (PEM), unless that is in --proxy-cert")
	flags.BoolVar(&t.ProxyInsecure, "proxy-insecure", false, "of an address: do not verify the proxy's certificate")
	flags.BoolVarP(&t.ProxyTunnel, "proxytunnel", "p", false, "of an address: tunnel through the proxy without TLS as well")
	flags.StringVar(&t.UnixSocket, "unix-socket", "", "of an address: `path` of a unix socket to connect to")
	flags.StringVar(&t.Source, "interface", "", "of an address: network interface or `IP` address to connect from")
	flags.BoolVarP(&f.ipv4, "ipv4", "4", false, "of an address: use IPv4 alone")
	flags.BoolVarP(&f.ipv6, "ipv6", "6", false, "of an address: use IPv6 alone")
}

// connection is what the flags say. Files are named from the root of this machine: the
// scenario that is made may be written anywhere.
func (f *connectionFlags) connection() (sources.Connection, error) {
	made := f.typed
	for _, file := range []*string{&made.CA, &made.Cert, &made.Key, &made.ProxyCA, &made.ProxyCert, &made.ProxyKey, &made.UnixSocket} {
		if *file == "" || strings.HasPrefix(*file, "@") || strings.Contains(*file, "${") {
			continue
		}
		path, err := filepath.Abs(*file)
		if err != nil {
			return made, err
		}
		*file = path
	}
	switch {
	case passphrased(made.Cert):
		return made, usage(errors.New("--cert: a passphrase after the name of the file is not used: openssl pkey -in FILE -out PLAIN.pem makes a key without one, which only you should be able to read"))
	case f.ipv4 && f.ipv6:
		return made, usage(errors.New("--ipv4 and --ipv6 each say what to use alone: leave both out to use either"))
	case f.ipv4:
		made.IP = targets.IPv4
	case f.ipv6:
		made.IP = targets.IPv6
	}
	return made, nil
}

// passphrased reports whether a passphrase follows the name of a file, as with curl.
func passphrased(file string) bool {
	name, _, found := strings.Cut(file, ":")
	if _, err := os.Stat(file); err == nil || !found {
		return false
	}
	_, err := os.Stat(name)
	return err == nil
}
