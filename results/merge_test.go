package results

import (
	"fmt"
	"reflect"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// anyRun draws a small run of the scenario of document.
func anyRun(t *rapid.T, id string) *Run {
	r := &Run{Document: document(), Series: map[Key]*Histogram{}, Lag: map[Group]*Histogram{}, Sizes: map[SizeKey]*Sizes{}}
	d := &r.Document
	d.ID = id
	d.Started = time.Unix(1_700_000_000, 0).Add(time.Duration(rapid.Int64Range(0, 5e9).Draw(t, "started")))
	d.Seconds = float64(rapid.IntRange(0, 10000).Draw(t, "ms")) / 1000
	d.Tags = Tags{}
	for _, key := range []string{"commit", "shard"} {
		if value := rapid.SampledFrom([]string{"", "1", "2"}).Draw(t, key); value != "" {
			d.Tags[key] = value
		}
	}
	d.State = rapid.SampledFrom([]State{Finished, Interrupted, Aborted, Torn}).Draw(t, "state")
	if d.State == Aborted {
		d.Aborted = &Abort{Rule: "error_share > 50% for 10s", Target: rapid.SampledFrom([]string{"rest", "http"}).Draw(t, "target"), At: d.Seconds}
	}
	for n := range rapid.IntRange(0, 6).Draw(t, "rows") {
		g := Group{uint16(rapid.IntRange(0, 1).Draw(t, "target")), 0, uint32(rapid.IntRange(0, 2).Draw(t, "block"))}
		s := Second{Second: n, Target: g.Target, Block: g.Block, In: rapid.Int64Range(0, 99).Draw(t, "in"), FirstDue: time.Duration(n) * time.Second}
		s.Ended[OK] = rapid.Int64Range(1, 9).Draw(t, "ok")
		s.Status, s.Errors = map[int]int64{200: s.Ended[OK]}, map[ErrClass]int64{ErrReset: 1}
		r.Seconds = append(r.Seconds, s)
		r.Health = append(r.Health, Health{Second: n, InFlight: n, LagMax: time.Duration(rapid.IntRange(0, 9).Draw(t, "lag"))})
		for _, h := range []*Histogram{mergeNew(r.Series, Key{Target: g.Target, Block: g.Block}), mergeNew(r.Lag, g)} {
			h.RecordN(anyLatency(t), s.Ended[OK])
		}
		k := SizeKey{g, true}
		if r.Sizes[k] == nil {
			r.Sizes[k] = &Sizes{}
		}
		r.Sizes[k].Record(s.In, s.Ended[OK])
	}
	return r
}

func mergeNew[K comparable](all map[K]*Histogram, k K) *Histogram {
	mergeCopy(all, k, nil)
	return all[k]
}

// whole prints everything that a merged run holds.
func whole(r *Run) string {
	var sizes, lags int64
	for _, s := range r.Sizes {
		sizes += s.Count()
	}
	for _, h := range r.Lag {
		lags += h.Clamped()
	}
	d := r.Document
	aborted := d.Aborted.reasons()
	d.Aborted = nil // its address differs
	return fmt.Sprintf("%+v\n%q\n%+v\n%+v\n%d %d\n%s", d, aborted, r.Seconds, r.Health, sizes, lags, dump(r))
}

func merged(t *rapid.T, runs ...*Run) *Run {
	m, err := Merge(runs...)
	if err != nil {
		t.Fatal(err)
	}
	return m
}

func TestMergingRunsIsExactInAnyOrderAndGrouping(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a, b, c := anyRun(t, "a"), anyRun(t, "b"), anyRun(t, "c")
		before := whole(a) + whole(b) + whole(c)
		atOnce := merged(t, a, b, c)
		for _, other := range []*Run{merged(t, c, b, a), merged(t, merged(t, a, b), c), merged(t, a, merged(t, c, b))} {
			if x, y := whole(atOnce), whole(other); x != y {
				t.Fatalf("merged at once:\n%s\notherwise:\n%s", x, y)
			}
		}
		if before != whole(a)+whole(b)+whole(c) {
			t.Fatal("merging changed its arguments")
		}
		var in, out int64
		for _, r := range []*Run{a, b, c} {
			for _, s := range r.Seconds {
				in += s.Ended[OK]
			}
		}
		for _, s := range atOnce.Seconds {
			out += s.Ended[OK]
		}
		if h := atOnce.Histogram(func(Key) bool { return true }); in != out || h.Count() != in {
			t.Fatalf("%d requests went in, %d rows and %d latencies came out", in, out, h.Count())
		}
	})
}

func TestMergedRunsKeepTheTagsTheyAgreeOn(t *testing.T) {
	run := func(id string, tags Tags) *Run {
		r := &Run{Document: document()}
		r.Document.ID, r.Document.Tags = id, tags
		return r
	}
	warned := "tag shard is left out: the runs that were merged do not all have the same"
	for _, row := range []struct {
		name string
		a, b Tags
		want Tags
		warn []string
	}{
		{"they have the same", Tags{"commit": "aaa"}, Tags{"commit": "aaa"}, Tags{"commit": "aaa"}, nil},
		{"they differ in one", Tags{"commit": "aaa", "shard": "1"}, Tags{"commit": "aaa", "shard": "2"}, Tags{"commit": "aaa"}, []string{warned}},
		{"one of them lacks one", Tags{"commit": "aaa", "shard": "1"}, Tags{"commit": "aaa"}, Tags{"commit": "aaa"}, []string{warned}},
		{"one of them has none", nil, Tags{"shard": "1"}, nil, []string{warned}},
		{"neither has any", nil, nil, nil, nil},
	} {
		m, err := Merge(run("a", row.a), run("b", row.b))
		if err != nil || !reflect.DeepEqual(m.Document.Tags, row.want) || !reflect.DeepEqual(m.Document.Warnings, row.warn) {
			t.Errorf("%s: %v, warnings %q, %v", row.name, m.Document.Tags, m.Document.Warnings, err)
		}
	}
}

func TestRunsThatDoNotBelongTogetherAreRefused(t *testing.T) {
	run := func(id string, change func(*Document)) *Run {
		r := &Run{Document: document()}
		r.Document.ID = id
		change(&r.Document)
		return r
	}
	none := func(*Document) {}
	for what, c := range map[string]struct {
		runs []*Run
		want string
	}{
		"nothing":           {nil, "name at least one run"},
		"another scenario":  {[]*Run{run("a", none), run("b", func(d *Document) { d.Digest = "other" })}, "b ran another scenario than a"},
		"other targets":     {[]*Run{run("a", none), run("b", func(d *Document) { d.Targets = d.Targets[:1] })}, "b has other targets"},
		"another body":      {[]*Run{run("a", none), run("b", func(d *Document) { d.Inputs = []Input{{Role: InputFile, Name: "x.json", Digest: "1"}} })}, "b used other input files than a"},
		"the same run":      {[]*Run{run("a", none), run("a", none)}, "a is named twice"},
		"a part once again": {[]*Run{run("a", none), run("m", func(d *Document) { d.Merged = []string{"a", "b"} })}, "a is named twice"},
	} {
		if _, err := Merge(c.runs...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", what, err, c.want)
		}
	}
	alone := run("a", none)
	if m, err := Merge(alone); err != nil || !reflect.DeepEqual(m.Document, alone.Document) {
		t.Errorf("a run alone becomes %+v, %v", m, err)
	}
}
