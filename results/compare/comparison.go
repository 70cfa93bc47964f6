package compare

import (
	_ "embed"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"

	"tollgate/results"
)

// A Design is how the two sides of a comparison were measured.
type Design string

// The designs.
const (
	Interleaved Design = "interleaved" // blocks of one run in random order: both sides share the time and the machine
	Unpaired    Design = "separate"    // two runs: whatever changed between them is part of the difference
)

// A Comparison compares targets with a base target.
type Comparison struct {
	Version int      `json:"version"`
	Design  Design   `json:"design"`
	Runs    []string `json:"runs"`            // IDs: the run, or base and head
	Seed    uint64   `json:"seed"`            // of the bootstrap
	Level   float64  `json:"level"`           // chance of any wrong "better" or "worse" among all effects together
	Blocks  int      `json:"blocks"`          // of the run; the smaller number of two
	Basis   Basis    `json:"basis,omitempty"` // of two runs: what the variation between them is taken from; "": nothing is known of it
	Pairs   []Pair   `json:"pairs"`
	Notes   []string `json:"notes"` // what the comparison cannot show, and why

	Limits []LimitResult `json:"thresholds,omitempty"` // on changes

	Decide *results.Decide `json:"decide,omitempty"` // of a run that went on until it was decided; nil: its length was fixed

	unfit  string // why a run does not count: no verdicts
	extent extent // of the run that advice is about
}

// A Pair is one target, compared with the base.
type Pair struct {
	Base           string          `json:"base"`
	Head           string          `json:"head"`
	Effects        []Effect        `json:"effects"` // in the order of Metrics, those that were measured
	QuantileRatios []QuantileRatio `json:"bands"`
}

// Worst returns the most serious verdict: Worse, then Inconclusive, then the others.
func (c *Comparison) Worst() Verdict {
	worst := Equivalent
	for _, p := range c.Pairs {
		for _, e := range p.Effects {
			switch {
			case e.Verdict == Worse:
				return Worse
			case c.open(&e):
				worst = Inconclusive
			}
		}
	}
	return worst
}

// open says whether an effect is undecided; in a run that went on until it was decided
// only those count that it went on for.
func (c *Comparison) open(e *Effect) bool {
	return e.Verdict == Inconclusive && (c.Decide == nil || e.Asked)
}

// Effect returns the effect on a metric, nil if it was not measured.
func (p *Pair) Effect(m Metric) *Effect {
	for i := range p.Effects {
		if p.Effects[i].Metric == m {
			return &p.Effects[i]
		}
	}
	return nil
}

// A Verdict is the outcome of the comparison of one metric.
type Verdict string

// The verdicts on head, relative to base. In words they depend on the metric: a
// latency is "faster" or "slower", a cost "cheaper" or "more expensive".
const (
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	Equivalent   Verdict = "equivalent" // the whole interval lies within the margin
	Inconclusive Verdict = "inconclusive"
)

// An Effect is the difference in one metric between two targets.
type Effect struct {
	Metric Metric `json:"metric"`
	Unit   string `json:"unit"`  // of base and head
	Scale  Scale  `json:"scale"` // of estimate, low, high and margin

	Base *float64 `json:"base"` // over all blocks together; null: too few requests
	Head *float64 `json:"head"`

	// Of a typical block: means over the blocks that the estimate is of, geometric
	// where it is a ratio, so that Estimate is exactly their ratio or difference.
	TypicalBase *float64 `json:"typical_base,omitempty"` // nil: of two runs, and in files of earlier versions
	TypicalHead *float64 `json:"typical_head,omitempty"`

	Estimate *float64 `json:"estimate"` // over blocks; null: no two blocks to compare
	Low      *float64 `json:"low"`      // null: too few blocks for an interval
	High     *float64 `json:"high"`
	Added    *Added   `json:"added,omitempty"` // in ms, of a latency; nil: too few blocks, the generator set it, or the run went on until it was decided
	Margin   float64  `json:"margin"`          // 0.03: within 3 %, or within 0.03 points of a share

	P        *float64 `json:"p"`                // of data like these if there were no difference
	Adjusted *float64 `json:"p_adjusted"`       // over all metrics and pairs of the comparison: by Holm, or by the share of the level
	Blocks   int      `json:"blocks"`           // pairs of blocks that have the metric
	More     int      `json:"more_blocks"`      // further blocks that would decide it, about; 0 unless inconclusive
	Runs     int      `json:"nights,omitempty"` // of two runs: the baseline runs that the interval is based on
	Asked    bool     `json:"asked,omitempty"`  // the run went on until it was decided
	Verdict  Verdict  `json:"verdict"`
	Words    string   `json:"words"`         // "slower", "cheaper", "equivalent within 3 %", "inconclusive, for: 24s and blocks: 24 would probably decide it"
	Why      string   `json:"why,omitempty"` // why there is no verdict
}

// Compared returns the two values that the estimate is the ratio or the difference
// of, and that belong next to a verdict.
func (e *Effect) Compared() (base, head *float64) {
	if e.TypicalBase == nil || e.TypicalHead == nil {
		return e.Base, e.Head
	}
	return e.TypicalBase, e.TypicalHead
}

// A QuantileRatio is one quantile of the response time, head ÷ base. Together they
// show how the shapes of two distributions differ; they get no verdict.
type QuantileRatio struct {
	Quantile float64  `json:"quantile"` // 0.01 to 0.999
	Ratio    float64  `json:"ratio"`
	Low      *float64 `json:"low"` // null: too few blocks; 95 % for each ratio alone
	High     *float64 `json:"high"`
	Blocks   int      `json:"blocks"`
}

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
	errs := []error{results.OneOf("design", c.Design, Interleaved, Unpaired), results.OneOf("basis", c.Basis, "", FromHistory, FromBoth, Assumed), results.Words("runs", c.Runs...), checkLimits(c.Limits), c.Decide.Check()}
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
	if d.State != "" {
		errs = append(errs, results.OneOf("state", d.State, StateArmed, StateLearning, StateBlind))
	}
	errs = append(errs, checkLimits(d.Limits))
	for i, g := range d.Gates {
		at := fmt.Sprintf("gates[%d].", i)
		errs = append(errs, results.Words(at+"target", g.Target), checkMetric(at, g.Metric, g.Unit))
	}
	if d.Comparison != nil {
		errs = append(errs, d.Comparison.check())
	}
	return errors.Join(errs...)
}

func checkLimits(all []LimitResult) error {
	var errs []error
	for i, r := range all {
		errs = append(errs, results.Words(fmt.Sprintf("thresholds[%d]", i), r.Threshold, r.Target))
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
