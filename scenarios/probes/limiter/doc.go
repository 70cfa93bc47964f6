// Package limiter names the rule behind the decisions of a limiter, from when requests
// were sent, when their responses came, and whether they passed.
//
//  1. [Estimate] guesses a token bucket from counts, to plan with.
//  2. [Identify] fits each known rule. A rule predicts every decision from those before
//     it (rule). That of a token bucket follows what is hidden, which is how many
//     requests passed without a token and how many took one although they were refused
//     (filter); the others keep a meter that follows from what was seen (capped).
//  3. The fit with the highest likelihood, less what its parameters are worth, is the
//     answer, if it explains the decisions (misfit).
//
// # Null model and alternatives
//
// The null model is a token bucket whose clock is not the client's, of which a few
// requests pass without a token and some are refused with one, whose token is gone or
// not. That refusals took their token shows little and biases the rate by as much as
// there are of them, so the intervals hold both. The alternatives are two limits
// one behind the other (of buckets, windows or concurrency), fixed windows (of the clock, or begun by a request), sliding
// windows and counters of them (that count refused requests, or do not), a limit on
// concurrency, a bucket that charges refused requests, and refusal at random.
//
// # What distinguishes them
//
// A rule that is true leaves surprises (a decision less its predicted chance) that are
// zero on average given all before them, whatever is hidden. So their sums are known to
// be normal, and a rule is rejected if a block of them is off, if they follow each
// other, or if they depend on what another rule would look at: the requests in flight,
// or how many were sent just before. It is also run by itself, and must let as many
// pass in each block as did. A rule is not named either if another kind is less than
// twenty times less likely, or, for rules that close and open, if they were not seen to
// open twice. A fit is never judged by its own noise: what may pass or be refused
// against the rule is bounded.
//
// # Error rates
//
// They are counted by simulators that were written from the descriptions of limiters
// (package simulate), with the probe's search and plan included: the long form of the
// tests of package usageplan (make probes) prints them. Of 42 limiters, 31 are named
// with the truth within their intervals, 11 are said to follow none of the known rules
// or to be undecided, and none is wrong. Of random buckets at least 92 % of the
// intervals must hold the truth. Intervals are from
// Metropolis' algorithm with a flattened likelihood, since decisions that follow each
// other share the lateness of one clock. Those of bursts hold whole numbers, and so
// the truth more often than in 95 of 100 cases where tokens are distinguished.
//
// # Why
//
// Profile likelihoods were rejected: the hills of a token bucket with lost requests are
// many, one for each whole number of tokens, and profiles followed one of them. Evenly
// spaced requests were rejected: those of a bucket that holds one token pass at a
// fraction of their rate, whatever its rate is.
package limiter
