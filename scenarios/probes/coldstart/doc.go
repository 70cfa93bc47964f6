// Package coldstart is the probe that finds how many requests wait for a cold
// start, how long INIT takes, and how long an idle environment is kept.
//
// Fan-outs of simultaneous requests, each twice as large as the one before, need
// more environments than there are, so Lambda starts new ones. Each is repeated, which
// needs none, and followed by a part of a slow steady stage, the warm one. If the
// scenario asks for it, the function's configuration is changed before each fan-out
// so that no environment is left, and single requests after idle gaps find the
// expiry: the gap doubles until an environment expires, then it is bisected.
//
// # Evidence
//
// Each response is classified by the best evidence that there is of it, and the
// finding says which:
//
//  1. the REPORT line with its request id
//  2. an instance that it names for the first time
//  3. its trace in X-Ray
//
// The REPORT line precedes the instance, although both are certain, since it also
// says how long INIT took and whether the request waited for it. X-Ray records a
// sample: it gives a share with an interval, never a count of all. A log that cannot
// be joined to responses gives the number of INITs.
//
// Where some responses have such evidence and others have none, two log-normal
// latencies classify the others, if they agree with the evidence about the first.
// Precision and recall of latency are reported only there, against that evidence: a
// fit that is compared with itself is always right.
//
// # Latency alone
//
// Slow responses are no cold starts by being slow: a backend may have two speeds, a
// busy server queues, a machine stalls. What sets cold starts apart is history. They
// come where more requests are under way than were ever before, and do not come again
// with as many, while the environments are kept.
//
// Null model: the latency of a fan-out is distributed like that of its repeat, which
// has the same size and comes a moment later. This covers two speeds of whatever
// shares, queues that are slower the more requests come at once, and a drift of up
// to 5 % between both. Alternative: some requests of the fan-out waited for INIT on
// top of a latency like the repeat's.
//
// Test: [estimate.Exceeds], Fisher's exact test at fixed ranks, of all fan-outs
// against all repeats, whose latencies are raised by 5 % for the drift. The error
// rate is 5e-5 a look, and there are four looks at most: a difference that may be
// chance (below 20 %) is decided by sending the repeats again, up to three times. A
// difference is taken for cold starts only if
//
//   - INIT takes two spreads of the latency of repeats or more, and 6 % of it;
//   - at least three fan-outs have it, and all that follow the first one with it: one
//     or two may have met a stall. One may lack it, as it found what other clients
//     started, if each of the others has as many slow responses as it needs environments;
//   - opening a connection takes less than INIT, and INIT is no shorter than any at AWS, or
//     repeats opened connections too;
//   - the control measurement of the generator's own machine took less than half of INIT;
//   - no more requests waited than the largest fan-out needs environments, or they
//     came after longer pauses than repeats: else something expires, such as a cached
//     response;
//   - the largest repeats have no larger share of slow responses than the others: else
//     the target is slow when many requests come at once, and how slow depends on what
//     came before, as with burst credits;
//   - slow responses of the warm stage do not come together, or each of at least four
//     fan-outs has more than any repeat: else requests of a fan-out are slow together.
//
// Otherwise the finding says what was seen, why it cannot be told, and what would
// tell it.
//
// If fan-outs were as fast as repeats, the finding bounds the number of cold starts: the
// score test is inverted for the most of the requests of fan-outs that can have waited for
// an INIT of d ms or more. It names the shortest d for which these are at most a fifth. That
// is an answer where d is 15 ms, as short as any INIT at AWS; up to 50 ms it is one about
// runtimes with an interpreter or a virtual machine; beyond, it cannot be told whether
// there were cold starts with a shorter INIT. The bound takes requests without a cold
// start to be like repeats or like single requests of the warm stage, whichever leaves
// more room. Where repeats are slower than single requests, the target queues, or it keeps
// environments for less than a stage: two bursts are sent within a moment then, of which
// the second certainly finds those of the first.
//
// The number of cold starts and INIT come from what fan-outs have beyond their
// repeats ([estimate.Unmix]). The difference of the slow shares has Newcombe's
// interval, which is one of the probabilities of being slow; that of the number of
// cold starts is of the requests at hand and narrower (see there).
//
// A fan-out needs new environments only for what it has more than the largest before it.
// Where more were slow, environments were lost in between, or requests at kept ones were
// slow too while others started: worker threads of one process hold each other up, and so
// do functions that load the same files. Latency does not tell one from the other, so the
// interval reaches down to what is needed, and the finding says so.
//
// If more than these were slower than repeats, below the cut, the intervals hold them
// as well: INIT may have two lengths. The finding says how many more needed an environment
// if there was none: they found one, or it took less time to start than the cut shows.
//
// Repeats and single requests may start cold as well, where environments live for a random
// time or other clients use them. The interval reaches up to all that are slow among
// either beyond the share of the other.
//
// A fan-out in which the generator was disturbed cannot be sent again: its environments are
// there now. It is left out, since a larger one needs new environments all the same, as
// long as most were not disturbed; a function that is renewed gets one more. The
// environments of one that was left out are not counted. What the machine adds in a
// fan-out is compared with what separates cold responses from warm ones too: it can be
// little of INIT, and enough for a warm response to look cold.
//
// The stages are not equally far apart, so that what happens at the target every few
// seconds does not keep step with them.
//
// The warm stage is no control of the test, since it does not queue. It shows phases,
// and is what single requests after idle gaps are compared with. Each gap is asked
// until the odds are 200 to 1.
//
// # Environments that serve several requests at a time
//
// Those of Lambda Web Functions do (shared.go): more requests at once need no more of them,
// and requests wait for one together. Nothing is concluded from latency alone. Where
// responses name their environments, the requests that were sent before a new one was ready
// waited for it if all of them were slow, unless first responses were slow no more often
// than others are. How long they wait is taken from one request of each environment.
//
// Of 500 random ones (1 to 128 requests in an environment, INIT of four spreads or more,
// every third with work of two speeds, with and without headroom) 488 were counted, none of
// them wrongly; of 12 it cannot be told. The interval of the median wait held the truth in
// 296 of 300. Of 500 services whose instances were there from the start none was said to
// have cold starts.
//
// # Error rates
//
// As measured by the tests with the tag probes, over random systems, made like those that
// the rules were tuned with but others:
//
//   - none of 1,500 servers without cold starts (two speeds, queues, busy phases,
//     drift, stalls) was said to have some. Of 1,040 the finding says how many there can
//     have been at most, for INITs of 15 ms or more (732) or of up to 50 ms or more (308).
//     Of 460 it cannot be told: 414 of these queue, so that their responses are spread more
//     widely than INIT.
//   - of 1,000 functions of which few start cold, or with a short INIT, or whose environments
//     are kept for no longer than a stage, 342 got such a bound for INITs like theirs,
//     and it held in 338 (98.8 %).
//   - 973 of 1,000 functions of one speed were found, with 10 to 90 % cold and INIT of
//     three spreads or more. Of 9 of all 1,500, some of two speeds, it was said that none
//     with an INIT as long as theirs shows, and how many there can have been all the same.
//   - the interval of the cold share held the truth in 99.2 % of 1,444, that of INIT's
//     median in 94.9 %, with median widths of 12.8 % and 10.0 %. The first is above 98 %
//     since it is to hold cold starts in repeats and in the warm stage as well, of which
//     these functions have few: without stalls little is slow there, and its width is 6.7 %.
//   - of 800 systems that latency is expected to decide (INIT of 250 ms, kept for 3 or 20 s,
//     or none; one or two speeds; drift of 20 % a minute) 795 were decided, all rightly;
//     the interval held the truth in 391 of 395. It is wide where environments expire
//     between fan-outs (42 % of the truth; 63 % with two speeds).
//   - of 560 answers about other platforms (other traffic, provisioned and reserved
//     concurrency, snapshots, environments of several requests or random lifetimes, one
//     container, queues, pauses, code that is compiled) 2 intervals missed the truth, and
//     145 answers were that it cannot be told. In 2 of the others some INITs were too short
//     to show.
//
// The systems are ours. They are written from the description of Lambda and of
// queues, but by the authors of the rules.
//
// # What was rejected
//
// A mixture of two latencies took every endpoint of two speeds for cold starts.
// Comparing fan-outs with the warm stage takes every queue for them. Comparing large
// fan-outs with small ones does too. A permutation test needs a million permutations
// for such an error rate, and finds nothing that Fisher's does not.
//
// A pool behind the front door that grows with concurrency, of database connections
// or of processes, has the same history as cold starts and cannot be told from them
// by latency; the finding says so.
package coldstart
