package load

import (
	"crypto/tls"
	"errors"
	"fmt"

	"tollgate/results"
	"tollgate/scenarios"
)

// The names of the engines, as scenarios and the command line spell them.
const (
	Wire   = "wire"
	Vegeta = "vegeta"
)

// Open chooses the engine that drives a job, says why, and makes it ready:
// connections that are asked for beforehand are open when it returns.
func Open(job Job) (Engine, results.EngineChoice, error) {
	choice, err := choose(job)
	if err != nil {
		return nil, choice, err
	}
	if err := check(job); err != nil {
		return nil, choice, err
	}
	open := opener(openVegeta)
	if choice.Name == Wire {
		open = openWire
	}
	e, err := open(job, nil)
	if err != nil {
		return nil, choice, fmt.Errorf("engine %s: %w", choice.Name, err)
	}
	return e, choice, nil
}

// Choose says which engine [Open] would choose on this system, and why.
func Choose(o scenarios.Engine) (results.EngineChoice, error) { return choose(Job{Options: o}) }

// An opener makes an engine; the TLS configuration is nil except in tests.
type opener func(Job, *tls.Config) (Engine, error)

// choose picks an engine: the one that is asked for, else wire where this
// system has what it needs. Both speak HTTP/1.1 to every target; what neither
// speaks is refused when requests are composed.
func choose(job Job) (results.EngineChoice, error) {
	lack := wireServes()
	switch use := job.Options.Use; {
	case use == Wire && lack != nil:
		return results.EngineChoice{}, fmt.Errorf("engine %s: %w; %s serves every system", Wire, lack, Vegeta)
	case use == Wire, use == Vegeta:
		return results.EngineChoice{Name: use, Why: "asked for"}, nil
	case use != "":
		return results.EngineChoice{}, fmt.Errorf("there is no engine %q: there are %s and %s", use, Wire, Vegeta)
	case lack != nil:
		return results.EngineChoice{Name: Vegeta, Why: lack.Error()}, nil
	}
	return results.EngineChoice{Name: Wire, Why: "takes the least CPU per request, and this system has what it needs"}, nil
}

// check refuses a job that no engine could drive.
func check(job Job) error {
	var problems []error
	complain := func(format string, args ...any) { problems = append(problems, fmt.Errorf(format, args...)) }
	if job.Epoch.IsZero() || job.Pick == nil || job.Shard == nil {
		complain("a job needs an epoch, a pick and a shard")
	}
	if len(job.Targets) == 0 || len(job.Requests) == 0 {
		complain("a job needs at least one target and one request")
	}
	if len(job.Stamps) != 0 && len(job.Stamps) != len(job.Targets) {
		complain("%d stamps for %d targets", len(job.Stamps), len(job.Targets))
	}
	if !job.Purse.knows(len(job.Targets), len(job.Requests)) {
		complain("a purse needs a price of each request at each target")
	}
	switch o := job.Options; {
	case o.Connections < 0 || o.MaxConnections < 0 || o.MaxInFlight < 0:
		complain("engine: connections and limits are counts; 0 means as many as needed")
	case o.MaxConnections > 0 && o.Connections > o.MaxConnections:
		complain("engine: %d connections to open beforehand are more than the %d allowed", o.Connections, o.MaxConnections)
	case o.Late != "" && o.Late != "send" && o.Late != "skip":
		complain("engine: late: %q is neither send nor skip", o.Late)
	}
	return errors.Join(problems...)
}
