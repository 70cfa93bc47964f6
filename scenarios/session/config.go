package session

import (
	"context"
	"fmt"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet"
	"tollgate/scenarios/load/engines"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// A Config is what a session needs from the program. The lab, the signers and AWS
// come in here.
type Config struct {
	Scenario *scenarios.Scenario // that runs; for a recorded run, the file that replaces its copy, or nil
	Out      string              // the folder that run directories are made in
	Tool     string              // version of the program, for the record
	Engines  engines.Table       // that may drive the load; nil: all
	Tags     results.Tags        // of the run
	Warnings []error             // besides the plan's own
	MaxCost  pricing.Money       // at which the load is stopped; zero: no limit
	Yes      bool                // the user has confirmed what it may cost or use up

	Member *fleet.Member // of the machines that send the run together; nil: this one sends all of it

	Continue *results.Run // whose blocks this run goes on from; it has been checked that the same is sent again

	Samples bool            // keep a sample of every request of the load, not only of the probes
	Inputs  []results.Input // files that the run reads besides the scenario

	Lab      func(context.Context, *scenarios.Scenario) (Lab, error)         // starts the embedded lab
	Furnish  func(record []byte, s *scenarios.Scenario, ts []targets.Target) // has a recorded run's targets know what the lab's record says is behind them; nil: nothing has
	Stamp    func(context.Context, targets.Target) (targets.Stamp, error)    // signs requests; renewed until the context ends
	Observer Observer                                                        // nil: nothing is observed
	Log      FunctionLog                                                     // nil: logs cannot be read
	Traces   FunctionTraces                                                  // nil: X-Ray cannot be read
	Limits   ConfiguredLimits                                                // nil: configured limits cannot be read
	Renewer  Renewer                                                         // nil: functions cannot be changed
	Flush    func(context.Context, targets.Target) error                     // empties the cache of a target's stage; nil: that cannot be done
	Outputs  []results.Output                                                // that receive the load besides the run directory; closed at the end
	Book     *pricing.Book                                                   // nil: nothing is priced
	Now      context.Context                                                 // done: an interrupted run waits for nothing more; nil: never
	Progress func(Progress)                                                  // called a few times a second, one call at a time; nil: not at all

	trialPause time.Duration // 0: trialPause; tests wait less
	minute     time.Duration // that a load is aligned to; 0: a minute; tests have shorter ones
}

func (c *Config) table() engines.Table {
	if c.Engines == nil {
		return engines.All
	}
	return c.Engines
}

// A Lab is a running lab: the scenario's targets, with addresses, and how to stop
// it.
type Lab struct {
	Targets []targets.Target
	Hosts   []targets.Target // of the scenario
	Record  []byte           // what serves them, without secrets, for the run directory
	Close   func() error
}

// An Observer reads what AWS, or the lab in its place, saw of a run.
type Observer interface {
	Observe(ctx context.Context, run *results.Run, ts []targets.Target) (*results.Observed, error)
}

// A FunctionLog reads Lambda's reports on a target's invocations.
type FunctionLog func(ctx context.Context, t targets.Target, from, to time.Time) ([]targets.Invocation, error)

// FunctionTraces reads what X-Ray recorded of a target's function: the given traces,
// or without any, all of the time.
type FunctionTraces func(ctx context.Context, t targets.Target, from, to time.Time, ids []string) ([]targets.Trace, error)

// ConfiguredLimits reads the limits that are configured for a target: with an error, as
// many as could be read.
type ConfiguredLimits func(ctx context.Context, t targets.Target) (probe.Configuration, error)

// A Renewer replaces the execution environments of a target's function by changing
// its configuration, and reverts the change.
type Renewer interface {
	Renew(ctx context.Context, t targets.Target) error
	Restore(ctx context.Context, t targets.Target) error
}

// A Progress says how far a session is.
type Progress struct {
	Step    Step
	Dir     string        // of the run; "" before there is one
	Target  string        // of a probe
	Probe   string        // that asks, with the stage of its traffic, or what it evaluates
	Under   []Underway    // the turn of each population that has one
	Elapsed time.Duration // of the load
	Total   time.Duration // that the plan takes
	Ended   int64         // requests so far
	Planned int64         // 0: unknown (closed model)
	Looked  int           // blocks at the last look of a run that goes on until it is decided
	Open    []string      // what was not decided then
	Doubt   string        // why nothing could be
	Failed  int64         // of those ended, the ones that are no OK
	Rate    float64       // ended per second, lately
	Grace   time.Duration // that requests in flight have, while stopping
	Warning string        // the latest about credentials that cannot be renewed
	Spent   float64       // share of the limit on cost; 0: there is no limit
}

// An Underway is the turn of a population.
type Underway struct {
	Index         int           // of the population in the plan
	Population    string        // "": the scenario has none
	Target        string        // whose turn it is
	Stage, Stages int           // of the population, from 1
	Name          string        // of the stage
	Turn          int           // likewise
	Began         time.Duration // of the load
}

// Where says where load goes: "rest", or "free at rest, burst at http".
func (p *Progress) Where() string {
	texts := make([]string, len(p.Under))
	for i, u := range p.Under {
		if texts[i] = u.Target; u.Population != "" {
			texts[i] = u.Population + " at " + u.Target
		}
	}
	return strings.Join(texts, ", ")
}

// Undecided says what the last look did not find decided; "" before it, and in a run whose
// length is fixed.
func (p *Progress) Undecided() string {
	if p.Looked == 0 || len(p.Open) == 0 {
		return ""
	}
	text := fmt.Sprintf("undecided after %s: %s", pricing.Counted(p.Looked, "block"), strings.Join(p.Open, ", "))
	if p.Doubt != "" {
		text += "; " + p.Doubt
	}
	return text
}

// A Step is what a session is doing.
type Step string

// The steps, in order.
const (
	Preparing  Step = "preparing"
	Trying     Step = "trying"
	Aligning   Step = "waiting for a full minute (align: minute)"
	Joining    Step = "waiting for the other shards"
	Starting   Step = "waiting for the start"
	Loading    Step = "loading"
	Stopping   Step = "stopping" // the load was ended early, and requests are in flight
	Probing    Step = "probing"
	Evaluating Step = "evaluating" // what a probe measured, where that takes more than a moment
	Observing  Step = "observing"
	Pricing    Step = "pricing"
	Concluding Step = "concluding"
	Uploading  Step = "uploading"
)
