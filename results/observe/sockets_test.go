package observe

import (
	"slices"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

// Connections and messages in both directions are compared, and what is missing is said.
func TestMessagesAreComparedWithCloudWatch(t *testing.T) {
	run := &results.Run{}
	run.Document.Targets = []results.TargetDoc{{Name: "chat", Sockets: &results.SocketDoc{Opened: 100, Sent: 500, Received: 5450}}}
	r := reconciler{target: targets.Target{Kind: &targets.WebSocketAPI}, sockets: run.Document.Targets[0].Sockets, aws: awsView{}}
	r.aws = awsViewOf([]results.ObservedMetric{
		{Role: string(targets.RoleConnects), Points: make([]results.ObservedPoint, 1), Total: map[string]float64{"Sum": 101}},
		{Role: string(targets.RoleMessages), Total: map[string]float64{"Sum": 5950}},
		{Role: string(targets.RoleRefusals), Total: map[string]float64{"Sum": 2}},
	})
	r.counts()
	var rows []string
	for _, row := range r.rows {
		rows = append(rows, row.What)
		switch {
		case row.What == results.CheckConnections && (*row.Client != 100 || *row.AWS != 101 || *row.Gap != 1 || row.Note == ""),
			row.What == results.CheckMessages && (*row.Client != 5950 || *row.Gap != 0 || row.Note != ""):
			t.Errorf("%+v", row)
		}
	}
	if r.rows[0].Note != "CloudWatch counts those of the trial before the load, too" {
		t.Errorf("an older run, whose trial was not counted: %q", r.rows[0].Note)
	}
	if want := []string{"connections", "messages", "refused by the front door"}; !slices.Equal(rows, want) {
		t.Errorf("%v, want %v", rows, want)
	}
	r.rows, r.tried = nil, true
	if r.counts(); r.rows[0].Note != "others use the API, too" {
		t.Errorf("a run whose trial was counted: %q", r.rows[0].Note)
	}
	r.sockets.Pushes = 4950
	r.rows, r.aws = nil, awsViewOf([]results.ObservedMetric{{Role: string(targets.RoleConnects), Points: make([]results.ObservedPoint, 1), Total: map[string]float64{"Sum": 101}}, {Role: string(targets.RoleMessages), Total: map[string]float64{"Sum": 9000}}})
	r.counts()
	i := slices.IndexFunc(r.rows, func(row results.Reconciled) bool { return row.What == results.CheckMessages })
	if i < 0 || r.rows[i].Note != unread {
		t.Errorf("messages that were pushed and not read are no proof of others: %+v", r.rows)
	}
}
