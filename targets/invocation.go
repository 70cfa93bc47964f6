package targets

import "time"

// An Invocation is what Lambda logs of one invocation, its REPORT line.
// Source: Lambda developer guide, "Lambda function logs".
type Invocation struct {
	RequestID   string
	At          time.Time     // when it ended; zero if unknown
	Environment string        // its log stream, one for each execution environment; "" if unknown
	Duration    time.Duration // without INIT
	Billed      time.Duration
	Init        time.Duration // zero for an environment that had served before
}

// A Trace is what X-Ray records of one invocation.
type Trace struct {
	ID        string
	RequestID string        // Lambda's
	At        time.Time     // when Lambda received the request; zero if unknown
	Init      time.Duration // zero for an environment that had served before
	Ahead     bool          // INIT began before the request came
}
