//go:build foreign && linux

package store

import (
	"bytes"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/scenarios/fleet"
)

// versitygw is a server of S3 that others wrote. It is built once, from a module of its own.
var versitygw = sync.OnceValues(func() (string, error) {
	to, err := filepath.Abs(filepath.Join("testdata", "versitygw", "versitygw.out"))
	if err != nil {
		return "", err
	}
	out, err := exec.Command("go", "build", "-C", filepath.Join("testdata", "versitygw"), "-ldflags=-s -w", "-o", to, "github.com/versity/versitygw/cmd/versitygw").CombinedOutput()
	if err != nil {
		return "", &exec.Error{Name: string(out), Err: err}
	}
	return to, nil
})

// A gateway is a versitygw on loopback with a bucket "loads".
type gateway struct {
	program, at, folder string
	process             *exec.Cmd
}

// startGateway starts one and lets the SDK find it.
func startGateway(t *testing.T) *gateway {
	t.Helper()
	program, err := versitygw()
	if err != nil {
		t.Fatal(err)
	}
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	g := &gateway{program: program, at: listener.Addr().String(), folder: t.TempDir()}
	_ = listener.Close()
	if err := os.Mkdir(filepath.Join(g.folder, "loads"), 0o755); err != nil {
		t.Fatal(err)
	}
	pointTo(t, "http://"+g.at, "test", "test-secret")
	g.start(t)
	t.Cleanup(g.stop)
	return g
}

func (g *gateway) start(t *testing.T) {
	t.Helper()
	log := new(bytes.Buffer)
	g.process = exec.Command(g.program, "--port", g.at, "--quiet", "posix", g.folder)
	g.process.Env = append(os.Environ(), "ROOT_ACCESS_KEY=test", "ROOT_SECRET_KEY=test-secret")
	g.process.Stdout, g.process.Stderr = log, log
	if err := g.process.Start(); err != nil {
		t.Fatal(err)
	}
	for range 300 {
		if c, err := net.Dial("tcp", g.at); err == nil {
			_ = c.Close()
			return
		}
		time.Sleep(100 * time.Millisecond) // another process cannot say that it listens
	}
	t.Fatalf("versitygw does not listen:\n%s", log)
}

func (g *gateway) stop() {
	_ = g.process.Process.Kill()
	_ = g.process.Wait()
}

func TestVersitygwIsAStore(t *testing.T) {
	startGateway(t)
	s, err := Open(t.Context(), "s3://loads/team")
	if err != nil {
		t.Fatal(err)
	}
	conformance(t, s)
}

func TestFourProcessesStartTogetherByVersitygw(t *testing.T) {
	startGateway(t)
	meant, began := startSkew(t, "s3://loads/team")
	t.Logf("four processes began within %v; by their clocks, within %v", began, meant)
	if meant > mostSkew {
		t.Errorf("by their clocks they began within %v, want %v", meant, mostSkew)
	}
}

// A run directory arrives, although the server is away for 30 s.
func TestUploadsSurviveVersitygwsAbsence(t *testing.T) {
	g := startGateway(t)
	s, err := Open(t.Context(), "s3://loads/team")
	if err != nil {
		t.Fatal(err)
	}
	m := &fleet.Member{Store: s, RunID: "away", Index: 1, Count: 1}
	if _, err := m.Join(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := m.Claim(t.Context()); err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	text := strings.Repeat("a second of latencies\n", 100_000)
	for name, text := range map[string]string{"run.json": "{}", "latency.hlog": text} {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	g.stop()
	back := time.AfterFunc(30*time.Second, func() { g.start(t) })
	defer back.Stop()
	if err := m.Uploader(dir).Close(t.Context(), fleet.Done{State: "finished"}); err != nil {
		t.Fatal(err)
	}
	c, err := fleet.Collect(t.Context(), s, "away", t.TempDir())
	if err != nil || len(c.Missing()) > 0 {
		t.Fatalf("%+v, %v", c.Shards, err)
	}
	if got, err := os.ReadFile(filepath.Join(c.Dirs[0], "latency.hlog")); err != nil || string(got) != text {
		t.Errorf("%d bytes, want %d; %v", len(got), len(text), err)
	}
}
