package results

import (
	"errors"
	"slices"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/targets"
)

func TestARunHasTheBillOfItsWorkload(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct {
		what    string
		target  targets.Target
		refused int64
		month   Month
	}{
		{"a REST API that refuses some", rest, 100, Month{Requests: 10_000_000, Hours: 720}},
		{"a REST API with cold starts", rest, 0, Month{Requests: 10_000_000, ColdShare: "0.01", Init: 800 * time.Millisecond}},
		{"an HTTP API", targets.Target{Name: "rest", Kind: &targets.HTTPAPI}, 7, Month{Requests: 3_000_000}},
		{"a function URL", targets.Target{Name: "rest", Kind: &targets.FunctionURL}, 0, Month{Requests: 3_000_000}},
		{"a load balancer", targets.Target{Name: "rest", Kind: &targets.ALB, Zones: 3, Rules: 20}, 0, Month{Requests: 3_000_000}},
	} {
		t.Run(row.what, func(t *testing.T) {
			run, door := sent(1000, row.refused, 700_000), row.target.Door()
			w, err := Workload(run, 0, row.target, row.month, "us-east-1")
			if err != nil {
				t.Fatal(err)
			}
			want, err := book.Price("us-east-1", pricing.Measure(door.Billed, Traffic(run, 0, row.target, row.month)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := book.Bill(w, door)
			if err != nil || got.Month.Cmp(want.Month) != 0 || len(got.Lines) != len(want.Lines) {
				t.Fatalf("the workload costs %s, the run %s, %v", got.Month.Plain(), want.Month.Plain(), err)
			}
			for i, l := range got.Lines {
				if l.Cost.Cmp(want.Lines[i].Cost) != 0 {
					t.Errorf("%s: %s, and %s of the run", l.Title, l.Cost.Plain(), want.Lines[i].Cost.Plain())
				}
			}
			if len(w.Given) == 0 {
				t.Error("nothing is said of what is assumed")
			}
		})
	}
}

func TestARunWithoutALoadIsNoWorkload(t *testing.T) {
	run := memory(0, 0, time.Millisecond)
	run.Seconds = nil
	if _, err := Workload(run, 0, rest, Month{Requests: 1_000_000}, "us-east-1"); !errors.Is(err, ErrNoLoad) || Loaded(run, 0) {
		t.Errorf("%v", err)
	}
}

// A run of messages is the workload of a WebSocket API: it has the bill of the run there,
// and the front doors of requests are ruled out, whatever the messages would cost as
// requests.
func TestARunOfMessagesIsAWorkloadOfMessages(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	target := targets.Target{Name: "rest", Kind: &targets.WebSocketAPI, Function: targets.Function{MemoryMB: 1024}}
	for _, row := range []struct {
		what    string
		sockets SocketDoc
		month   Month
	}{
		{"a month of the scenario", *ofMessages().Document.Targets[0].Sockets, Month{Requests: 10_000_000, Hours: 720}},
		{"the run's own month", *ofMessages().Document.Targets[0].Sockets, Month{}},
		{"pushes alone", SocketDoc{Opened: 10, ConnectedS: 600, Received: 3000, Pushes: 3000, UnitsReceived: 6000, BytesReceived: 120_000_000}, Month{Requests: 10_000_000}},
		{"connections alone", SocketDoc{Opened: 1000, ConnectedS: 60_000}, Month{Requests: 10_000_000}},
	} {
		t.Run(row.what, func(t *testing.T) {
			run := sent(1000, 0, 0)
			run.Document.Targets[0].Sockets = &row.sockets
			w, err := Workload(run, 0, target, row.month, "us-east-1")
			if err != nil {
				t.Fatal(err)
			}
			want, err := book.Price("us-east-1", pricing.Measure(target.Door().Billed, Traffic(run, 0, target, row.month)))
			if err != nil {
				t.Fatal(err)
			}
			got, err := book.Compare(w)
			if err != nil || len(got.Doors) == 0 {
				t.Fatalf("%v, ruled out: %v", err, got.RuledOut)
			}
			for _, d := range got.Doors {
				if d.Name == target.Door().Name && d.Bill.Month.Cmp(want.Month) != 0 {
					t.Errorf("the workload costs %s, the run %s", d.Bill.Month.Plain(), want.Month.Plain())
				}
			}
			for _, kind := range []*targets.Kind{&targets.RESTAPI, &targets.HTTPAPI, &targets.ALB, &targets.FunctionURL} {
				if i := slices.IndexFunc(got.RuledOut, func(d pricing.RuledOut) bool { return d.Name == kind.Name }); i < 0 || !slices.Equal(got.RuledOut[i].Reasons, []string{"it has no websocket"}) {
					t.Errorf("%s is not ruled out for want of WebSocket: %v", kind.Name, got.RuledOut)
				}
			}
			if slices.ContainsFunc(got.RuledOut, func(d pricing.RuledOut) bool { return d.Name == target.Door().Name }) {
				t.Errorf("the run's own front door is ruled out: %v", got.RuledOut)
			}
		})
	}
}
