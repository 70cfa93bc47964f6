package simulate

import "time"

// Lab is the lab's front doors on a machine with two processors and little else
// to do, fitted by hand to eight recorded runs of four doors in ten blocks of
// 750 requests: the median of a block varies by 2 % from target to target
// beyond what its requests explain, requests by 23 % around their median with
// a pause now and then, and one block in thirty is hit by the machine's
// standing still. How nights differ was not measured: 4 %, and one night in
// twenty that is slow as a whole, are assumed.
func Lab() World {
	return World{
		Median: 15 * time.Millisecond, Request: 0.23, Tail: 0.002, Pause: 20 * time.Millisecond,
		Block: 0.03, Own: 0.02, Stall: 0.03, Stalled: 0.05, Errors: 0.0002,
		Night: 0.04, Rerun: 0.02, Bad: 0.05, Worst: 0.15,
	}
}

// Busy is the same where other programs compete for the processors: those
// recorded runs that were suspect.
func Busy() World {
	return World{
		Median: 15 * time.Millisecond, Request: 0.25, Tail: 0.01, Pause: 25 * time.Millisecond,
		Block: 0.05, Own: 0.035, Stall: 0.20, Stalled: 0.10, Errors: 0.0002,
		Night: 0.08, Rerun: 0.04, Bad: 0.10, Worst: 0.30,
	}
}
