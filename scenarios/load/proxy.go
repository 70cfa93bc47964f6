package load

import (
	"bufio"
	"bytes"
	"cmp"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strings"
	"time"

	"golang.org/x/net/proxy"

	"tollgate/targets"
)

// A Tunnel is the way through a proxy to a target. A nil one leads there without a proxy.
type Tunnel struct {
	proxy  *targets.Proxy
	to     string    // host and port that the proxy is asked for; "": it is sent requests in absolute form
	secure *Security // of TLS with the proxy; nil: without
}

// NewTunnel is the way to a target; config is of TLS with the proxy, unless the target says
// otherwise.
func NewTunnel(config *tls.Config, t *targets.Target) *Tunnel {
	p := t.Connection.Proxy
	if p == nil {
		return nil
	}
	w := &Tunnel{proxy: p}
	if t.Tunnels() {
		w.to = t.HostPort()
	}
	if p.Scheme == "https" {
		w.secure = newSecurity(config, p.Host(), t.Connection.ProxyTLS)
	}
	return w
}

// IsOpen says whether a connection to the proxy is one to use as it is.
func (w *Tunnel) IsOpen() bool { return w == nil || w.to == "" && w.secure == nil }

// Through leads a connection to the proxy on to the target. It reads not a byte of what
// comes from there, and returns what to go on with: conn, or TLS with the proxy on it.
func (w *Tunnel) Through(conn net.Conn) (net.Conn, error) {
	if w == nil {
		return conn, nil
	}
	if w.secure != nil {
		c := tls.Client(conn, w.secure.Config)
		if err := c.Handshake(); err != nil {
			return nil, w.Failed(err)
		}
		conn = c
	}
	switch {
	case w.to == "":
		return conn, nil
	case w.proxy.SOCKS():
		return conn, w.Failed(w.socks(conn))
	}
	return conn, w.Failed(w.connect(conn))
}

// A ProxyError is a failure to come through a proxy.
type ProxyError struct {
	proxy string
	err   error
}

func (e *ProxyError) Error() string {
	text := innermost(e.err)
	if demand, ok := errors.AsType[demandError](e.err); ok {
		text = demand.ofProxy()
	}
	if _, ok := errors.AsType[tls.RecordHeaderError](e.err); ok {
		text = "it does not speak TLS at this port: its address begins with http://, or has another port"
	}
	return "the proxy " + e.proxy + ": " + text
}

func (e *ProxyError) Unwrap() error { return e.err }

// Failed names the proxy in a failure to connect to it or through it.
func (w *Tunnel) Failed(err error) error {
	if _, named := errors.AsType[*ProxyError](err); w == nil || err == nil || named {
		return err
	}
	return &ProxyError{w.proxy.Address, w.secure.Explain(err)}
}

// Explain explains the end of a new connection on which nothing was received, where that is
// one to the proxy: under TLS 1.3 a client without a certificate is refused only then.
func (w *Tunnel) Explain(err error) error {
	if w == nil || w.secure == nil || w.to != "" {
		return err
	}
	if explained := w.secure.Explain(err); explained != err {
		return w.Failed(explained)
	}
	return err
}

// connect asks an HTTP proxy for a connection to the target (RFC 9110, section 9.3.6).
func (w *Tunnel) connect(conn io.ReadWriter) error {
	ask := "CONNECT " + w.to + " HTTP/1.1\r\nHost: " + w.to + "\r\nUser-Agent: " + userAgent + "\r\n"
	if own := w.proxy.Authorization(); own != "" {
		ask += "Proxy-Authorization: " + own + "\r\n"
	}
	if _, err := io.WriteString(conn, ask+"\r\n"); err != nil {
		return err
	}
	for left := maxProxyHead; ; {
		head, err := readHead(conn, left)
		if err != nil {
			return err
		}
		interim, err := w.granted(head)
		if !interim {
			return err
		}
		left -= len(head)
	}
}

// The response to CONNECT has no longer head, with the interim responses before it; its
// body, if the proxy refuses, is not read.
const maxProxyHead = 16 << 10

var (
	errProxyEnd  = errors.New("it closed the connection before its response to CONNECT")
	errProxyHead = errors.New("its response to CONNECT is not HTTP")
	errProxyTLS  = errors.New("it speaks TLS at this port: its address begins with https://")
)

// tlsAlert is how a server begins that expects TLS and got something else: an alert of TLS 1.x
// (RFC 8446, section 5.1).
const tlsAlert = "\x15\x03"

