//go:build unix && !race

// The race detector takes more memory for itself than any limit leaves.

package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"syscall"
	"testing"
)

// A crash must not look like invalid input, whose exit code is Go's own for a crash.
func TestACrashIsNoInvalidInput(t *testing.T) {
	for name, crash := range map[string]func(t *testing.T) *exec.Cmd{
		"without memory":  outOfMemory,
		"on the way down": quit,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			c := crash(t)
			status, _ := c.ProcessState.Sys().(syscall.WaitStatus)
			if !status.Signaled() || status.Signal() != syscall.SIGABRT {
				t.Errorf("it ended with %v, want SIGABRT:\n%.2000s", c.ProcessState, c.Stderr)
			}
			if left, err := os.ReadDir(c.Dir); err != nil || len(left) > 0 || status.CoreDump() {
				t.Errorf("it left %v, core file %v, %v", left, status.CoreDump(), err)
			}
		})
	}
}

// outOfMemory is a program that takes more memory than ulimit -v leaves it.
func outOfMemory(t *testing.T) *exec.Cmd {
	c := exec.Command("sh", "-c", "ulimit -v 8000000; exec exhaust")
	c.Dir, c.Stderr = t.TempDir(), new(bytes.Buffer)
	_ = c.Run()
	return c
}

// quit is this program, brought down by SIGQUIT as by a bug.
func quit(t *testing.T) *exec.Cmd {
	c := exec.Command("tollgate", "lab", "--config", "-")
	c.Dir, c.Stderr = t.TempDir(), new(bytes.Buffer)
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	_, _ = in.Write([]byte(`{"doors": [{"kind": "alb"}]}`))
	_ = in.Close()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Errorf("it did not start: %v", err)
	}
	_ = c.Process.Signal(syscall.SIGQUIT)
	_ = c.Wait()
	return c
}
