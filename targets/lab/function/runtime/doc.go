// Package runtime runs Lambda functions as processes of this machine. It serves
// the Lambda Runtime API to them, starts and ends one process for each execution
// environment, and keeps what Lambda's log would say about each invocation.
//
// # The way of an invocation
//
//  1. [Function.Invoke] finds an environment (pool.go): the one used last, so
//     that the others can expire; one that is about to ask for its next event; or
//     a new one, within the limit of concurrency and the rate of scaling.
//  2. A new environment is a process in a process group of its own,
//     with a Runtime API of its own at a port of 127.0.0.1 (api.go). From the
//     start of the process to its first request for an event is INIT.
//  3. The event goes out; Duration runs until the answer is whole.
//  4. The environment is free when it asks for the next event. One that does not
//     within the function's timeout, that crashes, takes too much memory or forks
//     too much is killed with its process group and reaped.
//
// INIT may take 10 s. One that fails or takes longer is tried once more as a
// part of the invocation, within the function's own timeout, as Lambda does.
// Source: Lambda developer guide, "Understanding the Lambda execution
// environment lifecycle".
//
// # Web Functions
//
// The environments of a Lambda Web Function are processes as well (web.go): servers that
// listen at an address which a variable names, without a Runtime API. [Servers] starts and
// ends them; which request goes where is for their caller to say. They are killed at their
// end, where AWS sends SIGTERM before.
//
// # Never left behind
//
// Processes are started, and none left behind, by package process.
//
// # Why
//
//   - One listener for each environment, and not one for all: runtimes put their
//     address before a fixed path, so there is no other place for a name.
//   - A process's standard output is read as fast as it comes and the last of it
//     kept, so that a function that floods it neither stops nor fills memory.
//   - Memory is the resident set of the whole group, looked at five times a
//     second, and not a control group: those need privileges. A function that
//     allocates and ends between two looks is not caught.
//   - An answer counts when it is whole, not when the function asks for its next
//     event: that is what the client waits for. Lambda bills until the latter,
//     which is some tenths of a millisecond later.
//   - After a crash or a timeout the next invocation meets a new environment and
//     is a cold start. Lambda initialises the same environment again, which
//     takes as long.
//
// # Assumed
//
// The processor is not limited by the memory size. An invocation waits a quarter of a
// second at most for an environment that has answered and has not asked again before
// it starts another, and 2 s where it may start none.
package runtime
