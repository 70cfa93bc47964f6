package coldstart

import (
	"fmt"
	"math"
	"slices"

	"tollgate/results"
	"tollgate/scenarios/probes/estimate"
)

const (
	// shortestInit is the shortest INIT in ms that is found at AWS, of Rust, and
	// managedInit is below that of every runtime with an interpreter or a virtual machine
	// (the shortest is Python's); Go's lies between. Source: maxday/lambda-perf (13.7 to
	// 15.5 ms; 80.6 ms; 42.1 to 49.7 ms).
	shortestInit = 15.0
	managedInit  = 50.0
	longestInit  = 10e3 // of zip packages: Lambda ends an INIT that takes longer
	initStep     = 1.1  // ratio between INITs that are tried

	// mostNeeded is the share of the requests of fan-outs that may have started cold at most
	// for saying that there is no cold start: half of what starts where there was no
	// environment (two fifths, the largest fan-out of all of them).
	mostNeeded = 0.2
	// mostSuggestive is how probable the difference has to be without cold starts for
	// saying so.
	mostSuggestive = 0.01
	boundSpreads   = 1.96 // standard deviations: one-sided, 97.5 %
)

// A bound is how many requests of fan-outs can have waited for an INIT of some length or
// a longer one.
type bound struct {
	init  float64 // ms
	share float64 // of the requests of fan-outs, at most
}

func (b bound) decides() bool { return b.share > 0 && b.share <= mostNeeded }

// most bounds the share of the requests of fan-outs that waited for an INIT of so many ms
// or more. Fan-outs are compared with their repeats. Repeats may have started cold
// themselves, where environments are kept for less than a stage: if they are like single
// requests of the warm stage, these are compared with as well. Otherwise the first of two
// bursts within a moment are compared with the second: both bounds are added.
func (x *excess) most(init float64) bound {
	single := slices.Concat(x.warm...)
	switch {
	case len(x.twice[1]) > 0:
		share := mostDelayed(x.rise, [][]float64{x.repeat}, init) + mostDelayed(x.twice[0], [][]float64{x.twice[1]}, init)
		return bound{init, min(share, 1)}
	case len(single) == 0:
		return bound{init, mostDelayed(x.rise, [][]float64{x.repeat}, init)}
	case x.crowded():
		return bound{init, 1}
	}
	return bound{init, mostDelayed(x.rise, [][]float64{x.repeat, single}, init)}
}

// crowded says whether requests take longer when many are sent at once, although as many
// were sent before. Their first quartiles are compared, since many single ones may have
// started cold as well.
func (x *excess) crowded() bool {
	single := slices.Concat(x.warm...)
	return len(single) > 0 && firstQuartile(x.repeat) > busier*firstQuartile(single)
}

func firstQuartile(values []float64) float64 {
	return estimate.At(slices.Sorted(slices.Values(values)), 0.25)
}

// mostDelayed is the largest share of values that may have a delay: the most which what is
// seen beyond a cut does not refute, by the score test. The cut depends on the others
// alone. Values without a delay are like one of the others, whichever leaves most room,
// and may have drifted in the direction that does.
func mostDelayed(values []float64, others [][]float64, delay float64) float64 {
	n, cut := float64(len(values)), cutFor(others, delay)
	share, missed, of := 1.0, 0.0, 1.0
	for _, ms := range others {
		m := float64(len(ms))
		missed = max(missed, (m-float64(slowOf(ms, (cut-delay)*drift))+1)/(m+1))
		if s := float64(slowOf(ms, cut*drift)) / m; s <= share {
			share, of = s, m
		}
	}
	seen := float64(slowOf(values, cut))
	c := min(max(1, math.Ceil((seen-n*share)/max(1-missed-share, 0.05))), n)
	for ; c < n; c++ {
		rest := n - c - 1
		expected := (c+1)*(1-missed) + rest*share
		sd := math.Sqrt((c+1)*missed*(1-missed) + rest*share*(1-share)*(1+rest/of))
		if seen+0.5 < expected-boundSpreads*sd {
			break
		}
	}
	return c / n
}

// cutFor is the cut that separates values, and values with a delay, with the least
// confusion.
func cutFor(samples [][]float64, delay float64) (best float64) {
	least := math.Inf(1)
	for _, base := range samples {
		base = slices.Sorted(slices.Values(base))
		for _, q := range []float64{0.1, 0.5, 0.9} {
			for part := 0.2; part < 1; part += 0.05 {
				cut := base[int(q*float64(len(base)-1))] + part*delay
				if c := confused(samples, cut, delay); c < least {
					best, least = cut, c
				}
			}
		}
	}
	return best
}

// confused is the share of values beyond a cut, and of those with a delay below it, of the
// sample in which it is largest.
func confused(samples [][]float64, cut, delay float64) float64 {
	var beyond, below float64
	for _, ms := range samples {
		m := float64(len(ms))
		beyond = max(beyond, float64(slowOf(ms, cut/drift))/m)
		below = max(below, 1-float64(slowOf(ms, cut-delay))/m)
	}
	return beyond + below
}

