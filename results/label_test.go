package results

import "testing"

func TestALabelNamesWhatARowIsAbout(t *testing.T) {
	d := Document{
		Requests: []string{"free/get", "free/ask", "busy/get"}, Preflights: []string{"free/ask"}, Probes: []string{"cache"},
		Targets: []TargetDoc{{Name: "a"}, {Name: "b"}},
		Stages:  []StageDoc{{Name: "free/warm", WarmUp: true, Blocks: 2}, {Name: "free/main", Blocks: 2}, {Name: "busy/1", Blocks: 1}},
		Populations: []PopulationDoc{
			{Name: "free", Stages: []int{1, 2}, Requests: []string{"free/get", "free/ask"}}, {Name: "busy", Stages: []int{3}, Requests: []string{"busy/get"}},
		},
	}
	for _, row := range []struct {
		what            string
		target, request uint16
		block           uint32
		want            Label
	}{
		{"the warm-up", 0, 0, 1, Label{"a", TrafficWarmUp, "free/get", "free/warm", "free"}},
		{"the load", 1, 0, 2, Label{"b", TrafficLoad, "free/get", "free/main", "free"}},
		{"another population", 1, 2, 4, Label{"b", TrafficLoad, "busy/get", "busy/1", "busy"}},
		{"a preflight", 0, 1, 3, Label{"a", TrafficPreflight, "free/ask", "free/main", "free"}},
		{"a preflight of the warm-up", 0, 1, 0, Label{"a", TrafficPreflight, "free/ask", "free/warm", "free"}},
		{"a probe", 0, 3, 0, Label{"a", TrafficProbe, "cache", "", ""}},
		{"a block that was not planned", 0, 0, 9, Label{"a", TrafficLoad, "free/get", "", ""}},
	} {
		if got := d.Label(row.target, row.request, row.block); got != row.want {
			t.Errorf("%s: %+v, want %+v", row.what, got, row.want)
		}
	}
}
