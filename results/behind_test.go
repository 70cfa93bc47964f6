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

// Blocks differ in how long one of two functions takes, and in nothing else: so do the
// months that are drawn of them. An integration varies as its requests do.
func TestMonthsVaryByWhatEachFunctionDid(t *testing.T) {
	doc := document()
	doc.Targets = doc.Targets[:1]
	doc.Requests = []string{"predict", "users", "item"}
	doc.Targets[0].Functions = []FunctionDoc{{Name: "app", Requests: []string{"predict"}}, {Name: "users", Routes: []string{"GET /users"}, Requests: []string{"users"}}}
	doc.Targets[0].Integrations = []IntegrationDoc{{Name: "DynamoDB GetItem", Type: "dynamodb", Routes: []string{"GET /items/{id}"}, Requests: []string{"item"}}}
	doc.Stages = []StageDoc{{Load: "constant 3/s", Seconds: 10, Blocks: 10, BlockS: 1, Due: 30}}
	run := reopened(t, doc, func(sh *Shard, _ *Document) {
		for i := range 30 {
			due, took := time.Duration(i)*333*time.Millisecond, 40*time.Millisecond
			if i%3 == 1 {
				took = time.Duration(10+i) * time.Millisecond
			}
			sh.Record(&Sample{Request: uint16(i % 3), Block: uint32(i / 3), Seq: uint64(i), Due: due, Begun: due, Sent: due, Service: took, Code: 200, Out: 100, In: 200, Reused: true})
		}
	})
	target := targets.Target{
		Name: doc.Targets[0].Name, Kind: &targets.RESTAPI, Function: targets.Function{Name: "app", MemoryMB: 512},
		Functions:    []targets.RouteFunction{{Route: "GET /users", Function: targets.Function{Name: "users", MemoryMB: 256}}},
		Integrations: []targets.Integration{{Route: "GET /items/{id}", Type: "dynamodb", Action: "GetItem"}},
	}
	whole := Traffic(run, 0, target, Month{Requests: 3000})
	months, from := Redraw(run, 0, target, Month{Requests: 3000})
	if months == nil {
		t.Fatal("no months are drawn")
	}
	own, users, sum, n := map[string]bool{}, map[string]bool{}, 0.0, 0
	for month := range months {
		own[month.Duration.Mean().String()] = true
		mean := month.Functions[0].Duration.Mean()
		users[mean.String()] = true
		sum, n = sum+mean.Float(), n+1
		if q := month.Called[0].Requests.Quantity; q.Cmp(pricing.Whole(1000)) != 0 || month.Called[0].Of != "DynamoDB GetItem" {
			t.Fatalf("%s calls of %s", q, month.Called[0].Of)
		}
	}
	if got, want := sum/float64(n), whole.Functions[0].Duration.Mean().Float(); len(own) != 1 || len(users) < 20 || got < 0.999*want || got > 1.001*want {
		t.Errorf("%s: app takes %d different times and users %d, on average %v and in the run %v", from, len(own), len(users), got, want)
	}
}
