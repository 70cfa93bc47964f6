package probe

import (
	"fmt"
	"time"

	"tollgate/targets"
)

// A Renewal replaces the execution environments of a target's function by changing
// its configuration. The zero value never does.
type Renewal struct {
	Times   int  // at most
	Restore bool // the change is reverted in the end, which replaces them once more
}

// renewalFor is announced for each change of a function's configuration. Lambda
// takes some seconds.
const renewalFor = 10 * time.Second

// For is how long all changes may take.
func (r Renewal) For() time.Duration {
	n := r.Times
	if n > 0 && r.Restore {
		n++
	}
	return time.Duration(n) * renewalFor
}

// Announced describes the change before anything is sent; "" for none.
func (r Renewal) Announced(t targets.Target) string {
	if r.Times == 0 {
		return ""
	}
	left := "the variable is left there"
	if r.Restore {
		left = "the variable is removed in the end"
	}
	return fmt.Sprintf("changes the configuration of %s up to %d times: sets the variable %s of its environment, so that Lambda retires all of its execution environments; %s",
		FunctionName(t), r.Times, targets.RenewalVariable, left)
}

// FunctionName names the function behind a target, for people.
func FunctionName(t targets.Target) string {
	if name, _ := t.Function.Parts(); name != "" {
		return fmt.Sprintf("function %q", name)
	}
	return "the lab's function"
}

// Refused returns why a question that changes a configuration needs a confirmation.
func (r Renewal) Refused(probe string, about About) error {
	if r.Times == 0 || about.Yes || about.Target.Lab { // the lab's function ends with the run
		return nil
	}
	return fmt.Errorf("probe %s at %s %s: confirm with --yes", probe, about.Target.Name, r.Announced(about.Target))
}
