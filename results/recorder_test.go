package results

import (
	"fmt"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// document is a run of two targets and two requests, five blocks of two seconds.
func document() Document {
	return Document{
		Scenario: "predict",
		Digest:   "sha256 of it",
		Seed:     7,
		Machine:  Machine{CPUs: 2},
		Stages:   []StageDoc{{Load: "constant 100/s", Seconds: 10, Blocks: 5, BlockS: 2, Due: 1000}},
		Requests: []string{"health", "predict, twice"},
		Targets:  []TargetDoc{{Name: "rest", Kind: "rest-api"}, {Name: "http", Kind: "http-api"}},
	}
}

// play sends n seconds of traffic, 100 requests each, at one shard: the
// targets take turns by two seconds, every fiftieth request is throttled.
func play(r *Recorder, sh *Shard, n int) {
	for i := range n * 100 {
		time.Sleep(5 * time.Millisecond) // on the caller's fake clock
		now := time.Since(r.epoch)
		s := Sample{
			Target: uint16(i / 200 % 2), Request: uint16(i % 2), Block: uint32(i / 400), Seq: uint64(i),
			Due: now, Begun: now + 50*time.Microsecond, Sent: now + 60*time.Microsecond,
			FirstByte: 9 * time.Millisecond, Service: time.Duration(10+i%90) * time.Millisecond,
			Code: 200, Out: 200, In: int64(500 + i%3), Reused: i > 0, Protocol: HTTP11,
		}
		if s.Target == 0 {
			s.Protocol, s.Headers = HTTP2, HeaderBytes{Out: 30, In: 40, PlainOut: 200, PlainIn: 300}
			s.Body, s.Decoded, s.Undecoded = 100, 450, i%4 == 0
		}
		if i == 0 {
			s.Connect, s.TLS = time.Millisecond, 2*time.Millisecond
		}
		if i%50 == 49 {
			s.Code = 429
		}
		sh.Record(&s)
		time.Sleep(5 * time.Millisecond) // on the caller's fake clock
	}
}

// recorded makes a run of n seconds. With state Running it ends as if the
// process had been killed after n seconds.
func recorded(t *testing.T, n int, state State) string {
	t.Helper()
	return recordedAs(t, document(), n, state)
}

// recordedAs records so many seconds of what doc plans.
func recordedAs(t *testing.T, doc Document, n int, state State) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, doc, []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		r.Health(Health{InFlight: 1, FileLimit: 1024})
		play(r, r.Shard(), n)
		if err := r.Close(state); err != nil {
			t.Fatal(err)
		}
	})
	return dir
}

func TestEverySecondHasItsOwnHealth(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, document(), []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		asked := time.Duration(0)
		r.Watch(func() Health {
			before := asked
			asked = time.Since(r.epoch)
			return Health{InFlight: 7, Opened: int((asked - before) / time.Millisecond)}
		})
		time.Sleep(20*time.Second + 700*time.Millisecond) // on a fake clock, as below
		r.Watch(func() Health {                           // of another engine: what the one before it has counted stays
			before := asked
			asked = time.Since(r.epoch)
			return Health{InFlight: 7, Opened: int((asked - before) / time.Millisecond)}
		})
		time.Sleep(9*time.Second + 800*time.Millisecond)
		r.Health(Health{Retried: 3}) // beside what it asks for
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	for i, h := range run.Health {
		want := Health{Second: i, InFlight: 7, Opened: 1000}
		if i == 30 {
			want.Opened, want.Retried = 500, 3
		}
		if h != want {
			t.Errorf("health of second %d: %+v, want %+v", i, h, want)
		}
	}
	if len(run.Health) != 31 {
		t.Errorf("%d seconds, want 31", len(run.Health))
	}
}

