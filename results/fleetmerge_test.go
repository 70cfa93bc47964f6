package results

import (
	"encoding/json"
	"fmt"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

// fleetStart is when the shards of these tests begin, by the clock of their store.
var fleetStart = time.Date(2026, 11, 30, 20, 0, 0, 250e6, time.UTC)

// fleetShard is a document of the i'th of n shards.
func fleetShard(i, n int) Document {
	d := document()
	d.Shards = []ShardDoc{{Index: i, Count: n, Fleet: "night-1", Host: fmt.Sprintf("pod-%d", i), Start: fleetStart}}
	for k := range d.Stages {
		d.Stages[k].DueAll = d.Stages[k].Due
		d.Stages[k].Due = 0
	}
	for k := range d.Stages {
		for seq := range d.Stages[k].DueAll {
			if int(seq)%n == i-1 {
				d.Stages[k].Due++
			}
		}
	}
	return d
}

// recordedShards records a run, and the same as n shards on machines whose clocks differ.
func recordedShards(t *testing.T, n, seconds int) (whole string, shards []string) {
	t.Helper()
	root := t.TempDir()
	whole = filepath.Join(root, "whole")
	synctest.Test(t, func(t *testing.T) {
		one, err := Create(whole, document(), []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		recorders := []*Recorder{one}
		outputs := []*Shard{one.Shard()}
		for i := range n {
			dir := filepath.Join(root, fmt.Sprintf("shard-%d", i+1))
			r, err := Create(dir, fleetShard(i+1, n), []byte("name: predict\n"))
			if err != nil {
				t.Fatal(err)
			}
			recorders, outputs, shards = append(recorders, r), append(outputs, r.Shard()), append(shards, dir)
		}
		time.Sleep(5 * time.Millisecond) // on the fake clock: no request ends with its second
		for i := range seconds * 100 {
			time.Sleep(10 * time.Millisecond) // likewise
			now := time.Since(one.epoch)
			s := Sample{
				Target: uint16(i / 200 % 2), Request: uint16(i % 2), Block: uint32(i / 400), Seq: uint64(i),
				Due: now, Begun: now + time.Duration(i%40)*time.Microsecond, Sent: now + 60*time.Microsecond,
				FirstByte: 9 * time.Millisecond, Service: time.Duration(10+i%90) * time.Millisecond,
				Code: 200, Out: 200, In: int64(500 + i%3), Protocol: HTTP11,
			}
			if i%50 == 49 {
				s.Code = 429
			}
			outputs[0].Record(&s)
			outputs[1+i%n].Record(&s)
		}
		for _, r := range recorders {
			if err := r.Close(Finished); err != nil {
				t.Fatal(err)
			}
		}
	})
	for i, dir := range shards {
		run, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		run.Document.Started = run.Document.Started.Add(time.Duration(i) * 2 * time.Second)
		if err := WriteDocument(dir, Summarise(run)); err != nil {
			t.Fatal(err)
		}
	}
	return whole, shards
}

func TestShardsMergeToTheRunOfOneMachineBitForBit(t *testing.T) {
	whole, shards := recordedShards(t, 4, 6)
	want, err := Open(whole)
	if err != nil {
		t.Fatal(err)
	}
	got, err := MergeDirs(t.TempDir(), shards...)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := dump(want), dump(got); a != b {
		t.Errorf("the histograms of the shards:\n%.400s\nof one machine:\n%.400s", b, a)
	}
	if len(want.Seconds) != len(got.Seconds) {
		t.Fatalf("%d rows of the shards, %d of one machine", len(got.Seconds), len(want.Seconds))
	}
	for i := range want.Seconds {
		if !reflect.DeepEqual(want.Seconds[i], got.Seconds[i]) {
			t.Errorf("row %d of the shards:\n%+v\nof one machine:\n%+v", i, got.Seconds[i], want.Seconds[i])
		}
	}
	for k, s := range want.Sizes {
		if !reflect.DeepEqual(slices.Collect(keys(s)), slices.Collect(keys(got.Sizes[k]))) {
			t.Errorf("sizes of %v differ", k)
		}
	}
	if !got.Document.Started.Equal(fleetStart) || len(got.Document.Shards) != 4 || got.Document.Stages[0].Due != 1000 {
		t.Errorf("started %v with shards %+v and %d due", got.Document.Started, got.Document.Shards, got.Document.Stages[0].Due)
	}
	if a, b := Summarise(want).Targets[0].Figures, got.Document.Targets[0].Figures; !reflect.DeepEqual(a.Latency, b.Latency) || a.Rate != b.Rate || !reflect.DeepEqual(a.Status, b.Status) {
		t.Errorf("figures of the shards %+v, of one machine %+v", b, a)
	}
	data, err := json.Marshal(got.Document)
	if err != nil {
		t.Fatal(err)
	}
	if err := validate(t, data); err != nil {
		t.Error(err)
	}
}

func keys(s *Sizes) func(func(string) bool) {
	return func(yield func(string) bool) {
		for size, n := range s.Buckets() {
			if !yield(fmt.Sprint(size, n)) {
				return
			}
		}
	}
}

func TestShardsMergeInAnyOrderAndGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n := rapid.IntRange(3, 6).Draw(t, "shards")
		var runs []*Run
		for i := range 3 {
			r := anyRun(t, string(rune('a'+i)))
			r.Document.Shards = fleetShard(i+1, n).Shards
			r.Document.Shards[0].Late = rapid.Float64Range(0, 400).Draw(t, "late")
			runs = append(runs, r)
		}
		atOnce := merged(t, runs...)
		for _, other := range []*Run{merged(t, runs[2], runs[1], runs[0]), merged(t, merged(t, runs[0], runs[1]), runs[2]), merged(t, runs[0], merged(t, runs[2], runs[1]))} {
			if x, y := whole(atOnce), whole(other); x != y {
				t.Fatalf("merged at once:\n%s\notherwise:\n%s", x, y)
			}
			if x, y := Summarise(atOnce), Summarise(other); !reflect.DeepEqual(x.Reasons, y.Reasons) || x.Verdict != y.Verdict {
				t.Fatalf("%v %q, otherwise %v %q", x.Verdict, x.Reasons, y.Verdict, y.Reasons)
			}
		}
	})
}

