// Package compare tells what differs from what only seems to, between the
// targets of a run, between two runs, and between a run and those before it.
//
//  1. [Targets] sets the targets of one run against a base target. The unit of
//     replication is the block: each is replayed on every target in random order,
//     so the two sides of a pair share the minute and the neighbours. For every
//     pair of blocks it takes the logarithm of head ÷ base (of shares, which may
//     be zero, the difference), and estimates its location over the blocks.
//  2. An [Effect] is that estimate with an interval and a [Verdict]. Holm's
//     adjustment over all effects of the comparison keeps the chance of any wrong
//     "better" or "worse" at 5 %. "Equivalent" is said where the whole interval
//     lies within a margin, and it is said before "better": a tenth of a percent
//     may be certain and is of no use. "Inconclusive" says how many more blocks
//     would about decide it.
//  3. A [QuantileRatio] is the ratio of one quantile from p1 to p99.9: a picture of how
//     the shape differs, which is shown and never tested.
//  4. [Runs] compares two separate runs, and says what they do not allow.
//  5. [Check] is the nightly gate: it predicts run from the valid runs
//     before it. A metric alarms if hardly any run is as bad, for all metrics
//     together, and if the change is worth waking somebody for. A second run of
//     the same run has to confirm it ([Decision.Confirm]). [Against] is the
//     gate where the version before is still deployed and is a target of the run.
//  6. [ChangePoints] finds where a series of runs changed its level for good. It
//     needs runs after the change, so it dates and never evaluates.
//  7. [Drift] looks into a single run: in a stage of steady load, is the last
//     quarter worse than the first? Its seconds know of each other, so the stage
//     is cut into at most 24 pieces, and how slowly these swing within each
//     quarter is the error of the difference. Where the generator's own lag is
//     much of a quarter's response times, there is no verdict.
//  8. [Spikes] tells of a peak between two stages of the same load what its
//     requests met, and how many blocks after it were worse than each before it:
//     a range and not a test, since a spike happens once.
//
// A [RunValues] is what the gate knows of a run. [Runs] reads them from run
// directories; an index may hand over the same.
//
// # Its own error rates
//
// Package simulate plays runs whose truth is known, as results.Open would
// return them, and the tests count what this package makes of them. CI counts a
// quarter of these numbers and fails beyond 5 % of comparisons, 1 % of runs,
// or below 90 % of the differences that have to be found; go test -run
// ErrorRates -v -rates 4 prints the table. Comparisons are of 1,000 requests a
// block; a run of 10 or 20 blocks has any wrong verdict, or finds the
// difference, so often:
//
//	                               blocks   runs     any    p50    p90    p95    p99
//	lab machine, no difference         10   1200    3.0%   1.1%   1.1%   0.5%   0.9%
//	lab machine, no difference         20    800    2.1%   0.9%   0.9%   0.6%   0.5%
//	busy machine, no difference        10    800    1.6%   1.6%   0.1%   0.0%   0.0%
//	busy machine, no difference        20    400    1.2%   1.0%   0.2%   0.0%   0.0%
//	lab machine, all 5 % slower        20    400  100.0% 100.0%  99.5%  94.8%  83.0%
//	lab machine, tail 10 % longer      20    400   98.0%   0.8%   0.2%  48.8%  97.8%
//	busy machine, all 5 % slower       20    200   76.5%  76.5%  11.5%   5.5%   4.0%
//	busy machine, tail 10 % longer     20    200    6.5%   0.0%   0.5%   6.0%   3.0%
//
// The gate looks back on 30 runs. Alarms are false; a rerun shares the
// run's effect with the run that it confirms, and found are confirmed:
//
//	                 runs   alarms   confirmed   slower by   found
//	lab machine        2000     3.9%       0.35%        10 %    9.5%
//	lab machine        2000     4.5%       0.15%        20 %   51.5%
//	lab machine        2000     4.9%       0.55%        30 %   93.0%
//	busy machine       2000     2.5%       0.60%        30 %   22.5%
//
// So one run's history sees a change of a third, and a base target in the
// same run sees one of a twentieth: where both can be had, take the second. On
// a busy machine no statistics help the tail.
//
// Of soaks, whose seconds forget each other but for 1/e after the memory, a few
// requests a second for a few minutes, so many come to these verdicts:
//
//	                              blocks   memory    soaks    worse   better
//	lab machine, no drift             24      0 s      360     0.0%     1.4%
//	lab machine, no drift             24      2 s      360     1.1%     2.2%
//	lab machine, no drift             24      5 s      600     1.0%     2.7%
//	lab machine, no drift             24     10 s      360     2.5%     4.2%
//	busy machine, no drift            24      5 s      600     1.8%     2.0%
//	lab machine, no drift             12      2 s      360     2.8%     0.6%
//	lab machine, no drift             96     20 s      240     0.4%     2.1%
//	20 % slower at the end            24      5 s      150    97.3%     0.7%
//	15 % slower from the middle on    24      5 s      150   100.0%     0.7%
//	2 % errors in the last third      24      5 s      150    66.7%     2.0%
//	busy machine, 40 % slower         24      5 s      150    98.7%     0.7%
//
// Blocks are of ten seconds. A memory of a twenty-fourth of the stage is too
// long for the level of 5 %; half of that is not.
//
// The same over twenty real runs of the lab, of a door against itself and
// against one that takes 5 % longer, is a test of cmd/tollgate under the build
// tag aaab (make aa-ab). On a virtual machine of two cores whose hypervisor takes
// a twentieth of it away, so that eighteen of the runs were suspect, it counted
// no alarm of a door against itself, and found the slower one in all twenty. The
// median's interval, before any adjustment, left out the truth in six of those
// forty comparisons, where two were to be expected: what a neighbour takes comes
// in stretches that are longer than a block. The adjusted verdicts bear that. Of
// twelve blocks in place of twenty, found were eleven of seventeen.
//
// The worlds are fitted by hand to recorded runs of the lab (see
// simulate.Lab); how much runs differ is assumed there, as nobody has
// recorded a year of them yet.
//
// # Why
//
// Blocks and runs, not requests. Two runs that differ by nothing but 4 % of
// noise are told apart by a rank test over their requests 87 times of 100,
// because requests of one run are not independent of each other.
//
// The studentised bootstrap over blocks, symmetric, of a mean trimmed by a
// tenth at either end. Of normal, heavy-tailed and stalled blocks, ten of them,
// at a level of 5 %, BCa intervals missed the truth 9 % of the time, at 0.6 %
// (what Holm asks for first among eight metrics) 4 %; the equal-tailed
// studentised one came to 5 % of false alarms over the family, which leaves
// nothing to spare, the symmetric one to 3 %. Without trimming, one pause of the
// machine in twenty blocks halves the chance to find a longer tail. Trimming by
// a fifth is safer still against pauses, and at ten blocks its intervals are
// too wide to decide anything.
//
// Probabilities are Student's on the trimmed mean (Yuen), not the bootstrap's:
// both hold the level, and Yuen's finds more. The randomisation test would
// follow from the order of slots alone, but with ten blocks it has no
// probability below 1/512, so that a comparison of five doors could never
// decide. Shares of errors are tested by it all the same, since their blocks are
// mostly zeros and nothing else is valid for those. Their means are not trimmed:
// a burst of errors in one block is no outlier but the finding. A verdict needs
// both, the probability and an interval that excludes no difference.
//
// A base target, not all pairs. Ten blocks can carry three comparisons and
// cannot carry the fifteen among six doors.
//
// Costs by block. What a million requests cost varies with what the client saw
// of each block, scaled so that the level is the bill's; CloudWatch's minutes
// are longer than blocks, and one reading for all of them would have no
// interval.
//
// Cold starts by block. REPORT lines say when an invocation ended, and of several
// doors in front of one function only one has its slot at a time: so each block
// has its own share, where one number for the log would have no interval and be
// of all doors together. The clock of the log is not the client's, and a few
// lines at the seam of two blocks may be the neighbour's. A run whose log could
// not be read has no share, and raises no alarm for that: the log is not the API.
//
// A gate that fails closed. A run without a history to hold it against is
// learnt from; one that would have a history if its runs had not begun later
// is refused, since a clock that was put back would let everything pass.
//
// Qn in place of the median absolute deviation. Both ignore bad runs; Qn
// needs less than half of the runs for the same precision, which matters when
// there are ten. Its distribution is close to Student's with 0.82 of the
// degrees of freedom, which tests check at 10, 20 and 60 runs.
//
// A level of half a percent a run, and a rerun. At that level the rerun
// decides: pauses make a run's tail heavier than any interval from thirty
// runs knows, and a pause does not come twice. Never the maximum: of the same
// program against itself it differs by a factor of five. p99.9 counts from
// 50,000 requests on, below that it is the machine's longest pause.
//
// Runs that raised an alarm stay out of the history until somebody says what
// they were. To let them in would make every regression the new normal after a
// month; to drop them for good would make an intended change alarm for ever.
//
// E-divisive by permutations, not by a t-test after the search: the search for
// the best split makes any t-test's probability too small, and the usual
// correction is to ask for one in a thousand and hope. Shuffling is seeded, so
// a series has the same points every time. Stretches have at least three runs
// and variances are over n−1: with one run a spike is a change of level, and
// with variances over n a short stretch looks steadier than it is. Rejected:
// PELT, which needs a penalty that nobody can choose; comparing with last run.
//
// Quarters for drift, and not a trend: a leak, a full disk and an exhausted quota
// have no straight line in common, but a worse end. The trend is shown beside.
// Rejected for its error: single seconds, which know of each other; all that
// pieces vary, which in a metric alone comes to 12 % of false alarms where they do
// so for 5 s; an autoregression fitted to the pieces, whose intervals are twice as
// wide; and slow cosines of the whole stage, among which a step in its middle
// hides.
//
// Two runs have a verdict only with a history. The blocks of one run know
// nothing of what the other run was like; an interval over them would be
// narrow and wrong.
package compare
