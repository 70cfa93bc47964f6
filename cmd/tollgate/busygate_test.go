//go:build aaab

package main

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/results/compare"
)

// smallServer waits for nine milliseconds and computes for about one, and does both for
// longer by so many percent.
func smallServer(percent *atomic.Int64) *httptest.Server {
	return httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		slower := 1 + float64(percent.Load())/100
		var block [64]byte
		for range int(4000 * slower) {
			sum := sha256.Sum256(block[:])
			copy(block[:], sum[:])
		}
		time.Sleep(time.Duration(9e6 * slower)) // the response time that the gate has to see
		fmt.Fprintf(w, "%x", block[:4])
	}))
}

// keepBusy starts and ends up to two programs that compute, every second or two, until
// the test ends.
func keepBusy(t *testing.T) {
	stop, ended := make(chan struct{}), make(chan struct{})
	go func() {
		defer close(ended)
		chance := rand.New(rand.NewPCG(1, 1))
		for {
			var busy []*exec.Cmd
			for range chance.IntN(3) {
				c := exec.Command("sh", "-c", "while :; do :; done")
				if c.Start() == nil {
					busy = append(busy, c)
				}
			}
			stopped := false
			select {
			case <-stop:
				stopped = true
			case <-time.After(time.Duration(1e9 * (0.5 + 2*chance.Float64()))):
			}
			for _, c := range busy {
				_ = c.Process.Kill()
				_ = c.Wait()
			}
			if stopped {
				return
			}
		}
	}()
	t.Cleanup(func() { close(stop); <-ended })
}

// TestTheGateOnABusyMachine measures a real server thirty times while other programs want
// the same processors, and then six times with 15 % more to wait and to compute, and says
// what the gate said each time. No alarm may be false, but for one, and half of the slower
// runs have to alarm, unless their machine was too busy to decide.
func TestTheGateOnABusyMachine(t *testing.T) {
	const same, slower, mostAlarms = 30, 6, 1
	dir := t.TempDir()
	program := filepath.Join(dir, "tollgate")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var percent atomic.Int64
	server := smallServer(&percent)
	defer server.Close()
	scenario := filepath.Join(dir, "small.yaml")
	text := fmt.Sprintf("name: small\ntargets:\n  api: {kind: origin, url: %q}\nrequests:\n  - {name: get, path: /}\nload:\n  - constant: {rate: 150/s, for: 15s}\n", server.URL)
	if err := os.WriteFile(scenario, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	keepBusy(t)
	var alarms, found, decided int
	for i := range same + slower {
		if i == same {
			percent.Store(15)
		}
		d, doc := gateOnce(t, program, dir, scenario)
		alarm := d.Outcome == compare.Regression
		switch {
		case i < same && alarm:
			alarms++
		case i >= same && (d.Outcome == compare.Passed || alarm):
			decided++
			found += map[bool]int{true: 1}[alarm]
		}
		t.Logf("%s run %2d, +%2d %%: p50 %s, %s: %s; %s", time.Now().Format(time.TimeOnly), i+1, percent.Load(), p50Of(doc), doc.Verdict, d.Outcome, d.Stated())
	}
	t.Logf("%d false alarms in %d runs; %d of %d slower runs that were decided alarmed, of %d", alarms, same, found, decided, slower)
	if alarms > mostAlarms || 2*found < decided {
		t.Errorf("%d false alarms and %d of %d found, want at most %d, and half", alarms, found, decided, mostAlarms)
	}
}

// gateOnce runs the scenario, and checks the run with a rerun of an alarm.
func gateOnce(t *testing.T, program, dir, scenario string) (*compare.Decision, *results.Document) {
	t.Helper()
	runs := filepath.Join(dir, "runs")
	c := exec.Command(program, "run", scenario, "--out", runs, "--quiet", "--summary", "none")
	out, err := c.CombinedOutput()
	var exit *exec.ExitError
	if err != nil && (!errors.As(err, &exit) || exit.ExitCode() != exitInvalid) {
		t.Fatalf("%v: %s", err, out)
	}
	newest := filepath.Join(runs, runsIn(runs)[0])
	c = exec.Command(program, "check", newest, "--scenario", scenario, "--fail-on", "nothing")
	c.Env = append(os.Environ(), "XDG_CACHE_HOME="+dir)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	run, err := results.Open(newest)
	if err != nil {
		t.Fatal(err)
	}
	d, err := compare.ReadDecision(run.Dir)
	if err != nil || d == nil {
		t.Fatalf("decision %v, %v", d, err)
	}
	if strings.Contains(d.StateWhy, "began later") {
		t.Fatalf("%s is not the newest run", newest)
	}
	return d, &run.Document
}

func p50Of(d *results.Document) string {
	if v := d.Targets[0].Latency[results.Response.String()].P50; v != nil {
		return fmt.Sprintf("%5.2f ms", *v)
	}
	return "none"
}
