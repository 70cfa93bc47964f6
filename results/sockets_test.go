package results

import (
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/targets"
)

// ofMessages is a run of 1,000 messages of clients on 10 connections, each open for a minute.
func ofMessages() *Run {
	r := newRun()
	r.Document.Targets = []TargetDoc{{Name: "chat", Kind: targets.WebSocketAPI.Name, Sockets: &SocketDoc{
		Opened: 10, Open: 10, ConnectedS: 600, Closed: map[string]int64{},
		Sent: 1000, UnitsSent: 1500, BytesSent: 40_000_000, Received: 3000, Pushes: 2000, UnitsReceived: 3000, BytesReceived: 3_000_000,
	}}}
	return r
}

// 1,000 messages of clients are 1,500 units, with 3,000 to clients 4,500; each thousand has
// 10 minutes of connections and 1,020 invocations. A month has 10 million of clients:
// 45 M units, 100,000 minutes, 10.2 M invocations of 10 ms, and 30 GB to clients.
func TestAMonthOfMessages(t *testing.T) {
	run := ofMessages()
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI, Function: targets.Function{MemoryMB: 1024}}
	traffic := usageOfRun(run, 0, target)
	traffic.reached, traffic.service = 1000, pricing.Point(10_000, pricing.Measured, "the test")
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	bill, err := book.Price("us-east-1", pricing.Measure(target.Door().Billed, traffic.traffic(Month{Requests: 10_000_000})))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	for _, l := range bill.Lines {
		got[l.Dimension] = l.Cost.String()
	}
	for dimension, want := range map[string]string{
		"apigateway.websocket.messages": "$45.00", "apigateway.websocket.minutes": "$0.03",
		"lambda.requests": "$2.04", "lambda.duration.x86_64": "$1.70", "transfer.out": "$2.51",
	} {
		if got[dimension] != want {
			t.Errorf("%s costs %s, want %s", dimension, got[dimension], want)
		}
	}
	if len(got) != 5 {
		t.Errorf("%v", got)
	}
}

// The chat of the guides, from a day of it: 1,000 users who are always connected and
// exchange 100 messages each, half of which they send. Thirty days of it are 3 million
// messages ($3.00) and 43.2 million connection minutes ($10.80), to the last one.
func TestADayOfTheChatOfTheGuidesMakesItsMonth(t *testing.T) {
	run := ofMessages()
	d := run.Document.Targets[0].Sockets
	*d = SocketDoc{Opened: 1000, ConnectedS: 1000 * 86_400, Sent: 50_000, Received: 50_000, UnitsSent: 50_000, UnitsReceived: 50_000, BytesSent: 50_000, BytesReceived: 50_000, Closed: map[string]int64{}}
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}
	traffic := usageOfRun(run, 0, target)
	traffic.reached = 50_000
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	bill, err := book.Price("us-east-1", pricing.Measure(target.Door().Billed, traffic.traffic(Month{Requests: 30 * 50_000})))
	if err != nil {
		t.Fatal(err)
	}
	got := map[string][2]string{}
	for _, l := range bill.Lines {
		got[l.Dimension] = [2]string{l.Quantity.String(), l.Cost.String()}
	}
	for dimension, want := range map[string][2]string{
		"apigateway.websocket.messages": {"3000000", "$3.00"}, "apigateway.websocket.minutes": {"43200000", "$10.80"},
	} {
		if got[dimension] != want {
			t.Errorf("%s: %v, want %v", dimension, got[dimension], want)
		}
	}
}

