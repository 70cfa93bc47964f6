//go:build aaab

package main

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"tollgate/results"
	"tollgate/results/compare"
)

// TestADoorAgainstItselfAndAgainstFivePercent counts, over twenty real runs in
// the lab, how often a door seems to differ from another just like it, and how
// often one that takes 5 % longer is found. A run has both: three doors take
// turns in twenty blocks of a second. It has a build tag of its own since it
// takes twenty-five minutes and wants the machine for itself.
func TestADoorAgainstItselfAndAgainstFivePercent(t *testing.T) {
	const runs, tries, mostAlarms, leastFound = 20, 30, 3, 15
	dir := t.TempDir()
	program := filepath.Join(dir, "tollgate")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	var alarms, found, counted int
	for seed := 1; counted < runs && seed <= tries; seed++ {
		c, verdict := realRun(t, program, dir, seed)
		if verdict == results.Invalid {
			t.Logf("run %2d is invalid and is not counted", seed)
			continue
		}
		counted++
		same, slower := apart(pairWith(t, c, "same")), apart(pairWith(t, c, "slower"))
		if len(same) > 0 {
			alarms++
		}
		if slower[compare.P50] == compare.Worse || slower[compare.P90] == compare.Worse {
			found++
		}
		t.Logf("run %2d (%s): A/A %v, A/B %v; %s | %s", seed, verdict, same, slower, interval(pairWith(t, c, "same")), interval(pairWith(t, c, "slower")))
	}
	t.Logf("%d runs: %d alarms on a door against itself, %d of those 5 %% slower found", counted, alarms, found)
	if counted < runs {
		t.Errorf("only %d of %d runs were valid enough to count: this machine has other work to do", counted, tries)
	}
	if alarms > mostAlarms || found < leastFound {
		t.Errorf("%d alarms and %d found, want at most %d and at least %d", alarms, found, mostAlarms, leastFound)
	}
}

// TestDoorsUntilDecided counts the wrong verdicts of real runs that go on until they are
// decided within 4 %: a door is no better or worse than another just like it, and one that
// takes 5 % longer is not equivalent. How many are decided depends on the machine.
func TestDoorsUntilDecided(t *testing.T) {
	const runs, mostWrong = 8, 2
	dir := t.TempDir()
	program := filepath.Join(dir, "tollgate")
	if out, err := exec.Command("go", "build", "-o", program, ".").CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	wrong, decided := 0, 0
	for seed := 101; seed <= 100+runs; seed++ {
		c, verdict := realRun(t, program, dir, seed, "--decide", "p50:4%", "--within", "4m")
		same, slower := pairWith(t, c, "same"), pairWith(t, c, "slower")
		if len(apart(same)) > 0 || slower.Effect(compare.P50).Verdict == compare.Equivalent || slower.Effect(compare.P50).Verdict == compare.Better {
			wrong++
		}
		if len(c.Undecided()) == 0 {
			decided++
		}
		t.Logf("run %d (%s): %s; %s | %s", seed, verdict, c.Conclusion(), interval(same), interval(slower))
	}
	t.Logf("%d of %d runs were decided, %d of all wrongly", decided, runs, wrong)
	if wrong > mostWrong {
		t.Errorf("%d of %d runs have a wrong verdict, want at most %d", wrong, runs, mostWrong)
	}
}

// realRun runs the lab once and returns its comparison.
func realRun(t *testing.T, program, dir string, seed int, flags ...string) (*compare.Comparison, results.Verdict) {
	t.Helper()
	out := filepath.Join(dir, fmt.Sprint(seed))
	cmd := exec.Command(program, append([]string{
		"run", "testdata/aaab/aaab.yaml", "--lab", "testdata/aaab/lab.yaml",
		"--seed", fmt.Sprint(seed), "--out", out, "--quiet", "--summary", "none",
	}, flags...)...)
	text, _ := cmd.CombinedOutput() // an invalid run has an exit status of its own
	found, err := filepath.Glob(filepath.Join(out, "*-aaab-*"))
	if err != nil || len(found) != 1 {
		t.Fatalf("no run directory: %s", text)
	}
	data, err := os.ReadFile(filepath.Join(found[0], results.FileRun))
	if err != nil {
		t.Fatal(err)
	}
	doc, err := results.ParseDocument(data)
	if err != nil {
		t.Fatal(err)
	}
	c, err := compare.Read(found[0])
	if err != nil || c == nil {
		t.Fatalf("comparison %v, %v: %s", c, err, text)
	}
	return c, doc.Verdict
}

func pairWith(t *testing.T, c *compare.Comparison, head string) *compare.Pair {
	t.Helper()
	for i := range c.Pairs {
		if c.Pairs[i].Head == head {
			return &c.Pairs[i]
		}
	}
	t.Fatalf("no pair with %s", head)
	return nil
}

// apart returns the metrics that were told apart.
func apart(p *compare.Pair) map[compare.Metric]compare.Verdict {
	told := map[compare.Metric]compare.Verdict{}
	for _, e := range p.Effects {
		if e.Verdict == compare.Better || e.Verdict == compare.Worse {
			told[e.Metric] = e.Verdict
		}
	}
	return told
}

// interval spells the median's ratio.
func interval(p *compare.Pair) string {
	e := p.Effect(compare.P50)
	if e == nil || e.Estimate == nil || e.Low == nil || e.High == nil {
		return "no interval"
	}
	return fmt.Sprintf("p50 ×%.3f [%.3f, %.3f]", *e.Estimate, *e.Low, *e.High)
}
