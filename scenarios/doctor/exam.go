package doctor

import (
	"context"
	"slices"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load/calibration"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
	"tollgate/targets/aws"
	"tollgate/targets/cloudwatch"
)

// An Exam is one scenario, and what is known of it.
type Exam struct {
	Scenario  *scenarios.Scenario
	Plan      *scenarios.Plan
	Questions []probe.Question
	Targets   []targets.Target // of the scenario, in its order, with the addresses of the lab
	Book      *pricing.Book

	Refusals   []scenarios.Refusal                            // why run would refuse
	Try        func(context.Context) ([]results.Trial, error) // sends the trial requests
	Remedy     func([]results.Trial) string                   // what helps against those that failed
	Calibrated *calibration.Calibration                       // nil: nothing is
	Engines    string                                         // of this system, for people
	Notes      []error                                        // what cannot come out as asked, besides the plan's own
	Here       func(context.Context) aws.Here                 // where this machine is

	accounts map[aws.Endpoint]*account
	groups   map[string]string // of functions, where they were found
	lookups  map[string]cloudwatch.Lookup
}

// A Check is one thing to look at.
type Check struct {
	Name, Title string
	look        func(*Exam, context.Context, *looking)
}

// Checks are all checks, in their order.
func Checks() []Check {
	return []Check{
		{"plan", "Plan", (*Exam).plan},
		{"machine", "This machine", (*Exam).machine},
		{"account", "AWS account", (*Exam).credentials},
		{"clock", "Clock", (*Exam).clock},
		{"permissions", "Permissions", (*Exam).permissions},
		{"names", "Names in CloudWatch", (*Exam).names},
		{"logs", "Log groups", (*Exam).logs},
		{"account-limits", "Limits of the account", (*Exam).accountLimits},
		{"usage-plans", "Usage plans and stages", (*Exam).usagePlans},
		{"traffic", "Other traffic", (*Exam).traffic},
		{"place", "Way to the targets", (*Exam).place},
		{"trial", "Trial requests", (*Exam).trial},
		{"prices", "Prices", (*Exam).prices},
		{"cost", "Cost of the run", (*Exam).cost},
	}
}

// A looking collects what one check finds.
type looking struct {
	check string
	see   func(Finding)
	found int
}

func (l *looking) add(f Finding) {
	f.Check = l.check
	l.found++
	l.see(f)
}

func (l *looking) ok(about, found string) { l.add(Finding{About: about, State: OK, Found: found}) }
func (l *looking) skip(found string)      { l.add(Finding{State: Skipped, Found: found}) }

func (l *looking) warn(about, found, remedy string) {
	l.add(Finding{About: about, State: Warning, Found: found, Remedy: remedy})
}

func (l *looking) problem(about, found, remedy string) {
	l.add(Finding{About: about, State: Problem, Found: found, Remedy: remedy})
}

func (l *looking) unknown(about, found, remedy string) {
	l.add(Finding{About: about, State: Unknown, Found: found, Remedy: remedy})
}

// Run looks at everything. Begin is called before each check, and see with each finding. An exam
// whose context ends has the findings so far.
func (x *Exam) Run(ctx context.Context, begin func(Check), see func(Finding)) Report {
	r := Report{Scenario: x.Scenario.Name, Findings: []Finding{}}
	for _, c := range Checks() {
		if ctx.Err() != nil {
			break
		}
		begin(c)
		l := &looking{check: c.Name, see: func(f Finding) {
			r.Findings = append(r.Findings, f)
			see(f)
		}}
		c.look(x, ctx, l)
	}
	r.sum()
	return r
}

// deployed says whether any target is neither at the lab nor an origin.
func (x *Exam) deployed() bool {
	return slices.ContainsFunc(x.Targets, func(t targets.Target) bool { return !t.Lab && t.Kind.OnAWS() })
}

// asked are the questions of probes about a target.
func (x *Exam) asked(t *targets.Target) (all []probe.Question) {
	for _, q := range x.Questions {
		if q.Target.Name == t.Name {
			all = append(all, q)
		}
	}
	return all
}
