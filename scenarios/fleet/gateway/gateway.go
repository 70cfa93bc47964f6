// Package gateway starts versitygw, a server of S3 that others wrote, for tests of fleets.
//
// It is built from testdata/versitygw, a module of its own, so that no library of it is one of
// Tollgate's. The first build takes a minute and more; make fleet and the nightly workflow do it.
package gateway

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"sync"
	"testing"
	"time"
)

// The bucket that each gateway has, and who may use it.
const (
	Bucket = "loads"
	KeyID  = "test"
	Secret = "test-secret"
)

// A Gateway is a server of S3 on loopback. Its objects are files of a folder, which outlive it.
type Gateway struct {
	URL string

	program, at, folder string

	mu      sync.Mutex
	process *exec.Cmd
}

// program builds versitygw once.
var program = sync.OnceValues(func() (string, error) {
	_, here, _, _ := runtime.Caller(0)
	module := filepath.Join(filepath.Dir(here), "testdata", "versitygw")
	to := filepath.Join(module, "versitygw.out")
	out, err := exec.Command("go", "build", "-C", module, "-ldflags=-s -w", "-o", to, "github.com/versity/versitygw/cmd/versitygw").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: "go build: " + string(out), Err: err}
	}
	return to, nil
})

// Start starts a gateway, which ends with the test.
func Start(t *testing.T) *Gateway {
	t.Helper()
	file, err := program()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &Gateway{program: file, at: listener.Addr().String(), folder: t.TempDir()}
	g.URL = "http://" + g.at
	_ = listener.Close()
	if err := os.Mkdir(filepath.Join(g.folder, Bucket), 0o755); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(g.Stop)
	g.Again(t)
	return g
}

// Environment is what lets the SDK find a gateway.
func (g *Gateway) Environment() map[string]string {
	return map[string]string{
		"AWS_ENDPOINT_URL_S3": g.URL, "AWS_ACCESS_KEY_ID": KeyID, "AWS_SECRET_ACCESS_KEY": Secret, "AWS_REGION": "us-east-1",
		"AWS_SESSION_TOKEN": "", "AWS_PROFILE": "", "AWS_CONFIG_FILE": os.DevNull, "AWS_SHARED_CREDENTIALS_FILE": os.DevNull,
	}
}

// Again starts it, with the objects that it had.
func (g *Gateway) Again(t *testing.T) {
	t.Helper()
	log := new(bytes.Buffer)
	c := exec.Command(g.program, "--port", g.at, "--quiet", "posix", g.folder)
	c.Env = append(os.Environ(), "ROOT_ACCESS_KEY="+KeyID, "ROOT_SECRET_KEY="+Secret)
	c.Stdout, c.Stderr = log, log
	if err := c.Start(); err != nil {
		t.Error(err)
		return
	}
	g.mu.Lock()
	g.process = c
	g.mu.Unlock()
	for range 300 {
		if c, err := net.Dial("tcp", g.at); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(100 * time.Millisecond) // another process cannot say that it listens
	}
	t.Error("versitygw does not listen")
}

// Stop kills it, if it runs.
func (g *Gateway) Stop() {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.process != nil {
		_ = g.process.Process.Kill()
		_ = g.process.Wait()
		g.process = nil
	}
}
