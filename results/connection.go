package results

import "strings"

// A ConnectionDoc is how connections to a target were made, where the scenario says so.
// Of files it has digests alone.
type ConnectionDoc struct {
	CA         string `json:"ca_sha256,omitempty" text:"name"` // of the file with the authorities that were trusted in place of the machine's
	Cert       string `json:"client_certificate_sha256,omitempty" text:"name"`
	ServerName string `json:"server_name,omitempty" text:"name"` // in TLS
	MinVersion string `json:"min_tls_version,omitempty" text:"name"`
	Insecure   bool   `json:"insecure,omitempty"` // the server's certificate was not verified
	ConnectTo  string `json:"connect_to,omitempty" text:"name"`
	Host       string `json:"host,omitempty" text:"name"`           // in the header Host
	Source     string `json:"source_address,omitempty" text:"name"` // an IP address or a network interface
	IP         string `json:"ip,omitempty" text:"name"`             // the version that was used alone: 4 or 6
	Proxy      string `json:"proxy,omitempty" text:"name"`          // without user and password
	Tunnel     bool   `json:"proxy_tunnel,omitempty"`               // also without TLS
	ProxyCA    string `json:"proxy_ca_sha256,omitempty" text:"name"`
	ProxyCert  string `json:"proxy_client_certificate_sha256,omitempty" text:"name"`
	ProxyBlind bool   `json:"proxy_insecure,omitempty"` // the proxy's certificate was not verified
	UnixSocket string `json:"unix_socket,omitempty" text:"name"`
	Fresh      bool   `json:"connection_per_request,omitempty"` // no connection carried a second request
}

// Text says how connections were made, in words; "" as they are by default.
func (c *ConnectionDoc) Text() string {
	if c == nil {
		return ""
	}
	var all []string
	add := func(format, value string) {
		if value != "" {
			all = append(all, strings.ReplaceAll(format, "%", value))
		}
	}
	add("through the proxy %", c.Proxy)
	if c.Tunnel {
		add("%", "always by a tunnel")
	}
	if c.ProxyCA != "" {
		add("%", "only the scenario's authorities are trusted for the proxy")
	}
	if c.ProxyCert != "" {
		add("%", "a client certificate is presented to the proxy")
	}
	if c.ProxyBlind {
		add("%", "the proxy's certificate is not verified")
	}
	add("connections go to %", c.ConnectTo)
	add("connections go to the unix socket %", c.UnixSocket)
	add("connections begin at %", c.Source)
	add("only IPv% is used", c.IP)
	add("the Host header is %", c.Host)
	add("the server's name in TLS is %", c.ServerName)
	add("TLS is % or newer", c.MinVersion)
	if c.CA != "" {
		add("%", "only the scenario's authorities are trusted")
	}
	if c.Cert != "" {
		add("%", "a client certificate is presented")
	}
	if c.Insecure {
		add("%", "the server's certificate is not verified")
	}
	if c.Fresh {
		add("%", "each request has a connection of its own")
	}
	return strings.Join(all, ", ")
}

// Ways says by which ways other than directly connections led to targets: figures of
// different ways do not compare.
func (d *Document) Ways() (text string) {
	for _, t := range d.Targets {
		c := t.Connection
		switch {
		case c == nil:
		case c.Proxy != "":
			text += ", " + t.Name + " through the proxy " + c.Proxy
		case c.UnixSocket != "":
			text += ", " + t.Name + " by a unix socket"
		}
	}
	return text
}

// Unverified are the names of the targets whose certificate was not verified.
func (d *Document) Unverified() (names []string) {
	for _, t := range d.Targets {
		if t.Connection != nil && t.Connection.Insecure {
			names = append(names, t.Name)
		}
	}
	return names
}

// UnverifiedText warns of them; "" for none.
func UnverifiedText(names []string) string {
	if len(names) == 0 {
		return ""
	}
	return "the certificate of " + listed(names) + " was not verified (tls: insecure): who answered is not known"
}
