// Package monitor is a metric store that answers as CloudWatch does: the real
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
//  3. [Store.Handler] speaks Smithy RPC v2 CBOR, as the current SDKs do, AWS
//     JSON, as the current command line does, and the older AWS Query protocol.
//     Each decodes a request into the same plain structure; an operation checks
//     it, reads or changes the store, and answers with another. Clock and
//     publishing delay come from outside.
//  4. [Store.Refuse] makes the endpoint throttle, deny or report expired
//     credentials.
//
// # Why
//
//   - Ranks in a sorted slice, and not a map or every value: putting a value is
//     a binary search in a few hundred cells, reading a percentile is one pass,
//     and nothing grows with the load.
//   - Operations do not know protocols: each exists once, and what one client
//     reads in CBOR others read in JSON and XML. One more protocol is one file.
//   - What comes in as a statistic set has no percentiles, as at AWS, and a
//     metric has one unit only; AWS would keep several side by side.
//   - A publishing delay works on whole minutes: a minute appears once it has
//     ended and the delay has passed. CloudWatch shows parts of minutes too, but
//     in no way that could be tested against.
//   - With no delay the open minute can be read, so that a short run needs no
//     waiting to be reconciled.
//   - Signatures are not checked: the lab listens on loopback and has nothing to
//     protect.
package monitor
