//go:build linux

package main

import (
	"bytes"
	"crypto/tls"
	"encoding/binary"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"net/url"
	"strconv"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"
	"golang.org/x/sys/unix"

	"tollgate/scenarios/load/wire/poll"
)

// floorName is the least that a generator of HTTP/2 can do: it sends prepared bytes and
// counts the ends of streams in what comes back. It makes the system calls that wire makes,
// through the same packages, and nothing else: no headers are read, no clock and no
// histogram. What it takes is the kernel's and TLS's part of a request.
const floorName = "floor"

func floorTool(self string) tool {
	return tool{name: floorName, program: self, command: func(l task) []string {
		if !l.http2 || l.rate > 0 {
			return nil
		}
		return []string{self, "floor", "-url", l.url, "-for", l.seconds(), "-connections", strconv.Itoa(l.connections), "-streams", strconv.Itoa(l.streams)}
	}, read: func(l task, out []byte) (float64, time.Duration, error) {
		n, _, err := readOurs(l, out)
		return n, unknown, err
	}}
}

func floor(args []string, stdout io.Writer) error {
	f := flag.NewFlagSet("floor", flag.ContinueOnError)
	address := f.String("url", http2URL, "where to")
	connections := f.Int("connections", 8, "to open")
	streams := f.Int("streams", 8, "on each")
	length := f.Duration("for", 5*time.Second, "how long")
	if err := f.Parse(args); err != nil {
		return err
	}
	u, err := url.Parse(*address)
	if err != nil {
		return err
	}
	b, err := newBare(u, *connections, *streams, &tls.Config{})
	if err != nil {
		return err
	}
	before, began := spent(), time.Now()
	err = b.drive(*length)
	took, used := time.Since(began), spent()-before
	if err := errors.Join(err, b.close()); err != nil {
		return err
	}
	return json.NewEncoder(stdout).Encode(figure{
		Engine: floorName, Requests: b.ended, Failed: b.failed, Rate: float64(b.ended) / took.Seconds(), Opened: int64(*connections),
		CPU: float64(used.Nanoseconds()) / 1e3 / float64(max(b.ended, 1)), Cores: used.Seconds() / took.Seconds(),
	})
}

// bare is the loop of floor.
type bare struct {
	poller *poll.Poller
	conns  []*bareConn
	buffer []byte
	ended  int64
	failed int64
}

func newBare(u *url.URL, connections, streams int, config *tls.Config) (*bare, error) {
	p, err := poll.New()
	if err != nil {
		return nil, err
	}
	config.ServerName, config.NextProtos = u.Hostname(), []string{http2.NextProtoTLS}
	b := &bare{poller: p, buffer: make([]byte, 64<<10)}
	for range connections {
		if err := b.open(u, streams, config); err != nil {
			return nil, errors.Join(err, b.close())
		}
	}
	return b, nil
}

func (b *bare) close() error {
	for _, c := range b.conns {
		poll.Close(c.fd)
	}
	return b.poller.Close()
}

type bareConn struct {
	socket
	tls  *tls.Conn
	next uint32 // stream
	// request is the header block of each request but the first, by references to the
	// entries that the first has made in the server's table.
	first, request []byte
	rest           []byte // an unfinished frame
	text           []byte // what is about to be sent
}

// A socket is how crypto/tls sends and receives. Once hands are shaken it does not wait,
// and collects what is to be sent.
type socket struct {
	net.Conn // nil: crypto/tls asks for no more
	fd       int
	shaken   bool
	out      []byte
}

func (s *socket) Read(b []byte) (int, error) {
	for {
		n, errno := poll.Recv(s.fd, b)
		switch {
		case errno == poll.Again && s.shaken:
			return 0, errLater
		case errno == poll.Again:
			if _, err := unix.Poll([]unix.PollFd{{Fd: int32(s.fd), Events: unix.POLLIN}}, -1); err != nil && err != unix.EINTR {
				return 0, err
			}
		case errno != 0:
			return 0, errno
		case n == 0:
			return 0, io.EOF
		default:
			return n, nil
		}
	}
}

func (s *socket) Write(b []byte) (int, error) {
	s.out = append(s.out, b...)
	if s.shaken {
		return len(b), nil
	}
	return len(b), s.flush()
}

func (s *socket) Close() error { return nil }

// flush sends what was collected. There is always room: each request waits for a response.
func (s *socket) flush() error {
	n, errno := poll.Send(s.fd, s.out)
	if errno != 0 || n < len(s.out) {
		return errors.Join(errors.New("the socket takes no more"), errno)
	}
	s.out = s.out[:0]
	return nil
}

// later is what crypto/tls takes for a reason to try again.
type later struct{}

func (later) Error() string   { return "nothing there yet" }
func (later) Timeout() bool   { return true }
func (later) Temporary() bool { return true }

var errLater error = later{}

