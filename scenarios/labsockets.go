package scenarios

import (
	"time"

	"tollgate/pricing/document"
)

// LabSockets are limits of the lab's WebSocket APIs in place of the documented ones, which
// take minutes to reach; zero fields are those.
type LabSockets struct {
	Idle     time.Duration `json:"idle_timeout" doc:"min=1ms;max=10m"`
	Lifetime time.Duration `json:"lifetime" doc:"min=1ms;max=2h"`
	Connects LabConnects   `json:"new_connections"`
}

// LabConnects is the token bucket of new connections.
type LabConnects struct {
	Rate  Rate `json:"rate" doc:"need"`
	Burst int  `json:"burst" doc:"need;min=1;max=1000000"`
}

// socketsOfTargets reports limits of WebSocket APIs where the lab has none.
func socketsOfTargets(v document.Value, s *Scenario) {
	if s.Lab.Sockets == (LabSockets{}) {
		return
	}
	for _, t := range s.Targets {
		if t.Lab && t.Kind.OnlyMessages {
			return
		}
	}
	v.Problem("websocket: no target at the lab takes messages over WebSocket")
}
