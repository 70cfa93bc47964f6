package scenarios

import (
	"encoding/json"
	"fmt"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets/policy"
)

// LabAWS says who may do what at the lab's endpoint of AWS's services, and what time it is
// there: to see what a run lacks without a permission, and what tollgate doctor says.
type LabAWS struct {
	Policy     json.RawMessage `json:"policy"`                           // identity-based, as it stands at AWS
	Deny       []string        `json:"deny"`                             // actions, besides
	ClockAhead time.Duration   `json:"clock_ahead" doc:"min=0s;max=24h"` // of that of this machine
}

// awsOfLab reports a policy that cannot be read, and names that are no actions.
func awsOfLab(v document.Value, s *Scenario) {
	report := func(format string, args ...any) { v.Report(fmt.Errorf(format, args...)) }
	if len(s.Lab.AWS.Policy) > 0 {
		policy.ParseIdentity("lab.aws.policy", s.Lab.AWS.Policy, report)
	}
	policy.CheckActions("lab.aws.deny", s.Lab.AWS.Deny, report)
}
