package results

import (
	"math"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// talking is a run of 100 conversations. Each opens a connection for 6 s, has a reply of 60
// bytes to a message of 60, sends one of 40,000, which goes to ten, waits for one of these,
// and closes.
func talking() *Run {
	run := newRun()
	run.Document.Requests = []string{"talk/open", "talk/hello", "talk/say", "talk/heard", "talk/bye"}
	run.Document.Flows = []FlowDoc{{Name: "talk", Steps: run.Document.Requests}}
	run.Document.SocketSteps = map[string]string{"talk/open": StepConnects, "talk/hello": StepSends, "talk/say": StepPosts, "talk/heard": StepReceives, "talk/bye": StepCloses}
	run.Document.Targets = []TargetDoc{{
		Name: "chat", Kind: targets.WebSocketAPI.Name, Flows: map[string]FlowFigures{"talk": {Started: 100}},
		Sockets: &SocketDoc{
			Opened: 100, ConnectedS: 600, Sent: 200, UnitsSent: 300, Received: 1100, Pushes: 1000, UnitsReceived: 2100, BytesReceived: 100*60 + 1000*40_000,
		},
	}}
	for i, took := range []time.Duration{20 * time.Millisecond, 20 * time.Millisecond, 0, 9 * time.Second, 9 * time.Second} {
		s := Second{Request: uint16(i), Status: map[int]int64{101: 100}}
		s.Ended[OK] = 100
		if i == 1 {
			s.In = 6000
		}
		run.Seconds = append(run.Seconds, s)
		run.Series[Key{Request: uint16(i), Clock: Service}] = New()
		run.Series[Key{Request: uint16(i), Clock: Service}].RecordN(took, 100)
	}
	for key, bytes := range map[SizeKey]int64{
		{Group: Group{Request: 1}}: 60, {Group: Group{Request: 1}, Response: true}: 60, {Group: Group{Request: 2}}: 40_000, {Group: Group{Request: 3}, Response: true}: 40_000,
	} {
		run.Sizes[key] = &Sizes{}
		run.Sizes[key].Record(bytes, 100)
	}
	return run
}

// A connection is paid by the step that connects, a message and its reply by the one that
// sends, and pushes by none: however long a step takes, to wait and to close is free.
func TestStepsOverSocketCostWhatIsBilled(t *testing.T) {
	target := targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}
	for _, c := range []struct {
		what    string
		counted float64 // by CloudWatch; 0: it was not read
		invoked int64   // of what could be, in percent
	}{
		{"without CloudWatch, every message and connection invokes", 0, 100},
		{"CloudWatch counted half of that", 200, 50},
	} {
		t.Run(c.what, func(t *testing.T) {
			run := talking()
			if c.counted > 0 {
				run.Observed = &Observed{Targets: []ObservedDoc{{Target: "chat", Metrics: []ObservedMetric{{Role: string(targets.RoleInvocations), Total: map[string]float64{"Sum": c.counted}}}}}}
			}
			got := StepTraffic(run, 0, target, Month{Requests: 5000}) // ten times the run
			for name, want := range map[string]struct{ sockets, sent, messages, units, invocations int64 }{
				"talk/open":   {1000, 0, 0, 0, 2000},
				"talk/hello":  {0, 1000, 2000, 2000, 1000},
				"talk/say":    {0, 1000, 1000, 2000, 1000},
				"pushes:talk": {0, 0, 10_000, 20_000, 0},
			} {
				step, has := got[name]
				if !has {
					t.Errorf("%s costs nothing", name)
				}
				for what, n := range map[string][2]pricing.Quantity{
					"connections": {step.Sockets.Quantity, pricing.Whole(want.sockets)}, "messages of clients": {step.FromClients.Quantity, pricing.Whole(want.sent)},
					"messages": {step.Messages.Quantity, pricing.Whole(want.messages)}, "units": {step.MessageUnits.Quantity, pricing.Whole(want.units)},
					"invocations": {step.Invocations.Quantity, pricing.Ratio(want.invocations*c.invoked, 100)},
				} {
					if n[0].Cmp(n[1]) != 0 {
						t.Errorf("%s: %s %s, want %s", name, n[0], what, n[1])
					}
				}
			}
			if len(got) != 4 {
				t.Errorf("steps that receive or close cost something: %d parts", len(got))
			}
		})
	}
}

func TestTheSharesOfAFlowOverSocketAddUp(t *testing.T) {
	run := talking()
	dollar := pricing.Money(pricing.Whole(1))
	costs := run.FlowCosts(0, 500, dollar, map[string]pricing.Money{"talk/open": dollar, "talk/hello": dollar, "pushes:talk": dollar.Times(pricing.Whole(2))})["talk"]
	var sum float64
	for _, share := range costs.Steps {
		sum += share
	}
	if math.Abs(sum-1) > 1e-9 || costs.Steps["pushes:talk"] != 0.5 || costs.Month.Cmp(dollar) != 0 || costs.Steps["talk/heard"] != 0 {
		t.Errorf("%+v", costs)
	}
}

// To wait for a message is none of the function's time.
func TestTheFunctionsTimeIsThatOfStepsWithAnAnswer(t *testing.T) {
	run := talking()
	u := usageOfRun(run, 0, targets.Target{Name: "chat", Kind: &targets.WebSocketAPI})
	if mean := u.service.Mean().Float(); math.Abs(mean-20_000) > 200 || u.unanswered {
		t.Errorf("%v µs", mean)
	}
	for name := range run.Document.SocketSteps {
		run.Document.SocketSteps[name] = StepReceives
	}
	run.Document.SocketSteps["talk/say"] = StepSends
	if u := usageOfRun(run, 0, targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}); !u.unanswered {
		t.Errorf("messages without a reply tell how long the function takes: %s", u.service.Source)
	}
}

// A run from before steps were named has no costs of flows, and its bill says why.
func TestAnOlderRunOverSocketCannotTellWhatStepsCost(t *testing.T) {
	run := talking()
	if UntoldSteps(run, 0) != "" {
		t.Error("this run names its steps")
	}
	run.Document.SocketSteps = nil
	if got := StepTraffic(run, 0, targets.Target{Name: "chat", Kind: &targets.WebSocketAPI}, Month{Requests: 500}); got != nil || UntoldSteps(run, 0) == "" {
		t.Errorf("%v", got)
	}
}
