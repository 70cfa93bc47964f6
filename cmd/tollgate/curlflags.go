package main

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

// curlsFlags are flags of curl that no verb has, and what says the same here.
// Source: curl's manual page, version 8.
var curlsFlags = map[string]string{
	"A": "-H 'User-Agent: NAME'", "user-agent": "-H 'User-Agent: NAME'",
	"b": "-H 'Cookie: NAME=VALUE'", "cookie": "-H 'Cookie: NAME=VALUE'",
	"data-binary": "--data @FILE", "data-raw": "--data", "data-ascii": "--data",
	"E": "--cert FILE", "pass": "--key with a key without a passphrase (openssl pkey -in FILE -out PLAIN.pem)",
	"e": "-H 'Referer: URL'", "referer": "-H 'Referer: URL'",
	"http1.1": "--http 1.1", "http2": "--http 2", "http2-prior-knowledge": "--http 2 with an http:// address",
	"I": "-X HEAD", "head": "-X HEAD",
	"L": "the address that the redirect leads to", "location": "the address that the redirect leads to",
	"m": "--timeout TIME", "max-time": "--timeout TIME", "connect-timeout": "--timeout TIME",
	"oauth2-bearer": "-H 'Authorization: Bearer ${env:TOKEN}'",
	"resolve":       "--connect-to HOST:PORT",
	"T":             "-X PUT --data @FILE", "upload-file": "-X PUT --data @FILE",
	"tlsv1.3": "tls: {min_version: 1.3} at the target of a scenario (tollgate init)",
	"U":       "--proxy 'http://NAME:${env:PASSWORD}@HOST:PORT'", "proxy-user": "--proxy 'http://NAME:${env:PASSWORD}@HOST:PORT'",
	"socks5-hostname": "--proxy socks5h://HOST:PORT",
}

// flagError says what is wrong with flags, and what to write for those of curl. Where a
// flag is given by its letter, what is joined to it may be a password and is not repeated.
func flagError(c *cobra.Command, err error) error {
	unknown, ok := errors.AsType[*pflag.NotExistError](err)
	if !ok || c.Flags().Lookup("header") == nil {
		return usage(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
	}
	name := unknown.GetSpecifiedName()
	instead, known := curlsFlags[name]
	switch {
	case !known:
		return usage(fmt.Errorf("%w; see %s --help", err, c.CommandPath()))
	case len(name) == 1:
		return usage(fmt.Errorf("unknown flag: -%s; write %s", name, instead))
	}
	return usage(fmt.Errorf("%w; write %s", err, instead))
}
