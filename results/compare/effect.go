package compare

// A Verdict is what a comparison of one metric comes to.
type Verdict string

// The verdicts on head, seen from base. In words they depend on the metric: a
// latency is "faster" or "slower", a cost "cheaper" or "dearer".
const (
	Better       Verdict = "better"
	Worse        Verdict = "worse"
	Equivalent   Verdict = "equivalent" // the whole interval lies within the margin
	Inconclusive Verdict = "inconclusive"
)

// An Effect is how far one metric of a target differs from that of another.
type Effect struct {
	Metric Metric `json:"metric"`
	Unit   string `json:"unit"`  // of base and head
	Scale  Scale  `json:"scale"` // of estimate, low, high and margin

	Base     *float64 `json:"base"` // over all blocks together; null: not carried by the sample
	Head     *float64 `json:"head"`
	Estimate *float64 `json:"estimate"` // over blocks; null: no two blocks to compare
	Low      *float64 `json:"low"`      // null: too few blocks for an interval
	High     *float64 `json:"high"`
	Margin   float64  `json:"margin"` // 0.03: within 3 %, or within 0.03 points of a share

	P        *float64 `json:"p"`                // of no difference
	Adjusted *float64 `json:"p_adjusted"`       // by Holm, over all metrics and pairs of the comparison
	Blocks   int      `json:"blocks"`           // pairs of blocks that have the metric
	More     int      `json:"more_blocks"`      // that would decide it, about; 0 unless inconclusive
	Nights   int      `json:"nights,omitempty"` // of two separate runs: the nights whose spread the interval holds
	Verdict  Verdict  `json:"verdict"`
	Words    string   `json:"words"`         // "slower", "cheaper", "equivalent within 3 %", "inconclusive, run about 14 more blocks"
	Why      string   `json:"why,omitempty"` // why there is no verdict
}

// A Band is the ratio of one quantile of the response time, head to base, with
// its interval. Bands are shown and never judged: together they are a picture
// of how the shape of the distribution differs.
type Band struct {
	Quantile float64  `json:"quantile"` // 0.01 to 0.999
	Ratio    float64  `json:"ratio"`
	Low      *float64 `json:"low"` // null: too few blocks; 95 % each for itself
	High     *float64 `json:"high"`
	Blocks   int      `json:"blocks"`
}
