package session

import (
	"context"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// What a probe sends is recorded, observed and kept, and is in no figure of the
// load that went before.
func TestProbesRunAfterTheLoadAndApartFromIt(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	limit := make(chan struct{}, 1<<16)
	for range 40 {
		limit <- struct{}{}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		count.Add(1)
		select {
		case <-limit:
			_, _ = w.Write([]byte("ok"))
		default:
			w.Header().Set("X-Amzn-ErrorType", "TooManyRequestsException")
			w.WriteHeader(http.StatusTooManyRequests)
			_, _ = w.Write([]byte(`{"message":"Too Many Requests"}`))
		}
	}))
	defer s.Close()
	c := Config{
		Out:      t.TempDir(),
		Scenario: scenario(t, []string{s.URL}, "constant: {rate: 20/s, for: 1s}", "probes:\n  - saturation: {from: 50/s, to: 100/s, for: 400ms, settle: 100ms, precision: 50%}\n"),
		Observer: observerFunc(func(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
			if len(run.ProbeSeconds) == 0 {
				t.Error("the observer is not told what the probe sent")
			}
			return sees(ctx, run, ts)
		}),
	}
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if n := run.Document.Targets[0].Requests; n != 20 {
		t.Errorf("%d requests are in the target's figures, want the 20 of the load", n)
	}
	if len(run.Findings) != 1 || run.Findings[0].Probe != "saturation" || run.Findings[0].Requests != count.Load()-20 {
		t.Fatalf("%d requests arrived; findings %+v", count.Load(), run.Findings)
	}
	var kept, marked int
	names := map[string]bool{}
	torn, err := results.ReadSamples(run.Dir, func(stage results.SampleStage, samples []results.Sample) error {
		names[stage.Stage] = true
		for i := range samples {
			kept++
			if samples[i].Mark.ErrorType == "TooManyRequestsException" && samples[i].Mark.Fault != "" {
				marked++
			}
			if samples[i].Due < time.Duration(stage.StartedS*1e9)-time.Millisecond {
				t.Errorf("stage %s has a sample from before it", stage.Stage)
			}
		}
		return nil
	})
	if torn || err != nil || int64(kept) != count.Load()-20 || marked == 0 || !names["step"] {
		t.Errorf("%d samples of stages %v are kept, %d marked, torn %v, %v", kept, names, marked, torn, err)
	}
	checkStages(t, run, int64(kept))
}

// checkStages checks what run.json holds of the stages of probes: their load, and how
// the generator performed in it.
func checkStages(t *testing.T, run *results.Run, sent int64) {
	t.Helper()
	var requests int64
	for _, s := range run.Document.ProbeStages {
		requests += s.Requests
		g := s.Generator
		unwatched := g.Control == nil || g.Control.N == 0 || g.Control.Max <= 0
		if s.Requests > 0 && g.Lag.Max <= 0 || s.Seconds >= 0.3 && unwatched || s.Verdict == "" || s.Use == "" || s.Load == "" || s.Started <= 0 {
			t.Errorf("stage %+v", s)
		}
	}
	if requests != sent {
		t.Errorf("the stages in run.json sent %d requests, and %d were sent", requests, sent)
	}
}

// A run without load shows how its generator performed for the probes.
func TestARunOfProbesShowsItsGenerator(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	sc := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 20/s, for: 1s}", "probes:\n  - claims: {rate: 50/s, for: 1s}\n")
	sc.Stages = nil
	run, err := Run(t.Context(), Config{Out: t.TempDir(), Scenario: sc})
	if run == nil {
		t.Fatal(err)
	}
	g := run.Document.Generator
	if g.Lag.P99 <= 0 || g.Lag.Max < g.Lag.P99 || g.Control == nil || g.CPUMax <= 0 {
		t.Errorf("%+v", g)
	}
	if len(run.Findings) != 1 || len(run.Document.ProbeStages) == 0 {
		t.Fatalf("%d findings, %d stages", len(run.Findings), len(run.Document.ProbeStages))
	}
	checkStages(t, run, run.Findings[0].Requests)
}

