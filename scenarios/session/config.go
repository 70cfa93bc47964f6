package session

import (
	"context"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A Config is what a session needs from the program around it. The front doors
// of the lab, the signers and CloudWatch come in here, so that this package
// knows no more of AWS than the word.
type Config struct {
	Scenario *scenarios.Scenario // that runs; of a recorded run, the one that the user names in place of the recorded copy, or nil
	Out      string              // the folder that run directories are made in
	Tool     string              // version of the program, for the record
	Engines  engines.Table       // that may drive the load; nil: all of the program
	Tags     results.Tags        // of the run
	Warnings []error             // what else will not come out as asked, beside the plan's own
	MaxCost  pricing.Money       // at which the load is stopped; zero: no limit
	Yes      bool                // whoever runs it has confirmed what it may cost or use up

	Samples bool            // keep a sample of every request of the load, and not only of the probes'
	Inputs  []results.Input // files that the run reads beside the scenario, for the record

	Lab      func(context.Context, *scenarios.Scenario) (Lab, error)      // starts the embedded lab
	Stamp    func(context.Context, targets.Target) (targets.Stamp, error) // how requests prove who sends them; renewed until the context ends
	Observer Observer                                                     // nil: nothing is observed
	Log      FunctionLog                                                  // nil: no function's log can be read
	Traces   FunctionTraces                                               // nil: X-Ray cannot be read
	Limits   ConfiguredLimits                                             // nil: nobody can say what limits are configured
	Renewer  Renewer                                                      // nil: no function can be renewed
	Book     *pricing.Book                                                // nil: nothing is priced
	Outputs  []results.Output                                             // that get the load beside the run directory, and are closed at the end
	Progress func(Progress)                                               // told a few times a second, one call at a time; nil: nobody listens
}

// table are the engines that may drive the load.
func (c *Config) table() engines.Table {
	if c.Engines == nil {
		return engines.All
	}
	return c.Engines
}

// A Lab is a running lab: the scenario's targets, of which those at the lab
// have their addresses, and the way to end it.
type Lab struct {
	Targets []targets.Target
	Record  []byte // what serves them, without secrets, for the run directory
	Close   func() error
}

// An Observer reads what AWS, or the lab in its place, says it saw of a run.
type Observer interface {
	Observe(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error)
}

// A FunctionLog reads what Lambda reported of a target's invocations, by
// request id.
type FunctionLog func(ctx context.Context, t targets.Target, from, to time.Time) (map[string]probe.Invocation, error)

// FunctionTraces reads what X-Ray recorded of a target's function, by the ids of
// the traces: those of the given ids, or where there are none all of a window.
type FunctionTraces func(ctx context.Context, t targets.Target, from, to time.Time, ids []string) (map[string]probe.Trace, error)

// ConfiguredLimits reads what limits are set up in front of a target.
type ConfiguredLimits func(ctx context.Context, t targets.Target) ([]probe.ConfiguredLimit, error)

// A Renewer has every execution environment of a target's function replaced, by
// a change of its configuration, and takes that change back.
type Renewer interface {
	Renew(ctx context.Context, t targets.Target) error
	Restore(ctx context.Context, t targets.Target) error
}

// A Progress is where a session stands.
type Progress struct {
	Step    Step
	Dir     string        // of the run; "" before there is one
	Target  string        // whose turn it is
	Probe   string        // that asks, with the stage of its traffic
	Stage   int           // from 1
	Stages  int           //
	Turn    int           // from 1, over the whole run
	Elapsed time.Duration // of the load
	Total   time.Duration // that the plan takes
	Ended   int64         // requests so far
	Planned int64         // 0: nobody knows (closed model)
	Failed  int64         // of those ended, the ones that are no OK
	Rate    float64       // ended per second, lately
	Warning string        // the latest about what may yet be helped: credentials that cannot be renewed
	Spent   float64       // share of the limit on cost that requests may have cost so far; 0: there is no limit
}

// A Step is what a session does at the moment.
type Step string

// The steps, in order.
const (
	Preparing  Step = "preparing"
	Trying     Step = "trying"
	Loading    Step = "loading"
	Probing    Step = "probing"
	Observing  Step = "observing"
	Pricing    Step = "pricing"
	Concluding Step = "concluding"
)
