package results

import (
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/targets"
)

// A load balancer's bill has the connections of a client without keep-alive: one for each
// request, open as long as the request took, and none of the warm-up.
func TestConnectionsWithoutKeepAliveAreBilledAsMeasured(t *testing.T) {
	alb := targets.Target{Name: "rest", Kind: &targets.ALB, Zones: 2, Rules: 1, Client: targets.Client{Fresh: true}}
	run := sent(1000, 0, 1000)
	run.Seconds[0].Opened = 1000
	run.Series[Key{Clock: Connect}] = New()
	run.Series[Key{Clock: Connect}].RecordN(10*time.Millisecond, 1000)
	month := Month{Requests: 730 * 3600 * 100, Hours: 730} // 100/s
	got := Traffic(run, 0, alb, month)
	if got.Connections.Quantity.String() != "262800000" || got.ConnectionSeconds.Basis != pricing.Measured {
		t.Fatalf("%s connections, a lifetime that is %s", got.Connections.Quantity, got.ConnectionSeconds.Basis)
	}
	if life := got.ConnectionSeconds.Quantity; life.Cmp(pricing.Ratio(49, 1000)) < 0 || life.Cmp(pricing.Ratio(51, 1000)) > 0 {
		t.Errorf("a lifetime of %s s, want 50 ms", life)
	}
	kept := alb
	kept.Client = targets.Client{}
	if life := Traffic(run, 0, kept, month).ConnectionSeconds; life.Basis != pricing.Assumed || life.Quantity.String() != "10" {
		t.Errorf("with keep-alive: a lifetime of %s s that is %s", life.Quantity, life.Basis)
	}
	five := alb
	five.Client = targets.Client{Requests: 5}
	run.Seconds[0].Opened = 200
	if life := Traffic(run, 0, five, month).ConnectionSeconds; life.Basis != pricing.Assumed || life.Quantity.Cmp(pricing.Ratio(245, 1000)) < 0 || life.Quantity.Cmp(pricing.Ratio(255, 1000)) > 0 {
		t.Errorf("closed after five requests: a lifetime of %s s that is %s, want 5 × 50 ms", life.Quantity, life.Basis)
	}
	run.Health = []Health{{InFlight: 3}, {InFlight: 8}} // of a run of 10 s
	if life := Traffic(run, 0, five, month).ConnectionSeconds; life.Quantity.Cmp(pricing.Ratio(4, 10)) != 0 {
		t.Errorf("eight at a time: a lifetime of %s s, want 8 × 10 s for 200 connections", life.Quantity)
	}
	run.Health[1].InFlight = 500
	if life := Traffic(run, 0, five, month).ConnectionSeconds; life.Quantity.String() != "10" {
		t.Errorf("a lifetime of %s s in a run of 10 s", life.Quantity)
	}
	run.Seconds[0].Opened, run.Health = 1000, nil
	warm := &Run{WarmUp: &Run{Seconds: []Second{{Opened: 77}}}}
	if with, without := warm.openedWarmingUp(0, kept), warm.openedWarmingUp(0, alb); with != 77 || without != 0 {
		t.Errorf("%d connections of the warm-up carry the load with keep-alive, %d without", with, without)
	}
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	w, err := Workload(run, 0, alb, month, "us-east-1")
	if err != nil {
		t.Fatal(err)
	}
	bill, err := book.Bill(w, alb.Door())
	if err != nil {
		t.Fatal(err)
	}
	want, err := book.Price("us-east-1", pricing.Measure(alb.Door().Billed, got))
	if err != nil || bill.Month.Cmp(want.Month) != 0 {
		t.Errorf("the workload costs %s, the run %s, %v", bill.Month.Plain(), want.Month.Plain(), err)
	}
}
