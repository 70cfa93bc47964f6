package websocket

import (
	"bufio"
	"bytes"
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"math"
	"net"
	"net/http"
	"net/netip"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/http1"
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
	status  int
	header  http.Header
	body    []byte
	secrets []string // that the handshake carried, of a connection that is held
}

func (r *refusal) Error() string {
	return fmt.Sprintf("the handshake was answered by status %d %s", r.status, http.StatusText(r.status))
}

// A masked error may quote the server, and the server what the handshake carried.
type masked struct {
	error
	mask func() *targets.Mask // is costly, and most errors of a load are only counted
}

func (m *masked) Error() string { return load.Quoted(m.error.Error(), m.mask()) }

func (m *masked) Unwrap() error { return m.error }

// shakeHands opens a connection, with the request of its handshake. The sample is told the
// times; set is called before anything can come over the connection.
func (p *endpoint) shakeHands(ctx context.Context, request *targets.Request, s *results.Sample, set func(*conn)) (*conn, http.Header, error) {
	began := p.engine.now()
	p.count(func(d *results.SocketDoc) { d.Opening++ })
	raw, err := p.connect(ctx, s)
	var c *conn
	var header http.Header
	if err == nil {
		if c, header, err = p.shake(ctx, raw, request, s); err != nil {
			_ = raw.Close()
		}
	}
	if err != nil {
		p.engine.counters.Failed.Add(1)
		p.count(func(d *results.SocketDoc) {
			d.Opening--
			d.Failed++
		})
		return nil, nil, err
	}
	set(c)
	p.engine.counters.Opened.Add(1)
	p.mu.Lock()
	p.open[c] = struct{}{}
	p.mu.Unlock()
	p.count(func(d *results.SocketDoc) {
		d.Opening--
		d.Opened++
		if c.deflates {
			d.Compressed++
		}
		p.shakes.Record(p.engine.now() - began)
	})
	return c, header, nil
}

// connect opens a TCP connection, with TLS where that is asked for.
func (p *endpoint) connect(ctx context.Context, s *results.Sample) (net.Conn, error) {
	began := p.engine.now()
	conn, err := p.dial(ctx)
	if err != nil {
		return nil, &openingError{load.OpeningPhase(err, p.security != nil && p.tunnel == nil), p.tunnel.Failed(err)}
	}
	on, err := p.tunnel.ThroughWithin(ctx, conn)
	if err != nil {
		_ = conn.Close()
		return nil, &openingError{load.WhileDialling, err}
	}
	connected := p.engine.now()
	if s.Connect = connected - began; p.security == nil {
		return on, nil
	}
	secure := tls.Client(on, p.security.Config)
	if err := secure.HandshakeContext(ctx); err != nil {
		_ = on.Close()
		return nil, &openingError{load.WhileSecuring, p.security.Explain(err)}
	}
	s.TLS = p.engine.now() - connected
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
func (p *endpoint) shake(ctx context.Context, raw net.Conn, request *targets.Request, s *results.Sample) (*conn, http.Header, error) {
	defer context.AfterFunc(ctx, func() { _ = raw.SetDeadline(time.Unix(1, 0)) })()
	asked, key := p.asking(request)
	text := load.AppendHTTP1(nil, asked)
	s.Sent, s.Out = p.engine.now(), int64(len(text))
	if _, err := raw.Write(text); err != nil {
		return nil, nil, &openingError{load.WhileExchanging, endOf(ctx, err)}
	}
	c := &conn{endpoint: p, net: raw}
	read := &counted{Reader: raw, most: http1.MaxHead}
	c.from = bufio.NewReaderSize(read, readBuffer)
	response, err := http.ReadResponse(c.from, &http.Request{Method: http.MethodGet})
	if read.n >= read.most {
		return nil, nil, &openingError{load.WhileExchanging, http1.HeadTooLong}
	}
	if err != nil {
		return nil, nil, &openingError{load.WhileExchanging, endOf(ctx, p.security.Explain(err))}
	}
	s.FirstByte = p.engine.now() - s.Sent
	if response.StatusCode != switched {
		read.most = math.MaxInt64                                               // only the start of the body is read
		body, _ := io.ReadAll(io.LimitReader(response.Body, load.ExcerptBytes)) // what came of it
		return nil, nil, &refusal{status: response.StatusCode, header: response.Header, body: body}
	}
	if c.deflates, err = p.accepted(asked, key, response.Header); err != nil {
		return nil, nil, &openingError{load.WhileExchanging, err}
	}
	s.In = read.n - int64(c.from.Buffered())
	c.from = unwrapped(c.from, raw)
	c.opened = p.engine.now()
	c.active.Store(int64(c.opened))
	return c, response.Header, nil
}

// counted counts what is read, and ends where most was: a server may send a header without
// end.
type counted struct {
	io.Reader
	n, most int64
}

func (c *counted) Read(b []byte) (int, error) {
	if c.n >= c.most {
		return 0, io.EOF
	}
	n, err := c.Reader.Read(b[:min(int64(len(b)), c.most-c.n)])
	c.n += int64(n)
	return n, err
}

// unwrapped reads on from raw itself, after what is buffered.
func unwrapped(from *bufio.Reader, raw io.Reader) *bufio.Reader {
	n := from.Buffered()
	early, _ := from.Peek(n) // it is there
	if n > 0 {
		raw = io.MultiReader(bytes.NewReader(bytes.Clone(early)), raw)
	}
	from.Reset(raw)
	return from
}

// accepted checks the server's answer to a handshake (RFC 6455, section 4.1). It says whether
// messages are compressed.
func (p *endpoint) accepted(asked *targets.Request, key string, answer http.Header) (bool, error) {
	if answer.Get("Sec-WebSocket-Accept") != websocket.Accept(key) || !websocket.Lists(answer, "Upgrade", "websocket") {
		return false, errors.New("the answer to the handshake is not that of a WebSocket: Upgrade or Sec-WebSocket-Accept is wrong")
	}
	for _, chosen := range answer.Values(subprotocol) {
		if !websocket.Lists(http.Header{subprotocol: asked.Header.Values(subprotocol)}, subprotocol, strings.TrimSpace(chosen)) {
			return false, fmt.Errorf("the server chose the subprotocol %q, which was not offered", chosen)
		}
	}
	return p.agreed(answer)
}

// subprotocol is the header by which subprotocols are offered, and one is chosen.
const subprotocol = "Sec-Websocket-Protocol"

// agreed says whether messages are compressed: where that is offered, and the server agrees.
func (p *endpoint) agreed(answer http.Header) (bool, error) {
	if !p.engine.job.Options.Sockets.Compress {
		if answer.Get(websocket.Extensions) != "" {
			return false, fmt.Errorf("the server agreed to the extension %q, and none was offered", answer.Get(websocket.Extensions))
		}
		return false, nil
	}
	agrees, err := websocket.Agreed(answer)
	if err == nil && !agrees && !p.plain.Swap(true) {
		p.engine.job.AddNote(p.number, "messages are not compressed: permessage-deflate was offered, and the server did not agree to it")
	}
	return agrees, err
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

// asking makes a request that of a handshake.
func (p *endpoint) asking(made *targets.Request) (*targets.Request, string) {
	r := *made
	r.Header = made.Header.Clone()
	key := websocket.NewKey()
	fields := map[string]string{"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": key}
	if p.engine.job.Options.Sockets.Compress {
		fields[websocket.Extensions] = websocket.Offer
	}
	for name, value := range fields {
		r.Header.Set(name, value)
	}
	return &r, key
}
