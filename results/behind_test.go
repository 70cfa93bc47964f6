package results

import (
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// Two functions stand behind a target, and CloudWatch was read of one of them.
func TestAMonthHasEachFunctionBehindATarget(t *testing.T) {
	doc := document()
	doc.Targets = doc.Targets[:1]
	doc.Requests = []string{"predict", "users"}
	doc.Targets[0].Functions = []FunctionDoc{{Name: "app", Requests: []string{"predict"}}, {Name: "users", Routes: []string{"GET /users"}, Requests: []string{"users"}}}
	doc.Stages = []StageDoc{{Load: "constant 10/s", Seconds: 1, Blocks: 1, BlockS: 1, Due: 10}}
	run := reopened(t, doc, func(sh *Shard, _ *Document) {
		for i := range 10 {
			due := time.Duration(i) * 100 * time.Millisecond
			sh.Record(&Sample{Request: uint16(i % 5 / 4), Seq: uint64(i), Due: due, Begun: due, Sent: due, Service: 40 * time.Millisecond, Code: 200, Out: 100, In: 200, Reused: true})
		}
	})
	metric := func(role targets.Role, total map[string]float64) ObservedMetric {
		return ObservedMetric{Role: string(role), Total: total, Points: []ObservedPoint{{Values: total}}}
	}
	name := doc.Targets[0].Name
	run.Observed = &Observed{Targets: []ObservedDoc{{Target: name, Functions: []ObservedFunction{{Name: "users", Metrics: []ObservedMetric{
		metric(targets.RoleInvocations, map[string]float64{"Sum": 2}), metric(targets.RoleDuration, map[string]float64{"Average": 7.2, "SampleCount": 2}),
	}}}}}}
	target := targets.Target{
		Name: name, Kind: &targets.RESTAPI, Function: targets.Function{Name: "app", MemoryMB: 512},
		Functions: []targets.RouteFunction{{Route: "GET /users", Function: targets.Function{Name: "users", MemoryMB: 256}}},
	}
	month := Traffic(run, 0, target, Month{Requests: 1000})
	if n := month.Invocations; n.Quantity.Cmp(pricing.Whole(800)) != 0 || n.Basis != pricing.Assumed || month.Function != "app" || month.MemoryMB != 512 {
		t.Errorf("of app %+v, %s, %d MB", n, month.Function, month.MemoryMB)
	}
	if len(month.Functions) != 1 {
		t.Fatalf("%d other functions", len(month.Functions))
	}
	users := month.Functions[0]
	if n := users.Invocations; n.Quantity.Cmp(pricing.Whole(200)) != 0 || n.Basis != pricing.Reported || users.MemoryMB != 256 || users.Duration.Basis != pricing.Reported {
		t.Errorf("of users %+v, %d MB, %s", n, users.MemoryMB, users.Duration.Basis)
	}
	sum := Summarise(run).Targets[0].Functions
	if sum[0].Figures.Requests != 8 || sum[1].Figures.Requests != 2 {
		t.Errorf("%d and %d requests", sum[0].Figures.Requests, sum[1].Figures.Requests)
	}
}
