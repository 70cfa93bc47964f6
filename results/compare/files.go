package compare

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"tollgate/results"
)

// The files of a run directory that hold a comparison of its targets and the
// gate's decision.
const (
	File     = "comparison.json"
	FileGate = "gate.json"
)

// Version is the version of both files that this program writes.
const Version = 1

//go:embed comparison.schema.json
var schema []byte

//go:embed gate.schema.json
var gateSchema []byte

// Schema returns the JSON Schema of comparison.json.
func Schema() []byte { return schema }

// GateSchema returns the JSON Schema of gate.json.
func GateSchema() []byte { return gateSchema }

// Write writes the comparison to its run directory, completely or not at all.
func (c *Comparison) Write(dir string) error { return results.WriteJSON(dir, File, c) }

// Write writes the decision to its run directory, completely or not at all.
func (d *Decision) Write(dir string) error { return results.WriteJSON(dir, FileGate, d) }

// Read reads the comparison in a run directory; nil if there is none.
func Read(dir string) (*Comparison, error) {
	return read(dir, File, "delete it: tollgate compare computes it again", (*Comparison).check)
}

// ReadDecision reads the gate's decision on a run; nil if there is none.
func ReadDecision(dir string) (*Decision, error) {
	return read(dir, FileGate, "delete it, and let tollgate check decide again", (*Decision).check)
}

func read[T any](dir, name, remedy string, check func(*T) error) (*T, error) {
	data, err := results.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	v, file := new(T), filepath.Join(dir, name)
	var other versionError
	err = results.ParseJSON(data, v, func() error { return check(v) })
	if errors.As(err, &other) {
		return nil, fmt.Errorf("%s has version %d, and this program reads version %d: use the program that wrote it, or %s", file, int(other), Version, remedy)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; %s", file, err, remedy)
	}
	return v, nil
}

// A versionError is the version of a file that this program does not read.
type versionError int

func (e versionError) Error() string { return fmt.Sprintf("version %d", int(e)) }

// check refuses values that no comparison has. Texts in a file are data, and are
// escaped when they are shown.
func (c *Comparison) check() error {
	if c.Version != Version {
		return versionError(c.Version)
	}
	errs := []error{results.OneOf("design", c.Design, Interleaved, Unpaired), results.Words("runs", c.Runs...)}
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

// check refuses values that no decision has.
func (d *Decision) check() error {
	if d.Version != Version {
		return versionError(d.Version)
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

// checkMetric refuses unknown metrics, and units that do not belong to them.
func checkMetric(at string, m Metric, unit string) error {
	if err := results.OneOf(at+"metric", m, Metrics()...); err != nil {
		return err
	}
	return results.OneOf(at+"unit", unit, m.Unit())
}
