package probes

import (
	"fmt"
	"time"

	"tollgate/targets"
)

// A Renewal is how a question has the execution environments of a target's
// function replaced: by a change of its configuration. The zero value never does.
type Renewal struct {
	Times   int  // at most
	Restore bool // the change is taken back in the end, which replaces them once more
}

// renewalFor is what a change of a function's configuration is given to come
// into effect, in what is announced. Lambda takes some seconds.
const renewalFor = 10 * time.Second

// For is how long it all may take.
func (r Renewal) For() time.Duration {
	n := r.Times
	if n > 0 && r.Restore {
		n++
	}
	return time.Duration(n) * renewalFor
}

// Announced says what is changed, "" for nothing. It is said before anything is
// sent.
func (r Renewal) Announced(t targets.Target) string {
	if r.Times == 0 {
		return ""
	}
	left := "the variable is left there"
	if r.Restore {
		left = "the variable is taken away again in the end"
	}
	return fmt.Sprintf("changes the configuration of %s up to %d times: sets the variable %s of its environment, so that Lambda retires all of its execution environments; %s",
		functionOf(t), r.Times, targets.RenewalVariable, left)
}

func functionOf(t targets.Target) string {
	if name, _ := t.Function.Parts(); name != "" {
		return fmt.Sprintf("function %q", name)
	}
	return "the lab's function"
}

// refused says why a question that changes a configuration is not asked.
func (r Renewal) refused(probe string, about About) error {
	if r.Times == 0 || about.Yes || about.Target.Lab {
		return nil // the lab's function is nobody's, and ends with the run
	}
	return fmt.Errorf("probe %s at %s %s: confirm with --yes that it may", probe, about.Target.Name, r.Announced(about.Target))
}
