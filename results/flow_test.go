package results

import (
	"fmt"
	"maps"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// walked is a document of two flows, whose steps are requests.
func walked() Document {
	doc := document()
	doc.Requests = []string{"buy/login", "buy/pay", "look/home"}
	doc.Flows = []FlowDoc{{Name: "buy", Weight: 1, Steps: []string{"buy/login", "buy/pay"}}, {Name: "look", Weight: 1, Steps: []string{"look/home"}}}
	doc.Stages = []StageDoc{{Load: "constant 10 flows/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 6}}
	return doc
}

// walk records six walks: three to their end, one that fails at its second step, one that
// the generator lost and one that was cut off.
func walk(sh *Shard, d *Document) { walks(sh, d, 0, 1) }

// walks records every n'th of these walks.
func walks(sh *Shard, d *Document, first, n int) {
	ms := time.Millisecond
	for i := first; i < 6; i += n {
		due := time.Duration(i) * 100 * ms
		step := func(request uint16, code int, class ErrClass) {
			sh.Record(&Sample{Request: request, Seq: uint64(2*i) + uint64(request), Due: due, Begun: due, Sent: due, Service: 20 * ms, Code: code, Err: class, Out: 100, In: 200, Reused: true})
		}
		flow := func(code int, class ErrClass) {
			sh.Record(&Sample{Request: d.Flow(0), Seq: uint64(i), Due: due, Begun: due, Sent: due, Service: time.Duration(i+1) * 50 * ms, Code: code, Err: class, Reused: true})
		}
		step(0, 200, ErrNone)
		switch i {
		case 3:
			step(1, 503, ErrNone)
			flow(503, ErrNone)
		case 4:
			step(1, 0, ErrGenerator)
			flow(0, ErrGenerator)
		case 5:
			flow(0, ErrCancelled)
		default:
			step(1, 200, ErrNone)
			flow(0, ErrNone)
		}
	}
}

func TestRareFlowsHaveARateOverAllOfTheirTime(t *testing.T) {
	doc := walked()
	doc.Stages = []StageDoc{{Load: "constant 2 flows/s", Seconds: 4, Blocks: 4, BlockS: 1, Due: 8}}
	run := reopened(t, doc, func(sh *Shard, d *Document) {
		for i := range 8 { // seven that buy, and one that looks
			due, flow := time.Duration(i)*500*time.Millisecond, i/7
			sh.Record(&Sample{Request: uint16(2 * flow), Block: uint32(i / 2), Due: due, Begun: due, Sent: due, Service: 1, Code: 200, Reused: true})
			sh.Record(&Sample{Request: d.Flow(flow), Block: uint32(i / 2), Due: due, Begun: due, Sent: due, Service: 1, Code: 200, Reused: true})
		}
	})
	flows := Summarise(run).Targets[0].Flows
	if flows["buy"].Rate != 7./4 || flows["look"].Rate != 1./4 {
		t.Errorf("%+v", flows)
	}
}

func TestFlowsAreCountedApartFromTheirRequests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doc := walked()
		doc.Thresholds = Pending([]Threshold{mustThreshold(t, "buy: max < 1s"), mustThreshold(t, "buy: error_share < 10%"), mustThreshold(t, "buy/login: max < 1s"), mustThreshold(t, "look: max < 1s")})
		run := reopened(t, doc, walk)
		sum := Summarise(run)
		if err := sum.check(); err != nil {
			t.Error(err)
		}
		target := sum.Targets[0]
		if target.Requests != 10 || target.ByRequest["buy/login"].Requests != 6 || target.ByRequest["buy/pay"].Failed != 1 || len(target.ByRequest) != 2 {
			t.Errorf("%d requests, by request %+v", target.Requests, target.ByRequest)
		}
		buy := target.Flows["buy"]
		if len(target.Flows) != 1 || buy.Started != 6 || buy.Completed != 3 || buy.Failed != 2 || buy.CutOff != 1 || buy.Rate != 6 || buy.Requests != 10 || !maps.Equal(buy.FailedAt, map[string]int64{"buy/pay": 2}) {
			t.Errorf("flows %+v", target.Flows)
		}
		if buy.Duration.N != 3 || buy.Duration.Max < 149 || buy.Duration.Max > 151 {
			t.Errorf("durations %+v", buy.Duration)
		}
		for i, want := range []struct {
			passed bool
			why    string
		}{{true, ""}, {false, ""}, {true, ""}, {false, "no request ended"}} {
			if got := sum.Thresholds[2*i]; got.Target != "rest" || got.Passed != want.passed || !strings.Contains(got.Why, want.why) {
				t.Errorf("%+v, want %+v", got, want)
			}
		}
		twice, err := Merge(run, other(t, run))
		if err != nil {
			t.Fatal(err)
		}
		if both := Summarise(twice).Targets[0].Flows["buy"]; both.Started != 12 || both.Completed != 6 || both.Duration.N != 6 {
			t.Errorf("merged %+v", both)
		}
	})
}

