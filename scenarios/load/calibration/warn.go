package calibration

import (
	"fmt"
	"slices"

	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
)

// Knows says whether it is known what an engine holds. That it held nothing
// says more about what else the machine did at the time.
func (c *Calibration) Knows(engine string) bool {
	if c == nil {
		return false
	}
	return c.Engines[engine].Rate > 0
}

// Warnings are about the stages of a plan that ask for more than the engine
// that will drive them is known to hold. A nil Calibration knows of nothing.
func (c *Calibration) Warnings(p *scenarios.Plan) []error {
	var all []error
	for _, engine := range Engines(p) {
		if !c.Knows(engine) {
			continue
		}
		held := c.Engines[engine]
		for i := range p.Stages {
			s := &p.Stages[i]
			if s.Peak() <= float64(held.Rate) {
				continue
			}
			all = append(all, fmt.Errorf("stage %d (%v) asks for up to %.0f/s, more than the %d/s that engine %s is known to hold on schedule on this machine: the run may be invalid (tollgate calibrate measures again)", s.Number+1, s.Load, s.Peak(), held.Rate, engine))
		}
	}
	return all
}

// Engines are the names of the engines that will drive a plan's load, none where
// some target has none.
func Engines(p *scenarios.Plan) (names []string) {
	choices, err := engines.All.Choose(p.Scenario.Engine, p.Scenario.Targets)
	if err != nil {
		return nil
	}
	for _, c := range choices {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
		}
	}
	return names
}
