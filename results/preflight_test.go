package results

import (
	"maps"
	"testing"
	"testing/synctest"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// asking is a document of a flow of a page, whose second step has a preflight.
func asking() Document {
	doc := document()
	doc.Requests = []string{"buy/login", "buy/pay", "buy/preflight"}
	doc.Preflights = []string{"buy/preflight"}
	doc.Flows = []FlowDoc{{Name: "buy", Weight: 1, Steps: []string{"buy/login", "buy/pay"}}}
	doc.Stages = []StageDoc{{Load: "constant 10 flows/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 5}}
	return doc
}

// ask records five walks, whose preflights take 2 ms and open the connections, and whose
// requests take 20 ms. The preflight of the last one is refused, so its second step is not
// sent.
func ask(sh *Shard, d *Document) {
	ms := time.Millisecond
	for i := range 5 {
		due := time.Duration(i) * 100 * ms
		record := func(request uint16, seq uint64, took time.Duration, code int, class ErrClass, opens bool) {
			s := &Sample{Request: request, Seq: seq, Due: due, Begun: due, Sent: due, Service: took, Code: code, Err: class, Reused: !opens}
			if class != ErrBlocked {
				s.Out, s.In = 100, 200
			}
			sh.Record(s)
		}
		seq := uint64(2 * i)
		record(0, seq, 20*ms, 200, ErrNone, false)
		code, class := 200, ErrNone
		if i == 4 {
			code, class = 403, ErrBlocked
		}
		record(2, seq+1, 2*ms, code, ErrNone, true)
		if class == ErrBlocked {
			code = 0
		}
		record(1, seq+1, 20*ms, code, class, false)
		record(d.Flow(0), uint64(i), 50*ms, code, class, false)
	}
}

func TestPreflightsAreInBillsAndInNoFigureButTheirOwn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		run := reopened(t, asking(), ask)
		look := func(run *Run, times int64) {
			t.Helper()
			sum := Summarise(run)
			if err := sum.check(); err != nil {
				t.Error(err)
			}
			target := sum.Targets[0]
			if p50 := target.Latency["response"].P50; target.Requests != 10*times || target.ByRequest["buy/preflight"].Requests != 5*times || p50 == nil || *p50 < 19 || target.Errors["blocked"] != times {
				t.Errorf("%d requests, %+v", target.Requests, target.Figures)
			}
			if target.Opened != 5*times {
				t.Errorf("%d connections: those that preflights opened carried requests", target.Opened)
			}
			buy := target.Flows["buy"]
			if buy.Started != 5*times || buy.Failed != times || buy.Requests != 9*times || buy.Preflights != 5*times || !maps.Equal(buy.FailedAt, map[string]int64{"buy/preflight": times}) {
				t.Errorf("flow %+v", buy)
			}
			var sent int64
			for _, s := range run.Sent() {
				sent += s.requests()
			}
			if sent != 15*times {
				t.Errorf("%d were sent, as CloudWatch counts them", sent)
			}
		}
		look(run, 1)
		twice, err := Merge(run, other(t, run))
		if err != nil {
			t.Fatal(err)
		}
		look(twice, 2)
		for _, turn := range run.ByBlock() {
			if f := turn.Figures(0); f.Requests != 10 || total(turn).received(0).preflights != 5 {
				t.Errorf("a block has %d requests and %d preflights", f.Requests, total(turn).received(0).preflights)
			}
		}
		// Nine requests reached the door, and five preflights, which API Gateway answers.
		for _, row := range []struct {
			kind        *targets.Kind
			month       Month
			requests    pricing.Quantity
			invocations pricing.Quantity
		}{
			{&targets.HTTPAPI, Month{Requests: 900}, pricing.Whole(1400), pricing.Whole(900)},
			{&targets.ALB, Month{Requests: 900}, pricing.Whole(1400), pricing.Whole(1300)}, // a 403 is taken to invoke nothing
			{&targets.HTTPAPI, Month{Flows: 450}.At(run, 0), pricing.Whole(1260), pricing.Whole(810)},
		} {
			if note := PreflightCost(run, 0, targets.Target{Name: "rest", Kind: row.kind}); (note == row.kind.PreflightCost) == (row.kind == &targets.ALB) || note == "" {
				t.Errorf("%s: %q", row.kind.Name, note)
			}
			got := Traffic(run, 0, targets.Target{Name: "rest", Kind: row.kind}, row.month)
			if got.Requests.Quantity.Cmp(row.requests) != 0 || got.Invocations.Quantity.Cmp(row.invocations) != 0 {
				t.Errorf("%s of %+v: %s requests, %s invocations", row.kind.Name, row.month, got.Requests.Quantity, got.Invocations.Quantity)
			}
		}
	})
}
