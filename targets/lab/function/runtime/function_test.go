package runtime

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	goruntime "runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/targets/process"
)

// start makes a function whose processes are this test binary.
func start(t *testing.T, handler string, change func(*Config)) *Function {
	t.Helper()
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := Config{
		Name: "f", Command: []string{exe}, Handler: handler, Region: "eu-central-1", Account: "123456789012",
		Path: os.Getenv("PATH"), Memory: 512, Timeout: time.Minute, Concurrency: 20, Idle: time.Hour, InitTimeout: time.Minute,
	}
	if change != nil {
		change(&c)
	}
	f, err := NewFunction(c, NewLog(c.Name, "", Text))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		f.Close()
		if left := marked(t, f.mark); len(left) > 0 {
			t.Errorf("processes are left behind: %v", left)
		}
	})
	return f
}

// marked returns the processes that carry a function's mark, where that can be
// known. Those that are dead and not reaped have no environment any more.
func marked(t *testing.T, mark string) (found []string) {
	t.Helper()
	files, err := filepath.Glob("/proc/[0-9]*/environ")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		if env, err := os.ReadFile(file); err == nil && bytes.Contains(env, []byte(process.MarkName+"="+mark)) {
			found = append(found, file)
		}
	}
	return found
}

func call(f *Function, event string) Outcome {
	return f.Invoke(Invocation{ID: NewRequestID(), Event: []byte(event), Trace: "Root=1-0"})
}

// logged is all that a function's log holds.
func logged(f *Function) string {
	var all strings.Builder
	for _, l := range f.log.Lines(time.Time{}, time.Now().Add(time.Hour)) {
		all.WriteString(l.Message)
	}
	return all.String()
}

// TestEveryFunctionIsBounded calls functions that do what they should not.
func TestEveryFunctionIsBounded(t *testing.T) {
	short := func(c *Config) { c.Timeout = 300 * time.Millisecond }
	second := func(c *Config) { c.Timeout = time.Second }
	for handler, row := range map[string]struct {
		does      string
		change    func(*Config)
		ending    Ending
		errorType string
		payload   string // a part of it
		log       string // a part of it
	}{
		"echo":           {does: "one that answers", payload: `{"a":1}`},
		"throw":          {does: "one that tells an error", ending: Failed, errorType: "Oops", payload: `"errorMessage":"no"`, log: "Status: error\tError Type: Oops\t"},
		"crash":          {does: "one that crashes", ending: Failed, errorType: "Runtime.ExitError", payload: "Error: Runtime exited with error: exit status 3", log: "Runtime exited with error: exit status 3\n"},
		"leave":          {does: "one that exits well", ending: Failed, errorType: "Runtime.ExitError", payload: "Error: Runtime exited without providing a reason"},
		"hang":           {does: "one that hangs", change: short, ending: Overtime, errorType: "Sandbox.Timedout", payload: "Task timed out after 0.30 seconds", log: "Duration: 300.00 ms\tBilled Duration: "},
		"crash in init":  {does: "one that crashes in INIT", ending: Failed, errorType: "Runtime.ExitError", payload: "exit status 4", log: "\tPhase: invoke\tStatus: error\tError Type: Runtime.ExitError\n"},
		"fail in init":   {does: "one that tells that INIT failed", ending: Failed, errorType: "Init.Bad", payload: `"errorType":"Init.Bad"`, log: "\tPhase: init\tStatus: error\tError Type: Init.Bad\n"},
		"never ask":      {does: "one that never asks for an event", change: func(c *Config) { c.InitTimeout, c.Timeout = 100*time.Millisecond, 200*time.Millisecond }, ending: Overtime, errorType: "Sandbox.Timedout", log: "\tPhase: init\tStatus: timeout\n"},
		"flood":          {does: "one that floods its output", payload: `"dry"`, log: "all work and no play\n"},
		"no line end":    {does: "one that writes bytes without an end of line", payload: `"dry"`},
		"answer another": {does: "one that answers for another request", payload: `{"status":400,"said":{"errorMessage":"Invalid request ID","errorType":"InvalidRequestID"}}`},
		"ask while busy": {does: "one that asks while it has an event", payload: `{"status":403}`},
		"too large":      {does: "one that answers with too much", ending: Failed, errorType: "Function.ResponseSizeTooLarge", payload: "(6291556 bytes)"},
		"wrong mode":     {does: "one that answers in no known mode", ending: Failed, errorType: "Runtime.InvalidResponseModeHeader"},
		"answer twice":   {does: "one that answers twice", payload: `"first"`},
		"fork":           {does: "one that forks", payload: `"forked"`},
		"stay away":      {does: "one that answers and stays away", change: second, payload: `"once"`},
	} {
		t.Run(row.does, func(t *testing.T) {
			t.Parallel()
			f := start(t, handler, row.change)
			got := call(f, `{"a":1}`)
			if got.Ending != row.ending || got.ErrorType != row.errorType || !strings.Contains(string(got.Payload), row.payload) {
				t.Errorf("got ending %d, %q, %.300s; want %d, %q, %s", got.Ending, got.ErrorType, got.Payload, row.ending, row.errorType, row.payload)
			}
			f.Retire() // what was written is in the log then
			if text := logged(f); !strings.Contains(text, row.log) || !strings.Contains(text, "REPORT RequestId: ") || len(text) > 2<<20 {
				t.Errorf("the log of %d bytes must have %q:\n%.3000s", len(text), row.log, text)
			}
			if n := f.Environments(); n != 0 {
				t.Errorf("%d environments are left", n)
			}
		})
	}
}

