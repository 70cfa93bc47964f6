// Package compare decides whether measured differences are real: between the
// targets of a run, between two runs, and between a run and its baseline runs.
//
//  1. [Targets] compares the targets of one run with a base target. The unit of
//     replication is the block: each is replayed on every target in random order,
//     so both sides of a pair share the minute and the load on the machine. For
//     every pair of blocks it takes the logarithm of head ÷ base (of shares, which
//     may be zero, the difference), and estimates its location over the blocks.
//  2. An [Effect] is that estimate with an interval and a [Verdict]. Holm's
//     adjustment over all effects of the comparison keeps the chance of any wrong
//     "better" or "worse" at 5 %. The verdict is "equivalent" where the whole
//     interval lies within a margin, even if a difference is certain: a tenth of a
//     percent does not matter. "Inconclusive" says how many blocks more would
//     decide it with a probability of 80 %, and the command that adds them; where none
//     can be added, the settings of the run to make instead; or that no run of a day
//     would decide it. The values next to a verdict are those of a typical block
//     ([Effect.Compared]), of which the estimate is the ratio; [Pair.WholeRun] says
//     where percentiles of all requests together contradict it, as they do where a
//     few blocks hold the slowest ones.
//     Of a run that goes on until it is decided ([results.Decide]) the intervals are
//     confidence sequences, which hold for all numbers of blocks together: [Look] finds
//     during the run what a later comparison of it finds.
//     [Added] is the difference in milliseconds, without a verdict.
//     Durations of completed flows ([FlowP50]) are compared likewise, those of all flows of a
//     target together. They are no gates: their requests are. So are first bytes, where they
//     say something else than last bytes, and of responses that were read as events the first
//     event and the longest gap ([FirstByteP50], [FirstEventP50], [LongestGapP50]).
//  3. A [QuantileRatio] compares one quantile, from p1 to p99.9. The ratios show how
//     the shape of a distribution differs, and get no verdict.
//  4. [Runs] compares two runs, and says what two runs cannot show. How much runs differ
//     by themselves comes from the baseline runs; where they are few, it is assumed for two
//     runs of one place and hour, and for others there is no verdict (between.go).
//     A [Change] is what both have in common with the gate: before, after, and the
//     interval between which the change lies. [Limited] holds changes against thresholds
//     such as change(p(99)) < 10%.
//  5. [Check] is the gate: it predicts a run from its baseline, the runs of the same
//     load before it that are not invalid. A metric alarms if hardly any run would be
//     as bad, for all metrics together, and if the change is large enough to matter. A
//     second run has to confirm the alarm ([Decision.Confirm]). [CheckTargets] is
//     the gate where the version before is still deployed and is a target of the run.
//     Either says first whether it could find anything ([State]).
//  6. [ChangePoints] finds where a series of runs changed its level for good. It
//     needs runs after the change, so it reports and never decides.
//  7. [Drift] looks into a single run: in a stage of steady load, is the last
//     quarter worse than the first? Neighboring seconds are not independent, so the
//     stage is cut into at most 24 pieces, and the slow variation of these within
//     each quarter is the error of the difference. Where the generator's own lag is
//     a large part of a quarter's response times, there is no verdict.
//  8. [Spikes] describes what requests experienced in a peak between two stages of
//     the same load, and how many blocks after it were worse than each before it:
//     a range and not a test, since a spike happens once.
//
// [RunValues] are what the gate knows of a run; package history keeps them.
//
// # Error rates
//
// The tests simulate runs whose truth is known, and count the verdicts. CI counts a
// third of these numbers and fails beyond 5 % of comparisons or 1 % of runs with a
// false alarm, or below 90 % of the differences that have to be found; go test -run
// ErrorRates -v -rates 3 prints the table. Comparisons have 1,000 requests a
// block. The shares of runs with any wrong verdict, or with the difference found,
// and how often the 95 % interval of the median, before adjustment, left out the
// truth:
//
//	                               blocks   runs     any    p50    p90    p95    p99   missed
//	lab machine, no difference         10    900    3.4%   1.4%   1.0%   1.3%   0.7%     5.2%
//	lab machine, no difference         20    600    3.0%   0.8%   1.2%   0.8%   0.8%     5.7%
//	busy machine, no difference        10    600    0.8%   0.8%   0.2%   0.2%   0.0%     4.0%
//	busy machine, no difference        20    300    2.0%   1.7%   0.3%   0.0%   0.0%     4.7%
//	identical servers                  20    600    3.0%   0.0%   0.7%   1.2%   1.5%     5.5%
//	the same, with a neighbor          20    600    1.8%   0.3%   0.3%   0.5%   0.8%     5.3%
//	disturbances of three blocks       20    600    2.8%   2.0%   1.7%   1.5%   1.0%     5.0%
//	lab machine, all 5 % slower        20    300  100.0% 100.0%  99.3%  95.7%  80.0%     3.0%
//	lab machine, tail 10 % longer      20    300   97.0%   0.3%   0.7%  50.0%  96.7%     4.0%
//	5 % more at the median             20    300  100.0% 100.0%  99.0%  91.7%  43.0%     4.7%
//	the same, with a neighbor          20    300  100.0% 100.0% 100.0%  97.0%  47.0%     5.7%
//	only the tail 10 % longer          20    300   96.3%   0.7%   1.0%  21.7%  96.3%     4.0%
//	busy machine, all 5 % slower       20    150   76.7%  75.3%   8.7%   5.3%   2.0%     1.3%
//	busy machine, tail 10 % longer     20    150    7.3%   1.3%   0.7%   4.0%   4.0%     4.0%
//
// Identical servers have log-normal times and nothing else; the neighbor takes half of
// the machine in every third run, from some block on, so that all takes twice as long.
//
// The gate with 30 baseline runs. The alarms are false ones; a rerun shares the
// conditions of the run that it confirms; "found" are confirmed alarms:
//
//	                            runs   alarms   confirmed   slower by   found
//	lab machine                 1500     3.4%       0.13%        10 %    4.6%
//	lab machine                 1500     4.9%       0.13%        20 %   48.0%
//	lab machine                 1500     4.6%       0.27%        30 %   95.4%
//	busy machine                1500     2.2%       0.13%        30 %   26.3%
//	runs within ± 3 %           1500     0.2%       0.00%        15 %  100.0%
//	the same, with a neighbor   1500     0.0%       0.00%        15 %    0.0%
//
// The same gate from its first run on, which it learns from, at a target that is measured
// from a machine of two processors with other work: bursts of up to four threads, in up
// to 60 % of the time of seven runs in ten. A rerun meets the same conditions; "found" are
// runs that are 15 % slower at the median and end in a confirmed alarm, with the rerun two
// runs each. Runs of an API lie within ± 2 % of each other:
//
//	                                  runs   valid   suspect   blind   confirmed   not decided   found
//	API of 20 ms, quiet machine        400    100%        0%    0.0%       0.00%          0.0%  100.0%
//	API of 20 ms                       400     46%       54%    0.0%       0.00%          3.0%   94.1%
//	API of 300 ms                      400    100%        0%    0.0%       0.00%          0.0%  100.0%
//	API of 20 ms, one run in ten       400     91%        9%    0.0%       0.00%          1.0%  100.0%
//	server of 9 ms on that machine     400     44%       56%    0.0%       0.00%          0.2%   91.2%
//	the same, times differ by 30 %     400     40%       60%    0.0%       0.00%          7.0%   60.3%
//
// The server in the last two rows waits for eight milliseconds and computes for one. Not
// found were changes in runs of which the machine may have caused as much; the limit that
// such a run is held to, and its state, say so.
//
// make busy-gate does that with a real server, thirty runs and then six that are 15 %
// slower, while other programs want the same two processors. At load averages of 13 to 22,
// 29 of the thirty were suspect and one invalid. The gate was armed from the fifteenth on,
// at best for +9.7 % of p50; none alarmed, and two were not decided. Of the six one
// alarmed, and the rerun confirmed it; of the other five the machine may have caused the
// change, and they were not decided. At load averages of 20 to 35, four of the thirty were
// invalid, none alarmed, the gate called itself blind in 17, and it decided none of the six.
//
// With the neighbor the gate is inconclusive: a third of the baseline runs are worse
// than one that is 15 % slower.
//
// Two runs of one hour, without a history: ten blocks of 400 requests each, all metrics as
// one family. Between runs of the lab's machine p50 varies by 2 %:
//
//	                                          pairs    differ   p50 slower
//	lab machine, no difference                  600      0.2%         0.2%
//	runs vary by what is assumed, 2.5 %         600      0.5%         0.5%
//	runs within ± 3 %                           600      0.0%         0.0%
//	lab machine, 15 % slower                    300     79.3%        79.3%
//	runs within ± 3 %, 15 % slower              300     85.3%        84.0%
//	lab machine, 25 % slower                    300    100.0%       100.0%
//
// So the history detects a change of a third, and a base target in the same run
// one of a twentieth: if you can have both, use the second. On a busy machine no
// statistics help with the tail.
//
// Drift, in soaks of a few requests a second for a few minutes, with blocks of ten
// seconds and noise that decays to 1/e within the memory:
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
// A memory of a twenty-fourth of the stage is too long for the level of 5 %; half
// of that is not.
//
// make aa-ab does the same with twenty real runs of the lab: a front door against
// itself, and against one that is 5 % slower. On a virtual machine of two cores that
// lost a twentieth of its time to its host, so that eighteen of the runs were
// suspect, there was no false alarm, and the slower one was found in all twenty.
// The median's interval before adjustment missed the truth in six of those forty
// comparisons, where two were expected; the simulated ones above miss as often as
// they should, with a neighbor and with disturbances that outlast blocks too. The
// adjusted verdicts bear that. With twelve blocks instead of twenty, eleven of seventeen
// were found. Eight runs of the same three front doors with --decide p50:4%, on a quiet
// machine, were all decided, after 10 to 18 blocks, and none wrongly.
//
// The simulated machines are fitted by hand to recorded runs of the lab. How much
// days differ is assumed, as no one has recorded a year of them yet.
//
// # Why
//
// Blocks and runs, not requests. A rank test over the requests of two runs that
// differ by nothing but 4 % of noise finds a difference in 87 of 100 cases, because
// the requests of a run are not independent.
//
// The studentised bootstrap over blocks, symmetric, of a mean trimmed by a
// tenth at either end. Of normal, heavy-tailed and stalled blocks, ten of them,
// BCa intervals missed the truth in 9 % at a level of 5 %, and in 4 % at 0.6 %
// (which Holm asks for first among eight metrics); the equal-tailed studentised
// interval came to 5 % of false alarms over the family, the symmetric one to 3 %.
// Without trimming, one pause of the machine in twenty blocks halves the chance to
// find a longer tail; trimming by a fifth makes intervals at ten blocks too wide.
//
// Probabilities are Student's on the trimmed mean (Yuen), which find more than the
// bootstrap's at the same level. A randomisation test would follow from the random
// order alone, but with ten blocks it has no probability below 1/512, so that a
// comparison of five targets could never decide. Shares of errors use it, since
// their blocks are mostly zeros, and are not trimmed: a burst of errors in one block
// is the finding. A verdict needs both the probability and an interval that
// excludes no difference.
//
// Before and after, from two runs: the assumed variation is wider than what was recorded.
// p50 varies by 2 % from run to run in the recorded runs that the lab machine is fitted to,
// and by 0.6 % in eleven suspect runs of a server that sleeps for 5 ms, while others
// compiled; p90 of those varies by 28 %, so that suspect runs have no verdict beyond p50.
// Rejected: blocks alone, for which a run's own level is a certain difference. One place
// means the same kind of machine, as run.json does not name it.
//
// A base target, not all pairs: ten blocks support three comparisons, but not the
// fifteen among six targets.
//
// Until it is decided. A run that ends when its result pleases must not be compared by an
// interval for a fixed number of blocks: at a level of 5 %, the usual interval excludes
// the truth at some of many looks almost surely. A run with a Decide in its run.json, and
// one that was continued, is therefore compared by confidence sequences at any time.
// Decided means what it means for any run: the interval excludes no difference, or lies
// within the margin. So each effect is decided in the end, one of exactly the margin too;
// "by more than the margin" would leave that one open for ever.
// Of the level of 5 %, which is the chance of any wrong verdict of either sort at any
// look, four fifths are divided among what was asked for, and a fifth among the rest.
//
// Bets on symmetry (see betting.go), as the only assumption is true by design: without a
// difference, the random order makes each block's difference and its opposite equally
// likely, whatever the machine does and however heavy the tails; with one, the interval
// is of the center of symmetry, which the trimmed mean estimates too. Shares and costs
// have no such center, but a mean: their intervals are asymptotic confidence sequences,
// and a share also needs the bet on its signs.
//
// Rejected: the normal mixture over λ of exp(λS−λ²V/2), exact for symmetric differences
// as well, but a single stalled block widens it, and θ far from all blocks is not
// excluded. Group-sequential looks with the level divided among them by a spending
// function (Lan and DeMets, Biometrika 70, 1983): twelve looks with Student's interval of
// the trimmed mean need about a quarter fewer blocks, but their number and times have to
// be fixed before, so a run that someone continues after having seen it has no level,
// and tails at a level of 10⁻³ rest on normal blocks.
//
// The runs of the tables above, looked at from ten blocks on after every eighth more,
// with p50 and p99 asked for within 5 %, 400 requests a block. "Wrong" are runs with a
// wrong verdict on any metric at any look. The fixed number of blocks is the least that
// would have decided in 90 % of the runs, at the same level and if it had been known:
//
//	                                     blocks   runs   wrong   decided   blocks in the mean   fixed
//	lab machine, no difference           10- 80    200    0.0%     75.0%                 61.3      51
//	busy machine, no difference          10-150    200    1.0%      0.5%                149.8       -
//	identical servers                    10-150    200    1.0%     77.0%                122.7     114
//	the same, with a neighbor            10-150    200    0.5%     76.0%                122.9     114
//	disturbances of three blocks         10-150    200    1.5%      4.0%                149.3       -
//	lab machine, all 2.5 % slower        10-150    200    0.0%     94.0%                 85.2      64
//	lab machine, all 5.5 % slower        10-150    200    1.0%    100.0%                 38.6      33
//	identical servers, 5.5 % slower      10-150    200    0.0%     95.5%                 78.4      81
//	the same, with a neighbor            10-150    200    0.0%     93.5%                 79.4      81
//	lab machine, all 10 % slower         10-150    200    0.0%    100.0%                 19.0      20
//	lab machine, all 20 % slower         10- 80    200    0.0%    100.0%                 12.4      10
//
// So looking costs up to a third more blocks than the best fixed number, which is not
// known before. A fixed run that decides every row of the lab machine has 64 blocks: of
// those, a run until decided saves 40 % where all is 5.5 % slower, 70 % at 10 % and more
// than 80 % at 20 %, saves next to nothing without a difference, and takes a third more
// at half of the margin, the hardest case.
//
// Costs and cold starts by block. One reading for the whole run would have no
// interval; costs are scaled so that their level is the bill's. Prices are known exactly
// and a block's usage is a mean of many requests, so costs have a verdict from two blocks
// on, by Student's distribution: what varies is the measured usage, and its interval is
// shown. Rejected: to wait for ten blocks, which called the difference of two list prices
// inconclusive. The clock of the
// function's log is not the client's, so a few lines between two blocks may belong
// to the other one. A run whose log could not be read raises no alarm for that.
//
// A gate that fails closed. Without baseline runs it learns; if it would have some
// had they not begun later, it refuses, since a clock that was set back would let
// everything pass. Runs that raised an alarm stay out of the baseline until a note
// explains them: otherwise every regression would become normal after a month, and
// if they never came back, an intended change would alarm for ever.
//
// A threshold on a change passes if the whole interval keeps it, so that one that should
// fail passes in at most half of the interval's level (2.5 % of comparisons). Rejected:
// to hold the estimate against it, which decides by chance near the limit.
//
// Qn instead of the median absolute deviation. Both ignore bad runs; Qn needs fewer
// than half of the runs for the same precision. Its distribution is close to
// Student's with 0.82 of the degrees of freedom, which tests check at 10, 20 and 60.
//
// Suspect runs count, as far as they go. What made them suspect is mostly lateness, which
// is measured: [results.Disturbance] bounds what of each percentile may be the generator's
// and its machine's. A run has to be worse than its limit by that much, beyond what is
// usual in its baseline, or nothing is decided. A run of whose median a third may be the
// machine's is no baseline, and a gate that meets three such runs is blind. That bound, and not the verdict of a whole
// run, says which runs make the baseline of a metric: those that it hardly touches, and
// where they are fewer than ten, the ones that it touches least. A p99 that
// is the generator's so leaves the p50 of the same run as good as any. Rejected: valid runs
// alone, of which there were none among twelve on an ordinary shared machine, so that the
// gate learned for ever; to add the bound to the spread, since delays only ever slow down,
// and a baseline of disturbed runs would let everything pass; and to subtract it from all
// values, which makes disturbed runs look fast.
//
// A state before the outcome. "Passed" from a gate that could find nothing is worth
// nothing, and a gate that learns for ever passes for ever. Three runs in a row that did
// not count are no accident any more, and a median that has to grow by half before it
// alarms is watched by no one.
//
// Runs of two kinds, as where a neighbor takes half of the machine now and then,
// come from no one distribution, and a probability from a fitted one would make every
// run of the worse kind an alarm. Where more than a sixth of the baseline runs were
// about as bad, the gate is inconclusive.
//
// A level of half a percent a run, and a rerun, which decides: a pause makes the
// tail heavier than any interval from thirty runs expects, and does not come twice.
// Never the maximum, which differs by a factor of five between equal programs, and
// p99.9 only from 50,000 requests on, below which it is the machine's longest pause.
//
// E-divisive by permutations, not by a t-test after the search, whose probability
// is too small by an unknown factor. Stretches have at least three runs and
// variances are over n−1: otherwise a single bad run is a change of level. Rejected:
// PELT, whose penalty is arbitrary, and comparing with the run before.
//
// Quarters for drift, and not a trend: a leak, a full disk and an exhausted quota
// have no straight line in common, but a worse end. Rejected for its error: single
// seconds, which depend on each other; all variation of pieces, which comes to 12 %
// of false alarms in one metric at a memory of 5 s; an autoregression, whose
// intervals are twice as wide; and slow cosines of the whole stage, which hide a
// step in its middle.
package compare
