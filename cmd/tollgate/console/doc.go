// Package console shows a run on a terminal while it goes on.
//
//  1. [Gather] listens to the session, and takes each second that was recorded, as
//     an output of the run ([results.Output]) gets it. It has no clock, and no
//     counter of its own that the load would have to feed.
//  2. What it knows is a [Snapshot], a plain value.
//  3. [View] draws a Snapshot for a terminal of any size: a pure function.
//  4. [Screen] keeps it on the terminal until the run ends, and turns keys into
//     wishes: the first Ctrl-C stops the load and keeps the results, the second
//     ends the program.
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
// The screen is redrawn four times a second, line by line where something
// changed, on the terminal's alternate screen: what was there before is there
// again afterwards, with the summary below. Colours are the terminal's own;
// they only repeat what words and positions say, so that nothing is lost
// without them (NO_COLOR) or to an eye that cannot tell them apart: blue for
// what is well, yellow for what is worth a look, never red against green.
//
// Bubble Tea asks a terminal for its background when a program starts. It is
// taken all the same: resizing, suspending, raw input and restoring a terminal
// after a panic are a library's work and not ours.
package console
