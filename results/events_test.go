package results

import (
	"path/filepath"
	"testing"
	"testing/synctest"
	"time"
)

// samplesWithEvents are samples of two targets: the responses of the first were read as events, three of
// them complete, one cut off after its second event.
func samplesWithEvents() (all []Sample) {
	for i := range 6 {
		s := Sample{
			Target: uint16(i / 4), Seq: uint64(i), Due: time.Duration(i) * 10 * time.Millisecond, Code: 200,
			FirstByte: 20 * time.Millisecond, Service: 200 * time.Millisecond, Out: 100, In: 900, Reused: true, Protocol: HTTP11,
		}
		s.Begun, s.Sent = s.Due, s.Due+5*time.Millisecond
		if s.Target == 0 {
			s.Events = &Events{Count: int64(4 + i), First: 25 * time.Millisecond}
			for n := range int(s.Events.Count) - 1 {
				gap := time.Duration(10*n) * time.Millisecond
				s.Events.Gaps.Add(gap)
				s.Events.Longest = gap
			}
		}
		all = append(all, s)
	}
	cut := &all[3]
	cut.Err, cut.Events = ErrTimeout, &Events{Count: 2, First: 25 * time.Millisecond, Longest: 5 * time.Second, Cut: true, Resumable: true}
	cut.Events.Gaps.Add(10 * time.Millisecond)
	cut.Events.Gaps.Add(5 * time.Second)
	return all
}

// runWithEvents is a run directory with them.
func runWithEvents(t *testing.T, thresholds ...string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	doc := document()
	for _, text := range thresholds {
		doc.Thresholds = append(doc.Thresholds, ThresholdResult{Threshold: text})
	}
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, doc, []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		sh := r.Shard()
		for _, s := range samplesWithEvents() {
			sh.Record(&s)
		}
		time.Sleep(time.Second) // of the fake clock
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

func TestARunHasTheEventsOfItsResponses(t *testing.T) {
	run, err := Open(runWithEvents(t, "rest: first_event max < 31ms", "rest: longest_gap max < 55ms", "rest: gap mean < 28ms", "rest: transfer max < 181ms", "http: gap max < 1s", "rest: gap p(99) < 1s"))
	if err != nil {
		t.Fatal(err)
	}
	doc := Summarise(run)
	f := doc.Targets[0].Figures
	if want := (EventCounts{Streams: 4, Cut: 1, Events: 4 + 5 + 6 + 2, Fewest: 4, Most: 6, Resumable: 1}); f.Events == nil || *f.Events != want {
		t.Errorf("%+v, want %+v", f.Events, want)
	}
	if doc.Targets[1].Events != nil {
		t.Errorf("the second target has %+v", doc.Targets[1].Events)
	}
	for clock, want := range map[Clock]struct {
		n   int64
		max float64
	}{FirstEvent: {3, 30}, Gap: {3 + 4 + 5, 40}, LongestGap: {3, 40}, Transfer: {3, 180}} {
		if p := f.Latency[clock.String()]; p.N != want.n || p.Max < want.max || p.Max > want.max*1.001 {
			t.Errorf("%s of good responses: %d, at most %v ms; want %d, %v ms", clock, p.N, p.Max, want.n, want.max)
		}
	}
	if p := f.Outcomes["timeout"].Latency["longest_gap"]; p.N != 1 || p.Max < 5000 {
		t.Errorf("the wait that was cut off is not among the gaps of timeouts: %+v", p)
	}
	for i, passed := range []bool{true, true, true, true, false, false} {
		if r := doc.Thresholds[i]; r.Passed != passed {
			t.Errorf("%s: passed %v, %s", r.Threshold, r.Passed, r.Why)
		}
	}
	if why := doc.Thresholds[5].Why; why != "the number of gaps between events, 12, is too small for this percentile; it takes 368" {
		t.Errorf("p99 of 12 gaps: %s", why)
	}
}

// A browser asks for the rest of a stream that named its events; a load engine does not, and
// the words say so.
func TestWhatABrowserWouldResumeIsSaid(t *testing.T) {
	for resumable, want := range map[int64]string{
		0: "7 events in 2 responses, 4 in each that was complete; 1 response cut off before the end",
		1: "7 events in 2 responses, 4 in each that was complete; 1 response cut off before the end: a browser would go on with 1 of them by a further request (Last-Event-ID), which was not sent and is in no bill",
	} {
		c := EventCounts{Streams: 2, Cut: 1, Events: 7, Fewest: 4, Most: 4, Resumable: resumable}
		if got := c.Text(); got != want {
			t.Errorf("%s\nwant\n%s", got, want)
		}
	}
}

func TestEventsMergeAndAreMissingInOlderRuns(t *testing.T) {
	dir := runWithEvents(t)
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	other := *run
	other.Document.ID = "another"
	merged, err := Merge(run, &other)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := Summarise(merged).Targets[0].Events, (EventCounts{Streams: 8, Cut: 2, Events: 34, Fewest: 4, Most: 6, Resumable: 2}); got == nil || *got != want {
		t.Errorf("merged: %+v, want %+v", got, want)
	}
	withColumns(t, dir, secondColumnsWhole)
	old, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if got := Summarise(old).Targets[0]; got.Events != nil || got.Requests != 4 {
		t.Errorf("a run of an earlier version has %+v of %d requests", got.Events, got.Requests)
	}
}

func TestSamplesKeepWhatWasReadAsEvents(t *testing.T) {
	dir := t.TempDir()
	w, err := CreateSamples(dir)
	if err != nil {
		t.Fatal(err)
	}
	if err := w.Stage(aStage(0), samplesWithEvents()); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	_, err = ReadSamples(dir, func(_ SampleStage, got []Sample) error {
		for i, want := range samplesWithEvents() {
			e, o := got[i].Events, want.Events
			if (e == nil) != (o == nil) || e != nil && (e.Count != o.Count || e.First != o.First || e.Longest != o.Longest || e.Cut != o.Cut || e.Resumable != o.Resumable) || got[i].Err != want.Err {
				t.Errorf("sample %d: %v %+v, want %v %+v", i, got[i].Err, e, want.Err, o)
			}
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestGapsOfLongStreamsAreFolded(t *testing.T) {
	var g Gaps
	for i := range 100_000 {
		g.Add(time.Duration(i%7) * time.Millisecond)
	}
	if h := g.Histogram(); g.Count() != 100_000 || h.Count() != 100_000 || len(g.recent) >= foldFrom || h.Max() < 6*time.Millisecond {
		t.Errorf("%d gaps, %d in the histogram, %d kept one by one", g.Count(), h.Count(), len(g.recent))
	}
}
