package session

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// populated is a scenario with populations.
func populated(t *testing.T, url, populations string) *scenarios.Scenario {
	t.Helper()
	text := fmt.Sprintf("name: probe\ntargets:\n  a: {kind: origin, url: %q}\n  b: {kind: origin, url: %q}\nrequests:\n  - {name: get, path: /x}\n  - {name: list, path: /list}\npopulations:\n%s", url, url, populations)
	s, err := scenarios.Parse("probe.yaml", []byte(text), func(name string) (string, bool) { return "the key of " + name, true })
	if err != nil {
		t.Fatal(err)
	}
	return s
}

// A clockwork engine takes the time of each turn, and notes when it began.
type clockwork struct {
	epoch time.Time
	begun []string
	err   error // of the second turn
}

func (c *clockwork) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	c.begun = append(c.begun, fmt.Sprintf("%d@%v", turn.Target, start.Round(100*time.Millisecond)))
	if c.err != nil && len(c.begun) == 2 {
		return c.err
	}
	rest(ctx, time.Until(c.epoch.Add(start+turn.For)))
	return nil
}

func (*clockwork) Health() results.Health { return results.Health{InFlight: 2, Opened: 1, CPU: 0.5} }
func (*clockwork) Close() error           { return nil }

// clockworks drives populations without sending anything.
func clockworks(t *testing.T, s *scenarios.Scenario, broken error) (all []*clockwork, run *results.Run, took time.Duration, err error) {
	t.Helper()
	plan, planned := scenarios.NewPlan(s)
	if planned != nil {
		t.Fatal(planned)
	}
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		c := &session{Config: Config{Scenario: s}, plan: plan, targets: s.Targets}
		doc := c.document(time.Now())
		recorder, created := results.Create(dir, doc, s.Source)
		if created != nil {
			t.Fatal(created)
		}
		d := &driver{session: c, recorder: recorder, epoch: doc.Started, stopping: c.newStopping(t.Context())}
		defer d.stopping.close()
		for i := range plan.Populations {
			e := &clockwork{epoch: doc.Started}
			if i == 0 {
				e.err = broken
			}
			all = append(all, e)
			d.walkers = append(d.walkers, &walker{driver: d, sender: &sender{PlannedPopulation: &plan.Populations[i], targets: s.Targets}, engine: e})
		}
		began := time.Now()
		err = d.drive()
		took = time.Since(began)
		if closed := recorder.Close(results.Finished); closed != nil {
			t.Error(closed)
		}
	})
	run, opened := results.Open(dir)
	if opened != nil {
		t.Fatal(opened)
	}
	return all, run, took, err
}

func TestPopulationsRunSideBySide(t *testing.T) {
	s := populated(t, "http://127.0.0.1:1", "  one: {targets: [b], load: [{constant: {rate: 1/s, for: 4s}}, {closed: {users: 1, for: 2s}}]}\n  two: {start: 3s, load: [{constant: {rate: 1/s, for: 2s}}]}\n")
	all, run, took, err := clockworks(t, s, nil)
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[0].begun, []string{"1@0s", "1@4s"}) {
		t.Errorf("the first population has its turns at %v", all[0].begun)
	}
	slices.Sort(all[1].begun)
	if n := len(all[1].begun); n != 4 || all[1].begun[0] > "0@4s" {
		t.Errorf("the second has its turns at %v, want two blocks at each of two targets, from 3s on", all[1].begun)
	}
	if took.Round(time.Second) != 7*time.Second {
		t.Errorf("the load takes %v, want 7s: 3s and two seconds at each of two targets", took)
	}
	// The generator is one: what its engines hold adds up, what its process uses does not.
	if h := run.Health[1]; h.InFlight != 4 || h.Opened != 2 || h.CPU != 0.5 {
		t.Errorf("health of a second: %+v", h)
	}
}

func TestWhatEndsOnePopulationEndsAll(t *testing.T) {
	for _, broken := range []error{load.ErrSpent, errors.New("no socket")} {
		s := populated(t, "http://127.0.0.1:1", "  one: {load: [{constant: {rate: 1/s, for: 4s}}]}\n  two: {load: [{constant: {rate: 1/s, for: 1h}}]}\n")
		_, _, took, err := clockworks(t, s, broken)
		if !errors.Is(err, broken) || took > 2*time.Second {
			t.Errorf("after %v the load ends with %v after %v", broken, err, took)
		}
	}
}

