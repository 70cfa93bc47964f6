package doctor

import (
	"context"
	"fmt"
	"maps"
	"runtime"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/calibration"
	"tollgate/scenarios/load/engines"
)

// slow is how long a target may take before requests under way use up what this machine has.
const slow = 10 * time.Second

func (x *Exam) machine(_ context.Context, l *looking) {
	choices, err := engines.All.Choose(x.Scenario.Engine, x.Scenario.Targets)
	if err != nil {
		l.problem("", first(err), rest(err))
		return
	}
	system := runtime.GOOS + " on " + runtime.GOARCH + ", " + pricing.Counted(int64(runtime.NumCPU()), "processor")
	var names []string
	driven := map[string][]string{}
	for i, c := range choices {
		driven[c.Name] = append(driven[c.Name], x.Scenario.Targets[i].Name)
	}
	for _, engine := range slices.Sorted(maps.Keys(driven)) {
		text := "engine " + engine
		if len(driven) > 1 {
			text += " for " + strings.Join(driven[engine], ", ")
		}
		names = append(names, text)
	}
	text := system + "; " + strings.Join(names, ", ")
	if x.Engines != "" {
		text += "; this system has " + x.Engines
	}
	l.ok("", text)
	x.room(l, "open files", load.FileLimit(), "raise the limit (ulimit -n), or let fewer requests be under way (engine: max_in_flight)")
	x.room(l, "ports for outgoing connections", load.Ports(), "widen net.ipv4.ip_local_port_range, or let fewer requests be under way (engine: max_in_flight)")
	for _, engine := range calibration.Engines(x.Plan) {
		if !x.Calibrated.Knows(engine) {
			l.unknown("engine "+engine, "it is not known which rate it can drive on this machine", "run tollgate calibrate once, while nothing else runs")
		}
	}
	over := x.Calibrated.Warnings(x.Plan)
	for _, w := range over {
		l.warn("", w.Error(), "lower the rate, or use a larger machine")
	}
	if len(over) == 0 && x.Calibrated != nil {
		l.ok("", "the planned rates are within what this machine was calibrated to drive")
	}
}

// room says whether something of the machine suffices while responses are slow.
func (x *Exam) room(l *looking, what string, have int, remedy string) {
	if have == 0 {
		l.unknown("", "this system does not say how many "+what+" there may be", "")
		return
	}
	peak := x.Plan.Peak()
	for _, a := range x.Plan.Probes {
		peak = max(peak, a.Peak)
	}
	needs := int64(peak * slow.Seconds())
	if most := x.Scenario.Engine.MaxInFlight; most > 0 {
		needs = min(needs, int64(most))
	}
	text := fmt.Sprintf("%s %s", pricing.Count(int64(have)), what)
	if needs > int64(have) {
		l.warn("", fmt.Sprintf("%s: at %s/s they are used up once responses take longer than %v", text, pricing.Count(int64(peak)), time.Duration(float64(have)/peak*float64(time.Second)).Round(100*time.Millisecond)), remedy)
		return
	}
	l.ok("", text)
}
