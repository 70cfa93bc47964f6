//go:build linux

package main

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"flag"
	"fmt"
	"io"
	"math/big"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"

	"tollgate/scenarios/load/wire/poll"
)

// Where the targets listen.
const (
	plainURL  = "http://127.0.0.1:18080/"
	secureURL = "https://localhost:18443/"
	delayURL  = "http://127.0.0.1:18090/"
)

// nginxConfig serves 199 bytes of JSON, with everything off that costs time.
const nginxConfig = `daemon off;
worker_processes 1;
pid %[1]s/nginx.pid;
error_log %[1]s/error.log crit;
events { worker_connections 20000; use epoll; multi_accept on; }
http {
  access_log off;
  keepalive_requests 1000000000;
  keepalive_timeout 600s;
  tcp_nodelay on;
  default_type application/json;
  client_body_temp_path %[1]s/body; proxy_temp_path %[1]s/proxy; fastcgi_temp_path %[1]s/fastcgi;
  uwsgi_temp_path %[1]s/uwsgi; scgi_temp_path %[1]s/scgi;
  ssl_certificate %[1]s/cert.pem; ssl_certificate_key %[1]s/key.pem;
  ssl_protocols TLSv1.3; ssl_session_cache shared:tls:10m;
  server {
    listen 127.0.0.1:18080 backlog=4096;
    listen 127.0.0.1:18443 ssl backlog=4096;
    location / { return 200 '%[2]s'; }
  }
}
`

// A target is a process that serves until stop is called.
type target struct{ cmd *exec.Cmd }

func startNginx(dir, cpu string) (*target, error) {
	if err := writeCertificate(dir); err != nil {
		return nil, err
	}
	body := `{"features":"` + strings.Repeat("x", 199-len(`{"features":""}`)) + `"}`
	file := filepath.Join(dir, "nginx.conf")
	if err := os.WriteFile(file, fmt.Appendf(nil, nginxConfig, dir, body), 0o600); err != nil {
		return nil, err
	}
	return start("127.0.0.1:18443", "taskset", "-c", cpu, "nginx", "-p", dir, "-c", file)
}

func startDelay(self, cpu string) (*target, error) {
	return start("127.0.0.1:18090", "taskset", "-c", cpu, self, "delay-server")
}

func start(address string, command ...string) (*target, error) {
	t := &target{exec.Command(command[0], command[1:]...)}
	t.cmd.Stderr = os.Stderr
	if err := t.cmd.Start(); err != nil {
		return nil, fmt.Errorf("%s: %w", command[len(command)-1], err)
	}
	for range 100 {
		if c, err := net.Dial("tcp", address); err == nil {
			return t, c.Close()
		}
		time.Sleep(50 * time.Millisecond)
	}
	t.stop()
	return nil, fmt.Errorf("%v does not listen at %s", command, address)
}

func (t *target) stop() {
	_ = t.cmd.Process.Signal(os.Interrupt)
	_ = t.cmd.Wait()
}

// writeCertificate writes a certificate for localhost that signs itself.
func writeCertificate(dir string) error {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	if err != nil {
		return err
	}
	c := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "localhost"}, DNSNames: []string{"localhost"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	cert, err := x509.CreateCertificate(rand.Reader, c, c, key.Public(), key)
	if err != nil {
		return err
	}
	secret, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		return err
	}
	for name, block := range map[string]*pem.Block{"cert.pem": {Type: "CERTIFICATE", Bytes: cert}, "key.pem": {Type: "PRIVATE KEY", Bytes: secret}} {
		if err := os.WriteFile(filepath.Join(dir, name), pem.EncodeToMemory(block), 0o600); err != nil {
			return err
		}
	}
	return nil
}

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