func TestAnAnswerThatIsNotTakenLeavesTheEnvironmentInOrder(t *testing.T) {
	for handler, want := range map[string]string{
		"answer twice": `{"status":403,"said":{"errorMessage":"Transition from InvocationResponseSent to InvocationResponse is not allowed","errorType":"InvalidStateTransition"}}`,
		"too large":    `{"status":413,"said":{"errorMessage":"Exceeded maximum allowed payload size (6291556 bytes).","errorType":"RequestEntityTooLarge"}}`,
	} {
		f := start(t, handler, func(c *Config) { c.Concurrency = 1 }) // the same environment must go on
		call(f, `"do"`)
		if got := call(f, `"tell"`); string(got.Payload) != want || got.Cold {
			t.Errorf("%s: got %s (cold: %v)\nwant %s", handler, got.Payload, got.Cold, want)
		}
	}
}

func TestAFunctionWithTooMuchMemoryIsKilled(t *testing.T) {
	if goruntime.GOOS != "linux" {
		return // elsewhere memory is not limited
	}
	f := start(t, "eat memory", func(c *Config) { c.Memory = 256 })
	got := call(f, `{}`)
	if got.Ending != Failed || !strings.Contains(string(got.Payload), "Runtime exited with error: signal: killed") {
		t.Errorf("got ending %d: %.300s", got.Ending, got.Payload)
	}
	if r := f.log.Reports(time.Time{}, time.Now()); len(r) != 1 || r[0].MaxMemoryUsed != 256 || r[0].ErrorType != "Runtime.ExitError" {
		t.Errorf("the report is %+v", r)
	}
}

func TestAFunctionSeesNothingOfTheLab(t *testing.T) {
	t.Setenv("AWS_SECRET_ACCESS_KEY", "of the user")
	t.Setenv("HOME", "/home/of-the-user")
	f := start(t, "tell environment", func(c *Config) {
		c.Environment = map[string]string{"COLOUR": "blue", "AWS_LAMBDA_RUNTIME_API": "elsewhere"}
	})
	var names []string
	var list []string
	if err := json.Unmarshal(call(f, `{}`).Payload, &list); err != nil {
		t.Fatal(err)
	}
	for _, v := range list {
		name, value, _ := strings.Cut(v, "=")
		names = append(names, name)
		if strings.Contains(value, "of the user") || value == "elsewhere" {
			t.Errorf("a function sees %s", v)
		}
	}
	slices.Sort(names)
	want := []string{
		"AWS_DEFAULT_REGION", "AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "AWS_LAMBDA_FUNCTION_NAME", "AWS_LAMBDA_FUNCTION_VERSION",
		"AWS_LAMBDA_INITIALIZATION_TYPE", "AWS_LAMBDA_LOG_GROUP_NAME", "AWS_LAMBDA_LOG_STREAM_NAME", "AWS_LAMBDA_RUNTIME_API",
		"AWS_REGION", "COLOUR", "LAMBDA_TASK_ROOT", "LANG", "PATH", "TZ", "_HANDLER", process.MarkName,
	}
	if goruntime.GOOS != "windows" && !slices.Equal(names, want) {
		t.Errorf("a function sees %v, want %v", names, want)
	}
}

func TestAColdStartIsMeasuredAndAWarmOneIsNot(t *testing.T) {
	f := start(t, "slow start", nil)
	cold, warm := call(f, `{}`), call(f, `{}`)
	if !cold.Cold || cold.Init < 50*time.Millisecond || warm.Cold || warm.Init != 0 {
		t.Errorf("cold: %v with %v of INIT; warm: %v with %v", cold.Cold, cold.Init, warm.Cold, warm.Init)
	}
	reports := f.log.Reports(time.Time{}, time.Now())
	if len(reports) != 2 || reports[0].InitDuration != cold.Init || reports[1].InitDuration != 0 || reports[0].Duration != cold.Duration {
		t.Errorf("the reports are %+v", reports)
	}
	if cold.Environment != warm.Environment || cold.Environment == "" {
		t.Errorf("environments %q and %q", cold.Environment, warm.Environment)
	}
}

