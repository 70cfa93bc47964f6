package compare

import (
	"errors"
	"fmt"

	"tollgate/results"
)

// A versionError says that a file is of another version.
type versionError struct{ version int }

func (e *versionError) Error() string { return fmt.Sprintf("version %d", e.version) }

// check refuses what no comparison has. Its texts are made here from its numbers;
// those of a file are data, and shown as such.
func (c *Comparison) check() error {
	if c.Version != Version {
		return &versionError{c.Version}
	}
	errs := []error{results.OneOf("design", c.Design, Interleaved, Separate), results.Words("runs", c.Runs...)}
	for i := range c.Pairs {
		p := &c.Pairs[i]
		errs = append(errs, results.Words(fmt.Sprintf("pairs[%d]", i), p.Base, p.Head))
		for _, e := range p.Effects {
			at := fmt.Sprintf("pairs[%d].effects.", i)
			errs = append(errs, checkMetric(at, e.Metric, e.Unit),
				results.OneOf(at+"scale", e.Scale, Ratio, Difference),
				results.OneOf(at+"verdict", e.Verdict, Better, Worse, Equivalent, Inconclusive),
				results.Words(at+"words", e.Words))
		}
	}
	return errors.Join(errs...)
}

// check refuses what no decision has.
func (d *Decision) check() error {
	if d.Version != Version {
		return &versionError{d.Version}
	}
	errs := []error{
		results.OneOf("outcome", d.Outcome, Passed, Learning, Regression, Undecided, Refused),
		results.Words("run, against, rerun and rerun_of", d.Run, d.Against, d.Rerun, d.RerunOf),
	}
	for i, g := range d.Gates {
		at := fmt.Sprintf("gates[%d].", i)
		errs = append(errs, results.Words(at+"target", g.Target), checkMetric(at, g.Metric, g.Unit))
	}
	if d.Comparison != nil {
		errs = append(errs, d.Comparison.check())
	}
	return errors.Join(errs...)
}

// checkMetric refuses metrics that there are not, and units that are not theirs.
func checkMetric(at string, m Metric, unit string) error {
	if err := results.OneOf(at+"metric", m, Metrics()...); err != nil {
		return err
	}
	return results.OneOf(at+"unit", unit, m.Unit())
}
