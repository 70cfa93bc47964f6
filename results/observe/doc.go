// Package observe reads what AWS says it saw of a recorded run, and compares it
// with what the client saw. The lab's endpoint is read by the same code.
//
// # The design
//
//  1. An [Observer] takes the run's window, widened to whole minutes, and the
//     metrics of each target. Targets whose metrics are at the same place
//     (endpoint, region, profile) are read together, by package targets/cloudwatch.
//  2. Metrics are published late, so a place is read until two reads in a row
//     are equal and count at least as many requests as got a response, or until
//     the patience for it ends.
//  3. When a target answered and has no count at the first read, its names are
//     examined ([cloudwatch.Client.Examine], [Observer.Notice]). A wrong name is
//     not waited for, and one that is only not listed for three minutes at most.
//  4. Points are kept by the minute. Over the window, sums and sample counts add
//     up, averages are weighted, maxima are maxima, and percentiles are left
//     out: they cannot be merged.
//  5. [Reconcile] compares counts, and splits mean latencies into function,
//     gateway, and what no metric explains.
//
// # Why
//
//   - It is part of results and not of CloudWatch, because it reads both and imports
//     go down only.
//   - A place that cannot be read costs its own targets their metrics and
//     nothing else. The error goes into their [results.ObservedDoc] with the way
//     out, and the recorded run can be observed again later.
//   - Names are looked up after the run and not before: a metric is listed only
//     when it had points in the last two weeks, so that a new or an idle API would
//     be blamed for its first run. What looks wrong and is not can be observed again.
//   - REST APIs of one name share their metrics, which have no id. Where API
//     Gateway may be read, a note on the counts says that other APIs' requests may
//     be among them; they cannot be separated.
//   - Means are subtracted and percentiles are not: the p99 of a difference is
//     not the difference of two p99s.
//   - Points are of one minute even for a long run: a run's targets take turns, and
//     a coarser period would mix turns that the report separates.
package observe
