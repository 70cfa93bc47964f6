//go:build readme

package main

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// TestEveryCommandOfTheREADMERuns runs the README's commands one after the
// other, as they stand, in the top folder. It has a build tag of its own since
// it wants the machine for itself: runs must come out valid. The tests that
// the README names are left to the checks that run them anyway.
func TestEveryCommandOfTheREADMERuns(t *testing.T) {
	top, err := filepath.Abs(filepath.Join("..", ".."))
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(top, "README.md"))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		for _, name := range []string{"my-api.yaml", "scenario.schema.json", "my-month.yaml", "workload.schema.json"} {
			_ = os.Remove(filepath.Join(top, name))
		}
	})
	if err := os.RemoveAll(filepath.Join(top, "results", "runs")); err != nil {
		t.Fatal(err)
	}
	blocks := regexp.MustCompile("(?s)```sh\n(.*?)```").FindAllStringSubmatch(string(text), -1)
	if len(blocks) < 4 {
		t.Fatalf("the README has %d blocks of commands", len(blocks))
	}
	for _, block := range blocks {
		for line := range strings.Lines(block[1]) {
			if line = strings.TrimSpace(line); line != "go test ./..." {
				t.Run(line, func(t *testing.T) { runLine(t, top, line) })
			}
		}
	}
	frontDoors(t, top)
}

// runLine runs one command. A run that this machine was too busy for says so,
// and is tried again.
func runLine(t *testing.T, dir, line string) {
	const tries = 3
	for try := 1; ; try++ {
		start := time.Now()
		cmd := exec.Command("sh", "-c", line)
		cmd.Dir = dir
		out, err := cmd.CombinedOutput()
		t.Logf("%.0f s", time.Since(start).Seconds())
		switch {
		case err == nil:
			return
		case !strings.Contains(string(out), "the run is invalid"):
			t.Fatalf("%s: %v\n%s", line, err, out)
		case try == tries: // and says so, as it promises
			t.Logf("this machine is too busy to measure on:\n%s", out)
			return
		}
		t.Logf("the generator was disturbed, once more:\n%s", out)
	}
}

// frontDoors looks at what the first command of the README left behind.
func frontDoors(t *testing.T, top string) {
	found, err := filepath.Glob(filepath.Join(top, "results", "runs", "*-front-doors-*", "run.json"))
	if err != nil || len(found) == 0 {
		t.Fatalf("found %v, %v", found, err)
	}
	data, err := os.ReadFile(found[len(found)-1])
	if err != nil {
		t.Fatal(err)
	}
	var doc struct {
		Verdict string
		Targets []struct {
			Name     string
			Requests int
			Failed   int
			Latency  map[string]map[string]*float64 `json:"latency_ms"`
			Bill     struct {
				Month float64 `json:"month_usd"`
			}
			Observed struct {
				Checks []struct {
					What   string
					AWS    float64
					Client float64
				} `json:"reconciliation"`
			}
		}
	}
	if err := json.Unmarshal(data, &doc); err != nil {
		t.Fatal(err)
	}
	if len(doc.Targets) != 4 {
		t.Fatalf("%d targets, want 4", len(doc.Targets))
	}
	for _, target := range doc.Targets {
		if target.Requests != 2500 || doc.Verdict != "invalid" && target.Failed != 0 || target.Bill.Month <= 0 {
			t.Errorf("%s: %d requests, %d failed, $%v a month", target.Name, target.Requests, target.Failed, target.Bill.Month)
		}
		for _, q := range []string{"p50", "p90", "p99", "max"} {
			if v := target.Latency["response"][q]; v == nil || *v <= 0 {
				t.Errorf("%s: no %s", target.Name, q)
			}
		}
		if checks := target.Observed.Checks; len(checks) == 0 || checks[0].What != "requests" || checks[0].AWS != checks[0].Client || checks[0].AWS != 2500+1 { // one was tried before the load
			t.Errorf("%s: CloudWatch's count does not agree: %+v", target.Name, checks)
		}
	}
	t.Logf("verdict %s", doc.Verdict)
}
