//go:build foreign && linux

package foreign

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

// serverlessOffline are set-ups of the plugin of that name for the Serverless Framework,
// which looks like Lambda and is not: each environment is a worker thread of one Node
// process. A request that finds all of them busy starts another, which loads the handler
// anew. A timer that looks each terminateIdleLambdaTime ends those that were idle for so
// long. With useInProcess there are no environments at all.
// Source: serverless-offline, src/lambda/LambdaFunctionPool.js.
func serverlessOffline() []system {
	const idle = "--terminateIdleLambdaTime 3"
	named := strings.Replace(coldProbe, "{", "{instance_header: X-Instance-Id, ", 1)
	return []system{
		{name: "serverless-offline: worker threads", truth: "an environment a request, idle for 3 to 6 s", kind: &targets.HTTPAPI, probe: coldProbe, start: offline(idle, "INIT=400"), alone: true},
		{name: "serverless-offline: worker threads that are named", truth: "an environment a request, idle for 3 to 6 s", kind: &targets.HTTPAPI, probe: named, start: offline(idle, "INIT=400", "NAMED=1"), alone: true},
		{name: "serverless-offline: worker threads, two speeds", truth: "an environment a request", kind: &targets.HTTPAPI, probe: coldProbe, start: offline(idle, "INIT=400", "SLOW=0.1"), alone: true},
		{name: "serverless-offline: in one process, two speeds", truth: "one INIT at the first request", kind: &targets.HTTPAPI, probe: coldProbe, start: offline(idle+" --useInProcess", "INIT=400", "SLOW=0.1"), alone: true},
	}
}

const serverlessRig = "testdata/serverless"

// offline is serverless-offline with flags, and the handler with variables.
func offline(flags string, variables ...string) func(*testing.T) running {
	return func(t *testing.T) running {
		dir := folder(t)
		truth := filepath.Join(dir, "truth.jsonl")
		rig, err := filepath.Abs(serverlessRig)
		if err != nil {
			t.Fatal(err)
		}
		at := address(t)
		u := program{
			name: filepath.Join(rig, "node_modules/.bin/serverless"), install: "npm ci --prefix scenarios/probes/foreign/" + serverlessRig,
			args: append(strings.Fields("offline start --host 127.0.0.1 --noPrependStageInUrl --httpPort "+port(at)+" --lambdaPort "+port(address(t))), strings.Fields(flags)...),
			env:  append(variables, "TRUTH="+truth, "SLS_TELEMETRY_DISABLED=1", "SLS_NOTIFICATIONS_MODE=off", "SLS_INTERACTIVE_SETUP_ENABLE=0", "SLS_ANALYTICS_URL="),
			dir:  rig, listens: at, log: dir,
		}.start(t)
		return running{u, func(t *testing.T, run *results.Run) []statement { return environments(t, truth, run) }}
	}
}

// A logged is what the handler wrote about itself: an INIT, or a request.
type logged struct {
	Instance string
	Init     bool
	WaitedMS float64 // of a request: since the API received it
	First    bool    // of its instance
}

// environments is what the handler's log tells: as many cold starts as INITs, each as
// long as a first request waited longer than others. The share is of all responses, or of
// those of the fan-outs.
func environments(t *testing.T, file string, run *results.Run) []statement {
	t.Helper()
	var inits, requests float64
	var cold, warm []float64
	for line := range strings.Lines(read(t, file)) {
		var l logged
		if err := json.Unmarshal([]byte(line), &l); err != nil {
			t.Fatalf("%s: %v", file, err)
		}
		switch {
		case l.Init:
			inits++
		case l.First:
			requests, cold = requests+1, append(cold, l.WaitedMS)
		default:
			requests, warm = requests+1, append(warm, l.WaitedMS)
		}
	}
	fans := fanOuts(t, run)
	if inits <= 1 && requests > 40 {
		return []statement{{claim: noColdStarts}, {coldStarts, map[string]span{"cold_starts": {0, 1}, "cold_share": {0, 1 / fans}}}}
	}
	init := medianOf(cold) - medianOf(warm)
	t.Logf("%v INITs of %v requests, each %.4g ms", inits, requests, init)
	return []statement{{coldStarts, map[string]span{
		"cold_starts": exactly(inits), "cold_share": {inits / requests, inits / fans}, "init_p50": about(init, 0.1), "idle_expiry": {3, 6},
	}}}
}

// fanOuts counts the requests of the fan-outs.
func fanOuts(t *testing.T, run *results.Run) (n float64) {
	t.Helper()
	_, err := results.ReadSamples(run.Dir, func(stage results.SampleStage, samples []results.Sample) error {
		if stage.Stage == "fan-out" {
			n += float64(len(samples))
		}
		return nil
	})
	if err != nil || n == 0 {
		t.Fatalf("no samples of a fan-out: %v", err)
	}
	return n
}

func medianOf(all []float64) float64 {
	if len(all) == 0 {
		return 0
	}
	slices.Sort(all)
	return all[len(all)/2]
}

func read(t *testing.T, file string) string {
	t.Helper()
	text, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
