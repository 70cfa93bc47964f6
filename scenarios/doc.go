// Package scenarios says what to send, and when: it reads scenario files and
// makes plans of them. It sends nothing itself.
//
// # The design
//
//  1. [Find] gets the bytes of a file, or of a scenario of the library.
//  2. [Parse] reads them in two passes. The first makes a tree of nodes of the
//     YAML, each with its place, within bounds: anchors, aliases and merges are
//     resolved, and references ${env:NAME} replaced, in texts only. The second
//     walks the tree and makes a [Scenario] of it. Neither stops at a problem:
//     every [Problem] has its place and a way out, and all are told at once.
//  3. [NewPlan] decides everything before anything is sent: how many blocks a
//     stage has, how many requests are due, in which order targets take turns
//     (all of it from one seed), and what will not come out as asked (Warnings).
//  4. [Plan.Turns] yields what an engine drives. Due times exist for one block
//     at a time. [Plan.Pick] says which request is the seq'th.
//  5. [Plan.Estimate] says what the run itself will cost, and a [Guard] whether it
//     may run unasked.
//
// Where a target is follows from the host names that AWS gives (see
// [tollgate/targets.ReadHost]), from its region key, or from pricing; what
// contradicts another is an error. A region is never assumed, except for the
// lab, where nothing is billed: a bill with the prices of the wrong region looks
// as right as any other. Rejected: the region of the AWS profile, which differs
// from one machine to the next, so that one scenario would have many bills.
//
// What a run may cost is estimated, and what is not known is never counted as
// nothing: a [Guard] asks, or refuses where a limit could not be kept. It decides
// from the plan alone, so that every way of sending, probes included, is held to
// it before anything is connected to. Rejected: a limit on the rate within the
// load engines, which would make a target look slow that is only held back.
//
// A [Load] is one of two: [Arrivals], due whether or not the target keeps up, or
// [Users], who wait for a response, think and send again. It is a closed set, so code
// that handles both says so in a type switch and nothing asks for nil. Think times are
// constant or log-normal ([Distribution]), and depend on the seed and the number of the
// request alone.
//
// A [Template] is the text of a path, a header value or a body with places for values.
// It is compiled once; rendering appends bytes. Values are escaped as the place needs
// it: percent-encoded in a path or query, as a string in JSON. A value of the
// environment is literal text, even if it looks like a place.
//
// A [Shape] is one way of arriving: a pure function from a length of time and
// a seed to due times, in a file of its own. To grow by one, write that file,
// add a line to the table in stage.go and its keys to scenario.schema.json; a
// test fails until the parser and the schema agree.
//
// # Time
//
// A rate is a ratio of whole numbers, and the i'th due time is i/rate in
// 128-bit arithmetic, rounded once: a week of a prime rate ends on the
// nanosecond. Ramps invert the integral of the rate, in the form of the
// quadratic formula that cancels nothing. Steps carry the fraction of an
// arrival from one level to the next. So the number of requests due before any
// moment is the integral of the rate up to then, rounded up.
//
// A replay takes its due times from a file in the scenario's folder. The run
// keeps the file's digest in the words of the stage, and not the file: nothing
// that is done with a recorded run sends a request again.
//
// # Recorded copies
//
// A run directory keeps the bytes of its scenario, and anyone may have written
// them. [ParseRecorded] reads them as data: no file is opened, no environment
// variable is resolved, and what only sending needs is not looked at. To send or
// sign anything takes a file that the user names, read by [Parse].
//
// # Several targets
//
// The rate of a stage is what one target receives while it is its turn. Each
// stage is cut into blocks, and each block is replayed on every target in
// random order before the next begins: every target receives the same requests
// at the same times, and none gets the quiet minute. Blocks are what comparison
// replicates. A burst is never cut: with another target's turn inside, it would
// not be one.
//
// # Why
//
// A schema and a parser, and not one from the other. Validating against the
// JSON Schema alone was rejected: its messages speak of anyOf and patterns, it
// cannot follow a reference or a name, and it knows no line of the file.
// Generating the schema from Go types was rejected too: it teaches nothing,
// since descriptions, examples and "belongs to rest-api" are not in types. Both
// are written by hand, and one table of files holds them together: what the
// parser refuses the schema refuses, except in rows marked otherwise.
//
// A tree of our own, and not decoding into structs. Decoders stop at the first
// error, lose the places of values that are right by themselves and wrong
// together, and turn 1.0 in a body into 1.
//
// YAML, and not HCL, TOML or JavaScript. Scenarios are data that other programs
// read, compare and generate; editors check YAML by a schema as one types.
// Scripts, as k6 has them, can do anything, and so nothing can be said of them
// before they run: no plan, no budget. A configuration library (viper) was
// rejected because it merges sources and forgets where a value came from.
//
// References inside texts, after parsing. Replacing them in the file's text, as
// most tools do, lets a variable's value add keys to the scenario. Here a value
// is a value; and messages quote the reference, never what it stands for.
// Secrets must be references as a whole, so that the copy of a scenario in a
// run directory never holds one.
//
// Exact rounds of requests, and not a weighted draw for each. With weights 1
// and 9, every ten requests have one of the first: shares are the same at every
// target, and exact in every block but for the round that its edge cuts. That
// takes a source of noise out of comparisons.
//
// A closed block has 2³² sequence numbers to itself. Nobody knows how many
// requests the closed model will send; so each block begins with the same
// request at every target all the same.
package scenarios
