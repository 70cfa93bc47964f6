package compare

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
	Runs    []string `json:"runs"`   // IDs: the run, or base and head
	Seed    uint64   `json:"seed"`   // of the bootstrap
	Level   float64  `json:"level"`  // chance of any wrong "better" or "worse" among all effects together
	Blocks  int      `json:"blocks"` // of the run; the smaller number of two
	Pairs   []Pair   `json:"pairs"`
	Notes   []string `json:"notes"` // what the comparison cannot show, and why

	invalid bool // a run is invalid: no verdicts
}

// A Pair is one target, compared with the base.
type Pair struct {
	Base           string          `json:"base"`
	Head           string          `json:"head"`
	Effects        []Effect        `json:"effects"` // in the order of Metrics, those that were measured
	QuantileRatios []QuantileRatio `json:"bands"`
}

// Worst returns the most serious verdict among the effects: Worse before
// Inconclusive before the others.
func (c *Comparison) Worst() Verdict {
	worst := Equivalent
	for _, p := range c.Pairs {
		for _, e := range p.Effects {
			switch {
			case e.Verdict == Worse:
				return Worse
			case e.Verdict == Inconclusive:
				worst = Inconclusive
			}
		}
	}
	return worst
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

	Base     *float64 `json:"base"` // over all blocks together; null: too few requests
	Head     *float64 `json:"head"`
	Estimate *float64 `json:"estimate"` // over blocks; null: no two blocks to compare
	Low      *float64 `json:"low"`      // null: too few blocks for an interval
	High     *float64 `json:"high"`
	Margin   float64  `json:"margin"` // 0.03: within 3 %, or within 0.03 points of a share

	P        *float64 `json:"p"`                // of data like these if there were no difference
	Adjusted *float64 `json:"p_adjusted"`       // by Holm, over all metrics and pairs of the comparison
	Blocks   int      `json:"blocks"`           // pairs of blocks that have the metric
	More     int      `json:"more_blocks"`      // further blocks that would decide it, about; 0 unless inconclusive
	Runs     int      `json:"nights,omitempty"` // of two runs: the baseline runs that the interval is based on
	Verdict  Verdict  `json:"verdict"`
	Words    string   `json:"words"`         // "slower", "cheaper", "equivalent within 3 %", "inconclusive, run about 14 more blocks"
	Why      string   `json:"why,omitempty"` // why there is no verdict
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
