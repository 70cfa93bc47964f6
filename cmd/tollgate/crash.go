package main

import "runtime/debug"

// crashLoudly makes a crash of the program end by a signal (SIGABRT, 134 in a
// shell). Go's own exit code for one is 2, whether memory ran out or a bug
// panicked, and 2 is what this program says of invalid input. No core file is
// written: it would hold the secrets that the program holds.
//
// Rejected: to run the work in a child and translate its exit code, which costs
// every signal, terminal and exit path a second process.
func crashLoudly() {
	noCore()
	debug.SetTraceback("crash")
}
