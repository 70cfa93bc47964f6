package compare

import (
	"fmt"
	"math"
	"time"

	"tollgate/results"
)

// A run cannot be continued, so advice names the run to make in its place. It is
// no longer than longestRun, and has as many blocks in a stage as a scenario may.
const (
	longestRun     = 24 * time.Hour
	mostStageCuts  = 1000
	secondsInBlock = 1 // at least; see scenarios
)

// An extent is how long a run was, and what it was cut into.
type extent struct {
	stages  []results.StageDoc
	targets int
}

func extentOf(d *results.Document) extent {
	return extent{stages: d.MeasuredStages(), targets: len(d.Targets)}
}

// longer says which settings give factor times as many blocks of the same length; ""
// where the run had no blocks, and false where no run gives them.
func (x extent) longer(factor float64) (string, bool) {
	var seconds float64
	blocks, cut, last := 0, 0, results.StageDoc{}
	for _, s := range x.stages {
		seconds += s.Seconds
		if s.Blocks > 1 || len(x.stages) == 1 {
			blocks, cut, last = max(blocks, s.Blocks), cut+1, s
		}
	}
	if cut == 0 || seconds <= 0 {
		return "", true
	}
	if cut > 1 {
		factor = math.Ceil(factor)
	}
	blocks = int(math.Ceil(float64(blocks) * factor))
	if total := seconds * factor * float64(max(1, x.targets)); blocks > mostStageCuts || total > longestRun.Seconds() {
		return "", false
	}
	if cut > 1 {
		return fmt.Sprintf("stages %.0f times as long and blocks: %d", factor, blocks), true
	}
	length := time.Duration(math.Ceil(max(last.BlockS, secondsInBlock)*float64(blocks))) * time.Second
	return fmt.Sprintf("for: %s and blocks: %d", length, blocks), true
}

// advise says which run would decide about an effect that more blocks would decide.
func (x extent) advise(e *Effect) string {
	if e.Blocks == 0 {
		return ""
	}
	setting, ok := x.longer(float64(e.Blocks+e.More) / float64(e.Blocks))
	if ok && setting == "" {
		return ""
	}
	if !ok {
		return fmt.Sprintf(", and no run of up to %.0f hours and %d blocks would decide it", longestRun.Hours(), mostStageCuts)
	}
	return ", " + setting + " would probably decide it"
}

// denser says what makes blocks carry a quantile that none of them carries.
func (x extent) denser(t trait) string {
	if t.quantile == 0 || len(x.stages) == 0 {
		return ""
	}
	n := results.Needed(t.quantile)
	var longest float64
	for _, s := range x.stages {
		longest = max(longest, s.BlockS)
	}
	if longest <= 0 {
		return ""
	}
	return fmt.Sprintf(": a block needs %d good responses, which takes %s, or fewer blocks", n, format(math.Ceil(float64(n)/longest), "per_s"))
}
