package main

import (
	"fmt"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
	"tollgate/targets/lab"
)

// furnish has targets at the lab know what its configuration says of what is behind their
// front doors. The notes say what bills lack all the same.
func (sv serving) furnish(s *scenarios.Scenario, ts []targets.Target) (notes []error) {
	for i := range ts {
		door, served := sv.doors[ts[i].Name]
		if !served {
			continue
		}
		if note := sv.otherFunction(door, ts[i]); note != "" {
			notes = append(notes, fmt.Errorf("target %s: %s", ts[i].Name, note))
		}
		for _, note := range sv.config.Furnish(door, &ts[i]) {
			notes = append(notes, fmt.Errorf("target %s: %s", ts[i].Name, note))
		}
		if note := s.WithoutUnknownRoutes(&ts[i]); note != "" {
			notes = append(notes, fmt.Errorf("target %s: %s", ts[i].Name, note))
		}
	}
	return notes
}

// otherFunction says that a target's function is none of a lab file's whose door names another.
func (sv serving) otherFunction(door int, t targets.Target) string {
	name, _ := t.Function.Parts()
	called := sv.config.Doors[door].FunctionName
	if _, known := sv.config.Functions[name]; known || name == "" || called == "" {
		return ""
	}
	return fmt.Sprintf("its function %s is none of the lab: %s stands in its place there", t.Function.Name, called)
}

// furnishRecorded does so for the targets of a recorded run. A record that this version
// cannot read changes nothing: the bill is then made as that version made it.
func furnishRecorded(record []byte, s *scenarios.Scenario, ts []targets.Target) {
	config, _, err := lab.ParseConfig(results.FileLab, record)
	if err != nil {
		return
	}
	sv := claimed(config, ts)
	sv.furnish(s, ts)
}

// claimed gives each target a door of a lab file: that of its kind and name, or the first of
// its kind that is left.
func claimed(c lab.Config, ts []targets.Target) serving {
	sv := serving{config: c, doors: map[string]int{}, taken: map[int]bool{}}
	sv.claim(ts, func(d lab.DoorConfig, t targets.Target) bool { return d.Name == t.Name })
	sv.claim(ts, func(lab.DoorConfig, targets.Target) bool { return true })
	return sv
}