// Connections that are held stay open while other targets have their turns: a month has the
// time of the target's own, a tenth here. What the run itself used is all of it.
func TestAMonthLeavesOutTheTurnsOfOtherTargets(t *testing.T) {
	run := ofMessages()
	run.Document.Targets = append(run.Document.Targets, TargetDoc{Name: "rest", Kind: targets.RESTAPI.Name})
	d := run.Document.Targets[0].Sockets
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}
	for _, c := range []struct {
		what     string
		inTurns  float64
		month    int64
		each     int64 // seconds of a connection
		contains string
	}{
		{"a month", 60, 1_000_000, 6, "the target's own turns"},
		{"the run itself", 60, 0, 60, "turns of other targets included"},
		{"a month of an older run", 0, 1_000_000, 60, "turns of other targets included"},
	} {
		d.InTurnsS = c.inTurns
		got := usageOfRun(run, 0, target).traffic(Month{Requests: c.month}).SocketSeconds
		if got.Quantity.Cmp(pricing.Whole(c.each)) != 0 || !strings.Contains(got.Source, c.contains) {
			t.Errorf("%s: %s s (%s), want %d", c.what, got.Quantity, got.Source, c.each)
		}
	}
}

// The connections that a scenario states for a month take the place of the run's: 360,000 of
// two hours each, and with them $connect and $disconnect. Each message has what it had.
func TestTheConnectionsThatAMonthStates(t *testing.T) {
	run := ofMessages()
	run.Observed = &Observed{Targets: []ObservedDoc{{Target: "chat", Metrics: []ObservedMetric{{Role: string(targets.RoleInvocations), Total: map[string]float64{"Sum": 1020}}}}}}
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI, Function: targets.Function{MemoryMB: 512}}
	u := usageOfRun(run, 0, target)
	u.reached = 1000
	got := u.traffic(Month{Requests: 1_500_000, Sockets: SocketMonth{Connections: 360_000, Lifetime: 2 * time.Hour}})
	for what, n := range map[string][2]pricing.Quantity{
		"connections":  {got.Sockets.Quantity, pricing.Whole(360_000)},
		"seconds":      {got.SocketSeconds.Quantity, pricing.Whole(7200)},
		"messages":     {got.Messages.Quantity, pricing.Whole(6_000_000)},
		"invocations":  {got.Invocations.Quantity, pricing.Whole(1_500_000 + 720_000)},
		"from clients": {got.FromClients.Quantity, pricing.Whole(1_500_000)},
	} {
		if n[0].Cmp(n[1]) != 0 {
			t.Errorf("%s: %s, want %s", what, n[0], n[1])
		}
	}
	if got.Sockets.Basis != pricing.Stated || len(Unpriced(got)) != 1 {
		t.Errorf("%s, %q", got.Sockets.Basis, Unpriced(got))
	}
	if said := strings.Join(Unpriced(u.traffic(Month{Requests: 1_500_000})), "; "); !strings.Contains(said, "open for 0.6 s for each message of a client, and each carries 100 of these") {
		t.Errorf("connections as in the run: %q", said)
	}
}

// Without CloudWatch each function is taken to be invoked by the messages of its routes, and
// by the connections whose $connect or $disconnect it has.
func TestFunctionsByRouteOfMessages(t *testing.T) {
	run := ofMessages()
	run.Document.Requests = []string{"ask", "say"}
	run.Document.Targets[0].Functions = []FunctionDoc{{Name: "own", Requests: []string{"ask"}}, {Name: "open", Routes: []string{"$connect"}, Connections: 1}, {Name: "say", Routes: []string{"say"}, Requests: []string{"say"}}}
	for i, n := range []int64{900, 100} {
		s := Second{Request: uint16(i), Status: map[int]int64{101: n}}
		s.Ended[OK] = n
		run.Seconds = append(run.Seconds, s)
	}
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI, Function: targets.Function{Name: "own", MemoryMB: 512}}
	for _, name := range []string{"open", "say"} {
		target.Functions = append(target.Functions, targets.RouteFunction{Route: name, Function: targets.Function{Name: name, MemoryMB: 128}})
	}
	for month, want := range map[Month][3]int64{
		{Requests: 10_000}: {9000, 100, 1000},
		{Requests: 10_000, Sockets: SocketMonth{Connections: 5000, Lifetime: time.Hour}}: {9000, 5000, 1000},
	} {
		got := Traffic(run, 0, target, month)
		if len(got.Functions) != 2 {
			t.Fatalf("%+v", got.Functions)
		}
		for i, n := range []pricing.Quantity{got.Invocations.Quantity, got.Functions[0].Invocations.Quantity, got.Functions[1].Invocations.Quantity} {
			if n.Cmp(pricing.Whole(want[i])) != 0 {
				t.Errorf("%+v: function %d is invoked %s times, want %d", month, i, n, want[i])
			}
		}
		if f := got.Functions[0]; f.MemoryMB != 128 || f.Invocations.Basis != pricing.Assumed {
			t.Errorf("%+v", f)
		}
	}
}

