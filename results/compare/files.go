package compare

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"tollgate/results"
)

// NightOf reads a run as a night of the history. What a million requests cost
// is read off its bills.
func NightOf(run *results.Run) Night {
	d := &run.Document
	n := Night{
		Run: d.ID, Dir: run.Dir, Started: d.Started, Scenario: d.Scenario, Shape: shapeOf(d),
		Verdict: d.Verdict, Reasons: slices.Clone(d.Reasons), Values: []Value{},
		From: fmt.Sprintf("%s, engine %s", machineOf(d), d.Engine.Name),
	}
	if d.State != results.Finished {
		n.Verdict = results.Invalid
		n.Reasons = append(n.Reasons, fmt.Sprintf("it is %s, and the part that is missing may be the slow one", d.State))
	}
	for i, target := range d.Targets {
		t := turnOf(run, uint16(i))
		if usd, ok := billed(&target, d.Month); ok {
			t.values[Dollars] = usd
		}
		if share, ok := coldOf(run.ColdStarts(uint16(i))); ok {
			t.values[ColdShare] = share
		}
		for _, tr := range traits {
			if v, ok := t.values[tr.metric]; ok {
				n.Values = append(n.Values, Value{Target: target.Name, Metric: tr.metric, Value: v, N: t.requests})
			}
		}
	}
	return n
}

// billed reads what a million requests cost off the bill of a month.
func billed(t *results.TargetDoc, month int64) (usd float64, ok bool) {
	if t.Bill == nil || month <= 0 {
		return 0, false
	}
	usd = t.Bill.Month.Float() / float64(month) * 1e6
	return usd, usd > 0
}

// machineOf says what a run was measured by, as far as it makes a difference.
func machineOf(d *results.Document) string {
	return fmt.Sprintf("%s/%s with %s", d.Machine.OS, d.Machine.Arch, counted(d.Machine.CPUs, "processor"))
}

// coldOf is the share of cold starts over all blocks whose log was read.
func coldOf(blocks []results.ColdBlock) (share float64, ok bool) {
	var cold, all int64
	for _, b := range blocks {
		cold += b.Cold
		all += b.Invocations
	}
	return float64(cold) / float64(max(all, 1)), all > 0
}

// Nights reads the history of a scenario from the run directories in a folder.
// Runs that cannot be read, or whose recording is torn, are told of and left
// out: one damaged directory must not end all gates.
func Nights(folder, scenario string) (nights []Night, problems []error, err error) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		return nil, nil, fmt.Errorf("the history in %s cannot be read: %w; name the folder of the runs with --history", folder, err)
	}
	for _, e := range entries {
		dir := filepath.Join(folder, e.Name())
		if !e.IsDir() || !results.IsRun(dir) {
			continue
		}
		n, ok, err := nightIn(dir, scenario)
		if err != nil {
			problems = append(problems, err)
		} else if ok {
			nights = append(nights, n)
		}
	}
	slices.SortStableFunc(nights, func(a, b Night) int { return a.Started.Compare(b.Started) })
	return nights, problems, nil
}

// nightIn reads one directory, if it is of that scenario.
func nightIn(dir, scenario string) (n Night, ok bool, err error) {
	run, err := results.Open(dir)
	if err != nil {
		return n, false, err
	}
	if run.Document.Scenario != scenario {
		return n, false, nil
	}
	n = NightOf(run)
	d, err := ReadDecision(dir)
	if err != nil {
		return n, false, err
	}
	if d != nil {
		n.Alarmed, n.RerunOf = d.Outcome == Regression, d.RerunOf
	}
	return n, true, nil
}

// Read reads the comparison that a run directory keeps; nil if there is none.
func Read(dir string) (*Comparison, error) {
	return read[Comparison, *Comparison](dir, File, "delete it: tollgate compare tells the same")
}

// ReadDecision reads what the gate said of a run; nil if it was not asked.
func ReadDecision(dir string) (*Decision, error) {
	return read[Decision, *Decision](dir, FileGate, "delete it, and have tollgate check decide again")
}

// read reads one of the files of a comparison.
func read[T any, P interface {
	*T
	check() error
}](dir, name, remedy string,
) (*T, error) {
	data, err := results.ReadFile(dir, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, fmt.Errorf("%s: %w", dir, err)
	}
	v, file := new(T), filepath.Join(dir, name)
	var foreign *versionError
	err = results.ParseJSON(data, v, P(v).check)
	if errors.As(err, &foreign) {
		return nil, fmt.Errorf("%s is of version %d, and this program reads version %d: use the program that wrote it, or %s", file, foreign.version, Version, remedy)
	}
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w; %s", file, err, remedy)
	}
	return v, nil
}

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

//go:embed comparison.schema.json
var schema []byte

//go:embed gate.schema.json
var gateSchema []byte

// Schema returns the JSON Schema of comparison.json.
func Schema() []byte { return schema }

// GateSchema returns the JSON Schema of gate.json.
func GateSchema() []byte { return gateSchema }

// Write keeps a comparison in its run directory, as a whole or not at all.
func (c *Comparison) Write(dir string) error { return results.WriteJSON(dir, File, c) }

// Write keeps a decision in the run's directory, as a whole or not at all.
func (d *Decision) Write(dir string) error { return results.WriteJSON(dir, FileGate, d) }
