// Package calibration finds out, once, the highest rate that each engine holds
// on schedule on this machine, and says beforehand which stages ask for more.
//
//  1. [Measure] starts a sink in a process of its own: the least that can be
//     called an HTTP server, so that the engine is what gives way.
//  2. It tries constant rates, half a second each: first each four times as high
//     as the one before, until requests are left undone, then between the
//     highest that was held and the next. A rate is held when no more than one
//     request in a hundred went wrong and the lag's 99th percentile is below a
//     millisecond. A rate that was not held has a second try, since a machine may
//     be busy with something else for a moment.
//  3. A [Calibration] is kept in the user's cache, with the processor that it is
//     true of. On another processor it counts for nothing.
//
// # Why
//
// The lag may be worse at a low rate than at a higher one (timers of an idle
// process are slack), so the search climbs on as long as the work gets done, and
// takes the highest rate that was on schedule.
//
// The sink shares the machine with the engine, as a lab does. Against a target
// elsewhere an engine holds more; what is known is a lower bound, and a plan
// that exceeds it is warned of and not refused. The run's own verdict decides.
package calibration
