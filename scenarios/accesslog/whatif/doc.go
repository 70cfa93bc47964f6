// Package whatif says what would have become of logged requests under other settings: a
// throttle, a cache, other environments of the function. Nothing is sent; the clock is the
// log's.
//
// # The design
//
//  1. A [Log] keeps each request: its arrival, a number for its path and query, one for its
//     API key, its size, status and time, 40 bytes each. Up to [Most] requests every figure is
//     of all of them, and none is estimated. Of more (large.go), each model has as much as can
//     be had in the same memory, and says how exact that is.
//  2. Times are what the log knows: figures have requests of whole seconds at random moments of
//     these, and rows say what other moments would change (timing.go).
//  3. Each model is the documented behaviour, run over the arrivals: a token bucket
//     ([Log.Refused]), a cache with a time to live and a size ([Log.Cached]), execution
//     environments ([Log.Started]).
//  4. [Log.Report] runs them over a grid, prices the months that follow, and names what is
//     worth changing. Its JSON has a published schema ([Schema]).
//
// Models are held against the definitions in their words, against golang.org/x/time/rate, and,
// by logs that the lab writes, against the lab's own doors (targets/lab/doors), which know
// nothing of them.
//
// # What a figure holds for
//
// For the arrivals that were logged. [Report.Assumptions] says what that leaves out: requests
// that were never logged, clients that would have tried again, limits that were in force
// already, what each model assumes, and what is not exact of a large log.
//
// # Why
//
// One pass for each setting, and not one for all. The least burst that refuses nothing
// follows from one pass for a rate, and the cold starts of all idle times from one pass if
// INIT took no time. A cache's hits for all sizes follow from stack distances (Mattson and
// others, 1970) if entries never expire; with a time to live and responses under way they do
// not, and an approximation would have to be explained. A pass over a million requests takes
// about a tenth of a second.
//
// Sources: API Gateway developer guide, "Throttle requests to your REST APIs" (token bucket)
// and "Enabling API caching" (GET, 300 s, at most 3600 s, responses up to 1,048,576 bytes);
// Lambda developer guide, "Understanding Lambda function scaling" and "Configuring
// provisioned concurrency". AWS does not say what makes room in a cache: what was used
// longest ago is assumed. Nor does it say which idle environment takes an invocation: the
// one that was used last is assumed, so that the others can expire.
package whatif
