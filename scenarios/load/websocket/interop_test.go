//go:build interop

package websocket

import (
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets/process"
)

// wsDir holds a server that uses ws of npm, and what "npm ci" installs there.
const wsDir = "../../../targets/lab/testdata/websocket-js"

func started(t *testing.T, s process.Serve) string {
	t.Helper()
	s.Within = 30 * time.Second
	server, err := s.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { server.Close() })
	return server.URL
}

// behindNginx is the address of nginx that passes on what it gets, upgrades included.
func behindNginx(t *testing.T, upstream string) string {
	t.Helper()
	dir := t.TempDir()
	config := strings.NewReplacer("DIR", dir, "UPSTREAM", upstream).Replace(`daemon off; master_process off; pid DIR/pid; error_log DIR/errors;
events { worker_connections 4096; }
http {
  access_log off; client_body_temp_path DIR/a; proxy_temp_path DIR/b; fastcgi_temp_path DIR/c; uwsgi_temp_path DIR/d; scgi_temp_path DIR/e;
  map $http_upgrade $connection_upgrade { default upgrade; '' close; }
  server {
    listen 127.0.0.1:PORT;
    location / { proxy_pass UPSTREAM; proxy_http_version 1.1; proxy_set_header Upgrade $http_upgrade; proxy_set_header Connection $connection_upgrade; }
  }
}
`)
	if err := os.WriteFile(filepath.Join(dir, "template"), []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	return started(t, process.Serve{
		Name: "nginx", Dir: dir,
		Command: "sed s/PORT/{port}/ template > nginx.conf && exec /usr/sbin/nginx -p " + dir + " -e " + dir + "/errors -c " + dir + "/nginx.conf",
	})
}

// saw is what the server counted.
type saw struct {
	Opened, Compressed, Received, Binary, Bytes, Sent, SentBytes, Pings int64
	Closed, Users                                                       map[string]int64
}

func asked(t *testing.T, url string) (s saw) {
	t.Helper()
	response, err := http.Get(url)
	if err != nil {
		t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil || json.Unmarshal(body, &s) != nil {
		t.Fatalf("%v: %s", err, body)
	}
	return s
}

// agree compares what both ends counted, once all connections have ended.
func agree(t *testing.T, e func() results.SocketDoc, url string) {
	t.Helper()
	var d results.SocketDoc
	var s saw
	until(t, func() bool { // the server sees the last end a moment later
		d, s = e(), asked(t, url)
		var closed int64
		for _, n := range s.Closed {
			closed += n
		}
		return closed == d.Opened
	})
	if d.Opened != s.Opened || d.Compressed != s.Compressed || d.Sent != s.Received || d.BytesSent != s.Bytes || d.BinarySent != s.Binary || d.Received != s.Sent || d.BytesReceived != s.SentBytes || !maps.Equal(d.Closed, s.Closed) {
		t.Errorf("the client counts %+v, the server %+v", d, s)
	}
}

const talkSteps = `
      - {name: open, connect: {path: "/?user=${member}"}, expect: {status: 101}}
      - {name: say, send: {id: "${uuid}", pad: "é"}, reply: {match: $.id}, extract: {id: $.id}, repeat: 3}
      - {name: raw, send_base64: "AAEC/w==", expect: {body: {min_size: 4, max_size: 4}}}
      - {name: ask, send: {ask: "${steps.say.id}"}, reply: none}
      - {name: told, receive: {match: $.of, value: "${steps.say.id}"}, timeout: 10s, expect: {body: {json: {$.event: told}}}, extract: {user: $.user}}
      - {name: again, send: {user: "${steps.told.user}"}}
`

// What ws of npm counted, with nginx in front of it and without, the client counted, to the
// last message, byte and close code.
func TestServersOfAnotherImplementationCountTheSame(t *testing.T) {
	for _, front := range []string{"ws", "nginx before ws"} {
		for _, compress := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, compressed %v", front, compress), func(t *testing.T) {
				direct := started(t, process.Serve{Name: "ws", Dir: wsDir, Command: "exec node server.mjs"})
				url := direct
				if front != "ws" {
					url = behindNginx(t, direct)
				}
				t.Run("messages over connections that are held", func(t *testing.T) { sendHeld(t, url, direct, compress) })
				t.Run("flows over connections of their own", func(t *testing.T) { walkFlows(t, url, direct, compress) })
			})
		}
	}
}

