//go:build linux

package main

import (
	"bufio"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
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
)

const (
	plainURL  = "http://127.0.0.1:18080/"
	secureURL = "https://localhost:18443/"
	http2URL  = "https://localhost:18444/"
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
  ssl_protocols TLSv1.3; ssl_conf_command Ciphersuites TLS_AES_128_GCM_SHA256;
  ssl_session_cache shared:tls:10m;
  server {
    listen 127.0.0.1:18080 backlog=4096;
    listen 127.0.0.1:18443 ssl backlog=4096;
    listen 127.0.0.1:18444 ssl http2 backlog=4096;
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

var answerText = []byte("HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 16\r\n\r\n{\"class\":\"iris\"}")

// serveDelay answers every request a fixed time after it has arrived: a target that
// needs rate × delay connections.
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
	fmt.Fprintln(stdout, "serving", l.Addr())
	for {
		c, err := l.Accept()
		if err != nil {
			return err
		}
		go answerLate(c, *delay)
	}
}

// answerLate answers at each empty line, where a request without a body ends.
func answerLate(c net.Conn, delay time.Duration) {
	defer func() { _ = c.Close() }()
	for b := bufio.NewReader(c); ; {
		line, err := b.ReadSlice('\n')
		if err == nil && len(line) <= len("\r\n") {
			time.Sleep(delay)
			_, err = c.Write(answerText)
		}
		if err != nil {
			return
		}
	}
}
