//go:build foreign && linux

package foreign

import (
	"errors"
	"fmt"
	"net"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"tollgate/targets/process"
)

// A program is one that others wrote, on loopback.
type program struct {
	name    string   // that is looked up
	install string   // how to have it
	args    []string // of its start
	env     []string // besides ours
	dir     string   // that it runs in; "": ours
	listens string   // its address, once it is ready
	log     string   // the folder where its output is kept if the test fails
}

// readyWithin is for how long a program may start: one of Node compiles much.
const readyWithin = 90 * time.Second

// start starts the program, waits until it listens, and ends it and its children with
// the test.
func (p program) start(t *testing.T) *url.URL {
	t.Helper()
	c := exec.Command(p.find(t), p.args...)
	c.Env, c.Dir = append(os.Environ(), p.env...), p.dir
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
	output, err := os.Create(filepath.Join(p.log, "output.log"))
	if err != nil {
		t.Fatal(err)
	}
	defer output.Close()
	c.Stdout, c.Stderr = output, output
	ended, err := run(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stop(c.Process.Pid, ended) })
	if err := p.ready(ended); err != nil {
		t.Fatalf("%s does not listen: %v\n%s", p.name, err, tail(output.Name()))
	}
	return &url.URL{Scheme: "http", Host: p.listens}
}

// run starts a command, and closes a channel when it has ended. The kernel kills it with
// the thread that has started it (Pdeathsig), so that it does not outlive a test that is
// killed: the thread does nothing else until then.
func run(c *exec.Cmd) (<-chan struct{}, error) {
	started, ended := make(chan error), make(chan struct{})
	go func() {
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		err := c.Start()
		if started <- err; err == nil {
			_ = c.Wait() // it is killed
			close(ended)
		}
	}()
	return ended, <-started
}

// stop lets a program end its children itself, and kills those that are left. The group
// may have ended already.
func stop(pid int, ended <-chan struct{}) {
	_ = syscall.Kill(pid, syscall.SIGTERM)
	select {
	case <-ended:
	case <-time.After(3 * time.Second):
	}
	_ = syscall.Kill(-pid, syscall.SIGKILL)
	<-ended
}

// find is where the program is; Debian keeps servers out of the path of users.
func (p *program) find(t *testing.T) string {
	t.Helper()
	for _, name := range []string{p.name, "/usr/sbin/" + p.name} {
		if found, err := exec.LookPath(name); err == nil {
			return found
		}
	}
	t.Fatalf("%s is not installed: %s", p.name, p.install)
	return ""
}

// ready polls, since no program says to a test when it listens.
func (p *program) ready(ended <-chan struct{}) error {
	for deadline := time.Now().Add(readyWithin); ; {
		conn, err := net.Dial("tcp", p.listens)
		if err == nil {
			return conn.Close()
		}
		select {
		case <-ended:
			return errors.New("it has ended")
		case <-time.After(20 * time.Millisecond):
		}
		if time.Now().After(deadline) {
			return err
		}
	}
}

// tail is the end of a log.
func tail(file string) string {
	text, err := os.ReadFile(file)
	if err != nil {
		return err.Error()
	}
	lines := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(lines[max(0, len(lines)-15):], "\n")
}

// address is a free one on loopback.
func address(t *testing.T) string {
	t.Helper()
	free, err := process.FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	return free
}

// folder is one for the files and logs of a program. It stays if the test fails.
func folder(t *testing.T) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "tollgate-foreign-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if t.Failed() {
			t.Logf("logs are kept in %s", dir)
		} else if err := os.RemoveAll(dir); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// write writes a file of a program's set-up.
func write(t *testing.T, dir, name, text string) string {
	t.Helper()
	file := filepath.Join(dir, name)
	if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return file
}

// port is that of an address.
func port(address string) string {
	_, port, err := net.SplitHostPort(address)
	if err != nil {
		panic(fmt.Sprintf("an address of our own: %v", err))
	}
	return port
}
