//go:build interop

package engines

import (
	"bytes"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets/process"
)

// An otherServer is a server that others wrote, of HTTP/2 with prior knowledge at PORT. It writes a
// line with "asked" for each request.
type otherServer struct {
	name    string
	file    string // that it reads, FILE
	text    string
	command []string
	log     string // where its lines stand, in DIR; "": in what it prints
	line    string
}

// Those that can end connections after a number of requests do so after a hundred.
var otherServers = []otherServer{
	{
		name: "nginx", file: "nginx.conf", line: "asked",
		text: `daemon off; master_process off; pid DIR/pid; error_log DIR/errors;
events {}
http {
  log_format asked 'asked $status'; access_log DIR/access asked; keepalive_requests 100;
  client_body_temp_path DIR/a; proxy_temp_path DIR/b; fastcgi_temp_path DIR/c; uwsgi_temp_path DIR/d; scgi_temp_path DIR/e;
  server { listen 127.0.0.1:PORT http2; location / { return 200 hello; } }
}`,
		command: []string{"/usr/sbin/nginx", "-p", "DIR", "-e", "DIR/errors", "-c", "FILE"}, log: "access",
	},
	{
		name: "Node.js", file: "serve.js", line: "asked",
		text:    `require('http2').createServer((q, s) => { process.stdout.write('asked\n'); q.resume(); q.on('end', () => s.end('hello')) }).listen(PORT, '127.0.0.1')`,
		command: []string{"node", "FILE"},
	},
	{
		name: "HAProxy", file: "haproxy.cfg", line: "asked",
		text: `global
  nbthread 1
  log stdout format raw local0
defaults
  mode http
  timeout client 10s
  option dontlognull
frontend f
  bind 127.0.0.1:PORT proto h2
  log global
  log-format "asked %ST"
  http-request return status 200 content-type text/plain string hello
`,
		command: []string{"/usr/sbin/haproxy", "-db", "-f", "FILE"},
	},
	{
		name: "nghttpd", file: "index.html", text: "hello", line: ":method: GET",
		command: []string{"nghttpd", "-v", "--no-tls", "-a", "127.0.0.1", "-d", "DIR", "PORT"},
	},
}

// A relay counts what passes between the engine and a server.
type relay struct{ out, in, connections atomic.Int64 }

func (r *relay) serve(t *testing.T, server string) (address string) {
	return listen(t, func(c net.Conn) {
		up, err := net.Dial("tcp", server)
		if err != nil {
			t.Error(err)
			return
		}
		defer func() { _ = up.Close() }()
		r.connections.Add(1)
		var both sync.WaitGroup
		pass := func(to, from net.Conn, n *atomic.Int64) {
			_, _ = io.Copy(tallied{to, n}, from)
			_ = to.(*net.TCPConn).CloseWrite()
		}
		both.Go(func() { pass(up, c, &r.out) })
		both.Go(func() { pass(c, up, &r.in) })
		both.Wait()
	})
}

type tallied struct {
	io.Writer
	n *atomic.Int64
}

func (w tallied) Write(b []byte) (int, error) {
	w.n.Add(int64(len(b))) // before the other side can have it
	return w.Writer.Write(b)
}

// start starts a server, and returns how many requests it has counted.
func (s *otherServer) start(t *testing.T) (address string, counted func() int) {
	dir := t.TempDir()
	address, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	_, port, _ := net.SplitHostPort(address)
	fill := strings.NewReplacer("DIR", dir, "PORT", port, "FILE", filepath.Join(dir, s.file))
	if err := os.WriteFile(filepath.Join(dir, s.file), []byte(fill.Replace(s.text)), 0o600); err != nil {
		t.Fatal(err)
	}
	var args []string
	for _, a := range s.command {
		args = append(args, fill.Replace(a))
	}
	said, err := os.Create(filepath.Join(dir, "said"))
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(args[0], args[1:]...)
	c.Stdout, c.Stderr = said, said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { _ = c.Wait(); close(ended) }()
	t.Cleanup(func() {
		_ = c.Process.Kill()
		<-ended
		if _ = said.Close(); t.Failed() {
			text, _ := os.ReadFile(said.Name())
			t.Logf("%s wrote: %s", s.name, text[max(0, len(text)-2000):])
		}
	})
	for begun := time.Now(); ; time.Sleep(10 * time.Millisecond) { // polls: another process does it
		if conn, err := net.Dial("tcp", address); err == nil {
			_ = conn.Close()
			break
		}
		select {
		case <-ended:
			t.Fatalf("%s ended before it listened", s.name)
		default:
		}
		if time.Since(begun) > 20*time.Second {
			t.Fatalf("%s does not listen", s.name)
		}
	}
	log := said.Name()
	if s.log != "" {
		log = filepath.Join(dir, s.log)
	}
	return address, func() int {
		text, _ := os.ReadFile(log)
		return bytes.Count(text, []byte(s.line))
	}
}

// Each request is counted once by a server, answered once and recorded once, also where
// the server ends connections by GOAWAY; and the bytes on the way are those recorded.
func TestHTTP2ServersOfAnotherImplementationCountAsWeDo(t *testing.T) {
	const requests = 1000
	for _, s := range otherServers {
		t.Run(s.name, func(t *testing.T) {
			t.Parallel()
			oneByOne(t, func(t *testing.T, e load.Kind) {
				if lack := e.Lacks(load.Needs{Scheme: "http", HTTP: scenarios.HTTP2}); lack != "" {
					t.Fatal(lack)
				}
				address, counted := s.start(t)
				var between relay
				r := newRig("http://" + between.serve(t, address))
				r.job.Options.HTTP, r.job.Options.MaxConnections = scenarios.HTTP2, 4
				r.job.Requests[0].Timeout = 20 * time.Second
				engine := r.open(t, e)
				r.run(t, engine, every(500*time.Microsecond, requests))
				var in, out int64
				for _, x := range r.samples {
					if in, out = in+x.In, out+x.Out; x.Err != results.ErrNone || x.Code != 200 || x.Protocol != results.HTTP2 {
						t.Fatalf("request %d: status %d, %v over %v (%+v)", x.Seq, x.Code, x.Err, x.Protocol, x.Excerpt)
					}
				}
				complaint := ""
				for begun := time.Now(); time.Since(begun) < 5*time.Second; time.Sleep(20 * time.Millisecond) { // polls: its log follows
					if complaint = ""; counted() != requests || len(r.samples) != requests {
						complaint = fmt.Sprintf("%d samples, the server counts %d, %d were sent again", len(r.samples), counted(), engine.Health().Retried)
					} else {
						break
					}
				}
				t.Logf("%d connections, %d sent again; %d bytes out and %d in, of %d and %d", between.connections.Load(), engine.Health().Retried, out, in, between.out.Load(), between.in.Load())
				if complaint != "" {
					t.Error(complaint)
				}
				// After the last response a server may still confirm what it received.
				if late := 100 * between.connections.Load(); between.out.Load()-out > late || out > between.out.Load() || between.in.Load()-in > late || in > between.in.Load() {
					t.Errorf("%d bytes out and %d in are recorded, %d and %d passed", out, in, between.out.Load(), between.in.Load())
				}
			})
		})
	}
}
