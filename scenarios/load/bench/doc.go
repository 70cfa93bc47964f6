// Command bench measures Tollgate's load engines beside other load generators:
//
//	bench peers            all tools, all cases, in rounds
//	bench drive            one load through one of our engines
//	bench delay-server     a target that answers after a fixed time
//
// install.sh gets the peers at pinned versions; "make bench-peers" does both.
//
// # What is compared
//
// CPU time per request is the figure that matters: user and system time of the
// generator's whole process, by getrusage, divided by its requests. It hardly
// depends on how fast the target is, and it is what limits a generator. Rates
// and percentiles are shown beside it, as each tool reports them.
//
// # Fairness
//
// Every generator runs on one processor (taskset), the target, nginx with one
// worker, on another. The tools take turns in rounds, so that a busy minute of
// the machine hits all of them, and medians over the rounds are shown. All have
// the same connections and the same time, keep-alive on, and the fastest
// settings that are known to us; every command line is printed. Ours records as
// in a real run, with a run directory on disk.
package main
