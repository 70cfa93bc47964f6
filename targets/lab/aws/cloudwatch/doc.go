// Package cloudwatch is a metric store that answers as CloudWatch does: the real
// AWS SDK reads from it what passed the lab's front doors.
//
// # The design
//
//  1. A [Store] keeps each metric by the minute. A door asks once for each
//     [Series] it publishes and puts values into it, from any goroutine.
//  2. A minute holds count, sum, minimum and maximum, and the distribution of
//     its values by rank: sign, exponent and the first ten bits of the mantissa.
//     Percentiles are exact to 1 part in 1,024 and, for whole numbers below
//     2,048, exact. Memory is bounded by ranks per minute, not by values.
//  3. [Store.Service] is CloudWatch's API over the store, in every protocol that
//     its clients speak (package protocol). Clock and publishing delay come from
//     outside.
//  4. It answers GetMetricData, expressions included, and ListMetrics. The contract of
//     the lab's AWS endpoint stands in package lab; everything else is refused by name.
//
// # Why
//
//   - Ranks in a sorted slice, and not a map or every value: putting a value is
//     a binary search in a few hundred cells, reading a percentile is one pass,
//     and nothing grows with the load.
//   - A metric has one unit only; AWS would keep several side by side.
//   - A publishing delay works on whole minutes: a minute appears once it has
//     ended and the delay has passed. CloudWatch shows parts of minutes too, but
//     in no way that could be tested against.
//   - With no delay the open minute can be read, so that a short run
//     can be compared without waiting.
//   - Every page of a result is computed from the start: a page holds 100,800
//     points, more than a lab of a day has in 60 metrics, and nothing need be
//     remembered between two calls.
//   - Expressions are read by Go's own parser, since metric math writes this part
//     of its language as Go does. A parser of our own for arrays, SUM, METRICS and
//     the like was three times the code, and nothing of ours asked for them; nor
//     for PutMetricData and GetMetricStatistics.
//   - Signatures are not checked here but by protocol.Endpoint, for all services.
package cloudwatch
