// Package summary adds up what access logs hold, and writes it as a workload: what the
// logged traffic would cost at every front door.
//
// # The design
//
//  1. A [Summary] takes the entries of package accesslog, one after the other and in any
//     order, and keeps counts: distributions of sizes and durations, requests in each second
//     of at most [Longest], classes of paths.
//  2. [Summary.Workload] writes a workload file of it. A comment behind each key says from
//     how many entries it comes, or what was assumed. What logs cannot say is left out and
//     named, with what would say it.
//  3. The month is made of the hours that were logged: whole weeks by the hour of the week,
//     whole days by the hour of the day, and less than a day as it is. Each hour counts with
//     the time for which it was logged, so that half an hour at either end does no harm.
//
// # Exactness
//
// Metering rounds each request up, so sizes and durations are kept in buckets that end where
// metering steps end, and [Counts] writes a bucket as two whole values whose sum is that of
// all that were counted. A bill of the workload is that of the single requests. The means
// of bytes and of billed milliseconds are exact, and quantiles are within 1/16.
//
// # Personal data
//
// Addresses, users, queries and user agents are not kept. Paths are kept as classes, see
// package paths. Ids of connections are sampled by a hash whose key is not stored.
//
// # Why
//
// One log for one layer: CloudFront's log and the load balancer's behind it hold the same
// requests. Adding both up would count them twice, so [Summary.Err] refuses it. Logs of the
// functions, and of connections, add what the others do not have.
//
// Rejected: fitted distributions in place of counts, which would round the tail away that
// metering charges for; the mean of a month's hours in place of a profile, since a load
// balancer is billed by its largest measure hour by hour.
package summary