func TestRunComesBackAsItWasRecorded(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "deep", "run")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, document(), []byte("name: predict\n"))
		if err != nil {
			t.Fatal(err)
		}
		r.Health(Health{LagP99: 3 * time.Millisecond, InFlight: 4, CPU: 0.25, Files: 10, FileLimit: 1024})
		r.Health(Health{LagP99: time.Millisecond, InFlight: 5, Opened: 1})
		play(r, r.Shard(), 10)
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if string(run.Scenario) != "name: predict\n" || run.Document.State != Finished || run.Document.ID != "run" {
		t.Errorf("scenario %q, state %s, id %s", run.Scenario, run.Document.State, run.Document.ID)
	}
	if h := run.Health[0]; h.InFlight != 5 || h.LagP99 != 3*time.Millisecond || h.Opened != 1 || h.CPU != 0.25 || h.FileLimit != 1024 {
		t.Errorf("health of the first second: %+v", h)
	}
	ok := run.Histogram(func(k Key) bool { return k.Outcome == OK && k.Clock == Service })
	throttled := run.Histogram(func(k Key) bool { return k.Outcome == Throttled && k.Clock == Service })
	if ok.Count() != 980 || throttled.Count() != 20 {
		t.Errorf("%d good and %d throttled, want 980 and 20", ok.Count(), throttled.Count())
	}
	var ended, in, opened int64
	for _, s := range run.Seconds {
		ended += s.Ended[OK] + s.Ended[Throttled]
		in += s.In
		opened += s.Opened
	}
	if ended != 1000 || in != 500*1000+999 || opened != 1 {
		t.Errorf("%d requests ended with %d bytes in on %d connections, want 1000, 500999 and 1", ended, in, opened)
	}
	doc := Summarise(run)
	for i, want := range []string{"rest", "http"} {
		f := doc.Targets[i]
		if f.Name != want || f.Requests != 600-200*int64(i) || f.Status["429"] != 12-4*int64(i) {
			t.Errorf("%s: %d requests, status %v", f.Name, f.Requests, f.Status)
		}
		if f.Latency["service"].N != f.Status["200"] || *f.Latency["service"].P99 < 97 {
			t.Errorf("%s: service %+v", f.Name, f.Latency["service"])
		}
	}
	if g := doc.Generator; g.Lag.P99 < 0.049 || g.Lag.P99 > 0.051 || g.InFlight != 5 {
		t.Errorf("generator %+v", g)
	}
}

func TestRunsWithAndWithoutMinutesReadTheSame(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "run")
	synctest.Test(t, func(t *testing.T) {
		r, err := Create(dir, document(), nil)
		if err != nil {
			t.Fatal(err)
		}
		play(r, r.Shard(), 150)
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
	})
	with, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(dir, FileMinutes))
	if err != nil || strings.Count(string(data), completeMark) != 2 {
		t.Fatalf("minutes.hlog: %v, %d minutes, want 2", err, strings.Count(string(data), completeMark))
	}
	if err := os.WriteFile(filepath.Join(dir, FileMinutes), nil, 0o644); err != nil {
		t.Fatal(err)
	}
	without, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	if a, b := dump(with), dump(without); a != b {
		t.Errorf("with minutes.hlog:\n%.2000s\nwithout:\n%.2000s", a, b)
	}
}

// dump prints all series of a run, bucket by bucket, for comparison.
func dump(run *Run) string {
	var b strings.Builder
	for target := range run.Document.Targets {
		for _, block := range blocksOf(run) {
			for request := range run.Document.Requests {
				for o := range NumOutcomes {
					for c := range NumClocks {
						h := run.Series[Key{uint16(target), uint16(request), block, o, c}]
						for d, n := range h.Buckets() {
							fmt.Fprintln(&b, target, block, request, o, c, d, n)
						}
					}
				}
				for d, n := range run.Lag[Group{uint16(target), uint16(request), block}].Buckets() {
					fmt.Fprintln(&b, target, block, request, "lag", d, n)
				}
			}
		}
	}
	return b.String()
}

func blocksOf(run *Run) []uint32 {
	var blocks []uint32
	for _, s := range run.Seconds {
		if len(blocks) == 0 || blocks[len(blocks)-1] < s.Block {
			blocks = append(blocks, s.Block)
		}
	}
	return blocks
}

func TestShardsAddUp(t *testing.T) {
	one, many := filepath.Join(t.TempDir(), "one"), filepath.Join(t.TempDir(), "many")
	for dir, shards := range map[string]int{one: 1, many: 3} {
		synctest.Test(t, func(t *testing.T) {
			r, err := Create(dir, document(), nil)
			if err != nil {
				t.Fatal(err)
			}
			var all []*Shard
			for range shards {
				all = append(all, r.Shard())
			}
			for i := range 300 {
				time.Sleep(10*time.Millisecond + time.Microsecond)
				all[i%shards].Record(&Sample{Due: time.Duration(i), Sent: time.Duration(i), Service: time.Duration(i) * time.Millisecond, Code: 200, Reused: true})
			}
			if err := r.Close(Finished); err != nil {
				t.Fatal(err)
			}
		})
	}
	a, err := Open(one)
	if err != nil {
		t.Fatal(err)
	}
	b, err := Open(many)
	if err != nil {
		t.Fatal(err)
	}
	if dump(a) != dump(b) || !reflect.DeepEqual(a.Seconds, b.Seconds) {
		t.Errorf("three shards recorded otherwise than one")
	}
}
