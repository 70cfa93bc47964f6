// Package session takes one run from its plan to its findings.
//
//  1. Prepare: plan the scenario, see that results can be written, start the
//     lab if a target stands in it, ask how each target's requests are signed,
//     and open one connection to each target. All that can fail for a reason
//     the user can mend fails here, before any load is sent, and every such
//     reason at once.
//     Then each request is tried once at each target (see try): an answer that
//     the scenario does not expect, after up to three tries where it was 429, 5xx
//     or none, ends the run before its load.
//  2. Load: walk the plan's turns through the engine, recording every second
//     how the generator itself fares. A second Ctrl-C is the program's business;
//     the first ends the load, and what was recorded is kept.
//     An abort rule that holds ends the load as well: the recorder looks at each
//     second that it writes, so requests pay nothing for it, and a window counts
//     the time of a target's own turns. A target of which nobody knows anything,
//     since it has not answered yet, breaks no rule.
//  3. Conclude: open the directory that was written, as anybody could, and sum
//     it up. From here on the run is safe: a step that fails leaves a warning.
//  4. Observe: read what AWS saw of the same minutes, and how many cold starts
//     the logs of the functions tell of.
//  5. Price: bill a month of what was measured and observed.
//  6. Compare the targets with each other, the end of each steady stage with its
//     beginning, and what came after a spike with what was before it (see
//     [compare.Drift] and [compare.Spikes]): all from the run's own blocks.
//
// Steps 4 and 5 work on any recorded directory (see Observe and Price). They read
// its copy of the scenario as data, without files and environment variables, since
// anyone may have written it; or the file that the user names, if it has the bytes
// that ran.
//
// # Why
//
// The steps read the directory and not what load left in memory, so that a run
// which was cut off by a crash goes the same way as one that ended well.
//
// The lab, the signers and CloudWatch come in as functions and one interface.
// They need the AWS SDK and other processes; a session has to be tested without
// either, and the import table forbids them here.
//
// A probe may have the function behind a target renewed (see Renewer). The
// record says so before it happens, so that no crash can hide it, and what was
// announced to be taken back is taken back even when the run is interrupted.
//
// The trial is no warm-up: it is one request, on a connection of its own, kept in
// run.json and in no figure. It may meet the one cold start that the first request
// of a load would have met; a run that is about those goes without (--no-trial),
// and the cold-start probe does by itself. Load is not sent through the trial's
// connections, so set-up is measured as before. A failed trial leaves a run
// directory, so that CI has a report of it.
//
// There is no warm-up whose requests are thrown away. A door's first requests
// meet new connections and cold environments, every door's first block does so
// alike, and both are part of what is measured: connection set-up has clocks of
// its own, and blocks can be compared without the first. What is dropped
// silently cannot be judged by the reader. Who wants connections open before
// the first request says so (engine: connections), and it is in the scenario
// that is kept with the run. Between turns connections stay open, as those of a
// busy client would; a turn starts a moment after the one before has ended, so
// that requests can be signed before they are due.
//
// Health is asked for by the recorder when it writes a second, and neither told
// by the engine nor read on a clock of the session's: two clocks drift, and then
// one second has two reports and the next has none.
package session
