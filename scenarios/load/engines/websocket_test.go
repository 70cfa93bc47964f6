package engines

import (
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestEnginesOfRequestsAndOfMessagesAreChosenByWhatIsSent(t *testing.T) {
	target := []targets.Target{{Name: "a"}}
	if c, err := All.Choose(scenarios.Engine{Sockets: &scenarios.Sockets{}}, target); err != nil || c[0].Name != "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := All.Choose(scenarios.Engine{}, target); err != nil || c[0].Name == "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := All.Choose(scenarios.Engine{Use: "vegeta", Sockets: &scenarios.Sockets{}}, target); err == nil {
		t.Error("engine vegeta sends messages")
	}
}
