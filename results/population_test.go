package results

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"
)

// populated is a document of three populations: one at both targets, one at the first
// alone, and one that begins later.
func populated() Document {
	doc := document()
	doc.Requests = []string{"free/get", "pro/get", "pro/put", "late/get"}
	doc.Stages = []StageDoc{
		{Name: "free/1", Load: "constant 10/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 20},
		{Name: "pro/ramp", Load: "ramp 1/s to 9/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 20},
		{Name: "pro/2", Load: "constant 9/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 20},
		{Name: "late/1", Load: "constant 10/s", Seconds: 2, Blocks: 1, BlockS: 2, Due: 20},
	}
	doc.Populations = []PopulationDoc{
		{Name: "free", Targets: []string{"rest", "http"}, Requests: []string{"free/get"}, Stages: []int{1}},
		{Name: "pro", Targets: []string{"rest"}, Requests: []string{"pro/get", "pro/put"}, Stages: []int{2, 3}},
		{Name: "late", Start: 3, Targets: []string{"rest"}, Requests: []string{"late/get"}, Stages: []int{4}},
	}
	return doc
}

// sideBySide is a run of them at the same time: good requests, and throttled ones, at a
// target in a block.
func sideBySide(t *testing.T, thresholds ...string) *Run {
	t.Helper()
	run := newRun()
	run.Document = populated()
	run.Document.Version, run.Document.ID, run.Document.State, run.Document.Seconds = Version, "run", Finished, 5
	for _, text := range thresholds {
		run.Document.Thresholds = append(run.Document.Thresholds, ThresholdResult{Threshold: text})
	}
	add := func(target, request uint16, block uint32, from, good, throttled int64) {
		s := Second{
			Second: int(from), Target: target, Request: request, Block: block, Failed: throttled, Status: map[int]int64{200: good, 429: throttled},
			FirstDue: time.Duration(from) * time.Second, LastBegun: time.Duration(from+2) * time.Second,
		}
		s.Ended[OK], s.Ended[Throttled] = good, throttled
		run.Seconds = append(run.Seconds, s)
		k := Key{Target: target, Request: request, Block: block, Outcome: OK, Clock: Response}
		run.Series[k] = New()
		for range good {
			run.Series[k].Record(time.Duration(request+1) * 10 * time.Millisecond)
		}
	}
	add(0, 0, 0, 0, 5, 15)
	add(1, 0, 0, 2, 20, 0)
	add(0, 1, 1, 0, 18, 0)
	add(0, 2, 1, 0, 2, 0)
	add(0, 1, 2, 2, 20, 0)
	add(0, 3, 3, 3, 20, 0)
	return run
}

func TestFiguresAreOfEachPopulation(t *testing.T) {
	doc := Summarise(sideBySide(t))
	for _, c := range []struct {
		target           int
		population       string
		requests, failed int64
		rate             float64
	}{
		{0, "free", 20, 15, 10}, {1, "free", 20, 0, 10}, {0, "pro", 40, 0, 10}, {0, "late", 20, 0, 10},
	} {
		if f := doc.Targets[c.target].ByPopulation[c.population]; f.Requests != c.requests || f.Failed != c.failed || f.Rate != c.rate {
			t.Errorf("%s at target %d: %d requests at %g/s, %d failed; want %+v", c.population, c.target, f.Requests, f.Rate, f.Failed, c)
		}
	}
	rest := doc.Targets[0]
	// All of a target is over the time in which any population had its turn: 5 s.
	if rest.Requests != 80 || rest.Rate != 16 || rest.Status["429"] != 15 {
		t.Errorf("all: %d requests at %g/s, %v", rest.Requests, rest.Rate, rest.Status)
	}
	// A request is over the time of the population that sends it, and so is a stage.
	if f := rest.ByRequest["pro/put"]; f.Requests != 2 || f.Rate != 0.5 {
		t.Errorf("a request: %d at %g/s, want 2 in 4 s", f.Requests, f.Rate)
	}
	if f := rest.ByStage["pro/2"]; f.Requests != 20 || f.Rate != 10 {
		t.Errorf("a stage: %d at %g/s", f.Requests, f.Rate)
	}
	if doc.Verdict != Valid || doc.Result != Pass {
		t.Errorf("%s, %s: %v %v", doc.Verdict, doc.Result, doc.Reasons, doc.Failures)
	}
	if data, err := json.Marshal(doc); err != nil || validate(t, data) != nil {
		t.Errorf("%v, %v", err, validate(t, data))
	}
	if one := Summarise(&Run{Document: document()}); one.Targets[0].ByPopulation != nil {
		t.Error("a run without populations has figures by population")
	}
}

func TestThresholdsAreAboutPopulations(t *testing.T) {
	for _, c := range []struct{ text, want string }{
		{"free: share(429) < 50%", "rest/free fails, http/free passes"},
		{"rest/free: share(429) >= 75%", "rest/free passes"},
		{"pro: max < 25ms", "rest/pro fails"},
		{"pro/get: max < 25ms", "rest/pro/get passes"},
		{"rest/pro/put: max < 25ms", "rest/pro/put fails"},
		{"pro@2: requests >= 20", "rest/pro@2 passes"},
		{"pro/put@ramp: requests >= 2", "rest/pro/put@ramp passes"},
		{"@pro/2: requests >= 20", "rest/pro@2 passes"},
		{"late: rate >= 10/s", "rest/late passes"},
		{"http/pro: rate >= 10/s", `http/pro fails (population "pro" sent nothing to a target "http")`},
		{"error_share < 1%", "rest fails, http passes"},
		{"free/put: max < 1s", `rest/free/put fails (the run has no request "free/put"), http/free/put fails (the run has no request "free/put")`},
		{"free: month_usd < 5", "rest/free fails (month_usd is known of a target, not of one of its populations: leave out free), http/free fails (month_usd is known of a target, not of one of its populations: leave out free)"},
	} {
		var got []string
		for _, r := range Summarise(sideBySide(t, c.text)).Thresholds {
			text := r.Scope() + map[bool]string{true: " passes", false: " fails"}[r.Passed]
			if r.Why != "" {
				text += " (" + r.Why + ")"
			}
			got = append(got, text)
		}
		if strings.Join(got, ", ") != c.want {
			t.Errorf("%s: %s\nwant %s", c.text, strings.Join(got, ", "), c.want)
		}
	}
}

// What stands in a population is about it, whatever else it names.
func TestThresholdsOfAPopulationNameIt(t *testing.T) {
	for _, c := range []struct{ written, text string }{
		{"p(99) < 1s", "free: p(99) < 1s"},
		{"rest: p(99) < 1s", "rest/free: p(99) < 1s"},
		{"/get: p(99) < 1s", "free/get: p(99) < 1s"},
		{"rest/get@2: p(99) < 1s", "rest/free/get@2: p(99) < 1s"},
		{"@2:share(429)<1%", "free@2: share(429)<1%"},
	} {
		th, err := threshold(t, c.written).ForPopulation("free")
		if err != nil || th.Text != c.text {
			t.Errorf("%q became %q, %v; want %q", c.written, th.Text, err, c.text)
		}
		if th, err = th.Within([]string{"free"}); err != nil || th.Population != "free" {
			t.Errorf("%q is about population %q, %v", c.text, th.Population, err)
		}
		if again, _ := th.Within([]string{"free"}); again != th {
			t.Errorf("read twice, %+v became %+v", th, again)
		}
	}
}

func TestAPopulationWithoutSuccessFailsTheRun(t *testing.T) {
	run := sideBySide(t)
	run.Seconds[0].Ended[OK], run.Seconds[0].Ended[Throttled], run.Seconds[0].Failed = 0, 20, 20
	run.Seconds = run.Seconds[:len(run.Seconds)-1]
	if doc := Summarise(run); doc.Result != Fail || fmt.Sprint(doc.Failures) != "[rest/free: not one of 20 requests succeeded rest/late: no request ended]" {
		t.Errorf("%s: %q", doc.Result, doc.Failures)
	}
}

func TestEachPopulationHasItsRate(t *testing.T) {
	run := sideBySide(t)
	run.Seconds[0].LastBegun = 8 * time.Second // free took four times as long as planned
	run.Document.Seconds = 8
	run.Document.Stages[0].Due = 30
	doc := Summarise(run)
	if len(doc.Reasons) != 2 || !strings.HasPrefix(doc.Reasons[1], "rest/free: 15 requests/s were scheduled and 2.5/s achieved") {
		t.Errorf("%s: %q", doc.Verdict, doc.Reasons)
	}
}

func TestPopulationsThatNoPlanHasAreRefused(t *testing.T) {
	for _, c := range []struct {
		change func(*Document)
		want   string
	}{
		{func(*Document) {}, ""},
		{func(d *Document) { d.Populations[1].Name = "free" }, "population \"free\" is there twice"},
		{func(d *Document) { d.Populations[2].Name, d.Populations[2].Requests = "rest", nil }, `population "rest" is there twice`},
		{func(d *Document) { d.Populations[1].Stages = []int{2, 9} }, "populations[1].stages: 9 is no stage of this population alone"},
		{func(d *Document) { d.Populations[1].Stages = []int{1, 2, 3} }, "populations[1].stages: 1 is no stage of this population alone"},
		{func(d *Document) { d.Populations[1].Stages = []int{2} }, "populations: 1 of 4 stages are in none"},
		{func(d *Document) { d.Populations[1].Requests[0] = "free/get" }, "is not named after the population"},
		{func(d *Document) { d.Populations[1].Requests[0] = "pro/other" }, "populations[1].requests"},
		{func(d *Document) { d.Populations[0].Targets[0] = "alb" }, "populations[0].targets"},
		{func(d *Document) { d.Populations[0].Start = -1 }, "populations[0].start_s"},
	} {
		doc := populated()
		c.change(&doc)
		if err := doc.checkPopulations(); (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%v, want %q", err, c.want)
		}
	}
}

// The windows of abort rules are counted in the time of the turns of what they are about:
// turns that coincide count once, and those of other populations not at all.
func TestAbortRulesAreAboutPopulations(t *testing.T) {
	for _, c := range []struct {
		rule  string
		after int
		part  string
	}{
		{"error_share > 90% for 4s", 0, ""},
		{"error_share > 40% for 4s", 4, "rest"},
		{"free: error_share > 90% for 4s", 8, "rest/free"}, // it has every other second
		{"rest/pro: error_share > 90% for 4s", 0, ""},
	} {
		var abort *Abort
		var after int
		synctest.Test(t, func(t *testing.T) {
			r, err := Create(t.TempDir()+"/run", populated(), []byte("name: guarded\n"))
			if err != nil {
				t.Fatal(err)
			}
			rule, err := ParseAbort(c.rule)
			if err != nil {
				t.Fatal(err)
			}
			start := time.Now()
			r.Guard([]AbortRule{rule}, func(a Abort) { abort, after = &a, int(time.Since(start)/time.Second) })
			sh := r.Shard()
			time.Sleep(time.Millisecond)
			for second := range 20 {
				now := time.Since(start)
				r.Turn(1, 0, now, now+time.Second)
				for range 10 {
					sh.Record(&Sample{Request: 1, Block: 1, Due: now, Begun: now, Sent: now, Service: time.Millisecond, Code: 200})
				}
				if second%2 == 0 {
					r.Turn(0, 0, now, now+time.Second)
					for range 20 {
						sh.Record(&Sample{Request: 0, Due: now, Begun: now, Sent: now, Service: time.Millisecond, Code: 429})
					}
				}
				time.Sleep(time.Second)
			}
			if err := r.Close(Finished); err != nil {
				t.Fatal(err)
			}
		})
		if (abort != nil) != (c.after > 0) {
			t.Errorf("%s: %+v", c.rule, abort)
			continue
		}
		if abort != nil && (scopeText(abort.Target, abort.Population, "") != c.part || after < c.after-1 || after > c.after+1) {
			t.Errorf("%s fired for %+v after %d s, want %s after %d s", c.rule, abort, after, c.part, c.after)
		}
	}
}

func TestPopulationsSurviveMerging(t *testing.T) {
	one, other := sideBySide(t), sideBySide(t)
	one.Document.ID, other.Document.ID = "one", "other"
	merged, err := Merge(one, other)
	if err != nil {
		t.Fatal(err)
	}
	doc := Summarise(merged)
	if f := doc.Targets[0].ByPopulation["pro"]; f.Requests != 80 || !slices.Equal(doc.populationNames(), []string{"free", "pro", "late"}) {
		t.Errorf("%d requests of pro, populations %v", f.Requests, doc.populationNames())
	}
}
