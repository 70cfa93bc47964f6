package lab

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net/http"
	"os"
	"sync"
	"testing"
	"time"
)

// TestNothingIsLeftAfterTheLabWasKilled sends 1,000 requests, 20 at once,
// and kills the lab, which then cannot do anything itself.
func TestNothingIsLeftAfterTheLabWasKilled(t *testing.T) {
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	f := Function{Command: []string{exe}, Environment: map[string]string{roleVariable: "function"}}
	const twenty = 20
	f.Scaling = &Throttle{Rate: 1000, Burst: 1000}
	f.Environment["MARK"] = fmt.Sprint(t.Name(), os.Getpid())
	child, err := spawn(t, "lab", Config{Function: f, Doors: []DoorConfig{{Kind: "function-url"}}})
	if err != nil {
		t.Fatal(err)
	}
	served := hammer(t, child.Doors[0].URL+"/", twenty, 1000)
	if len(served) < 2 {
		t.Errorf("%d environments served", len(served))
	}
	mark := []byte("MARK=" + f.Environment["MARK"])
	if running := carriers(mark); len(running) < len(served) && len(carriers(nil)) > 0 {
		t.Errorf("%d environments served, and %d processes run", len(served), len(running))
	}
	if err := child.command.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = child.Close() // says that it ended badly
	for begun := time.Now(); ; time.Sleep(20 * time.Millisecond) {
		left := carriers(mark)
		if len(left) == 0 {
			return
		}
		if time.Since(begun) > time.Minute {
			t.Fatalf("a minute after the lab's end there are %v", left)
		}
	}
}

// hammer sends n requests from as many clients as given, and returns who served.
func hammer(t *testing.T, url string, clients, n int) map[string]int {
	t.Helper()
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}, Timeout: time.Minute}
	begun := time.Now()
	defer client.CloseIdleConnections()
	var mu sync.Mutex
	served := map[string]int{}
	var all sync.WaitGroup
	for range clients {
		all.Go(func() {
			for left := n / clients; left > 0; {
				got, err := client.Get(url)
				if err != nil {
					t.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, got.Body)
				got.Body.Close()
				switch got.StatusCode {
				case http.StatusTooManyRequests: // Lambda's rate for so much concurrency
					if time.Since(begun) > 2*time.Minute {
						t.Error("the function refuses requests for ever")
						return
					}
					time.Sleep(10 * time.Millisecond) // Lambda's rate limit has to pass
					continue
				case http.StatusOK:
				default:
					t.Errorf("status %d", got.StatusCode)
				}
				left--
				mu.Lock()
				served[got.Header.Get("X-Instance-Id")]++
				mu.Unlock()
			}
		})
	}
	all.Wait()
	return served
}

// carriers are the processes whose environment holds a mark, where that can be
// known; with nil all processes.
func carriers(mark []byte) (found []string) {
	dir, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	for _, entry := range dir {
		file, err := os.Open("/proc/" + entry.Name() + "/environ")
		if err != nil {
			continue
		}
		env, err := io.ReadAll(bufio.NewReader(file))
		file.Close()
		if err == nil && bytes.Contains(env, mark) && (mark == nil || !bytes.Contains(env, []byte(roleVariable+"=lab"))) {
			found = append(found, entry.Name())
		}
	}
	return found
}
