// Package insights answers queries over the logs of the lab's functions as
// CloudWatch Logs Insights does: StartQuery, GetQueryResults, StopQuery.
//
// # The design
//
//  1. StartQuery parses the query (lex.go, parse.go) into stages: fields,
//     display, filter, stats, sort and limit. What is not understood is a
//     MalformedQueryException, never a guess.
//  2. The lines of the log group within the window become records (record.go):
//     what Lambda's lines say is found in both log formats.
//  3. Each stage turns records into records. The results wait, bounded in
//     number, until GetQueryResults asks.
//
// # What is understood
//
// Comparisons, like (a text or a /pattern/), in [...], and, or, not, the four
// operators and %, and the functions ispresent, coalesce, abs, ceil, floor and
// strlen. Of stats: count, count_distinct, sum, avg, min, max, pct, and by
// with fields and bin(1m). Comments begin with #.
//
// Source: CloudWatch Logs user guide, "CloudWatch Logs Insights language query
// syntax" and "Supported logs and discovered fields".
//
// # Why
//
//   - The query runs at once and its results are kept: the lab's logs are small,
//     and a client polls as it would in any case.
//   - pct is exact, by nearest rank; AWS's is approximate.
//   - A subset that is parsed and not patterns that are recognised: probes and
//     people write queries differently, and a wrong answer is worse than none.
package insights
