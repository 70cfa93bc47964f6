package results_test

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/results"
)

// A tally is an output that exists only in this test: it adds up what it gets.
type tally struct {
	moments  int
	rows     []results.Second
	health   []results.Health
	response *results.Histogram
	until    time.Duration
	fails    bool
	closed   []*results.Run
}

func (o *tally) Second(m *results.Moment) error {
	o.moments++
	if o.fails {
		return errors.New("the collector is gone")
	}
	o.rows, o.until = append(o.rows, m.Rows()...), m.To
	if m.Health != nil {
		o.health = append(o.health, *m.Health)
	}
	for _, h := range m.Latencies(func(k results.Key) bool { return k.Clock == results.Response }) {
		o.response.Merge(h)
	}
	return nil
}

func (o *tally) Close(run *results.Run) error {
	o.closed = append(o.closed, run)
	return nil
}

func TestAnOutputGetsWhatTheDirectoryHolds(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	good, broken := &tally{response: results.New()}, &tally{fails: true}
	synctest.Test(t, func(t *testing.T) {
		r, err := results.Create(dir, results.Document{
			Scenario: "p", Requests: []string{"get"}, Targets: []results.TargetDoc{{Name: "api", Kind: "origin"}},
			Stages: []results.StageDoc{{Load: "constant 10/s", Seconds: 5, Blocks: 1, BlockS: 5}},
		}, []byte("name: p\n"), broken, good)
		if err != nil {
			t.Fatal(err)
		}
		r.Watch(func() results.Health { return results.Health{InFlight: 3} })
		shard, begun := r.Shard(), time.Now()
		for range 50 {
			time.Sleep(100 * time.Millisecond)
			at := time.Since(begun)
			shard.Record(&results.Sample{Code: 200, Due: at, Begun: at, Sent: at, Service: 7 * time.Millisecond})
		}
		if err := r.Close(results.Finished); err != nil {
			t.Fatal(err)
		}
	})
	run, err := results.Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := results.CloseOutputs([]results.Output{good, broken}, run); err != nil || len(good.closed) != 1 || good.closed[0] != run {
		t.Errorf("closed with %v, %v", good.closed, err)
	}
	var seen, kept int64
	for _, rows := range []struct {
		of  []results.Second
		sum *int64
	}{{good.rows, &seen}, {run.Seconds, &kept}} {
		for _, row := range rows.of {
			*rows.sum += row.Ended[results.OK]
		}
	}
	if seen != 50 || kept != 50 || len(good.rows) != len(run.Seconds) || len(good.health) != len(run.Health) || good.health[1] != run.Health[1] {
		t.Errorf("the output saw %d requests in %d rows and %d reports, the directory holds %d in %d and %d", seen, len(good.rows), len(good.health), kept, len(run.Seconds), len(run.Health))
	}
	if h := run.Histogram(func(k results.Key) bool { return k.Clock == results.Response }); good.response.Count() != 50 || good.response.Max() != h.Max() {
		t.Errorf("%d response times, at most %v; the directory has %d, at most %v", good.response.Count(), good.response.Max(), h.Count(), h.Max())
	}
	// One that fails is left out, and the run says so.
	if broken.moments != 1 || len(run.Document.Warnings) != 1 || !strings.Contains(run.Document.Warnings[0], "the collector is gone") {
		t.Errorf("%d calls after an error; warnings %q", broken.moments, run.Document.Warnings)
	}
}
