package main

import (
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/testscript"

	"tollgate/results"
	"tollgate/targets/stack/function"
)

// TestMain lets eight scripts run at once, however few the processors: most of a
// script's time is spent waiting for the load it drives. The programs that tests start
// collect garbage as main has them do, but from their first package on: what libraries
// allocate before main is collected once otherwise, for a fifth of a start. Repositories
// begin without git's examples of hooks, a third of all files that tests write. A verb that a
// test runs within this process starts its lab as a program of its own: this one. Signals
// that were ignored when the tests began, as under nohup, are not ignored in what tests start.
func TestMain(m *testing.M) {
	if len(os.Args) == 3 && os.Args[1] == "lab" && os.Args[2] == "child" {
		main()
	}
	if os.Getenv("GOGC") == "" {
		_ = os.Setenv("GOGC", strconv.Itoa(startPercent))
	}
	_ = os.Setenv("GIT_TEMPLATE_DIR", "")
	if programs[filepath.Base(os.Args[0])] == nil {
		heed(syscall.SIGHUP, syscall.SIGINT)
	}
	parallel := "8"
	if os.Getenv("QUIET") != "" {
		parallel = "1"
	}
	if err := flag.Set("test.parallel", parallel); err != nil {
		panic(err)
	}
	testscript.Main(m, programs)
}

// heed lets programs that this one starts have the default action of signals, which they
// would otherwise ignore as this one was told to.
func heed(signals ...os.Signal) {
	for _, s := range signals {
		if signal.Ignored(s) {
			signal.Notify(make(chan os.Signal, 1), s)
		}
	}
}

// programs are those that tests start.
var programs = map[string]func(){"tollgate": main, "exhaust": exhaust, "serve": served, "invoked": invoked, "reference": function.Serve}

// exhaust takes memory until there is none.
func exhaust() {
	crashLoudly()
	for held := [][]byte(nil); len(held) >= 0; {
		held = append(held, make([]byte, 64<<20))
	}
}

// TestScripts runs testdata/script: the command line's tests, and its manual
// by example. Besides testscript's own commands there are those of commands.
// Those in its folder slow start the program very often, those in long take minutes:
// TestSlowScripts and TestLongScripts run them.
func TestScripts(t *testing.T) {
	t.Parallel()
	runScripts(t, "*.txtar")
}

func runScripts(t *testing.T, pattern string) {
	files, err := filepath.Glob(filepath.Join("testdata", "script", pattern))
	if err != nil || len(files) == 0 {
		t.Fatalf("%d scripts, %v", len(files), err)
	}
	testscript.Run(t, testscript.Params{
		Files:               files,
		RequireExplicitExec: true,
		RequireUniqueNames:  true,
		Setup:               outside,
		Cmds:                commands,
	})
}

var commands = map[string]func(*testscript.TestScript, bool, []string){
	"status":   status,
	"json":     jsonValue,
	"await":    await,
	"flood":    flood,
	"get":      get,
	"one":      one,
	"first":    first,
	"refuses":  refuses,
	"expand":   expand,
	"judged":   judged,
	"baseline": baselineRuns,
	"same":     same,
	"ours":     ours,
	"hangup":   hangup,
	"ended":    endedProcess,
	"wrap":     wrap,
	"attacked": attackedFile,
}

// status CODES COMMAND ARGS… runs a command that must exit with one of the codes,
// which are separated by bars. A run whose verdict depends on how busy the machine
// is has "status 0|96"; QUIET=1 demands that it is valid (see make quiet).
func status(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) < 2 {
		ts.Fatalf("usage: status CODES COMMAND [ARGS...]")
	}
	code := 0
	if err := ts.Exec(args[1], args[2:]...); err != nil {
		exit, ok := errors.AsType[*exec.ExitError](err)
		if !ok {
			ts.Fatalf("%v", err)
		}
		code = exit.ExitCode()
	}
	want := strings.Split(args[0], "|")
	if invalid := strconv.Itoa(exitInvalid); os.Getenv("QUIET") != "" && len(want) > 1 {
		want = slices.DeleteFunc(want, func(c string) bool { return c == invalid })
	}
	if !slices.Contains(want, strconv.Itoa(code)) {
		ts.Fatalf("exit status %d, want %s", code, strings.Join(want, "|"))
	}
}

// json FILE PATH PATTERN looks a value up in a JSON file, or in stdout, and
// matches it. A path's parts are keys and indices, separated by slashes.
func jsonValue(ts *testscript.TestScript, neg bool, args []string) {
	if len(args) != 3 {
		ts.Fatalf("usage: json FILE PATH PATTERN")
	}
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(args[0])), &v))
	v, err := dig(v, strings.Split(args[1], "/"))
	ts.Check(err)
	text, err := json.Marshal(v)
	ts.Check(err)
	matched, err := regexp.Match("^(?:"+args[2]+")$", text)
	ts.Check(err)
	if matched == neg {
		ts.Fatalf("%s in %s is %s", args[1], args[0], text)
	}
}