func socketsOfLoad(t *TargetDoc) *SocketDoc { return t.Sockets }

func TestMessagesOfProbesAreApart(t *testing.T) {
	d := ofMessages().Document.Targets[0]
	d.AddProbeSockets(SocketDoc{Opened: 3})
	d.AddProbeSockets(SocketDoc{Opened: 4})
	d.TrialSockets = &SocketDoc{Opened: 1}
	if d.Sockets.Opened != 10 || d.ProbeSockets.Opened != 7 || d.AllSockets().Opened != 18 {
		t.Errorf("%d, %d and %d together", d.Sockets.Opened, d.ProbeSockets.Opened, d.AllSockets().Opened)
	}
}

func TestMessagesOfRunsAreAddedUp(t *testing.T) {
	a, b := ofMessages(), ofMessages()
	b.Document.Targets[0].Sockets.Closed["1001"] = 2
	sum := mergeSockets([]*Run{a, b}, 0, socketsOfLoad)
	if sum.Opened != 20 || sum.Sent != 2000 || sum.UnitsReceived != 6000 || sum.ConnectedS != 1200 || sum.Closed["1001"] != 2 || len(a.Document.Targets[0].Sockets.Closed) != 0 {
		t.Errorf("%+v", sum)
	}
	if mergeSockets([]*Run{newRun()}, 0, socketsOfLoad) != nil {
		t.Error("a run of requests has messages")
	}
}

func TestWhatBecameOfConnectionsInWords(t *testing.T) {
	d := SocketDoc{
		Opened: 100, Reopened: 3, Failed: 1, Opening: 2, Compressed: 90, Closed: map[string]int64{"1000": 7, "1001": 2, "1006": 1}, ClosedByServer: map[string]int64{"1001": 2, "1000": 3}, Sent: 1, Received: 5450, Pushes: 5000,
		Connect: &SocketTimesDoc{P50: 12.3456, P99: 101},
	}
	const want = "100 connections opened in 12.3 ms at the median and 101 ms at p99, handshake included, 3 of these again after another one had ended, 90 with compressed messages; 1 attempt failed to open one; 2 attempts under way when the load ended; ended with code 1000: 7 (3 by the server), 1001: 2 (by the server), 1006: 1; 1 message sent and 5,450 received, 5,000 of them no replies"
	if got := d.Text(); got != want {
		t.Errorf("%s\nwant\n%s", got, want)
	}
	if h := SocketTimes(New()); h != nil || strings.Contains((&SocketDoc{}).Text(), "median") {
		t.Error("no connection has times")
	}
}

