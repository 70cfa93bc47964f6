package results

import (
	"strings"
	"testing"
	"time"
)

// released is a document of one target whose responses name their release, and another
// whose responses do not.
func released() Document {
	doc := document()
	doc.Targets = doc.Targets[:1]
	doc.Targets[0].ReleaseHeader = "X-Version"
	plain := doc.Targets[0]
	plain.Name, plain.ReleaseHeader = "plain", ""
	doc.Targets = append(doc.Targets, plain)
	doc.Requests = []string{"predict"}
	doc.Stages = []StageDoc{{Load: "constant 100/s", Seconds: 2, Blocks: 2, BlockS: 1, Due: 200}}
	doc.Thresholds = Pending(thresholds("/canary: p(50) < 25ms", "/base: p(50) < 25ms", "/canary: error_share < 1%", "/canary: error_share < 40%", "/canary: error_share < 4%"))
	return doc
}

func thresholds(texts ...string) (ts []Threshold) {
	for _, text := range texts {
		t, err := ParseThreshold(text)
		if err != nil {
			panic(err)
		}
		ts = append(ts, t)
	}
	return ts
}

// releases records 200 requests at each target: a tenth meets the canary, which is slower
// and fails once, and of five that failed nothing says which release they met.
func releases(sh *Shard, _ *Document) {
	for i := range 200 {
		due := time.Duration(i) * 10 * time.Millisecond
		s := Sample{Block: uint32(i / 100), Seq: uint64(i), Due: due, Begun: due, Sent: due, Service: 20 * time.Millisecond, Code: 200, Out: 100, In: 200, Reused: true, Release: Base}
		switch {
		case i%10 == 3:
			s.Release, s.Service = Canary, 30*time.Millisecond
			if i == 13 {
				s.Code = 500
			}
		case i%40 == 1:
			s.Release, s.Code = NoRelease, 502
		}
		sh.Record(&s)
		s.Target, s.Code, s.Release = 1, 200, NoRelease
		sh.Record(&s)
	}
}

func TestReleasesAreToldApartAndCountOnce(t *testing.T) {
	run := reopened(t, released(), releases)
	doc := Summarise(run)
	d := doc.Targets[0]
	if d.Requests != 200 || d.Failed != 6 {
		t.Errorf("%d requests, %d of them failed", d.Requests, d.Failed)
	}
	for name, want := range map[string][2]int64{"base": {175, 0}, "canary": {20, 1}, "unknown": {5, 5}} {
		if f := d.Releases[name]; f.Requests != want[0] || f.Failed != want[1] {
			t.Errorf("%s: %d requests, %d failed, want %v", name, f.Requests, f.Failed, want)
		}
	}
	if p := d.Releases["canary"].Latency["response"].P50; p == nil || *p < 29.9 || *p > 30.1 {
		t.Errorf("the canary's median is %v", p)
	}
	if plain := doc.Targets[1]; plain.Releases != nil || plain.Requests != 200 {
		t.Errorf("at the other target: %d requests, releases %v", plain.Requests, plain.Releases)
	}
	text := d.ReleaseText()
	if want := "canary: 20 of 195 requests (10.3%); of 5 other requests it cannot be told which release they met"; !strings.HasPrefix(text, want) {
		t.Error(text)
	}
}

// A threshold about a release passes only on what is known: requests that may have met it
// might have broken the limit.
func TestThresholdsOfReleasesKnowWhatCannotBeTold(t *testing.T) {
	doc := Summarise(reopened(t, released(), releases))
	for i, want := range []struct {
		passed bool
		why    string
	}{
		{false, ""},
		{true, ""},
		{false, ""}, // 1 of 20
		{true, ""},  // 1 of 20, and 6 of 25 at most
		{false, "cannot be told: 5 requests had no header that names the release"},
	} {
		r := doc.Thresholds[i]
		if i == 4 { // 5 % are above 4 %, and so is everything that may be
			want.why = ""
		}
		if r.Passed != want.passed || want.why == "" && strings.Contains(r.Why, "cannot be told") || !strings.Contains(r.Why, want.why) || r.Target != doc.Targets[0].Name {
			t.Errorf("%s at %s: passed %v, %s", r.Threshold, r.Target, r.Passed, r.Why)
		}
	}
	if len(doc.Thresholds) != 5 {
		t.Errorf("%d results of thresholds: targets that name no release have none", len(doc.Thresholds))
	}
	strict := released()
	strict.Thresholds = Pending(thresholds("/canary: error_share < 10%"))
	if r := Summarise(reopened(t, strict, releases)).Thresholds[0]; r.Passed || !strings.HasPrefix(r.Why, "cannot be told: 5 requests had no header") {
		t.Errorf("5 %% failed, and 24 %% may have: %+v", r)
	}
}

func TestReleasesAreTwoTargetsOfTheSameBlocks(t *testing.T) {
	run := reopened(t, released(), releases)
	both := run.OfReleases(0)
	if a, b := both.Figures(0), both.Figures(1); a.Requests != 175 || b.Requests != 20 || b.Failed != 1 {
		t.Errorf("%d and %d requests", a.Requests, b.Requests)
	}
	if n := len(both.ByBlock()); n != 4 {
		t.Errorf("%d blocks, want two for each release", n)
	}
	if names := []string{both.Document.Targets[0].Name, both.Document.Targets[1].Name}; !strings.HasSuffix(names[0], " base") || !strings.HasSuffix(names[1], " canary") {
		t.Errorf("they are called %q", names)
	}
}
