//go:build interop

package lab

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os/exec"
	"strings"
	"testing"
	"time"
)

// The servers say on a line of their output where they listen, and repeat what they
// received: a small application in each of two languages, with the keep-alive, chunked
// responses and header spellings of its own library.
const (
	nodeServer = `
const http = require('http');
const s = http.createServer((q, r) => {
  const parts = [];
  q.on('data', c => parts.push(c));
  q.on('end', () => {
    r.setHeader('Content-Type', 'application/json; charset=utf-8');
    r.setHeader('Set-Cookie', ['a=1', 'b=2']);
    r.write(JSON.stringify({method: q.method, url: q.url, body: Buffer.concat(parts).toString(), mine: q.headers['x-mine'] || '', proto: q.headers['x-forwarded-proto']}));
    r.end();
  });
});
s.listen(0, '127.0.0.1', () => console.log('http://127.0.0.1:' + s.address().port));`
	pythonServer = `
import http.server, json
class H(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    def log_message(self, *a): pass
    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
        said = json.dumps({"method": self.command, "url": self.path, "body": body, "mine": self.headers.get("X-Mine", ""), "proto": self.headers.get("X-Forwarded-Proto")}).encode()
        self.send_response(200)
        for name, value in (("Content-Type", "application/json; charset=utf-8"), ("Set-Cookie", "a=1"), ("Set-Cookie", "b=2"), ("Content-Length", str(len(said)))):
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(said)
s = http.server.ThreadingHTTPServer(("127.0.0.1", 0), H)
print("http://127.0.0.1:%d" % s.server_address[1], flush=True)
s.serve_forever()`
)

// TestServersOfOtherLanguagesAnswerBehindEveryDoor counts what servers of Node.js
// and Python answer behind each front door, over connections that idle in between.
func TestServersOfOtherLanguagesAnswerBehindEveryDoor(t *testing.T) {
	for name, command := range map[string]*exec.Cmd{"node": exec.Command("node", "-e", nodeServer), "python": exec.Command("python3", "-c", pythonServer)} {
		t.Run(name, func(t *testing.T) {
			address := startServer(t, command)
			l := open(t, Config{Function: Function{Proxy: address}, Doors: everyDoor})
			for i, door := range l.Doors() {
				const requests = 20
				for n := range requests {
					if n == requests/2 {
						time.Sleep(100 * time.Millisecond) // connections to the server idle
					}
					askServer(t, door, n)
				}
				if truth := l.Truth().Doors[i]; truth.Requests != requests || truth.Invocations != requests || truth.ColdStarts != 1 || truth.Errors != 0 {
					t.Errorf("the truth of %s is %+v", door.Name, truth)
				}
			}
		})
	}
}

func startServer(t *testing.T, command *exec.Cmd) (address string) {
	t.Helper()
	out, err := command.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := command.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = command.Process.Kill()
		_ = command.Wait() // killed
	})
	line, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(line)
}

func askServer(t *testing.T, door Door, n int) {
	t.Helper()
	r, _ := http.NewRequest("POST", fmt.Sprintf("%s/users/%d?q=a%%20b", door.URL, n), strings.NewReader(`{"é":1}`))
	r.Header = http.Header{"X-Mine": {"yes"}, "Content-Type": {"application/json"}}
	got, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer got.Body.Close()
	text, _ := io.ReadAll(got.Body)
	var said struct{ Method, URL, Body, Mine, Proto string }
	if err := json.Unmarshal(text, &said); err != nil || got.StatusCode != 200 {
		t.Fatalf("%s: %d %s", door.Name, got.StatusCode, text)
	}
	query := strings.ReplaceAll(said.URL, "+", "%20")
	cookies := map[bool]int{true: 1, false: 2}[door.Name == "lab-alb"] // a load balancer without lists takes one
	if said.Method != "POST" || query != fmt.Sprintf("/users/%d?q=a%%20b", n) || said.Body != `{"é":1}` || said.Mine != "yes" || said.Proto != "http" || len(got.Cookies()) != cookies {
		t.Errorf("%s: the server received %s, the client %v", door.Name, text, got.Header)
	}
}