// reopened is the run of a second, as it opens again, of what fill records.
func reopened(t *testing.T, doc Document, fill func(*Shard, *Document)) *Run {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "run")
	r, err := Create(dir, doc, []byte("x"))
	if err != nil {
		t.Fatal(err)
	}
	fill(r.Shard(), &doc)
	time.Sleep(time.Second) // on the test's own clock
	if err := r.Close(Finished); err != nil {
		t.Fatal(err)
	}
	run, err := Open(dir)
	if err != nil {
		t.Fatal(err)
	}
	return run
}

// other is the same run under another name.
func other(t *testing.T, run *Run) *Run {
	t.Helper()
	again, err := Open(run.Dir)
	if err != nil {
		t.Fatal(err)
	}
	again.Document.ID = "other"
	return again
}

func mustThreshold(t *testing.T, text string) Threshold {
	t.Helper()
	th, err := ParseThreshold(text)
	if err != nil {
		t.Fatal(err)
	}
	return th
}

// Steps that went to another host have figures of their own, and their failures end flows; but
// the target's figures, its traffic and rules about it are of what went to the target.
func TestRequestsToOtherHostsAreNotTheTargets(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doc := walked()
		doc.Elsewhere = []string{"buy/pay"}
		doc.Thresholds = Pending([]Threshold{mustThreshold(t, "error_share < 1%"), mustThreshold(t, "buy/pay: error_share < 1%")})
		run := reopened(t, doc, walk)
		sum := Summarise(run)
		if err := sum.check(); err != nil {
			t.Error(err)
		}
		target := sum.Targets[0]
		if target.Requests != 6 || target.Failed != 0 || target.BytesOut != 600 || target.ByRequest["buy/pay"].Requests != 4 || target.ByRequest["buy/pay"].Failed != 1 {
			t.Errorf("%d requests, %d failed, by request %+v", target.Requests, target.Failed, target.ByRequest)
		}
		if buy := target.Flows["buy"]; buy.Started != 6 || buy.Completed != 3 || buy.Failed != 2 || buy.Requests != 10 {
			t.Errorf("flows %+v", target.Flows)
		}
		if !sum.Thresholds[0].Passed || sum.Thresholds[2].Passed {
			t.Errorf("%+v", sum.Thresholds)
		}
		steps := StepTraffic(run, 0, targets.Target{Kind: &targets.RESTAPI}, Month{Requests: 600})
		if login := steps["buy/login"]; len(steps) != 1 || login.Requests.Quantity.Cmp(pricing.Whole(600)) != 0 {
			t.Errorf("%+v", steps)
		}
		if n := run.GoodFlows(0).Count(); n != 3 {
			t.Errorf("%d durations of flows", n)
		}
		if n, flows := run.flowsStarted(0, every); n != 6 || !flows {
			t.Errorf("%d flows started", n)
		}
		if h := run.GoodFlows(0); h.Count() != 3 {
			t.Errorf("the durations of %d flows", h.Count())
		}
		if got := Traffic(run, 0, targets.Target{Kind: &targets.RESTAPI}, Month{}); got.Requests.Quantity.Cmp(pricing.Whole(6)) != 0 {
			t.Errorf("%v requests are billed", got.Requests)
		}
	})
}

