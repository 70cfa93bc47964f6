// Package process starts programs of this machine and leaves none of them behind:
// the execution environments of the lab's real functions, the servers that tollgate ab and
// bisect measure, and the commands that print tokens.
//
//  1. A [Starter] starts programs. Each has a process group of its own, so that all
//     that it starts ends with it, and so that Ctrl-C at the terminal is for Tollgate
//     alone, which ends it in its own time.
//  2. [Server] is a program that serves HTTP: it gets a free port of 127.0.0.1 and is
//     ready when it answers a request.
//  3. [Output] runs a command to its end and returns what it wrote.
//
// # Never left behind
//
// A process belongs to its starter by its group, and on Linux by a mark in its
// environment too, for those that leave the group. Both are killed at the end. Should
// Tollgate itself be killed, a keeper (keeper_unix.go, a shell that waits at a pipe)
// does the same; on Linux the kernel kills the process as well when the thread that
// started it dies, which is why one locked thread starts them all. On Windows the
// process alone is killed.
//
// # Why
//
// A command is a text for the shell, since that is what stands in a README, a
// Procfile or a package.json: "cd app && npm start". Rejected: to split it into words
// ourselves, which understands quotes by rules that no one knows.
//
// A server is ready when it answers, with whatever status code: a port that accepts
// connections may belong to a server that still loads its model, and a path that is
// right for a readiness check is not known here. Rejected: to read its output for a
// word such as "listening".
//
// No server comes from a file: only flags that the user typed name them. The one command
// that a scenario may name prints a token (bearer: {command: ...}). It runs only when the user
// runs that scenario, which says so first, and never from a run directory: those are data,
// and anyone may have written them.
package process
