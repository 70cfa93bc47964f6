package calibration

import (
	"fmt"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
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
	choice, err := load.Choose(p.Scenario.Engine)
	if err != nil || !c.Knows(choice.Name) {
		return nil
	}
	held := c.Engines[choice.Name]
	var all []error
	for i := range p.Stages {
		s := &p.Stages[i]
		if s.Shape == nil || s.Peak() <= float64(held.Rate) {
			continue
		}
		all = append(all, fmt.Errorf("stage %d (%v) asks for up to %.0f/s, more than the %d/s that engine %s is known to hold on schedule on this machine: the run may be invalid (tollgate calibrate measures again)", s.Number+1, s.Shape, s.Peak(), held.Rate, choice.Name))
	}
	return all
}
