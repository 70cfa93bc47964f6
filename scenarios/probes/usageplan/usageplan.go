// Package usageplan is the probe that finds the limit that is in force for a key: its
// rule, its rate and burst if it is a token bucket, and what enforces it.
//
// The rate is searched from below until what passes no longer grows with what is
// sent. Then the bucket is left to fill, emptied by a flood at several times the rate,
// kept empty by a sustained overload, left to recover and emptied once more, and last
// sent less than its rate. Requests arrive at random, since evenly spaced ones never
// find some buckets full. The bucket is kept empty at two rates of sending (press): other
// limits let more pass of more. Where nothing passes for long, as at the end of a window,
// the probe waits for the limit to open again, and measures for some windows.
//
// Package limiter names the rule behind the decisions. One that is not a token bucket
// is reported as what it is, and one that follows no known rule as that, with what
// passed. Where two rules explain the decisions alike, more requests are sent within
// what was announced, at other rates (more), and the finding says how many. "No limit"
// is concluded only where nothing was refused, and then with the buckets that would
// have shown.
//
// # New connections
//
// connect-burst (Connects) is the same question with handshakes of WebSocket as requests, each
// of which opens a connection that is ended at once. The simulators and error rates are those
// of requests: what arrives at a limit, and when, is alike. Its burst is not documented by AWS.
//
// # Several keys
//
// API Gateway throttles each key of a usage plan on its own. So keys are measured
// one after the other, each as the only key of a target would be. Then each bucket
// is kept empty in turn while requests with the other keys are sent: a key that is
// throttled then draws on the same bucket. To send with all keys at once was
// rejected: where few of many requests pass, nobody can say whose tokens they took.
package usageplan

import (
	"time"

	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Probe asks which rate and burst are in force for a key, and what enforces them.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "usage-plan", Title: "Usage plan", Untried: "it would take a token out of the bucket", Parse: parse}
}

// question is one question about a token bucket.
type question struct {
	target   targets.Target
	connects bool // requests are handshakes of WebSocket
	expects  bool
	rate     float64 // expected
	burst    float64 // expected
	from     float64 // the first rate of the search
	most     float64 // the highest rate that is tried
	quota    int64   // of the key; 0: not stated
	bursts   []plannedBurst
	requests int64 // announced
	length   time.Duration
	widest   [2]float64 // the rate and the burst that can still be measured within that

	identified identified // the last answer
}