// open opens a connection and sends the first requests on it.
func (b *bare) open(u *url.URL, streams int, config *tls.Config) error {
	fd, err := dial(u.Host)
	if err != nil {
		return err
	}
	c := &bareConn{socket: socket{fd: fd}, next: 1}
	if err := b.poller.Add(fd, uint64(len(b.conns))); err != nil {
		return err
	}
	b.conns = append(b.conns, c)
	c.tls = tls.Client(c, config)
	if err := c.tls.Handshake(); err != nil {
		return err
	}
	c.shaken = true
	if err := c.prepare(u); err != nil {
		return err
	}
	const window = 1<<31 - 1 - 65535 // more than all responses of a run
	c.text = append(c.text, http2.ClientPreface...)
	c.frame(http2.FrameSettings, 0, 0, nil)
	c.frame(http2.FrameWindowUpdate, 0, 0, binary.BigEndian.AppendUint32(nil, window))
	c.open(c.first)
	for range streams - 1 {
		c.open(c.request)
	}
	return c.send()
}

// prepare writes the header blocks of requests.
func (c *bareConn) prepare(u *url.URL) error {
	var block bytes.Buffer
	table := hpack.NewEncoder(&block)
	for _, into := range []*[]byte{&c.first, &c.request} {
		for _, f := range [][2]string{{":method", "GET"}, {":scheme", u.Scheme}, {":path", u.Path}, {":authority", u.Host}, {"user-agent", "floor"}} {
			if err := table.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]}); err != nil {
				return err
			}
		}
		*into = bytes.Clone(block.Bytes())
		block.Reset()
	}
	return nil
}

// dial connects, and returns a descriptor that Go's poller does not watch.
func dial(host string) (fd int, err error) {
	t, err := net.Dial("tcp", host)
	if err != nil {
		return -1, err
	}
	raw, err := t.(*net.TCPConn).SyscallConn()
	if err != nil {
		return -1, errors.Join(err, t.Close())
	}
	var problem error
	err = raw.Control(func(own uintptr) { fd, problem = unix.Dup(int(own)) })
	return fd, errors.Join(err, problem, t.Close())
}

func (c *bareConn) frame(kind http2.FrameType, flags http2.Flags, stream uint32, content []byte) {
	n := len(content)
	c.text = append(c.text, byte(n>>16), byte(n>>8), byte(n), byte(kind), byte(flags))
	c.text = binary.BigEndian.AppendUint32(c.text, stream)
	c.text = append(c.text, content...)
}

func (c *bareConn) open(block []byte) {
	c.frame(http2.FrameHeaders, http2.FlagHeadersEndHeaders|http2.FlagHeadersEndStream, c.next, block)
	c.next += 2
}

func (c *bareConn) send() error {
	if len(c.text) == 0 {
		return nil
	}
	_, err := c.tls.Write(c.text)
	c.text = c.text[:0]
	return errors.Join(err, c.flush())
}

func (b *bare) drive(length time.Duration) (err error) {
	var events []poll.Event
	for end := time.Now().Add(length); time.Now().Before(end); {
		if events, err = b.poller.Wait(events[:0], time.Second); err != nil {
			return err
		}
		for _, e := range events {
			if err := b.serve(b.conns[e.Key]); err != nil {
				return err
			}
		}
	}
	return nil
}

// serve answers each response that is there with a request.
func (b *bare) serve(c *bareConn) error {
	for {
		k := copy(b.buffer, c.rest)
		n, err := c.tls.Read(b.buffer[k:])
		if err == errLater {
			return c.send()
		}
		if err != nil {
			return err
		}
		if err := b.walk(c, k+n); err != nil {
			return err
		}
	}
}

// walk goes from frame to frame, and keeps what is left of the last one.
func (b *bare) walk(c *bareConn, received int) error {
	const head = 9 // bytes of a frame's header, of which three are its length (RFC 9113 section 4.1)
	text := b.buffer[:received]
	for len(text) >= head {
		n := head + int(text[0])<<16 + int(text[1])<<8 + int(text[2])
		if n > len(text) {
			break
		}
		kind, flags := http2.FrameType(text[3]), http2.Flags(text[4])
		switch {
		case kind == http2.FrameRSTStream || kind == http2.FrameGoAway:
			return fmt.Errorf("the server sends %v", kind)
		case kind == http2.FrameSettings && !flags.Has(http2.FlagSettingsAck):
			c.frame(http2.FrameSettings, http2.FlagSettingsAck, 0, nil)
		case kind == http2.FrameHeaders && !bytes.Contains(text[head:min(n, head+2)], []byte{status200}):
			b.failed++
		}
		if (kind == http2.FrameData || kind == http2.FrameHeaders) && flags.Has(http2.FlagDataEndStream) {
			b.ended++
			c.open(c.request)
		}
		text = text[n:]
	}
	c.rest = append(c.rest[:0], text...)
	return nil
}

// status200 is how a header says ":status: 200" (RFC 7541, appendix A), at its beginning or
// after a change of the table's size.
const status200 = 0x88