// sendHeld sends messages of up to 300 KB, in text and not, some of them to everyone.
func sendHeld(t *testing.T, url, direct string, compress bool) {
	r := messagesTo(url, scenarios.Reply{Match: pathTo(t, "$.id")}, `{"id": "${uuid}", "pad": "`+strings.Repeat("pad é ", 40_000)+`"}`)
	one := r.job.Requests[0]
	add := func(body string, step scenarios.SocketStep) {
		one.Name, one.Body, one.Socket = fmt.Sprint(len(r.job.Requests)), []byte(body), &step
		r.job.Requests = append(r.job.Requests, one)
	}
	add("short", scenarios.SocketStep{})
	add(strings.Repeat("\x00\xff", 50_000), scenarios.SocketStep{Binary: true})
	add(`{"to": "all"}`, scenarios.SocketStep{Reply: scenarios.Reply{None: true}})
	r.job.Pick = func(seq uint64) uint16 { return uint16(seq % 4) }
	r.job.Options.Connections, r.job.Options.Sockets.Compress = 7, compress
	r.job.Options.Sockets.Ping = 50 * time.Millisecond
	r.job.Epoch = time.Now()
	engine := r.open(t)
	r.run(t, engine, every(5*time.Millisecond, 200))
	for _, s := range r.sorted() {
		if s.Outcome() != results.OK {
			t.Errorf("%s: %v, %+v", r.job.Requests[s.Request].Name, s.Outcome(), s.Excerpt)
		}
	}
	until(t, func() bool { // what goes to everyone may still be on its way
		s := asked(t, direct)
		return s.Received == 200 && counts(t, engine).Received == s.Sent
	})
	if err := engine.Close(); err != nil {
		t.Error(err)
	}
	d := counts(t, engine)
	if d.Opened != 7 || d.Sent != 200 || d.Received != 150+50*7 || d.BinarySent != 50 || d.Closed["1000"] != 7 || (d.Compressed == 7) != compress {
		t.Errorf("%+v", d)
	}
	agree(t, func() results.SocketDoc { return d }, direct)
}

// walkFlows walks flows, half of which the server ends. It goes on where sendHeld has ended.
func walkFlows(t *testing.T, url, direct string, compress bool) {
	before := asked(t, direct)
	for _, end := range []string{`      - {name: bye, close: 4100}`, "      - {name: kick, send: {close: 4001}, reply: none}\n      - {name: end, receive: {close: 4001}}"} {
		r := flowRig(t, url, talkSteps+end, "values: {member: {integer: {from: 1, to: 9}}}\n")
		r.job.Options.Sockets.Compress = compress
		engine := r.open(t)
		r.run(t, engine, every(10*time.Millisecond, 40))
		for _, one := range r.said() {
			if !strings.HasSuffix(one, " ok") {
				t.Error(one)
			}
		}
		d := counts(t, engine)
		if d.Opened != 40 || d.ClosedByServer["4001"] != d.Closed["4001"] || d.Closed["4100"]+d.Closed["4001"] != 40 {
			t.Errorf("%+v", d)
		}
		earlier := before
		agree(t, func() results.SocketDoc {
			return d.And(results.SocketDoc{
				Opened: earlier.Opened, Compressed: earlier.Compressed, Closed: earlier.Closed, Sent: earlier.Received, BytesSent: earlier.Bytes,
				BinarySent: earlier.Binary, Received: earlier.Sent, BytesReceived: earlier.SentBytes,
			})
		}, direct)
		before = asked(t, direct)
	}
}
