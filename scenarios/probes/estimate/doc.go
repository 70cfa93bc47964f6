// Package estimate turns observations into values with 95 % intervals. It knows
// nothing of requests: what is counted, and what it means, is for the probes.
//
//  1. [Quantile] and [Share] are free of any assumption about a distribution:
//     order statistics, and Wilson's interval of a binomial share. [Mean] rests
//     on means of blocks, since requests that follow each other are alike.
//  2. [Fit] separates latencies of two sorts by a mixture of two log-normals,
//     and says how sure each assignment is.
//  3. [Hidden] finds the distribution of a delay that is only ever seen on top of
//     another one, an INIT on top of a warm response for example.
//  4. [Bracket] finds the age that things live to from probes of single ages, and
//     [Next] says which age to probe next.
//
// # Why
//
// Percentiles are not subtracted. What is added to a response is found by
// looking for the distribution which, added to the known one, gives the observed
// one (Hidden); only means can simply be subtracted.
//
// A mixture is fitted to the logarithms of latencies. Latencies are skewed, and a
// normal distribution fitted to them takes the tail of the fast sort for the slow
// sort. A threshold that is guessed (twice the median, say) has no stated error.
//
// An age is bracketed and not fitted: that something lived to one age and not to
// another holds whatever the distribution is.
package estimate
