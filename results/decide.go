package results

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Decide is what a run went on for until it was decided, and how that went. Such a run
// is compared by intervals that hold for all numbers of blocks together, since its length
// depends on its results (see package compare).
type Decide struct {
	Margin  float64  `json:"margin"`              // smaller differences do not matter; a share
	Metrics []string `json:"metrics" text:"name"` // that are to be decided, at each target
	Most    int      `json:"max_blocks"`          // after which the run ends undecided
	Limit   string   `json:"limit"`               // what that follows from, in words
	Looks   []Look   `json:"looks"`
}

// A Look is one comparison of the blocks so far.
type Look struct {
	Blocks    int       `json:"blocks"` // complete at each target
	At        time.Time `json:"at"`
	Undecided []string  `json:"undecided" text:"name"` // metric and target; none: this ended the run
}

// Decided says whether the last look found everything decided.
func (d *Decide) Decided() bool {
	n := len(d.Looks)
	return n > 0 && len(d.Looks[n-1].Undecided) == 0
}

// DecideMetrics are what a run may be asked to decide: ratios that each block of it has.
// Shares of errors are mostly zero, so that a margin in percent means nothing, and costs
// are known before.
func DecideMetrics() []string { return []string{"p50", "p90", "p95", "p99", "p99.9", "goodput"} }

// DecideNeeds is how many good responses a block needs to have a value of one of them.
func DecideNeeds(metric string) int64 {
	percent, _ := strconv.ParseFloat(strings.TrimPrefix(metric, "p"), 64) // goodput has none
	return Needed(percent / 100)
}

// FewestBlocks is the number of blocks from which there is a verdict on anything but costs.
const FewestBlocks = 10

// MostDecideBlocks is how many blocks a run goes on for at most. They are compared in moments.
const MostDecideBlocks = 10_000

// mostLooks bounds the looks of a run: the distance between two grows with the blocks.
const mostLooks = 1000

// Check refuses what no run went on for.
func (d *Decide) Check() error {
	if d == nil {
		return nil
	}
	errs := []error{line("decide.limit", d.Limit, maxAddress)}
	if !(d.Margin > 0 && d.Margin <= 1) {
		errs = append(errs, fmt.Errorf("decide.margin: %g is not a share between 0 and 1", d.Margin))
	}
	if len(d.Metrics) == 0 || len(d.Metrics) > len(DecideMetrics()) {
		errs = append(errs, fmt.Errorf("decide.metrics: there are %d, and can be 1 to %d", len(d.Metrics), len(DecideMetrics())))
	}
	for i, m := range d.Metrics {
		errs = append(errs, OneOf("decide.metrics", m, DecideMetrics()...))
		if slices.Contains(d.Metrics[:i], m) {
			errs = append(errs, fmt.Errorf("decide.metrics: %s is named twice", m))
		}
	}
	if d.Most < 0 || d.Most > maxBlocks {
		errs = append(errs, fmt.Errorf("decide.max_blocks: %d is not a number of blocks", d.Most))
	}
	if len(d.Looks) > mostLooks {
		return fmt.Errorf("decide.looks: there are %d, and a run has at most %d", len(d.Looks), mostLooks)
	}
	before := 0
	for i, l := range d.Looks {
		if l.Blocks <= before || l.Blocks > maxBlocks {
			errs = append(errs, fmt.Errorf("decide.looks[%d].blocks: %d does not come after %d", i, l.Blocks, before))
		}
		before = l.Blocks
	}
	return errors.Join(errs...)
}
