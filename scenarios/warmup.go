package scenarios

import (
	"slices"
	"time"

	"tollgate/pricing/document"
)

// WarmUpName is the name of the stage that the key warm_up makes.
const WarmUpName = "warm-up"

// warmUp is the key at the top: a stage before the first, with the load that the first
// begins with. Where that is no steady load, a stage of the list says what to send.
// Populations warm up side by side, each with its own load; one that begins with no steady
// load, such as a burst, waits meanwhile.
func (in *input) warmUp(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	d := v.Duration(minWarmUp, longestStage)
	if !s.HasLoad() {
		if len(s.Probes) > 0 || !in.Failed() {
			v.Problem("there is no load that it could come before: probes warm up by themselves")
		}
		return
	}
	warm := false
	if len(s.Populations) == 0 {
		s.Stages, warm = warmed(v, d, s.Stages, "")
	}
	for i := range s.Populations {
		p := &s.Populations[i]
		stages, steady := warmed(v, d, p.Stages, p.Name)
		p.Stages, warm = stages, warm || steady
	}
	if !warm && !in.Failed() {
		v.Problem("the load does not begin with a steady rate that a warm-up could have: begin the list with one, such as - {constant: {rate: 50/s, for: %v}, warm_up: true}", d)
	}
}

// warmed puts a warm-up before the stages of a population, "" for those of the scenario. It
// sends nothing where there is no steady load to begin with.
func warmed(v document.Value, d time.Duration, stages []Stage, population string) (all []Stage, steady bool) {
	if len(stages) == 0 { // reported
		return stages, true
	}
	whose, name := "the load", WarmUpName
	if population != "" {
		whose, name = "population "+population, population+"/"+WarmUpName
	}
	if stages[0].WarmUp {
		v.Problem("the first stage of %s is a warm-up already: leave out one of them", whose)
		return stages, true
	}
	if slices.Contains(stageNames(stages), name) {
		v.Problem("a stage of %s has the name %s, which this warm-up has: give it another", whose, WarmUpName)
	}
	load, steady := beginning(stages[0].Load)
	if !steady {
		load = Arrivals{Quiet{}}
	}
	return append([]Stage{{Name: name, WarmUp: true, Load: load, For: d}}, stages...), steady
}

// beginning is the steady load with which a load begins; false: there is none.
func beginning(l Load) (Load, bool) {
	a, open := l.(Arrivals)
	if !open {
		return l, true // users
	}
	rate := Rate{}
	switch s := a.Shape.(type) {
	case Constant, Poisson:
		return l, true
	case Ramp:
		rate = s.From
	case Steps:
		if len(s.Rates) > 0 {
			rate = s.Rates[0]
		}
	}
	return Arrivals{Constant{Rate: rate}}, !rate.IsZero()
}

// warmUpsFirst reports warm-ups that come after what is measured, and a load that is nothing else.
func warmUpsFirst(v document.Value, stages []Stage) {
	measured := false
	for _, stage := range stages {
		if stage.WarmUp && measured {
			v.Problem("stage %q is a warm-up after a measured stage: warm-ups come first; give a stage a name and leave warm_up out to have its own figures", stage.Name)
			return
		}
		measured = measured || !stage.WarmUp
	}
	if len(stages) > 0 && !measured {
		v.Problem("is nothing but warm-up, which is left out of all figures: add a stage to measure")
	}
}
