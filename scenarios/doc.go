// Package scenarios decides what to send, and when: it reads scenario files and
// plans runs. It sends nothing itself.
//
// # The design
//
//  1. [Find] returns the bytes of a file, or of a scenario of the library.
//  2. [Parse] makes a [Scenario] of them, or reports everything that is wrong at
//     once. Package pricing/document reads the file and its units.
//  3. [NewPlan] decides everything before anything is sent: how many blocks a stage
//     has, how many requests are due, in which order targets take turns (all of it
//     from one seed), and what cannot come out as asked (Warnings).
//  4. [Plan.Turns] yields what an engine drives. Due times exist for one block at a
//     time. [PlannedPopulation.Pick] says which request the one with a sequence number is:
//     as the weights have it or, of a replay, as its file names it ([Chosen]).
//     A run that goes on until it is decided ([Decide]) is planned for as long as it may
//     take, with the blocks that it would have had anyway.
//  5. [Plan.Estimate] estimates the cost of the run, and a [Guard] decides whether it
//     may start without being confirmed.
//
// The location of a target follows from the host names that AWS gives (see
// [tollgate/targets.ReadHost]), from its region key, or from pricing. Contradictions
// are errors. A region is never assumed, except for the lab, which AWS does not bill:
// a bill with the prices of the wrong region looks as plausible as the right one.
// Rejected: the region of the AWS profile. It differs between machines, so one
// scenario would have many bills.
//
// An unknown cost is never counted as zero: a [Guard] asks, or refuses if it could
// not keep a limit. It decides from the plan alone, before any connection, so that it
// covers every way of sending, probes included. Rejected: limiting the rate within
// the load engines. The target would look slow when it is only held back.
//
// A [Load] is one of two: [Arrivals], due whether or not the target keeps up, or
// [Users], who wait for a response, think and send again. It is a closed set, so code
// that handles both says so in a type switch and nothing asks for nil. Think times are
// constant or log-normal ([Distribution]), and depend on the seed and the number of the
// request alone.
//
// The path, the query, the headers and the body of a request are templates (package values),
// with one syntax for what they take from elsewhere:
//
//	${env:NAME}    an environment variable, and ${file:NAME} a file: fixed, and masked in reports
//	${key}         a key of the request's key space (keys:)
//	${users.id}    a column of a data file (data:)
//	${order}       a value that is generated (values:); ${uuid}, ${timestamp} and ${user} need no entry there
//	${steps.login.token}   what an earlier step of the flow extracted
//	$${            the characters ${ themselves
//
// References to the environment and to files are replaced as the scenario is read, and are
// literal text from then on, even if they look like a place. A name that stands for nothing is
// an error, with what it may have meant. Values of columns whose names sound secret, such as
// password and token, are masked in excerpts; secret: names further ones.
//
// Rows are numbered by the plan ([Plan.Rows]): the n'th use of a file takes its n'th row,
// whichever requests of the mix use it. A block of the closed model, whose requests cannot be
// counted beforehand, has a share of the rows to itself. Rejected: a counter that hands out rows
// as they are asked for. It would be contended for, and targets would receive different rows.
// Unique data that is used up ends the load, with a warning in the run; such requests are
// neither tried nor sent by probes, which would use up rows of their own.
//
// # Identities
//
// auth: says who sends a request: a target's, or in its place a population's, or in theirs that
// of a request or step. none sends no proof, for public routes. Two ways lead to a token:
//
//   - One that all users share, such as that of a service, is auth: of the target. It is
//     obtained before the load and renewed during it, on no request's clock. It is what a
//     client has that holds its token for an hour.
//   - One for each user, where logging in is a part of what users do, is a first step that
//     extracts it: headers: {authorization: "Bearer ${steps.login.token}"}. The login is
//     measured, priced, and repeated with every walk.
//
// # Flows
//
// A [Flow] is what a user does: steps in order. Each step is a request of the plan, named
// "flow/step", so thresholds, populations, figures, metering and prices are of it as of any
// other. What a step extracts (package extract) and its status are values in later steps, in
// numbered slots; a [Condition] decides whether a step is sent, and a [Repeat] how often. A
// value that is not there whenever it is sent is an error when the file is read: it needs a
// default, or a step that is sent in any case.
//
//   - In the closed model a user walks one flow after the other. In the open model flows
//     begin on schedule, so the rate of a stage counts flows, and says so: "10 flows/s".
//   - A step is due when the one before it has ended and the user has thought. Its response
//     time counts from then, that of the first step from the schedule.
//   - The number of a walk chooses the flow, the row of each data file and all that is
//     generated by name: the same at every target. Requests of walk k have the numbers
//     k·[Plan.Stride] + n, so that none occurs twice.
//   - A step that fails ends its flow, and is counted as what ended it. Flows that are under
//     way when the time of a turn is up may end within graceful_stop; what is left is counted
//     as cut off.
//   - A step may go to another host than the target, by an address that a response named: to
//     one of the scenario's hosts and nowhere else (see [HostFor]). It is a request of the
//     flow, and none of the front door: the target's figures, bill and limit on cost leave it
//     out.
//
// Beforehand, an [Extent] bounds how many requests a flow sends. Rates, costs and limits use
// it: the low estimate the least, limits on rates the most.
//
// A [Shape] is one way of arriving: a pure function from a length of time and a seed
// to due times. To add one, write its file, a line in the table in stage.go and its
// keys in scenario.schema.json. A test fails until the parser and the schema agree.
//
// # Time
//
// A rate is a ratio of whole numbers, and the i'th due time is i/rate in 128-bit
// arithmetic, rounded once: a week of a prime rate ends on the nanosecond. Ramps
// invert the integral of the rate, in the form of the quadratic formula that cancels
// nothing. Steps carry the fraction of an arrival from one level to the next. So the
// number of requests due before any moment is the integral of the rate up to then,
// rounded up.
//
// A replay takes its due times from a file in the scenario's folder. The run records
// the file's digest and not the file: nothing that is done with a recorded run sends
// a request again.
//
// # Stages
//
// A stage has a name, by which thresholds and reports speak of it: its number, unless the
// file gives another. Rejected: to make it of the load in words, which is long, may occur
// twice, and changes with the rate.
//
// A warm-up is a stage whose requests are in no figure but its own. warm_up: 10s at the top
// is what most want: the load that the first stage begins with, before it. Where that is no
// steady load, or another shape is to warm up, stages at the head of the list are marked
// (warm_up: true). Rejected: warm-ups between measured stages, since blocks before and after
// them could not be compared.
//
// # Overrides
//
// A command line may replace values of a file ([ParseOverridden]). The effective scenario
// is written as a file of its own, parsed like any other, and is what a run keeps: what ran
// is never a file plus flags that someone has to remember. A flag for the rate or the
// length means the only stage; of several stages none is guessed.
//
// # Recorded copies
//
// A run directory keeps the bytes of its scenario, and anyone may have written them.
// [ParseRecorded] reads them as data: it opens no file and resolves no environment
// variable, and skips what only sending needs. To send or sign anything takes a file
// that the user names, read by [Parse].
//
// # Several targets
//
// The rate of a stage is what one target receives during its turn. Each stage is cut
// into blocks, and each block is replayed on every target in random order before the
// next begins. So every target receives the same requests at the same times, and no
// target gets the quiet minute. Blocks are what comparison replicates. A burst is
// never cut: another target's turn inside it would split it in two.
//
// # Several populations
//
// Populations run side by side, on no common clock: a turn that lasts longer than planned
// shifts the later turns of its own population only. So what must hold for their sum (the
// limits on rates, the throttle of an account, what an engine can drive) is held against
// the sum of their peaks, whether or not these are planned for the same moment. Limits on
// connections and on requests in flight are divided among their engines beforehand, as an
// engine divides them among its loops: a common counter would be contended for at every
// request. Without populations, a plan has one, without a name.
//
// # Why
//
//   - A schema and a parser, held together by a table of files in a test: what the
//     parser refuses the schema marks, except in rows marked otherwise. Rejected: to
//     validate against the JSON Schema alone, whose messages speak of anyOf and
//     patterns and know no lines; and to generate it from Go types, which hold no
//     descriptions, no examples and no "belongs to rest-api".
//   - YAML, and not HCL, TOML or JavaScript. Scenarios are data that other programs
//     read, compare and generate. Scripts, as k6 has them, can do anything, so nothing
//     is known before they run: no plan, no budget. Rejected: a configuration library
//     (viper), which merges sources and forgets where a value came from.
//   - Secrets must be references as a whole, so that the copy of a scenario in a run
//     directory never holds one.
//   - Exact rounds of requests, and not a weighted draw for each. With weights 1 and 9,
//     every ten requests have one of the first: shares are the same at every target,
//     and exact in every block but for the round that its edge cuts. That removes a
//     source of noise from comparisons.
//   - A closed block has 2³² sequence numbers to itself. How many requests the closed
//     model sends is unknown, and each block still begins with the same request at
//     every target.
package scenarios