func dig(v any, path []string) (any, error) {
	for _, key := range path {
		switch in := v.(type) {
		case map[string]any:
			found, ok := in[key]
			if !ok {
				return nil, fmt.Errorf("no key %q", key)
			}
			v = found
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil, fmt.Errorf("no index %q in a list of %d", key, len(in))
			}
			v = in[i]
		default:
			return nil, fmt.Errorf("%q asked of %v", key, v)
		}
	}
	return v, nil
}

// ours DIR sees that what AWS counted at every target of a run is what the run
// counted as its own, request for request.
func ours(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 1 {
		ts.Fatalf("usage: ours DIR")
	}
	run, err := results.Open(ts.MkAbs(args[0]))
	ts.Check(err)
	for _, t := range run.Document.Targets {
		if t.Observed == nil || len(t.Observed.Checks) == 0 {
			ts.Fatalf("%s was not observed", t.Name)
		}
		if c := t.Observed.Checks[0]; c.What != "requests" || c.Client == nil || *c.Client == 0 || c.Gap == nil || *c.Gap != 0 {
			text, _ := json.Marshal(c)
			ts.Fatalf("%s: %s", t.Name, text)
		}
	}
}

// hangup sends SIGHUP to what runs in the background.
func hangup(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 0 {
		ts.Fatalf("usage: hangup")
	}
	for _, c := range ts.BackgroundCmds() {
		ts.Check(c.Process.Signal(syscall.SIGHUP))
	}
}

// await PATTERN LINES waits until a file that the glob pattern finds has at
// least so many lines: what a process in the background writes.
func await(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: await PATTERN LINES")
	}
	want, err := strconv.Atoi(args[1])
	ts.Check(err)
	deadline := time.Now().Add(time.Minute)
	for time.Now().Before(deadline) {
		found, err := filepath.Glob(ts.MkAbs(args[0]))
		ts.Check(err)
		for _, name := range found {
			if data, err := os.ReadFile(name); err == nil && strings.Count(string(data), "\n") >= want {
				return
			}
		}
		time.Sleep(20 * time.Millisecond) // polls: another process does it
	}
	ts.Fatalf("no file like %s with %d lines within a minute", args[0], want)
}

// one PATTERN NAME moves what the glob pattern finds, one file or folder, to NAME.
func one(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: one PATTERN NAME")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) != 1 {
		ts.Fatalf("%s finds %d files, want one", args[0], len(found))
	}
	ts.Check(os.Rename(found[0], ts.MkAbs(args[1])))
}

// first PATTERN NAME gives the name to the first file that the pattern finds.
func first(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: first PATTERN NAME")
	}
	found, err := filepath.Glob(ts.MkAbs(args[0]))
	ts.Check(err)
	if len(found) == 0 {
		ts.Fatalf("%s finds no file", args[0])
	}
	ts.Check(os.Rename(found[0], ts.MkAbs(args[1])))
}

// get FILE PATH SUFFIX CODE fetches the address that stands at PATH in a JSON
// file, with SUFFIX appended, as soon as somebody listens there, and wants that
// status.
func get(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 4 {
		ts.Fatalf("usage: get FILE PATH SUFFIX CODE")
	}
	code, err := ask(address(ts, args[0], args[1])+args[2], "")
	ts.Check(err)
	if got := strconv.Itoa(code); got != args[3] {
		ts.Fatalf("status %s, want %s", got, args[3])
	}
}

// refuses FILE PATH waits until nobody accepts connections at the address that
// stands at PATH in a JSON file.
func refuses(ts *testscript.TestScript, neg bool, args []string) {
	if neg || len(args) != 2 {
		ts.Fatalf("usage: refuses FILE PATH")
	}
	url := address(ts, args[0], args[1])
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	for ctx.Err() == nil {
		resp, err := http.Get(url)
		if err != nil {
			return
		}
		ts.Check(resp.Body.Close())
		time.Sleep(20 * time.Millisecond) // polls: another process does it
	}
	ts.Fatalf("%s still answers", url)
}

func address(ts *testscript.TestScript, file, path string) string {
	var v any
	ts.Check(json.Unmarshal([]byte(ts.ReadFile(file)), &v))
	v, err := dig(v, strings.Split(path, "/"))
	ts.Check(err)
	url, ok := v.(string)
	if !ok {
		ts.Fatalf("%s in %s is %v, no address", path, file, v)
	}
	return url
}
