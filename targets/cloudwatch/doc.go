// Package cloudwatch reads what AWS says it saw of a run, and sets it beside
// what the client saw. The lab's endpoint is read by the same code.
//
// # The design
//
//  1. A [Observer] takes the run's window, widened to whole minutes, and the
//     metrics that each target's kind watches ([targets.Watch]).
//  2. Targets whose metrics are in the same place (endpoint, region, profile)
//     are read together: each metric once, however many targets share it, at
//     most 500 to a call, page by page.
//  3. Metrics are published late, so a place is read until two reads in a row
//     are equal and count at least as many requests as got a response, or until
//     the patience for it ends.
//  4. A target that answered and has no count at the first read may be asked for by
//     a wrong name, of which CloudWatch has no points either: ListMetrics, and where
//     they may be read API Gateway and Lambda, say whether the name exists and which
//     one comes near ([Observer.Notice]). Nothing is waited for under a name that is
//     wrong, and three minutes at most under one that is only not listed.
//  5. Points are kept by the minute. Over the window, sums and sample counts add
//     up, averages are weighted, maxima are maxima, and percentiles are left
//     out: they cannot be merged.
//  6. [Reconcile] compares counts, and takes mean latencies apart: function,
//     gateway, and what no metric explains.
//
// # Why
//
//   - A place that cannot be read costs its own targets their metrics and
//     nothing else. The error goes into their [results.ObservedDoc] with the way
//     out, and the recorded run can be observed again later.
//   - The SDK's own retryer backs off from throttling (exponentially, with
//     jitter): it is better tested than one of ours could be.
//   - Names are looked up after the run and not before: a metric is listed only when
//     it had points in the last two weeks, so that a new or an idle API would be
//     blamed for its first run. What looks wrong and is not can be observed again.
//   - REST APIs of one name share their metrics, which have no id. Where API Gateway
//     may be read, counts say that others' requests may be among them; they cannot
//     be taken apart.
//   - Means are subtracted and percentiles are not: the p99 of a difference is
//     not the difference of two p99s.
//   - Points of one minute even for a long run: a run's targets take turns, and
//     a coarser period would mix turns that the report tells apart.
package cloudwatch
