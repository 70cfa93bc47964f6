package websocket

import (
	"bufio"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"net/netip"
	"slices"
	"time"

	"tollgate/scenarios/load"
	"tollgate/targets"
	"tollgate/targets/websocket"
)

// An openingError is why no connection could be opened.
type openingError struct {
	during load.Phase
	err    error
}

func (e *openingError) Error() string { return e.err.Error() }
func (e *openingError) Unwrap() error { return e.err }

// phaseOf says during which phase no connection could be had.
func phaseOf(err error) (load.Phase, error) {
	if failed, is := errors.AsType[*openingError](err); is {
		return failed.during, failed.err
	}
	return load.WhileDialling, err
}

// A refusal is a handshake that the server answered by another status code than 101.
type refusal struct {
	status          int
	names           []string // of header fields
	body            []byte
	asked, answered time.Duration // on the run's clock
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the handshake was answered by status %d %s", r.status, http.StatusText(r.status))
}

// open opens a connection, and does its handshake.
func (p *endpoint) open(ctx context.Context) (*conn, error) {
	ctx, cancel := context.WithTimeout(ctx, openTimeout)
	defer cancel()
	began := p.engine.now()
	raw, err := p.connect(ctx)
	var c *conn
	if err == nil {
		if c, err = p.shake(ctx, raw); err != nil {
			_ = raw.Close()
		}
	}
	if err != nil {
		p.engine.counters.Failed.Add(1)
		return nil, err
	}
	p.engine.counters.Opened.Add(1)
	p.counting.Lock()
	defer p.counting.Unlock()
	p.shakes.Record(p.engine.now() - began)
	return c, nil
}

// connect opens a TCP connection, with TLS where that is asked for.
func (p *endpoint) connect(ctx context.Context) (net.Conn, error) {
	conn, err := p.dial(ctx)
	if err != nil {
		return nil, &openingError{load.OpeningPhase(err, p.security != nil && p.tunnel == nil), p.tunnel.Failed(err)}
	}
	on, err := p.tunnel.ThroughWithin(ctx, conn)
	if err != nil {
		_ = conn.Close()
		return nil, &openingError{load.WhileDialling, err}
	}
	if p.security == nil {
		return on, nil
	}
	secure := tls.Client(on, p.security.Config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = on.Close()
		return nil, &openingError{load.WhileSecuring, p.security.Explain(err)}
	}
	return secure, nil
}

// dial connects to the first of the target's addresses that answers, from the next one on.
func (p *endpoint) dial(ctx context.Context) (net.Conn, error) {
	a := p.names.Answer()
	if len(a.Addresses) == 0 {
		return nil, a.Unknown
	}
	var tried []netip.AddrPort
	var last error
	turn := int(p.turn.Add(1) - 1)
	for ctx.Err() == nil {
		to, more := p.names.Routes.Next(a.Addresses, turn, p.engine.now(), tried)
		if !more {
			break
		}
		tried = append(tried, to)
		network, address := "tcp", to.String()
		if socket := p.target.Connection.UnixSocket; socket != "" {
			network, address = "unix", socket
		}
		d := p.names.Source.Dialer(to.Addr())
		conn, err := d.DialContext(ctx, network, address)
		if err == nil {
			p.names.Routes.MarkAlive(to)
			return conn, nil
		}
		last = load.UnixFailure(err)
	}
	return nil, errors.Join(last, ctx.Err())
}

// shake does the handshake of WebSocket (RFC 6455, section 4.1).
func (p *endpoint) shake(ctx context.Context, raw net.Conn) (*conn, error) {
	defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
	request, key, err := p.asking()
	if err != nil {
		return nil, &openingError{load.WhileSigning, err}
	}
	asked := p.engine.now()
	if _, err := raw.Write(load.AppendHTTP1(nil, request)); err != nil {
		return nil, &openingError{load.WhileExchanging, endOf(ctx, err)}
	}
	from := bufio.NewReaderSize(raw, readBuffer)
	response, err := http.ReadResponse(from, &http.Request{Method: http.MethodGet})
	if err != nil {
		return nil, &openingError{load.WhileExchanging, endOf(ctx, p.security.Explain(err))}
	}
	now := p.engine.now()
	if response.StatusCode != switched {
		body, _ := io.ReadAll(io.LimitReader(response.Body, load.ExcerptBytes)) // what came of it
		return nil, &refusal{response.StatusCode, slices.Collect(maps.Keys(response.Header)), body, asked, now}
	}
	if response.Header.Get("Sec-WebSocket-Accept") != websocket.Accept(key) || !websocket.Lists(response.Header, "Upgrade", "websocket") {
		return nil, &openingError{load.WhileExchanging, errors.New("the answer to the handshake is not that of a WebSocket: Upgrade or Sec-WebSocket-Accept is wrong")}
	}
	return &conn{endpoint: p, net: raw, from: from, asked: asked, opened: now, active: now}, nil
}

// readBuffer is what a connection reads into: most messages are short, and there are
// thousands of connections. The head of a handshake's answer may be longer.
const readBuffer = 1 << 10

// endOf is why an exchange failed: the end of its time, if that is why.
func endOf(ctx context.Context, err error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// asking makes the request of a handshake.
func (p *endpoint) asking() (*targets.Request, string, error) {
	s := p.engine.job.Sending(p.opened.Add(1)-1, p.engine.now())
	made, err := p.handshake.Render(&s)
	if err != nil {
		return nil, "", err
	}
	r := *made
	r.Header = made.Header.Clone()
	key := websocket.NewKey()
	for name, value := range map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key} {
		r.Header.Set(name, value)
	}
	return &r, key, nil
}
