package scenarios

import "time"

// LabCORS is what every front door of the lab lets pages of other origins do. A load balancer
// has no such setting: there the application says so.
type LabCORS struct {
	Origins     []string      `json:"origins" doc:"need"` // "*" for all
	Methods     []string      `json:"methods"`
	Headers     []string      `json:"headers"`
	MaxAge      time.Duration `json:"max_age" doc:"min=0s;max=24h"` // 0: nothing is said
	Credentials bool          `json:"credentials"`                  // pages may send cookies
}