// keyed stamps requests with the key of a target, as package auth does.
func keyed(_ context.Context, t targets.Target) (targets.Stamp, error) {
	return targets.Stamp{Sign: func(r *targets.Request) error {
		if key := t.Auth.APIKey.Reveal(); key != "" {
			r.Header.Set("X-Api-Key", key)
		}
		return nil
	}}, nil
}

// Each population sends its own requests with its own key, in blocks of its own.
func TestEachPopulationHasItsKey(t *testing.T) {
	t.Parallel()
	var mu sync.Mutex
	seen := map[string]int64{}
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		mu.Lock()
		defer mu.Unlock()
		seen[r.Header.Get("X-Api-Key")+" "+r.URL.Path]++
	}))
	t.Cleanup(server.Close)
	s := populated(t, server.URL, `  free: {auth: {api_key: "${env:FREE}"}, requests: [get], load: [{constant: {rate: 50/s, for: 1s}}]}
  pro: {auth: {api_key: "${env:PRO}"}, requests: {get: 1, list: 3}, targets: [b], load: [{constant: {rate: 80/s, for: 1s}}]}
  public: {requests: [list], targets: [a], start: 200ms, load: [{burst: {requests: 30}}]}
`)
	c := config(t, s)
	c.Stamp, c.Samples = keyed, true
	run, err := Run(t.Context(), c)
	if run == nil { // a busy machine makes it invalid, which is not what this is about
		t.Fatal(err)
	}
	mu.Lock()
	defer mu.Unlock()
	want := map[string]int64{"the key of FREE /x": 100 + 2, "the key of PRO /x": 20 + 1, "the key of PRO /list": 60 + 1, " /list": 30 + 1} // one of each is the trial
	if fmt.Sprint(seen) != fmt.Sprint(want) {
		t.Errorf("the server saw %v, want %v", seen, want)
	}
	d := run.Document
	if got := fmt.Sprint(d.Populations); got != "[{free 0 [a b] [free/get] [1]} {pro 0 [b] [pro/get pro/list] [2]} {public 0.2 [a] [public/list] [3]}]" {
		t.Errorf("run.json has the populations %s", got)
	}
	if d.Targets[0].ByRequest["public/list"].Requests != 30 || d.Targets[1].ByRequest["pro/list"].Requests != 60 || d.Targets[1].ByStage["pro/1"].Requests != 80 {
		t.Errorf("figures: %v, %v", d.Targets[0].ByRequest, d.Targets[1].ByStage)
	}
	for k := range run.Control {
		if population := d.Populations[k.Block].Name; !strings.HasPrefix(d.Requests[k.Request], population+"/") { // each has one block
			t.Errorf("the control measurement of block %d is of %s", k.Block, d.Requests[k.Request])
		}
	}
}

// Turns of populations coincide, so the time of an invocation tells no block; nor does it
// tell the target of a function that several use.
func TestInvocationsOfPopulationsHaveNoBlock(t *testing.T) {
	ts := []targets.Target{{Name: "rest", Function: targets.Function{Name: "ml"}}, {Name: "http", Function: targets.Function{Name: "other"}}}
	for _, row := range []struct {
		shared bool
		note   string
	}{
		{false, "of 3 invocations in the function's log (33.3 %); not assigned to blocks, since populations ran side by side"},
		{true, "cannot be told: populations sent load to several targets of this function at the same time"},
	} {
		run := turned(t)
		run.Document.Populations = []results.PopulationDoc{{Name: "free"}, {Name: "pro"}}
		if row.shared {
			ts[1].Function = ts[0].Function
		}
		if err := readLogs(t.Context(), logged(run, 100, 1200, 2100, 4100), run, ts); err != nil {
			t.Fatal(err)
		}
		got := run.Observed.Targets[0]
		if len(got.Blocks) != 0 || len(got.Checks) == 0 || !strings.HasPrefix(got.Checks[0].Note, row.note) || row.shared != (got.Checks[0].AWS == nil) {
			t.Errorf("shared %v: %+v", row.shared, got)
		}
	}
}
