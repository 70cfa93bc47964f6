//go:build unix

package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/results"
)

// mostLost is how old a request may be that a kill loses: a second that was not
// written yet, and what a busy machine takes to write one.
const mostLost = 1500 * time.Millisecond

// TestKills kills processes at random moments; TestTwoHundredKills, which make
// kills runs, does so for longer.
func TestKills(t *testing.T) {
	t.Parallel()
	kill(t, len(victims), false)
}

// kill kills n processes. Afterwards nothing is lost but the last second, and every
// command works on what is left; those that only read are tried if thorough.
// KILLS_SEED repeats the moments of a test.
func kill(t *testing.T, n int, thorough bool) {
	seed := uint64(time.Now().UnixNano())
	if said, err := strconv.ParseUint(os.Getenv("KILLS_SEED"), 10, 64); err == nil {
		seed = said
	}
	t.Logf("KILLS_SEED=%d", seed)
	k := prepare(t)
	k.thorough = thorough
	t.Run("kills", func(t *testing.T) {
		for i := range n {
			v := victims[i%len(victims)]
			t.Run(fmt.Sprintf("%s %d", v.name, i), func(t *testing.T) {
				t.Parallel()
				k.one(t, v, i, rand.New(rand.NewPCG(seed, uint64(i))))
			})
		}
	})
	k.tell(t)
}

// A victim is a command that is killed.
type victim struct {
	name  string
	args  []string // FOLDER, RUN and SLOW stand for the folder of runs and two of them
	until string   // a file of the run after whose appearance it is killed; "": at any moment of its life
}

// victims take turns. Loads are killed in every phase: those with until at the end,
// where a run is priced and reported.
var victims = []victim{
	{"run", []string{"run", "SCENARIO", "--quiet", "--out", "FOLDER"}, ""},
	{"price", []string{"price", "RUN"}, ""},
	{"run at its end", []string{"run", "SCENARIO", "--quiet", "--out", "FOLDER"}, results.FileSeconds},
	{"report", []string{"report", "RUN", "--history", "--charts", "FOLDER/charts"}, ""},
	{"run", []string{"run", "SCENARIO", "--quiet", "--out", "FOLDER"}, ""},
	{"history", []string{"history", "list", "--runs", "FOLDER"}, ""},
	{"run while it prices", []string{"run", "SCENARIO", "--quiet", "--out", "FOLDER"}, results.FileBills},
	{"check", []string{"check", "RUN"}, ""},
	{rerunning, []string{"check", "SLOW", "--scenario", "SCENARIO"}, ""},
}

// rerunning is a victim that lives about as long as a run.
const rerunning = "check that runs once more"

// A killing is what all kills have in common.
type killing struct {
	server *completions
	full   string                   // a folder of twelve runs that are whole
	run    string                   // the name of one among them
	slow   string                   // and of the newest, whose requests took longer
	life   map[string]time.Duration // of each victim, unharmed

	thorough bool

	mu     sync.Mutex
	worst  time.Duration
	phases map[string]int
}

// prepare makes a history, and measures how long each victim lives.
func prepare(t *testing.T) *killing {
	t.Helper()
	k := &killing{server: serveCompletions(t), full: t.TempDir(), life: map[string]time.Duration{}, phases: map[string]int{}}
	var both sync.WaitGroup
	folders := map[string]string{"whole": k.full, slowly: t.TempDir()}
	for who, folder := range folders {
		scenario := k.server.scenario(t, t.TempDir(), who)
		both.Go(func() {
			if code, said := tollgate(t, "run", scenario, "--quiet", "--out", folder); code != 0 && code != exitInvalid {
				t.Errorf("a run that is not killed: %d\n%s", code, said)
			}
		})
	}
	begun := time.Now()
	both.Wait()
	k.life["run"] = time.Since(begun)
	k.life[rerunning] = k.life["run"]
	k.run, k.slow = filepath.Base(runIn(t, k.full)), filepath.Base(runIn(t, folders[slowly]))
	for i := range 10 {
		baseline := fmt.Sprintf("%s-%d", k.run, i)
		k.copyFrom(t, k.full, k.run, baseline)
		asBaseline(t, filepath.Join(k.full, baseline), 11-i)
	}
	asBaseline(t, filepath.Join(k.full, k.run), 1)
	k.copyFrom(t, folders[slowly], k.slow, k.slow)
	asBaseline(t, filepath.Join(k.full, k.slow), 0)
	for _, v := range victims {
		if k.life[v.name] == 0 && v.until == "" {
			folder := t.TempDir()
			k.copyTo(t, folder)
			begun := time.Now()
			c := exec.Command("tollgate", k.args(v, folder, k.server.scenario(t, t.TempDir(), slowly))...)
			if said, _ := c.CombinedOutput(); !slices.Contains([]int{0, exitInvalid, exitRegression}, c.ProcessState.ExitCode()) {
				t.Fatalf("%s: %v\n%s", v.name, c.ProcessState, said)
			}
			k.life[v.name] = time.Since(begun)
		}
	}
	t.Logf("unharmed: %v", k.life)
	return k
}