func TestWhatShardsMakeOfARun(t *testing.T) {
	shard := func(i int, change func(*Document)) *Run {
		r := &Run{Document: fleetShard(i, 3)}
		r.Document.ID, r.Document.State, r.Document.Seconds = fmt.Sprintf("run-%d", i), Finished, 10
		for target := range 2 {
			for second := range 10 {
				row := Second{Second: second, Target: uint16(target), Block: uint32(second / 2), FirstDue: time.Duration(second) * time.Second, LastBegun: time.Duration(second+1) * time.Second}
				row.Ended[OK] = 33
				if i == 1 {
					row.Ended[OK] = 34
				}
				row.Status, row.Errors = map[int]int64{200: row.Ended[OK]}, map[ErrClass]int64{}
				r.Seconds = append(r.Seconds, row)
			}
		}
		for second := range 10 {
			r.Health = append(r.Health, Health{Second: second, CPU: 0.5})
		}
		if change != nil {
			change(&r.Document)
		}
		return r
	}
	busy := func(r *Run) *Run {
		for i := range r.Health {
			r.Health[i].CPU = 1.95
		}
		return r
	}
	late := func(ms float64) func(*Document) { return func(d *Document) { d.Shards[0].Late = ms } }
	all := func(two func(*Document)) []*Run { return []*Run{shard(1, nil), shard(2, two), shard(3, nil)} }
	allowed := func(runs ...*Run) []*Run {
		for _, r := range runs {
			r.Document.MissingAllowed = true
		}
		return runs
	}
	for _, row := range []struct {
		name    string
		runs    []*Run
		verdict Verdict
		reason  string // "": none
		err     string
	}{
		{"all are there", all(nil), Valid, "", ""},
		{"one is missing", []*Run{shard(1, nil), shard(3, nil)}, Invalid, "shard 2 is missing, of 3: the other shards were to send 1,334 of the 2,000 requests that were asked for, 66.7%; up to 666 more may have been sent, which are not recorded", ""},
		{"its rate is held against that of the whole", []*Run{shard(1, nil), shard(3, nil)}, Invalid, "rest: 100 requests/s were scheduled and 67/s achieved", ""},
		{"one is missing, and that is allowed", allowed(shard(1, nil), shard(3, nil)), Suspect, "shard 2 is missing, of 3: the other shards were to send 1,334 of the 2,000 requests that were asked for, 66.7%; up to 666 more may have been sent, which are not recorded (allowed)", ""},
		{"two are missing", allowed(shard(2, nil)), Suspect, "shards 1 and 3 are missing", ""},
		{"one index was sent twice", append(all(nil), shard(2, func(d *Document) { d.ID = "again" })), "", "", "run-2 and again are both shard 2 of 3: one of them was not to be sent, and its requests would count twice"},
		{"one is of another run", all(func(d *Document) { d.Shards[0].Fleet = "night-2" }), "", "", "run-2 is of run night-2"},
		{"one is of a run with more shards", all(func(d *Document) { d.Shards[0].Count = 4 }), "", "", "only shards of one run can be merged"},
		{"one is no shard", all(func(d *Document) { d.Shards = nil }), "", "", "run-1 is a shard, and run-2 is a whole run"},
		{"one ran another scenario", all(func(d *Document) { d.Digest = "other" }), "", "", "only runs of the same scenario file"},
		{"one began 80 ms later", all(late(80)), Valid, "", ""},
		{"one began 120 ms later", all(late(120)), Suspect, "shard 2 on pod-2 began 120 ms after shard 1", ""},
		{"one has a clock of which little is known", all(func(d *Document) { d.Shards[0].Tolerance = 500 }), Suspect, "the clock of shard 2 on pod-2 is known to ±500 ms only", ""},
		{"one lags behind in its turns", all(func(d *Document) { d.Shards[0].Turns = 700 }), Suspect, "shard 2 on pod-2 began turns up to 700 ms late", ""},
		{"one was interrupted", all(func(d *Document) { d.State, d.Stopped = Interrupted, 4 }), Suspect, "shard 2 of 3 on pod-2: the run was interrupted after 4 s", ""},
		{"the generator of one was at its limit", []*Run{shard(1, nil), busy(shard(2, nil)), shard(3, nil)}, Invalid, "shard 2 of 3 on pod-2: the load generator used more than 90% of the machine's 2 processors in 10 of 10 seconds", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			m, err := Merge(row.runs...)
			if row.err != "" {
				if err == nil || !strings.Contains(err.Error(), row.err) {
					t.Fatalf("%v, want %q", err, row.err)
				}
				return
			}
			if err != nil {
				t.Fatal(err)
			}
			d := Summarise(m)
			if d.Verdict != row.verdict || row.reason == "" && len(d.Reasons) > 0 || !strings.Contains(strings.Join(d.Reasons, "\n"), row.reason) {
				t.Errorf("%v %q, want %v %q", d.Verdict, d.Reasons, row.verdict, row.reason)
			}
		})
	}
}

func TestAShardAloneJudgesNoThreshold(t *testing.T) {
	r := &Run{Document: fleetShard(1, 3)}
	r.Document.State, r.Document.Thresholds = Finished, Pending([]Threshold{threshold(t, "p(99) < 1ms"), threshold(t, "rate > 1000/s")})
	d := Summarise(r)
	if d.Result != Incomplete || len(d.Failures) > 0 || d.Verdict != Valid {
		t.Errorf("%v %q, %v %q", d.Result, d.Failures, d.Verdict, d.Reasons)
	}
	for _, one := range d.Thresholds {
		if one.Passed || one.Measured != nil {
			t.Errorf("%+v", one)
		}
	}
}
