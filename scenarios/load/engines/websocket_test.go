package engines

import (
	"testing"

	"tollgate/scenarios"
	"tollgate/targets"
)

func TestEnginesOfRequestsAndOfMessagesAreChosenByWhatIsSent(t *testing.T) {
	target := []targets.Target{{Name: "a"}}
	ofMessages := []targets.Target{{Name: "a", Messages: true}}
	if c, err := All.Choose(scenarios.Engine{}, ofMessages); err != nil || c[0].Name != "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if c, err := All.Choose(scenarios.Engine{}, target); err != nil || c[0].Name == "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := All.Choose(scenarios.Engine{Use: "vegeta"}, ofMessages); err == nil {
		t.Error("engine vegeta sends messages")
	}
}

// The engine that is asked for drives those targets that receive what it sends.
func TestAnEngineOfRequestsLeavesMessagesToAnother(t *testing.T) {
	both := []targets.Target{{Name: "a"}, {Name: "b", Messages: true}}
	c, err := All.Choose(scenarios.Engine{Use: "vegeta"}, both)
	if err != nil || c[0].Name != "vegeta" || c[1].Name != "websocket" {
		t.Errorf("%v, %v", c, err)
	}
	if _, err := All.Choose(scenarios.Engine{Targets: map[string]string{"b": "vegeta"}}, both); err == nil {
		t.Error("engine vegeta sends messages")
	}
}