// shortestBound is the bound for the shortest INIT for which it says something; where none does,
// that for the longest.
func (x *excess) shortestBound() (b bound) {
	for init := max(shortestInit, x.leastDelay()); init < longestInit; init *= initStep {
		if b = x.most(init); b.decides() {
			break
		}
	}
	return b
}

// unseen says what would have shown where fan-outs were not slower than their repeats
// beyond doubt.
func (x *excess) unseen(f *results.Finding) string {
	b := x.shortestBound()
	x.addBounds(f, b)
	as := "as fast as their repeats"
	if x.chance <= promising {
		as = fmt.Sprintf("a little slower, which may be chance (p = %.2g), than their repeats", x.chance)
	}
	seen := fmt.Sprintf("fan-outs were %s, which need no new environment (%d and %d responses)%s", as, len(x.rise), len(x.repeat), x.instead())
	most := fmt.Sprintf("at most %.3g %% of the requests of fan-outs can have waited for an INIT of %.4g ms or more (95 %%)", 100*b.share, b.init)
	switch {
	case !b.decides():
		return fmt.Sprintf("It cannot be told whether there were cold starts: %s; these are too few requests, or their latencies are too unlike, for any INIT to show: give the probe a larger fan_out. %s", seen, wouldTell)
	case x.chance <= mostSuggestive:
		return fmt.Sprintf("It cannot be told whether there were cold starts, but few: %s; %s. %s", seen, most, wouldTell)
	case b.init > managedInit:
		return fmt.Sprintf("It cannot be told whether there were cold starts with an INIT of less than %.4g ms, which is within the spread of the latency: %s; %s. %s", b.init, seen, most, wouldTell)
	case b.init > shortestInit:
		return fmt.Sprintf("No cold start with an INIT of %.4g ms or more shows: %s; %s; whether there were shorter ones cannot be told. %s", b.init, most, seen, wouldTell)
	}
	return fmt.Sprintf("No cold start shows: %s; %s; for fewer ones, %s", most, seen, wouldTell)
}

// tabledInits are INITs in ms for which a finding says how many there can have been.
var tabledInits = []float64{shortestInit, managedInit, 100, 250, 1000}

// addBounds adds how many requests can have started cold, by how long INIT takes.
func (x *excess) addBounds(f *results.Finding, b bound) {
	if b.decides() {
		f.Values["fan_out_cold_share_at_most"] = results.Exactly(b.share, "share", "of the responses to fan-outs, those that can have waited for an INIT of bounded_init or more; by latency, inverted score test, 95 %")
		f.Values["bounded_init"] = results.Exactly(b.init, "ms", "a shorter INIT is within the spread of the latency, or too few requests were sent for it to show")
	}
	table := results.Table{Title: "how many requests of fan-outs can have started cold", Columns: []string{"if INIT takes", "at most", "of"}}
	for _, init := range tabledInits {
		table.Rows = append(table.Rows, []string{fmt.Sprintf("%.0f ms or more", init), fmt.Sprintf("%.0f", x.most(init).share*float64(len(x.rise))), fmt.Sprint(len(x.rise))})
	}
	f.Tables = append(f.Tables, table)
}

// instead says what slow responses are, if they are no cold starts.
func (x *excess) instead() string {
	middle := estimate.Median(x.repeat)
	if x.crowded() {
		why := fmt.Sprintf("the target queues, or it keeps environments for less than %.3g s, which a shorter settle would tell", x.pause)
		if len(x.twice[1]) > 0 {
			why = x.queues()
		}
		return fmt.Sprintf("; responses are slower when many are sent at once (%.3g ms at the median, and %.3g ms one at a time), and as slow when as many are sent again: %s",
			middle, estimate.Median(slices.Concat(x.warm...)), why)
	}
	cut := middle + x.leastDelay()
	if slow := slowOf(x.repeat, cut); 50*slow > len(x.repeat) {
		return fmt.Sprintf("; %.3g %% of the repeats took more than %.3g ms too, so that it is not new environments that are slow", 100*float64(slow)/float64(len(x.repeat)), cut)
	}
	return ""
}

// queues says what two bursts within a moment show of a target that is slow when many
// requests are sent at once.
func (x *excess) queues() string {
	if p, _ := estimate.Exceeds(x.twice[0], slower(x.twice[1])); p <= mostSuggestive {
		return fmt.Sprintf("yet %d that were sent %.2g s after %d others were faster than these (p = %.2g), as if environments were kept for less than %.3g s, which a shorter settle would tell",
			len(x.twice[1]), x.gap, len(x.twice[0]), p, x.pause)
	}
	return fmt.Sprintf("the target queues, unless it keeps environments for less than the %.2g s after which as many were sent once more", x.gap)
}