// A step that is not sent, because its address leads to a host that the scenario does not
// name, has no response: its run opens, and says why.
func TestStepsThatAreNotSentAreRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		doc := walked()
		doc.Elsewhere = []string{"buy/pay"}
		dir := filepath.Join(t.TempDir(), "run")
		r, err := Create(dir, doc, []byte("x"))
		if err != nil {
			t.Fatal(err)
		}
		r.Shard().Record(&Sample{Request: 1, Reused: true, Err: ErrUnexpected, Check: "url", Excerpt: &Excerpt{Detail: "it leads to http://evil.example"}})
		r.Shard().Record(&Sample{Request: doc.Flow(0), Reused: true, Err: ErrUnexpected, Check: "url"})
		time.Sleep(time.Second) // on the test's own clock
		if err := r.Close(Finished); err != nil {
			t.Fatal(err)
		}
		run, err := Open(dir)
		if err != nil {
			t.Fatal(err)
		}
		sum := Summarise(run)
		if err := sum.check(); err != nil {
			t.Error(err)
		}
		if all := sum.Targets[0].Failures; len(all) != 1 || all[0].Request != "buy/pay" || all[0].Cause() != "unexpected" || all[0].First == nil || all[0].First.Detail != "it leads to http://evil.example" {
			t.Errorf("%+v", all)
		}
	})
}

func TestMergedRunsHaveTheFlowsOfAllOnDisk(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		want := Summarise(reopened(t, walked(), walk)).Targets[0]
		const n = 3
		var shards, runs []string
		for i := range n {
			doc := walked()
			doc.ID, doc.Stages[0].Due = fmt.Sprintf("shard-%d", i+1), 2
			runs = append(runs, reopened(t, doc, nthWalk(i, n)).Dir)
			doc.Shards = fleetShard(i+1, n).Shards
			doc.Stages[0].DueAll = 6
			run := reopened(t, doc, nthWalk(i, n))
			if err := WriteDocument(run.Dir, Summarise(run)); err != nil { // as its own machine does
				t.Fatal(err)
			}
			shards = append(shards, run.Dir)
		}
		for name, dirs := range map[string][]string{"shards": shards, "runs": runs} {
			merged, err := MergeDirs(t.TempDir(), dirs...)
			if err != nil {
				t.Fatal(err)
			}
			got := merged.Document.Targets[0]
			again := Summarise(merged).Targets[0]
			if name == "shards" && (!reflect.DeepEqual(got.Flows["buy"], want.Flows["buy"]) || !reflect.DeepEqual(got.Requests, want.Requests)) {
				t.Errorf("flows of merged %s %+v, of one machine %+v", name, got.Flows, want.Flows)
			}
			if f := got.Flows["buy"]; f.Started != 6 || f.Completed != 3 || f.Failed != 2 || f.CutOff != 1 || !reflect.DeepEqual(again.Flows, got.Flows) {
				t.Errorf("flows of merged %s %+v, summed up again %+v", name, got.Flows, again.Flows)
			}
			for _, reason := range merged.Document.Reasons {
				if strings.Contains(reason, "flows/s were scheduled") {
					t.Errorf("merged %s: %s", name, reason)
				}
			}
		}
	})
}

// nthWalk records every n'th of the walks that walk records.
func nthWalk(i, n int) func(*Shard, *Document) {
	return func(sh *Shard, d *Document) { walks(sh, d, i, n) }
}
