// Package console shows a run on a terminal while it goes on.
//
//  1. [Gather] listens to the session, and takes each second that was recorded, as
//     an output of the run ([results.Output]) gets it. It has no clock, and no
//     counter of its own that the load would have to feed.
//  2. What it knows is a [Snapshot], a plain value.
//  3. [View] draws a Snapshot for a terminal of any size: a pure function.
//  4. [Screen] keeps it on the terminal until the run ends, and reads keys: the first
//     Ctrl-C stops the load and keeps the results, the second waits no longer for
//     requests in flight, the third ends the program.
//
// # Why
//
// The display asks the recorder and not the engine. Whatever it asked the event
// loops for would slow down the requests that they measure; the recorder collects
// each second anyway. Rejected: to follow the files of the run directory, which
// decodes what was encoded a moment ago.
//
// What it takes: drawing takes 0.2 ms a time (BenchmarkView), and to add up the
// response times of a second a fraction of a millisecond.
//
// The screen is redrawn four times a second, on the terminal's alternate screen: at
// the end the terminal is as before, with the summary below. Colours are the
// terminal's own and only repeat what words say, so that nothing is lost without
// them (NO_COLOR): blue for good, yellow for a warning, never red against green.
//
// Bubble Tea resizes, suspends, reads keys, and restores the terminal after a panic;
// that it asks the terminal for its background is worth it.
package console