// asBaseline makes a run valid, and so many days older.
func asBaseline(t *testing.T, dir string, days int) {
	t.Helper()
	var doc results.Document
	text, err := os.ReadFile(filepath.Join(dir, results.FileRun))
	if err == nil {
		err = json.Unmarshal(text, &doc)
	}
	if err == nil {
		doc.ID, doc.Verdict, doc.Reasons = filepath.Base(dir), results.Valid, nil
		doc.Started = doc.Started.Add(-time.Duration(days) * 24 * time.Hour)
		err = results.WriteDocument(dir, doc)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// copyFrom copies a run of a folder into that of all.
func (k *killing) copyFrom(t *testing.T, folder, run, name string) {
	t.Helper()
	if err := os.CopyFS(filepath.Join(k.full, name), os.DirFS(filepath.Join(folder, run))); err != nil {
		t.Fatal(err)
	}
}

// copyTo copies the runs that victims write, and borrows the others.
func (k *killing) copyTo(t *testing.T, folder string) {
	t.Helper()
	all, err := os.ReadDir(k.full)
	if err != nil {
		t.Fatal(err)
	}
	for _, run := range all {
		from, to := filepath.Join(k.full, run.Name()), filepath.Join(folder, run.Name())
		if run.Name() != k.run && run.Name() != k.slow {
			borrow(t, to, from)
		} else if err := os.CopyFS(to, os.DirFS(from)); err != nil {
			t.Fatal(err)
		}
	}
}

func (k *killing) args(v victim, folder, scenario string) []string {
	names := strings.NewReplacer("FOLDER", folder, "RUN", filepath.Join(folder, k.run), "SLOW", filepath.Join(folder, k.slow), "SCENARIO", scenario)
	var all []string
	for _, a := range v.args {
		all = append(all, names.Replace(a))
	}
	return all
}

// one starts a victim, kills it, and looks at what is left.
func (k *killing) one(t *testing.T, v victim, number int, random *rand.Rand) {
	folder, who := t.TempDir(), fmt.Sprintf("k%d", number)
	recording, left := v.args[0] == "run", k.run
	if !recording {
		k.copyTo(t, folder)
	}
	if slices.Contains(v.args, "SLOW") {
		left, who = k.slow, slowly // the very scenario, or it is not run once more
	}
	c := exec.Command("tollgate", k.args(v, folder, k.server.scenario(t, t.TempDir(), who))...)
	var said bytes.Buffer
	c.Stdout, c.Stderr = &said, &said
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() { defer close(ended); _ = c.Wait() }()
	k.await(v, folder, random, ended)
	at := time.Now()
	_ = c.Process.Kill()
	<-ended
	if recording {
		k.recorded(t, v, folder, who, at)
		return
	}
	k.count(v.name + ": " + endOf(c))
	k.works(t, folder, filepath.Join(folder, left))
}

// await waits for the moment of a kill.
func (k *killing) await(v victim, folder string, random *rand.Rand, ended <-chan struct{}) {
	delay := time.Duration(random.Float64() * 1.1 * float64(k.life[v.name]))
	if v.until != "" {
		delay = time.Duration(random.Float64() * float64(30*time.Millisecond))
		for !ready(v, folder) {
			select {
			case <-ended:
				return
			case <-time.After(time.Millisecond):
			}
		}
	}
	select {
	case <-ended:
	case <-time.After(delay):
	}
}

// ready says whether a run has come so far as its victim wants: the load is over
// when its document says so.
func ready(v victim, folder string) bool {
	found, _ := filepath.Glob(filepath.Join(folder, "*", v.until))
	if len(found) == 0 || v.until != results.FileSeconds {
		return len(found) > 0
	}
	text, err := os.ReadFile(filepath.Join(filepath.Dir(found[0]), results.FileRun))
	return err == nil && !bytes.Contains(text, []byte(`"state": "running"`))
}

// recorded holds what a killed run recorded against what the server completed.
func (k *killing) recorded(t *testing.T, v victim, folder, who string, at time.Time) {
	completed := k.server.of(who)
	completed = completed[min(1, len(completed)):] // one is tried before the load
	dir := runIn(t, folder)
	var n int64
	if dir != "" {
		run, err := results.Open(dir)
		if err != nil {
			t.Fatalf("what is left cannot be read: %v", err)
		}
		for _, s := range run.Seconds {
			for _, ended := range s.Ended {
				n += ended
			}
		}
		k.count(v.name + ": " + phaseOf(dir, run))
	} else {
		k.count(v.name + ": before the load")
	}
	if lost := completed[min(n, int64(len(completed))):]; len(lost) > 0 {
		age := at.Sub(lost[0])
		k.mu.Lock()
		k.worst = max(k.worst, age)
		k.mu.Unlock()
		if age > mostLost {
			t.Errorf("%d requests were completed and %d recorded: the first that is lost was completed %v before the kill", len(completed), n, age)
		}
	}
	k.works(t, folder, dir)
}

// works runs every command on what is left. A run on a busy
// machine is invalid, and the slow one a regression.
func (k *killing) works(t *testing.T, folder, dir string) {
	type step struct {
		codes []int
		args  []string
	}
	list := step{[]int{0}, []string{"history", "list", "--runs", folder}}
	steps := []step{list}
	if dir != "" {
		steps = append(steps, step{[]int{0}, []string{"report", dir}}, step{[]int{0}, []string{"price", dir}}, step{[]int{0, exitInvalid, exitRegression}, []string{"check", dir}})
	}
	if dir != "" && k.thorough {
		steps = append(steps, list,
			step{[]int{0}, []string{"report", dir, "--format", "json"}},
			step{[]int{exitFailed}, []string{"observe", dir}}, // nothing says how CloudWatch calls the target
			step{[]int{0, exitFailed, exitInconclusive}, []string{"compare", dir, filepath.Join(k.full, k.run)}},
		)
	}
	for _, s := range steps {
		if code, said := tollgate(t, s.args...); !slices.Contains(s.codes, code) || strings.Contains(said, "panic") {
			t.Errorf("tollgate %s: exit code %d\n%s", strings.Join(s.args, " "), code, said)
		}
	}
	if dir != "" {
		k.clean(t, dir)
	}
}

// clean says what is left of files that were being written, when commands come
// that write them again much later.
func (k *killing) clean(t *testing.T, dir string) {
	long := time.Now().Add(-time.Hour)
	left, _ := filepath.Glob(filepath.Join(dir, ".*"))
	for _, name := range left {
		if err := os.Chtimes(name, long, long); err != nil && !errors.Is(err, os.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if len(left) == 0 {
		return
	}
	tollgate(t, "price", dir)
	tollgate(t, "report", dir)
	tollgate(t, "check", dir)
	if still, _ := filepath.Glob(filepath.Join(dir, ".*")); len(still) > 0 {
		t.Errorf("left for good: %v", still)
	}
}

// tollgate runs a command in this process.
func tollgate(t *testing.T, args ...string) (code int, said string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	var out bytes.Buffer
	code = run(ctx, args, strings.NewReader(""), &out, &out)
	return code, out.String()
}

// phaseOf says how far a run had come by the files that it left.
func phaseOf(dir string, run *results.Run) string {
	has := func(name string) bool { _, err := os.Stat(filepath.Join(dir, name)); return err == nil }
	switch {
	case has("junit.xml"):
		return "reported"
	case has("report.html"), has("report.md"):
		return "reporting"
	case has(results.FileBills):
		return "after pricing"
	case run.Document.State != results.Torn && run.Document.State != results.Running:
		return "after the load"
	default:
		return "in the load"
	}
}

func endOf(c *exec.Cmd) string {
	if c.ProcessState.Exited() {
		return fmt.Sprintf("over before it was killed, with exit code %d", c.ProcessState.ExitCode())
	}
	return "killed"
}

func (k *killing) count(phase string) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.phases[phase]++
}

func (k *killing) tell(t *testing.T) {
	names := make([]string, 0, len(k.phases))
	for name, n := range k.phases {
		names = append(names, fmt.Sprintf("%4d %s", n, name))
	}
	slices.SortFunc(names, func(a, b string) int { return strings.Compare(a[5:], b[5:]) })
	t.Logf("the oldest request that was lost had been completed %v before the kill\n%s", k.worst, strings.Join(names, "\n"))
}