// The generator is late in the third stage of ten, in that which is sent in its place,
// and in a later one, for which nothing is left to spare.
func TestADisturbedStageIsSentAgain(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	stumbling := memory
	stumbling.Open = func(j load.Job) (load.Engine, error) {
		late := func(turn int) time.Duration {
			if turn == 2 || turn == 3 || turn == 8 {
				return 2 * time.Minute
			}
			return 0
		}
		return &inMemory{job: j, shard: j.Shard(), late: late, takes: time.Minute}, nil // so slow that this machine adds nothing to it
	}
	table := append(slices.Clone(engines.All), stumbling)
	sc := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 20/s, for: 1s}", "engine: {use: memory}\nprobes:\n  - overhead: {rate: 100/s, for: 1s}\n", table.Names()...)
	sc.Stages = nil
	observer := observerFunc(func(_ context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error) {
		if len(run.Document.Targets) != len(ts) {
			t.Errorf("%d targets are observed, and the run has %d", len(ts), len(run.Document.Targets))
		}
		return &results.Observed{Targets: []results.ObservedDoc{{Target: ts[0].Name}}}, nil
	})
	run, err := Run(t.Context(), Config{Out: t.TempDir(), Scenario: sc, Engines: table, Observer: observer})
	if run == nil || len(run.Findings) != 1 {
		t.Fatal(err)
	}
	uses := map[results.StageUse]int{}
	for _, s := range run.Document.ProbeStages {
		uses[s.Use]++
	}
	if uses[results.SentAgain] != 2 || uses[results.LeftOut] != 1 || uses[results.Concluded] != 9 {
		t.Errorf("of the stages, %v: want two sent again, one left out and nine concluded from", uses)
	}
	f := run.Findings[0]
	if said := strings.Join(f.Disturbed, "\n"); f.Requests != 120 || strings.Count(said, "sent again") != 2 || strings.Count(said, "left out") != 1 {
		t.Errorf("%d requests; %s", f.Requests, said)
	}
	for _, r := range f.Reasons {
		if strings.Contains(r, "late at") {
			t.Errorf("what was late was concluded from: %s", r)
		}
	}
}

// A probe plans as it goes: whatever it plans, it sends no faster than announced.
func TestAProbeSendsNoFasterThanAnnounced(t *testing.T) {
	var count atomic.Int64
	sc := scenario(t, []string{server(t, &count).URL}, "constant: {rate: 20/s, for: 1s}", "")
	q := probe.Question{
		Probe: &probe.Probe{Name: "overhead"}, Target: sc.Targets[0], Requests: 1000, For: time.Minute, Peak: 50,
		Plan: func(probe.History) (probe.Stage, bool) { return probe.Constant("steady", 60, time.Second), true },
	}
	p := &prober{session: &session{Config: Config{Scenario: sc}, targets: sc.Targets}, question: &q}
	if _, err := p.ask(t.Context()); err == nil || !strings.Contains(err.Error(), "would send 60 requests a second, more than the 50 that were announced") || count.Load() != 0 {
		t.Errorf("%v, after %d requests", err, count.Load())
	}
}

func TestAnInterruptedQuestionConcludesNothing(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	s := server(t, &count)
	ctx, cancel := context.WithCancel(t.Context())
	c := Config{
		Out:      t.TempDir(),
		Scenario: scenario(t, []string{s.URL}, "constant: {rate: 20/s, for: 1s}", "probes:\n  - saturation: {from: 50/s, to: 100/s, for: 30s}\n"),
		Progress: func(p Progress) {
			if p.Step == Probing {
				if !strings.Contains(p.Probe, "saturation, stage step") {
					t.Errorf("the progress says %q", p.Probe)
				}
				cancel()
			}
		},
	}
	run, err := Run(ctx, c)
	if ReasonOf(err) != Interrupted || run == nil || len(run.Findings) != 0 {
		t.Errorf("%v: %+v", err, run)
	}
}
