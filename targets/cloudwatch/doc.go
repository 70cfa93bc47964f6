// Package cloudwatch asks CloudWatch, or the lab's endpoint in its place, about
// targets. What it reads is compared with a recorded run by package
// results/observe.
//
//  1. A [Question] is one statistic of one metric; [Questions] are those of a
//     target, by the metrics that its kind watches ([targets.Watch]).
//  2. [Client.Read] asks each question once, however many targets share the
//     metric, at most 500 to a call, page by page.
//  3. [Client.Examine] says whether a metric without points was asked for by a
//     wrong name, of which CloudWatch has no points either: ListMetrics, and where
//     they may be read API Gateway and Lambda, say whether the name exists and
//     which one is similar.
//  4. [Hourly] reads the requests of past weeks, for the profile of a workload.
//  5. [Alarms] writes alarms for the limits of a gate.
//
// The SDK's own retryer backs off from throttling (exponentially, with jitter):
// it is better tested than one of ours could be.
package cloudwatch
