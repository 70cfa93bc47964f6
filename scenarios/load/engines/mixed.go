package engines

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// Open makes the engines ready that drive a job, and says which one drives each
// target: connections that are to be opened beforehand are open when it returns.
func (t Table) Open(job load.Job) (load.Engine, []results.EngineChoice, error) {
	choices, err := t.Choose(job.Options, job.Targets)
	if err != nil {
		return nil, choices, err
	}
	if err := job.Check(); err != nil {
		return nil, choices, err
	}
	m := &mixed{of: make([]load.Engine, len(choices))}
	for _, k := range t {
		mine := make([]bool, len(choices))
		for i, c := range choices {
			mine[i] = c.Name == k.Name && job.DrivesTarget(i)
		}
		if !slices.Contains(mine, true) {
			continue
		}
		part := job
		part.Drives = func(target int) bool { return mine[target] }
		if k.Messages {
			part = part.OfMessages()
		}
		e, err := k.Open(part)
		if err != nil {
			return nil, choices, errors.Join(fmt.Errorf("engine %s: %w", k.Name, err), m.Close())
		}
		m.engines = append(m.engines, e)
		for i := range choices {
			if mine[i] {
				m.of[i] = e
			}
		}
	}
	if len(m.engines) == 1 {
		return m.engines[0], choices, nil
	}
	return m, choices, nil
}

// Overall is how a run names its engines: one name where all targets have the
// same.
func Overall(choices []results.EngineChoice) results.EngineChoice {
	var all results.EngineChoice
	names := []string{}
	for _, c := range choices {
		if !slices.Contains(names, c.Name) {
			names = append(names, c.Name)
			all.Why = c.Why
		}
	}
	slices.Sort(names)
	if all.Name = strings.Join(names, "+"); len(names) > 1 {
		all.Why = "chosen for each target"
	}
	return all
}

// A mixed engine drives each target with the engine that was chosen for it.
type mixed struct {
	engines []load.Engine
	of      []load.Engine // by target
}

func (m *mixed) Run(ctx context.Context, turn scenarios.Turn, start time.Duration) error {
	return m.of[turn.Target].Run(ctx, turn, start)
}

// Health implements Engine. One engine at a time drives load, so the worst lag and the
// most requests in flight are those of the one that did.
func (m *mixed) Health() results.Health {
	return combined(m.engines, func(a, b int) int { return max(a, b) })
}

// HealthOf is the health of a generator whose engines drive load at the same time.
func HealthOf(all []load.Engine) results.Health {
	return combined(all, func(a, b int) int { return a + b })
}

// combined are the counts of all engines, and the process stats once.
func combined(engines []load.Engine, inFlight func(a, b int) int) results.Health {
	all := engines[0].Health()
	for _, e := range engines[1:] {
		h := e.Health()
		all = all.With(h)
		all.InFlight = inFlight(all.InFlight, h.InFlight)
	}
	return all
}

// Sockets implements load.SocketCounter.
func (m *mixed) Sockets(target int) (d results.SocketDoc, counted bool) {
	if c, counts := m.of[target].(load.SocketCounter); counts {
		return c.Sockets(target)
	}
	return d, false
}

func (m *mixed) Close() error {
	var problems []error
	for _, e := range m.engines {
		problems = append(problems, e.Close())
	}
	return errors.Join(problems...)
}
