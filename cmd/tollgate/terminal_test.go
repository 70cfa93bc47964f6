//go:build console

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"
)

// A terminal is one of tmux's, on a server of its own.
type terminal struct {
	t      *testing.T
	socket string
}

func (m terminal) do(args ...string) string {
	m.t.Helper()
	out, err := exec.Command("tmux", append([]string{"-S", m.socket, "-f", "/dev/null"}, args...)...).CombinedOutput()
	if err != nil {
		m.t.Fatalf("tmux %v: %v\n%s", args, err, out)
	}
	return string(out)
}

// until captures the screen until it is as wanted.
func (m terminal) until(what string, wanted func([]string) bool) []string {
	m.t.Helper()
	var lines []string
	for end := time.Now().Add(time.Minute); time.Now().Before(end); time.Sleep(100 * time.Millisecond) { // polls: tmux does not report changes
		lines = strings.Split(strings.TrimRight(m.do("capture-pane", "-p"), "\n"), "\n")
		if wanted(lines) {
			return lines
		}
	}
	m.t.Fatalf("within a minute the screen did not show %s:\n%s", what, strings.Join(lines, "\n"))
	return nil
}

// TestConsole shows a run in tmux at three sizes, stops it and looks at what is
// left of the screen.
func TestConsole(t *testing.T) {
	dir := t.TempDir()
	program := filepath.Join(dir, "tollgate")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	scenario := "name: long\ntargets:\n  rest: {kind: rest-api, url: lab}\n  alb: {kind: alb, url: lab}\n" +
		"requests:\n  - {name: health, path: /}\nload:\n  - constant: {rate: 50/s, for: 5m}\n"
	if err := os.WriteFile(filepath.Join(dir, "long.yaml"), []byte(scenario), 0o600); err != nil {
		t.Fatal(err)
	}
	m := terminal{t, filepath.Join(dir, "tmux")}
	script := fmt.Sprintf("cd %s; unset CI; %s run long.yaml --out runs; echo exit $?; sleep 100", dir, program)
	m.do("new-session", "-d", "-x", "120", "-y", "40", "sh", "-c", script)
	t.Cleanup(func() { m.do("kill-server") })

	for _, size := range [][2]int{{120, 40}, {80, 24}, {44, 14}} {
		m.do("resize-window", "-x", fmt.Sprint(size[0]), "-y", fmt.Sprint(size[1]))
		first := m.until("the run at this size", func(lines []string) bool { return complete(lines, min(size[0], 110)) })
		second := m.until("the next second", func(lines []string) bool { return complete(lines, min(size[0], 110)) && !slices.Equal(lines, first) })
		if a, b := labels(first), labels(second); !slices.Equal(a, b) {
			t.Errorf("at %v the view is not stable: %q, a moment later %q", size, a, b)
		}
		if n := strings.Count(strings.Join(second, "\n"), "long "); n != 1 {
			t.Errorf("at %v the name of the run is there %d times:\n%s", size, n, strings.Join(second, "\n"))
		}
	}
	m.do("resize-window", "-x", "100", "-y", "40")
	m.do("send-keys", "C-c")
	left := m.until("the end", func(lines []string) bool { return slices.Contains(lines, "exit 105") })
	if text := strings.Join(left, "\n"); strings.Contains(text, "Ctrl-C stop") || !strings.Contains(text, "INTERRUPTED") || !strings.Contains(text, "report.html") {
		t.Errorf("what is left on the screen:\n%s", text)
	}
}

// complete says whether a view is there that fills the given width, with a
// latency in it.
func complete(lines []string, width int) bool {
	text := strings.Join(lines, "\n")
	return utf8.RuneCountInString(lines[0]) == width && strings.HasSuffix(lines[0], " left") &&
		regexp.MustCompile(`(?m)^rest +[0-9]`).MatchString(text)
}

// labels are the words that lines begin with, which must not move.
func labels(lines []string) []string {
	var ls []string
	for _, line := range lines[3:] {
		ls = append(ls, strings.Fields(line + " .")[0])
	}
	return ls
}