// What invoked the function besides the load is left out of CloudWatch's count as it was
// counted: a connection of the trial is two invocations, a message of its one, and a step
// that receives or closes none. The warm-up is in the load's own counts.
func TestInvocationsOfMessagesLeaveOutTheTrial(t *testing.T) {
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}
	const load = 1000 + 2*10 // messages, and connections of ofMessages
	steps := []Trial{{Target: "chat", Status: 101}, {Target: "chat", Status: 101}, {Target: "chat", Status: 101}}
	for _, c := range []struct {
		what      string
		tried     *SocketDoc
		probes    *SocketDoc
		warm      bool
		counted   float64
		want      int64
		wantBasis pricing.Basis
	}{
		{"the trial's connection and one message", &SocketDoc{Opened: 1, Sent: 1}, nil, false, load + 3, load, pricing.Reported},
		{"no route $disconnect", &SocketDoc{Opened: 1, Sent: 1}, nil, false, 1000 + 10 + 2, 1010, pricing.Reported},
		{"neither $connect nor $disconnect", &SocketDoc{Opened: 1, Sent: 1}, nil, false, 1000 + 1, 1000, pricing.Reported},
		{"connections that are open at the end", &SocketDoc{Opened: 1, Sent: 1}, nil, false, 1000 + 10 + 3, 1010, pricing.Reported},
		{"the trial and probes", &SocketDoc{Opened: 1, Sent: 1}, &SocketDoc{Opened: 20, Sent: 100}, false, load + 143, load, pricing.Reported},
		{"a warm-up, which the load's counts have", &SocketDoc{Opened: 1, Sent: 1}, nil, true, load + 3, load, pricing.Reported},
		{"an older run, within what is tolerated", nil, nil, false, load + 3, load + 3, pricing.Reported},
		{"an older run with a long trial", nil, nil, false, load + 30, load, pricing.Assumed},
	} {
		t.Run(c.what, func(t *testing.T) {
			run := ofMessages()
			doc := &run.Document.Targets[0]
			run.Document.Trial, doc.TrialSockets, doc.ProbeSockets = steps, c.tried, c.probes
			if c.warm {
				run.WarmUp = newRun()
				run.WarmUp.Seconds = []Second{{Status: map[int]int64{101: 400}}}
			}
			total := map[string]float64{"Sum": c.counted}
			run.Observed = &Observed{Targets: []ObservedDoc{{Target: "chat", Metrics: []ObservedMetric{{Role: string(targets.RoleInvocations), Total: total}}}}}
			if got := usageOfRun(run, 0, target).invocations(); got.Basis != c.wantBasis || got.Quantity.Cmp(pricing.Whole(c.want)) != 0 {
				t.Errorf("%s invocations, %s (%s), want %d", got.Quantity, got.Basis, got.Source, c.want)
			}
		})
	}
}

// The counts of messages have the warm-up in them, so a month is in proportion to all
// requests that were sent: without that, half a run of warm-up would double the bill.
func TestAMonthOfMessagesIsNoLargerForAWarmUp(t *testing.T) {
	target := targets.Target{Name: "rest", Kind: &targets.WebSocketAPI}
	run := sent(500, 0, 0)
	run.Document.Targets[0].Sockets = ofMessages().Document.Targets[0].Sockets // of 1,000
	run.Document.Stages = []StageDoc{{WarmUp: true, Blocks: 1}, {Blocks: 1}}
	run.Seconds[0].Block, run.WarmUp = 1, newRun()
	warm := Second{Status: map[int]int64{101: 500}}
	warm.Ended[OK] = 500
	run.WarmUp.Seconds = []Second{warm}
	if got := Traffic(run, 0, target, Month{Requests: 10_000}).FromClients; got.Quantity.Cmp(pricing.Whole(10_000)) != 0 {
		t.Errorf("%s messages of clients in a month of 10,000", got.Quantity)
	}
}

func TestATrialOfAMessageIsNoRequest(t *testing.T) {
	for _, row := range []struct {
		method, want string
	}{
		{"send", "answered over WebSocket, body: want a"},
		{"close", "answered over WebSocket, body: want a"},
		{"connect", "101 Switching Protocols, body: want a"},
		{"GET", "101 Switching Protocols, body: want a"}, // as earlier versions recorded messages
	} {
		trial := Trial{Method: row.method, Status: 101, Check: "body: want a"}
		if got := trial.Outcome(); got != row.want {
			t.Errorf("%s: %q, want %q", row.method, got, row.want)
		}
	}
}
