package compare

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/results"
)

// Advice names what would decide: blocks that are added to the run where that can be, else
// the run to make in its place. Neither is longer than longestRun, and the latter has as
// many blocks in a stage as a scenario may.
const (
	longestRun     = 24 * time.Hour
	mostStageCuts  = 1000
	secondsInBlock = 1 // at least; see scenarios
)

// An extent is how long a run was, and what it was cut into.
type extent struct {
	stages  []results.StageDoc
	targets int
	run     string // its ID, if blocks can be added to it; "": they cannot
}

func extentOf(d *results.Document) extent {
	x := extent{stages: d.MeasuredStages(), targets: len(d.Targets)}
	if len(x.stages) == 1 && x.stages[0].Steady() && x.stages[0].Blocks > 0 && x.stages[0].FirstBlock == 0 && d.State == results.Finished && !d.Generated {
		x.run = d.ID
	}
	return x
}

// continues says whether blocks that are added to the run decide about an effect.
func (x extent) continues(e *Effect) bool {
	t, _ := traitOf(e.Metric)
	return x.run != "" && (t.responses() || e.Asked)
}

// added says what a continuation with more blocks takes, or that none is that long.
func (x extent) added(e *Effect) string {
	s := x.stages[0]
	if !x.within(e) {
		return fmt.Sprintf(", and no run of up to %.0f hours and %d blocks would decide it", longestRun.Hours(), results.MostDecideBlocks)
	}
	takes := fmt.Sprintf("%v, %s", x.lasts(e), pricing.Counted(e.More, "more block"))
	if n := s.Due * int64(x.targets) * int64(e.More) / int64(s.Blocks); n > 0 {
		takes += ", " + pricing.Counted(n, "request")
	}
	return fmt.Sprintf(", run --continue with --decide %s:%s would probably decide it (%s)", e.Metric, Percent(e.Margin), takes)
}

// goesOn is what tollgate run --decide takes to decide what more blocks would; "": nothing.
func (c *Comparison) goesOn() string {
	var metrics []string
	margin := 0.0
	for i := range c.Pairs {
		for k := range c.Pairs[i].Effects {
			e := &c.Pairs[i].Effects[k]
			if e.More == 0 || !c.extent.continues(e) || !c.extent.within(e) || margin > 0 && e.Margin != margin {
				continue
			}
			if margin = e.Margin; !slices.Contains(metrics, string(e.Metric)) {
				metrics = append(metrics, string(e.Metric))
			}
		}
	}
	if margin == 0 {
		return ""
	}
	return strings.Join(metrics, ",") + ":" + Percent(margin)
}

// within says whether the blocks that an effect still needs are those of one run.
func (x extent) within(e *Effect) bool {
	return x.lasts(e) <= longestRun && x.stages[0].Blocks+e.More <= results.MostDecideBlocks
}

// lasts is how long the load of the blocks takes that an effect still needs.
func (x extent) lasts(e *Effect) time.Duration {
	return time.Duration(float64(e.More) * x.stages[0].BlockS * float64(x.targets) * 1e9).Round(time.Second)
}

// Percent is a margin as the command line has it.
func Percent(margin float64) string {
	return strconv.FormatFloat(math.Round(margin*1e6)/1e4, 'f', -1, 64) + "%"
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
	if x.continues(e) {
		return x.added(e)
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
	if t.quantile == 0 || t.flow || len(x.stages) == 0 {
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