func TestARenewalChangesWhatTheNextEnvironmentSees(t *testing.T) {
	f := start(t, "tell environment", nil)
	f.Renew(map[string]string{"COLOUR": "green"})
	if first := call(f, `{}`); !strings.Contains(string(first.Payload), `"COLOUR=green"`) {
		t.Errorf("got %s", first.Payload)
	}
	f.Renew(map[string]string{"COLOUR": "red"})
	if next := call(f, `{}`); !next.Cold || !strings.Contains(string(next.Payload), `"COLOUR=red"`) {
		t.Errorf("cold: %v, %s", next.Cold, next.Payload)
	}
}

func TestThePoolKeepsItsLimits(t *testing.T) {
	f := start(t, "hang", func(c *Config) { c.Concurrency, c.Timeout = 2, time.Minute })
	var all sync.WaitGroup
	for range 2 {
		all.Go(func() { call(f, `{}`) })
	}
	for f.busy() < 2 {
		time.Sleep(time.Millisecond) // polls until both are under way
	}
	if got := call(f, `{}`); got.Ending != AtLimit {
		t.Errorf("one more than the limit ended with %d", got.Ending)
	}
	f.Close() // both still hang, and end now
	all.Wait()
	slow := start(t, "echo", func(c *Config) { c.Scale = func(time.Time) bool { return false } })
	if got := call(slow, `{}`); got.Ending != AtScaling {
		t.Errorf("an environment too many ended with %d", got.Ending)
	}
	slow.Close()
	if got := call(slow, `{}`); got.Ending != Closed {
		t.Errorf("a closed function ended with %d", got.Ending)
	}
}

func (f *Function) busy() int {
	f.mu.Lock()
	defer f.mu.Unlock()
	return f.inUse
}

func TestIdleEnvironmentsAreGivenUp(t *testing.T) {
	f := start(t, "echo", func(c *Config) { c.Idle = time.Millisecond })
	call(f, `{}`)
	for f.Environments() > 0 { // the test's own limit ends a failure
		time.Sleep(10 * time.Millisecond)
	}
	if got := call(f, `{}`); !got.Cold || got.Ending != Returned {
		t.Errorf("after that an invocation must be a cold start, got %+v", got)
	}
}

// labVariable makes the test binary a lab that is there to be killed.
const labVariable = "TOLLGATE_RUNTIME_TEST_LAB"

// actAsLab calls a function that forks, says its mark, and waits.
func actAsLab() {
	exe, _ := os.Executable()
	f, err := NewFunction(Config{
		Name: "f", Command: []string{exe}, Handler: "fork", Path: os.Getenv("PATH"), Memory: 512,
		Timeout: time.Minute, Concurrency: 2, Idle: time.Hour,
	}, NewLog("f", "", Text))
	if err != nil {
		fmt.Println(err)
		return
	}
	call(f, `{}`)
	fmt.Println(f.mark)
	select {}
}

func TestWhatAFunctionForkedEndsWithALabThatIsKilled(t *testing.T) {
	if goruntime.GOOS != "linux" {
		return // processes that leave their group are found on Linux only
	}
	lab := exec.Command(os.Args[0])
	lab.Env = append(os.Environ(), labVariable+"=1")
	out, err := lab.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := lab.Start(); err != nil {
		t.Fatal(err)
	}
	mark, err := bufio.NewReader(out).ReadString('\n')
	if mark = strings.TrimSpace(mark); err != nil || len(mark) < 26 {
		t.Fatalf("the lab said %q: %v", mark, err)
	}
	if n := len(marked(t, mark)); n != 3 { // the function, its child, and its child that left the group
		t.Errorf("%d processes carry the mark", n)
	}
	_ = lab.Process.Kill()
	_ = lab.Wait() // says that it was killed
	for begun := time.Now(); len(marked(t, mark)) > 0; time.Sleep(10 * time.Millisecond) {
		if time.Since(begun) > time.Minute {
			t.Fatalf("a minute after the lab's end there are %v", marked(t, mark))
		}
	}
}

func TestACommandThatIsNotThereIsToldAtOnce(t *testing.T) {
	_, err := NewFunction(Config{Name: "f", Command: []string{"./no-such-thing"}}, NewLog("f", "", Text))
	if err == nil || !strings.Contains(err.Error(), `the function "f" cannot be started`) {
		t.Errorf("got %v", err)
	}
}

func TestAStreamedAnswerGoesWhereItIsWanted(t *testing.T) {
	f := start(t, "stream", nil)
	var got bytes.Buffer
	out := f.Invoke(Invocation{ID: NewRequestID(), Event: []byte(`{}`), Stream: func(contentType string) io.Writer {
		got.WriteString(contentType + ": ")
		return &got
	}})
	const want = StreamType + `: {"statusCode":201}` + "\x00\x00\x00\x00\x00\x00\x00\x00body"
	if got.String() != want || len(out.Payload) != 0 {
		t.Errorf("got %q and %+v", got.String(), out)
	}
	if whole := call(f, `{}`); StreamType+": "+string(whole.Payload) != want {
		t.Errorf("where no stream is wanted, got %+v", whole)
	}
}
