package process

import (
	"context"
	"crypto/rand"
	"fmt"
	"io"
	random "math/rand/v2"
	"net"
	"net/http"
	"os"
	"strings"
	"sync"
	"time"
)

// A Server is a program of the user that serves HTTP on this machine. It must be closed.
type Server struct {
	URL string // without a path: http://127.0.0.1:43210

	name    string
	starter *Starter
	process *Process
	output  *Tail
	read    sync.WaitGroup
}

// A Serve says what to start.
type Serve struct {
	Name    string        // in messages: base, head
	Command string        // for the shell; {port} stands for the port, and so does the variable PORT
	Dir     string        // that it starts in; "": the current one
	Env     []string      // added to the environment of this program
	At      string        // host and port where it answers; "": a free port, of which the command has to be told
	Within  time.Duration // it must answer
}

// portMark is what stands for the port in a command.
const portMark = "{port}"

// Start starts a server and waits until it answers a request with any status code.
func (c Serve) Start(ctx context.Context) (*Server, error) {
	at, err := c.place()
	if err != nil {
		return nil, err
	}
	_, port, _ := net.SplitHostPort(at)
	mark := rand.Text()
	s := &Server{URL: "http://" + at, name: c.Name, starter: New(mark), output: &Tail{}}
	env := append(os.Environ(), "PORT="+port, MarkName+"="+mark)
	s.process, err = s.starter.Start(Command{
		Args: Shell(strings.ReplaceAll(c.Command, portMark, port)), Dir: c.Dir, Env: append(env, c.Env...),
	})
	if err != nil {
		s.starter.Close()
		return nil, fmt.Errorf("%s cannot be started: %w", c.Name, err)
	}
	s.read.Go(func() {
		_, _ = io.Copy(s.output, s.process.Output) // until none of its processes writes any more
		s.process.Output.Close()
	})
	if err := s.ready(ctx, c.Within); err != nil {
		s.Close()
		return nil, fmt.Errorf("%w%s", err, s.Wrote())
	}
	return s, nil
}

// place is where the server will answer. What answers there before would be taken for it.
func (c Serve) place() (string, error) {
	if c.At == "" {
		return FreeAddress()
	}
	if there, err := net.DialTimeout("tcp", c.At, answering); err == nil {
		there.Close()
		return "", fmt.Errorf("%s cannot be started: something listens at %s already: stop it, or have it measured without the command", c.Name, c.At)
	}
	return c.At, nil
}

// FreeAddress is a loopback address where nothing listens. Its port is below those that
// systems give to connections by themselves, so that none takes it before a server does;
// another program still may, and the server then says so.
func FreeAddress() (string, error) {
	var err error
	for range 100 {
		var l net.Listener
		if l, err = net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", 20_000+random.IntN(12_000))); err == nil {
			return l.Addr().String(), l.Close()
		}
	}
	return "", fmt.Errorf("none of 100 ports of this machine is free: %w", err)
}

// How often a server that starts is asked, and how long it may take to answer.
const (
	asking    = 50 * time.Millisecond
	answering = 5 * time.Second
)

// ready waits for the first response.
func (s *Server) ready(ctx context.Context, within time.Duration) error {
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true}, // without a proxy: it is on this machine
		Timeout:       answering,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	late := time.NewTimer(within)
	defer late.Stop()
	tick := time.NewTicker(asking)
	defer tick.Stop()
	for {
		if response, err := client.Get(s.URL + "/"); err == nil {
			response.Body.Close()
			return nil
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("%s: interrupted before it answered", s.name)
		case <-s.process.Ended():
			return fmt.Errorf("%s ended before it answered: %s", s.name, s.ending())
		case <-late.C:
			return fmt.Errorf("%s did not answer at %s within %v: it must listen at the port in the variable PORT, or that stands for {port} in its command", s.name, s.URL, within)
		case <-tick.C:
		}
	}
}

// ending is how the process ended.
func (s *Server) ending() string {
	if err := s.process.Err(); err != nil {
		return err.Error()
	}
	return "exit status 0"
}

// Failed is how the server ended by itself; nil while it runs.
func (s *Server) Failed() error {
	select {
	case <-s.process.Ended():
		return fmt.Errorf("%s ended while it was measured: %s%s", s.name, s.ending(), s.Wrote())
	default:
		return nil
	}
}

// Wrote is the last that the server wrote, to be put behind a message; "" for nothing.
func (s *Server) Wrote() string { return s.output.String() }

// Close kills the server with all that it started, and returns when it is gone.
func (s *Server) Close() {
	s.process.Kill()
	<-s.process.Ended()
	_ = s.process.Output.SetReadDeadline(time.Now().Add(outputGrace)) // a pipe has deadlines
	s.read.Wait()
	s.starter.Close()
}

// A Tail keeps the last that a process wrote.
type Tail struct {
	mu   sync.Mutex
	text []byte
}

const longestTail = 4 << 10

// Write implements io.Writer.
func (t *Tail) Write(p []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.text = append(t.text, p...)
	if extra := len(t.text) - longestTail; extra > 0 {
		t.text = append(t.text[:0], t.text[extra:]...)
	}
	return len(p), nil
}

// String is empty, or what was written after a line break.
func (t *Tail) String() string {
	said := t.said()
	if said == "" {
		return ""
	}
	return "; it wrote:\n" + said
}

func (t *Tail) said() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return strings.TrimSpace(string(t.text))
}
