//go:build unix

package process

import (
	"bytes"
	"context"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// TestMain is a server too, where the variable SERVE says so.
func TestMain(m *testing.M) {
	if os.Getenv("SERVE") == "" {
		os.Exit(m.Run())
	}
	_ = http.ListenAndServe(net.JoinHostPort("127.0.0.1", os.Args[1]), http.NotFoundHandler())
}

func TestAServerIsReadyWhenItAnswersAndGoneWhenItIsClosed(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	s, err := Serve{Name: "head", Command: "pwd; (sleep 60 &); '" + exe + "' {port}", Dir: dir, Env: []string{"SERVE=1"}, Within: time.Minute}.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.Get(s.URL)
	if err != nil || response.StatusCode != http.StatusNotFound || s.Failed() != nil {
		t.Errorf("%v, %v", err, s.Failed())
	}
	s.Close()
	if !strings.Contains(s.Wrote(), dir) {
		t.Errorf("it wrote %q", s.Wrote())
	}
	if _, err := http.Get(s.URL); err == nil {
		t.Error("it still answers")
	}
	for _, pid := range carriers(s.starter.mark) {
		t.Errorf("process %s is left", pid)
	}
}

func TestAServerThatDoesNotStartSaysWhy(t *testing.T) {
	for _, row := range []struct{ name, command, want string }{
		{"it ends", "echo no database; exit 3", "head ended before it answered: exit status 3; it wrote:\nno database"},
		{"it does not exist", "./no-such-program", "exit status 127; it wrote:\n"},
		{"it never listens", "sleep 60", "head did not answer at http://127.0.0.1:"},
	} {
		s, err := Serve{Name: "head", Command: row.command, Within: 300 * time.Millisecond}.Start(t.Context())
		if err == nil {
			s.Close()
		}
		if err == nil || !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s: %v", row.name, err)
		}
	}
	interrupted, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := (Serve{Name: "head", Command: "sleep 60", Within: time.Minute}).Start(interrupted); err == nil || !strings.Contains(err.Error(), "interrupted") {
		t.Error(err)
	}
}

// carriers are the processes with a mark, where the system shows them.
func carriers(mark string) (pids []string) {
	files, _ := filepath.Glob("/proc/[0-9]*/environ")
	for _, file := range files {
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte(MarkName+"="+mark)) {
			pids = append(pids, filepath.Base(filepath.Dir(file)))
		}
	}
	return pids
}

func TestAServerAtAnAddressOfTheUsers(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	at, err := FreeAddress()
	if err != nil {
		t.Fatal(err)
	}
	c := Serve{Name: "head", Command: "'" + exe + "' $PORT", Env: []string{"SERVE=1"}, At: at, Within: time.Minute}
	s, err := c.Start(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	if s.URL != "http://"+at {
		t.Errorf("it answers at %s, want %s", s.URL, at)
	}
	if other, err := c.Start(t.Context()); err == nil {
		other.Close()
		t.Error("the server that was there before is taken for it")
	} else if !strings.Contains(err.Error(), "something listens at "+at+" already") {
		t.Error(err)
	}
}