// readHead reads up to the end of a response's head and not one byte further: what
// follows is the target's. It never reads more than must still come.
func readHead(conn io.Reader, most int) ([]byte, error) {
	const end = "\r\n\r\n"
	var head []byte
	for {
		have := 0
		for have = len(end); have > 0 && !strings.HasSuffix(string(head), end[:have]); have-- {
		}
		if have == len(end) {
			return head, nil
		}
		if len(head) > most {
			return nil, errProxyHead
		}
		next := make([]byte, len(end)-have)
		n, err := conn.Read(next)
		head = append(head, next[:n]...)
		if bytes.HasPrefix(head, []byte(tlsAlert)) {
			return nil, errProxyTLS
		}
		if n == 0 && errors.Is(err, io.EOF) {
			return nil, errProxyEnd
		}
		if n == 0 && err != nil {
			return nil, err
		}
	}
}

// granted returns why a proxy did not grant a connection, unless it has not decided yet.
// Its reason phrase is not shown: anything may be in it.
func (w *Tunnel) granted(head []byte) (interim bool, err error) {
	response, err := http.ReadResponse(bufio.NewReader(bytes.NewReader(head)), &http.Request{Method: http.MethodConnect})
	if err != nil {
		return false, errProxyHead
	}
	defer func() { _ = response.Body.Close() }()
	switch {
	case response.StatusCode/100 == 2:
		return false, nil
	case response.StatusCode/100 == 1 && response.StatusCode != http.StatusSwitchingProtocols:
		return true, nil
	}
	text := strings.TrimSpace(fmt.Sprintf("%d %s", response.StatusCode, http.StatusText(response.StatusCode)))
	if schemes := challenges(response.Header); response.StatusCode == http.StatusProxyAuthRequired && len(schemes) > 0 {
		text += " (it asks for " + strings.Join(schemes, " or ") + ")"
		if !slices.Contains(schemes, "Basic") {
			text += ", and only Basic is sent"
		}
	}
	return false, fmt.Errorf("it refused a connection to %s: %s", w.to, text)
}

// schemeNames are those of the schemes that proxies ask for. Source: IANA's registry of
// HTTP authentication schemes; NTLM is Microsoft's.
var schemeNames = []string{"Basic", "Digest", "Negotiate", "NTLM", "Bearer"}

// challenges are the schemes that a response asks for, as far as they are known.
func challenges(h http.Header) (schemes []string) {
	for _, value := range h.Values("Proxy-Authenticate") {
		word, _, _ := strings.Cut(value, " ")
		for _, name := range schemeNames {
			if strings.EqualFold(word, name) && !slices.Contains(schemes, name) {
				schemes = append(schemes, name)
			}
		}
	}
	return schemes
}

// socks asks a SOCKS 5 proxy (RFC 1928, RFC 1929). The library reads nothing beyond the
// proxy's response.
func (w *Tunnel) socks(conn net.Conn) error {
	var own *proxy.Auth
	if w.proxy.User != "" || !w.proxy.Password.IsZero() {
		own = &proxy.Auth{User: w.proxy.User, Password: w.proxy.Password.Reveal()}
	}
	d, err := proxy.SOCKS5("tcp", w.proxy.Address, own, open{conn})
	if err != nil {
		return err
	}
	_, err = d.Dial("tcp", w.to)
	if op, is := errors.AsType[*net.OpError](err); is {
		return fmt.Errorf("it refused a connection to %s: %s", w.to, strings.TrimPrefix(op.Err.Error(), "unknown error "))
	}
	return err
}

// open is a dialer of what is open already.
type open struct{ net.Conn }

func (o open) Dial(_, _ string) (net.Conn, error) { return o.Conn, nil }

// ThroughWithin is Through on a connection that a context may end.
func (w *Tunnel) ThroughWithin(ctx context.Context, conn net.Conn) (net.Conn, error) {
	if w.IsOpen() {
		return conn, nil
	}
	ignore := context.AfterFunc(ctx, func() { _ = conn.SetDeadline(time.Unix(1, 0)) })
	on, err := w.Through(conn)
	if !ignore() {
		return nil, cmp.Or(ctx.Err(), err)
	}
	return on, err
}

// ForProxy makes a request one for a proxy, as targets.Request.Target and Sent say.
func ForProxy(r *http.Request, p *targets.Proxy) {
	own := *r.URL
	own.Opaque = "//" + own.Host + own.RequestURI()
	own.RawQuery, own.ForceQuery = "", false // they are in it
	r.URL = &own
	if a := p.Authorization(); a != "" {
		r.Header["Proxy-Authorization"] = []string{a}
	}
}
