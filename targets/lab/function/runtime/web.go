package runtime

import (
	"bufio"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"net"
	"sync"
	"time"

	"tollgate/targets/process"
)

// Servers start the environments of a Lambda Web Function: processes of this machine that
// serve HTTP. They must be closed.
//
// Source: Lambda developer guide, "Web functions": the process listens at the address in
// AWS_LAMBDA_HTTP_ENDPOINT within 10 s; there is no variable PORT.
type Servers struct {
	config  Config
	log     *Log
	mark    string
	starter *process.Starter
	reading sync.WaitGroup

	mu      sync.Mutex
	started int
}

// endpointName is the variable with the address at which a server must listen. At AWS that
// is one of all addresses, such as 0.0.0.0:3000; here it is one of loopback, so that no
// other machine reaches it.
const endpointName = "AWS_LAMBDA_HTTP_ENDPOINT"

// NewServers readies the environments of a Web Function. None is started.
func NewServers(c Config, l *Log) (*Servers, error) {
	c, err := c.prepared()
	if err != nil {
		return nil, err
	}
	mark := rand.Text()
	return &Servers{config: c, log: l, mark: mark, starter: process.New(mark)}, nil
}

// A Server is one environment. It must be ended.
type Server struct {
	Address string // host:port
	Stream  string // the name of its log stream

	process *process.Process
	mark    string
}

// Start starts an environment, and returns when its server accepts connections. It fails
// when the process ends before, or does not listen in time.
func (s *Servers) Start(ctx context.Context) (*Server, error) {
	address, err := freeAddress()
	if err != nil {
		return nil, err
	}
	e := &Server{Address: address, Stream: streamName(time.Now(), Latest)}
	s.mu.Lock()
	s.started++
	e.mark = fmt.Sprintf("%s-%d", s.mark, s.started)
	s.mu.Unlock()
	env := s.config.environ(map[string]string{endpointName: address, "AWS_LAMBDA_LOG_GROUP_NAME": s.log.Group()}, e.Stream, e.mark)
	e.process, err = s.starter.Start(process.Command{Args: s.config.Command, Dir: s.config.Dir, Env: env})
	if err != nil {
		return nil, err
	}
	s.reading.Go(func() { s.log.keepOutput(e.process, e.Stream) })
	if err := e.await(ctx, s.config.InitTimeout); err != nil {
		s.log.Write(Line{Time: time.Now(), Stream: e.Stream, Message: "[lab] " + err.Error() + "\n"})
		e.End()
		return nil, err
	}
	return e, nil
}

// freeAddress is one that nothing listens at. Another program may take it before the
// server does, which then says so.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// knocking is how often a server that starts is tried.
const knocking = 5 * time.Millisecond

func (e *Server) await(ctx context.Context, within time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, within)
	defer cancel()
	ticker := time.NewTicker(knocking)
	defer ticker.Stop()
	var dialer net.Dialer
	for {
		c, err := dialer.DialContext(ctx, "tcp", e.Address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-e.process.Ended():
			return errors.New(reason(e.process))
		case <-ctx.Done():
			return fmt.Errorf("the server does not listen at %s, the address in %s, within %v", e.Address, endpointName, within)
		case <-ticker.C:
		}
	}
}

// Ended is closed when the process has ended.
func (e *Server) Ended() <-chan struct{} { return e.process.Ended() }

// End ends the environment with all that it started, and waits until it is gone. It may be
// called again.
func (e *Server) End() {
	e.process.Kill()
	<-e.process.Ended()
	e.process.Swept(e.mark)
}

// Close returns when nothing of the environments runs any more.
func (s *Servers) Close() {
	s.reading.Wait()
	s.starter.Close()
}

// keepOutput reads what the processes of an environment write, until none of them writes
// any more, and keeps the last of it.
func (l *Log) keepOutput(p *process.Process, stream string) {
	defer p.Output.Close()
	in := bufio.NewReaderSize(p.Output, longestLine)
	for {
		text, err := in.ReadSlice('\n')
		if len(text) > 0 {
			l.Write(Line{Time: time.Now(), Stream: stream, Message: string(text)})
		}
		if err != nil && !errors.Is(err, bufio.ErrBufferFull) {
			return
		}
	}
}
