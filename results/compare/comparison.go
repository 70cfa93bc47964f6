package compare

// File is where a run directory keeps the comparison of its targets.
const File = "comparison.json"

// Version is the version of comparison.json that this program writes.
const Version = 1

// A Design is how the two sides of a comparison came to their numbers.
type Design string

// The designs.
const (
	Interleaved Design = "interleaved" // blocks of one run, in random order: night and neighbours are shared
	Separate    Design = "separate"    // two runs: what changed between them is in the difference too
)

// A Comparison sets targets against a base target.
type Comparison struct {
	Version int      `json:"version"`
	Design  Design   `json:"design"`
	Runs    []string `json:"runs"`   // IDs: the run, or base and head
	Seed    uint64   `json:"seed"`   // of the bootstrap
	Level   float64  `json:"level"`  // chance of any wrong "better" or "worse" among all effects together
	Blocks  int      `json:"blocks"` // of the run; the smaller number of two
	Pairs   []Pair   `json:"pairs"`
	Notes   []string `json:"notes"` // what the comparison cannot say, and why

	invalid bool // a run is: nothing is told apart
}

// A Pair is one target set against the base.
type Pair struct {
	Base    string   `json:"base"`
	Head    string   `json:"head"`
	Effects []Effect `json:"effects"` // in the order of Metrics, those that were measured
	Bands   []Band   `json:"bands"`
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
