// Package limiter names the rule behind the decisions of a limiter, from when requests
// were sent, when their responses came, and whether they passed.
//
//  1. [Estimate] guesses a token bucket from counts, to plan with.
//  2. [Identify] fits each known rule. A rule predicts every decision from those before
//     it (rule). That of a token bucket follows what is hidden, which is how many
//     requests passed without a token and how many took one although they were refused
//     (filter); the others keep a meter that follows from what was seen (capped).
//  3. The fit with the highest likelihood, less what its parameters are worth, is the
//     answer, if it explains the decisions (misfit). If none does, two limits are tried
//     (pair).
//
// # Null model and alternatives
//
// The null model is a token bucket whose clock is not the client's, of which a few
// requests pass without a token and some are refused with one, whose token is gone or
// not. That refusals took their token shows little and biases the rate by as much as
// there are of them, so the intervals hold both. The alternatives are fixed windows (of
// the clock, or begun by a request), sliding windows and counters of them (that count
// refused requests, or do not), a limit on a moving average of the rate, a limit on
// concurrency, a bucket that is refilled at intervals, one that counts whole tokens and
// forgets the rest with each refill, one that charges refused requests, refusal at random,
// and two limits one behind the other, of buckets, windows or concurrency.
//
// # What distinguishes them
//
// A rule that is true leaves surprises (a decision less its predicted chance) that are
// zero on average given all before them, whatever is hidden. So their sums are known to
// be normal, and a rule is rejected if a block of them is off, if they follow each
// other, or if they depend on what another rule would look at: the requests in flight,
// or how many were sent just before. It is also run by itself, and must let as many
// pass in each block as did. Of several blocks, less may be off for what passed: that shows
// rates that drift. A fit is never evaluated by its own noise: what may pass or be
// refused against the rule is bounded.
//
// Three answers are kept apart. A rule is named if it explains the decisions, no other
// kind that is not the more general one is within a factor of twenty of it, and, for
// rules that close and open, it was seen to open twice. Where every rule is rejected,
// the limiter follows none of those known ([Answer.Unknown]). Otherwise it cannot be
// told, and more requests may tell, unless rules are alike whatever is sent ([Answer.Settled]).
//
// # What is not distinguished
//
// The queue of a server drains at its capacity, and a limit on its length is a burst. So where
// refusals follow the number of requests in flight, and requests wait for each other, a token
// bucket is not named (queues).
//
// A window that slides, or begins with a request, and admits one request is a token bucket
// with a burst of one: it is called that. Where a window begins is known to the gap
// between two requests, so the count of a large one has an interval of one request or
// more to either side (atEdges). Refusals for a reason other than the limit look like
// errors at its edge, which clocks and overtaking requests make too. Their share reaches
// down to zero unless requests were refused that the rule admits whatever the clocks
// (surely); for buckets, of the slowest and smallest within the intervals.
//
// A bucket that holds a token or two cannot make up later for requests that arrived a
// little early: it seems slower, or to lose some for another reason. On a path whose
// delay varies by a twentieth of the time between tokens or more, its rate and what is
// lost are bounded by counts alone, over stages of low and high rates (lossesOf).
//
// # How fits are found
//
// The rate of a bucket is searched on grids that narrow, by the number of decisions that
// it divides wrongly (dividing): likelihoods are so ragged that ascents from a rate
// which is off by a hundredth stop at false tops. That is done with refused requests
// that take tokens and with such that do not, and the posterior is explored from both.
// Two limits are found by cover: each must hardly ever be exceeded by a request that
// passed, so the highest load with which one passed is its limit, and it explains the
// refusals above it; the pairs that explain most of them together are refined (pairings).
//
// # Counts
//
// Where jitter is not small against the time in which a token comes back, requests reach
// the bucket in another order than they were sent, and a likelihood of single decisions
// may be highest at a false bucket, in an interval that is far too narrow. So from a
// tenth of a token on (tooHazy), the interval also holds what counts allow for (tally).
// Jitter changes neither the rate of arrivals nor that they are at random, so a bucket
// that is run on the times of sending lets as many pass while it is empty, whatever its
// burst, and in each block. How far counts may be off by chance is not assumed, but
// measured by how the sum of the differences wanders (Lobato 2001). Where likelihood and
// counts contradict each other, the interval is that of the counts, and a bucket that
// misfits gives way to the one nearest to the counts if that does not.
//
// # Error rates
//
// They are counted by simulators that were written from the descriptions of limiters
// (package simulate), with the probe's search and plan included: the long form of the
// tests of package usageplan (make probes) prints them and fails above them.
//
// Of the 42 limiters of the table, 41 are named rightly, or said to follow none of the known
// rules where that is so, and of four nodes that share what they counted every 100 ms it cannot
// be told.
//
// Random limiters of 20 kinds that are foreign to these rules, or have other names, are
// tried in the same way: load shedding, random early refusal, adaptive limits on concurrency,
// admission control, buckets that others use, nodes with windows of their own, and so on.
// Of the first 177, 76 were described rightly, of 96 it was said that they cannot be told or
// follow no known rule, and five were wrong. Of four of those it is said since that they cannot
// be told: a bucket of whole tokens, one of which requests take more or fewer tokens (drifts), a
// quota of a day, and five nodes with windows of their own (blurred). Known trouble is number
// 132, a bucket that warms up with use and was never used for long enough.
//
// Of 44 proxies with a leaky bucket and a limit on concurrency, one before the other, 15 were
// described rightly, of 22 it could not be told, and seven were wrong: their buckets were off
// by up to a sixth of the rate and three quarters of the burst, or the limit on concurrency was
// called a sliding window that is as long as requests take. Of all seven it is said since that
// they cannot be told (sharesFlight, lasts).
//
// Random buckets are of 1 to 5,000/s with bursts of 1 to 5,000, on paths with up to
// 0.5 ms of jitter; none, 0.5 % and 2 % are refused by chance. Of one in five of the 510, 33 of
// 34 without noise were found, 34 of 34 with 0.5 %, and 32 of 34 with 2 %. Of the other three
// the rule could not be told: 1,807/s with a burst of 2 and 3,457/s with one of 33, whose
// predictions were off for a while, and 15.5/s with a burst of 876, whose fit
// needs a hazier clock than its path has. The intervals held all rates and bursts; median widths were 1.6,
// 2.6 and 4.2 % of rates, and 3.2, 6.8 and 12.8 % of bursts. Of all 170 with 2 %, 167 were found
// before that.
//
// Intervals are from Metropolis' algorithm with a flattened likelihood, since decisions
// that follow each other share the lateness of one clock. Those of bursts hold whole
// numbers, and so the truth more often than in 95 of 100 cases where tokens are
// distinguished.
//
// # Why
//
// Profile likelihoods were rejected: the hills of a token bucket with lost requests are
// many, one for each whole number of tokens, and profiles followed one of them. Evenly
// spaced requests were rejected: those of a bucket that holds one token pass at a
// fraction of their rate, whatever its rate is. Exponentials are read from tables: they
// were most of the time of a fit.
package limiter
