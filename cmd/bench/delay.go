//go:build linux

package main

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"net"
	"time"

	"tollgate/scenarios/load/wire/poll"
)

// A delayServer answers every request a fixed time after it has arrived, from
// one event loop: a target that needs rate × delay connections and can serve
// many times the rate that the benchmark asks for.
type delayServer struct {
	poller   *poll.Poller
	listener int
	delay    time.Duration
	used     map[int]int // how often each descriptor was opened and closed
	due      []answer    // in the order of their times, since all wait equally long
	buffer   [64 << 10]byte
}

type answer struct {
	fd, use int
	at      time.Time
}

var answerText = []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"class\":\"iris\"}")

func serveDelay(args []string, stdout io.Writer) error {
	f := flag.NewFlagSet("delay-server", flag.ContinueOnError)
	address := f.String("listen", "127.0.0.1:18090", "address")
	delay := f.Duration("delay", 100*time.Millisecond, "between a request and its answer")
	if err := f.Parse(args); err != nil {
		return err
	}
	l, err := net.Listen("tcp", *address)
	if err != nil {
		return err
	}
	raw, err := l.(*net.TCPListener).SyscallConn()
	if err != nil {
		return err
	}
	s := &delayServer{delay: *delay, used: make(map[int]int)}
	if err := raw.Control(func(fd uintptr) { s.listener = int(fd) }); err != nil {
		return err
	}
	if s.poller, err = poll.New(); err != nil {
		return err
	}
	if err := s.poller.Add(s.listener, uint64(s.listener)); err != nil {
		return err
	}
	fmt.Fprintln(stdout, "serving", l.Addr())
	err = s.serve()
	return errors.Join(err, l.Close())
}

func (s *delayServer) serve() error {
	var events []poll.Event
	for {
		wait := time.Duration(-1)
		if len(s.due) > 0 {
			wait = max(time.Until(s.due[0].at), 0)
		}
		var err error
		if events, err = s.poller.Wait(events[:0], wait); err != nil {
			return err
		}
		now := time.Now()
		for _, e := range events {
			switch fd := int(e.Key); {
			case fd == s.listener:
				err = s.accept()
			case e.Flags&(poll.Readable|poll.HungUp) != 0:
				s.read(fd, now)
			}
			if err != nil {
				return err
			}
		}
		for len(s.due) > 0 && !s.due[0].at.After(now) {
			if a := s.due[0]; s.used[a.fd] == a.use {
				_, _ = poll.Send(a.fd, answerText)
			}
			s.due = s.due[1:]
		}
	}
}

// accept takes all connections that wait.
func (s *delayServer) accept() error {
	for {
		fd, ok := poll.Accept(s.listener)
		if !ok {
			return nil
		}
		s.used[fd]++
		if err := s.poller.Add(fd, uint64(fd)); err != nil {
			return err
		}
	}
}

// read takes note of a request, which arrives in one piece and has no body.
func (s *delayServer) read(fd int, now time.Time) {
	n, errno := poll.Recv(fd, s.buffer[:])
	switch {
	case errno == poll.Again:
	case errno != 0 || n == 0:
		s.used[fd]++
		poll.Close(fd)
	case bytes.HasSuffix(s.buffer[:n], []byte("\r\n\r\n")):
		s.due = append(s.due, answer{fd, s.used[fd], now.Add(s.delay)})
	}
}
