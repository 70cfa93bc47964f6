// Package engines holds the table of the load engines, chooses one for each
// target, and drives a run with all that were chosen.
//
// The engines stand above package load, which they import, so the table cannot
// stand there.
package engines

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/nethttp"
	"tollgate/scenarios/load/websocket"
	"tollgate/scenarios/load/wire"
	"tollgate/targets"
)

// All are the engines of this program. Where neither a scenario nor the command
// line names one, the first that sends load and lacks nothing drives a target.
var All = Table{wire.Kind, nethttp.Kind, websocket.Kind}

// A Table lists engines, the preferred one first.
type Table []load.Kind

// Names are the names of the engines, as scenarios and the command line spell them.
func (t Table) Names() []string {
	names := make([]string, len(t))
	for i, k := range t {
		names[i] = k.Name
	}
	return names
}

// Named is the engine of that name.
func (t Table) Named(name string) (load.Kind, error) {
	for _, k := range t {
		if k.Name == name {
			return k, nil
		}
	}
	return load.Kind{}, fmt.Errorf("there is no engine %q%s: use %s", name, document.DidYouMean(name, t.Names()), strings.Join(t.Names(), " or "))
}

// Choose says which engine drives each target, and why. An
// engine that the scenario names for a target goes before the one for the run, which is that
// of requests, or of messages, where some targets receive the one and some the other.
func (t Table) Choose(o scenarios.Engine, all []targets.Target) ([]results.EngineChoice, error) {
	chosen := make([]results.EngineChoice, len(all))
	problems := make([]error, len(all))
	for i := range all {
		name := o.UseFor(all[i].Name)
		if o.Targets[all[i].Name] == "" && t.isForOthers(name, &all[i], all) {
			name = ""
		}
		chosen[i], problems[i] = t.choose(name, needs(o, all[i]))
	}
	return chosen, unique(problems)
}

// isForOthers says whether an engine sends what other targets receive, and this one does not.
func (t Table) isForOthers(name string, target *targets.Target, all []targets.Target) bool {
	k, err := t.Named(name)
	return err == nil && k.Messages != target.Messages && slices.ContainsFunc(all, func(o targets.Target) bool { return o.Messages == k.Messages })
}

func needs(o scenarios.Engine, t targets.Target) load.Needs {
	n := load.Needs{Scheme: "http", HTTP: o.HTTP, Messages: t.Messages}
	if t.URL != nil { // else in the lab, which is not started yet
		n.Scheme = t.URL.Scheme
	}
	return n
}

func (t Table) choose(name string, n load.Needs) (results.EngineChoice, error) {
	if name != "" {
		k, err := t.Named(name)
		if err != nil {
			return results.EngineChoice{}, err
		}
		if lack := k.Lacks(n); lack != "" {
			return results.EngineChoice{}, fmt.Errorf("engine %s: %s%s", name, lack, t.instead(n))
		}
		return results.EngineChoice{Name: name, Why: "asked for"}, nil
	}
	var lacks []string
	for _, k := range t {
		if k.Offline {
			continue
		}
		lack := k.Lacks(n)
		if lack == "" {
			return results.EngineChoice{Name: k.Name, Why: strings.Join(append(lacks, k.Why), "; ")}, nil
		}
		lacks = append(lacks, k.Name+": "+lack)
	}
	return results.EngineChoice{}, fmt.Errorf("no engine serves this: %s", strings.Join(lacks, "; "))
}

// instead says which engine serves these needs, "" for none.
func (t Table) instead(n load.Needs) string {
	other, err := t.choose("", n)
	if err != nil {
		return ""
	}
	return fmt.Sprintf("; without an engine in the scenario and --engine, %s sends the load", other.Name)
}

func unique(all []error) error {
	var kept []error
	for _, err := range all {
		if err != nil && !slices.ContainsFunc(kept, func(k error) bool { return k.Error() == err.Error() }) {
			kept = append(kept, err)
		}
	}
	return errors.Join(kept...)
}
