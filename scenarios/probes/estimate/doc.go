// Package estimate turns observations into values with 95 % intervals. It is
// arithmetic alone: the probes say what is counted and what it means.
//
//  1. [Quantile] and [Share] assume nothing about a distribution: order statistics,
//     and Wilson's interval of a binomial share. [Mean] takes its interval from means
//     of blocks, since consecutive requests are alike.
//  2. [Fit] separates latencies of two classes by a mixture of two log-normals, and
//     says how reliable that is.
//  3. [Hidden] finds the distribution of a delay that is only seen on top of another
//     one, such as an INIT on top of a warm response.
//  4. [Exceeds] tests whether some values are higher than others of the same kind,
//     and [Unmix] finds how many were delayed, and by how much, where no single value
//     tells: from what exceeds the others.
//  5. [Bracket] finds the age that things live to from observations of single ages,
//     and [Next] says which age to observe next. [Lives] allows for observations that
//     are wrong now and then, and for lives of different lengths.
//  6. [Lowers] tests in a randomised comparison whether a treatment lowers values.
//  7. [Learn] learns to distinguish two classes from labelled values, and [Adjusted]
//     finds a share through such a classifier.
//
// # Why
//
// Percentiles are never subtracted. Hidden looks for the distribution whose
// convolution with the known one gives the observed one; only means are subtracted.
//
// A mixture is fitted to the logarithms of latencies. Latencies are skewed, and a
// normal distribution would take the tail of the fast class for the slow class. A
// guessed threshold (twice the median, say) has no stated error.
//
// An age is bracketed, not fitted: that something lived to one age and not to
// another holds whatever the distribution is. Lives fits, since observations that may be
// wrong bracket nothing.
//
// Where labels are to be had, a share is found through them and not by a mixture: two
// modes need not be the two classes that were meant.
package estimate
