// Package socketlife is the probe that finds when a server ends WebSocket connections:
// after how long a silence, whether a message or a ping starts that time again, and after
// what lifetime it ends those in use.
//
// # What is sent
//
// All groups are opened at random moments of one short time, and watched together:
//
//   - silent connections, over which nothing is sent;
//   - connections over which one message is sent, each at another age: from a fifth of a
//     percent of the longest wait up, each 1.4 times as old as the one before;
//   - connections that send pings, each of them at an age 1.25 times that of the last one,
//     so that whatever the timeout is, the pause before it is a fifth of it;
//   - where the lifetime is asked for, connections that send messages and pings likewise, and
//     at least three times in what the silent ones have shown to be the timeout.
//
// # Null model and alternatives
//
// The null model is a timer of each connection with one timeout for all. A server's timer
// begins between when the handshake was written and when its answer was read, and the end
// arrives later than it was sent by the slowest round trip of a ping at most. So each connection bounds
// the timeout from both sides, without a distribution, and the timeout lies where all
// bounds overlap. That they do, within a thousandth for the steps of timers, is the
// goodness of fit.
//
// The alternatives are: a sweep, which ends all connections that are old enough at the same
// moment, and bounds the timeout by who survived one; timeouts that vary; a few connections
// lost on the way, which end sooner than the others; a restart, which ends connections of
// every age and use at once, and shows no timeout; and a lifetime that is taken for a
// timeout, as nothing that is sent changes it. What fits none of these is reported with its
// range, and no timeout is named. Nor is one where the server sends messages over silent
// connections, such as those that go to everyone.
//
// # Error rates
//
// Random servers of twelve sorts, written from these descriptions (package simulate), are
// asked on a fake clock: timeouts of half a second to twenty minutes, on ways of 0.1 to 100 ms.
// Of 6,000, an answer was named for 3,891, and 6 were wrong: 5 of 455 where the server was
// restarted just when timeouts of seconds ended, and one of 500 whose timeouts vary, of which
// three happened to be alike. Nothing is named of timers whose steps are a percent of the
// timeout, and of half of the sweeps. TestRandomServersAreNotMistaken counts 240 of them.
//
// # Why
//
// Bisection by one connection at a time was rejected: it takes as many timeouts as steps,
// and a timeout is minutes long. A silence is not cut short by a message to find whether the
// connection lives: where messages start the time again, that would measure itself.
package socketlife

import (
	"context"
	"slices"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
)

// Probe asks when the server ends connections.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "connection-life", Title: "Life of connections", Messages: true, Parse: parse}
}

// options are what the scenario says.
type options struct {
	connections    int           // of each group
	idle, lifetime time.Duration // that are waited for; lifetime 0: it is not asked for
	message        int           // the request that is sent
	expectIdle     time.Duration // 0: nothing is expected
	expectLifetime time.Duration // 0: nothing is expected
}

// By default a bit more is waited for than the 10 minutes of a WebSocket API.
const (
	defaultIdle        = 11 * time.Minute
	defaultConnections = 8
	longestWait        = 6 * time.Hour
	shortestWait       = 100 * time.Millisecond
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "connections", "idle", "lifetime", "message", "expect")
	l := options{
		connections: int(o.WholeOr("connections", 3, 1000, defaultConnections)),
		idle:        o.DurationOr("idle", shortestWait, longestWait, defaultIdle),
		lifetime:    o.DurationOr("lifetime", shortestWait, longestWait, 0),
		message:     probe.MessageNamed(o, "message", scenarios.MessagesOf(about.Scenario.Requests), func(scenarios.Request) bool { return true }),
	}
	if v := o.Get("expect"); v.Node != nil {
		e := v.Fields("idle", "lifetime")
		l.expectIdle = e.DurationOr("idle", time.Millisecond, longestWait, 0)
		l.expectLifetime = e.DurationOr("lifetime", time.Millisecond, longestWait, 0)
		if l.expectLifetime > 0 && l.lifetime == 0 {
			e.ProblemAt("lifetime", "is not asked for: give lifetime, how long a connection in use is watched, next to expect")
		}
	}
	return probe.Question{
		Requests: int64(l.all() + l.messages()), For: l.longest(), Peak: float64(l.all()) / max(l.openingTime().Seconds(), 1),
		Tolerates: probe.OfReports,
		Ask: func(ctx context.Context, a probe.Asking) results.Finding {
			return conclude(l, a.Target, newWatch(a, l).run(ctx))
		},
	}
}

// groups are the sizes of the groups.
func (l options) groups() map[group]int {
	all := map[group]int{silent: l.connections, spoke: len(l.spokenAt()), pinged: 3}
	if l.lifetime > 0 {
		all[used] = l.connections
	}
	return all
}

func (l options) all() (n int) {
	for _, size := range l.groups() {
		n += size
	}
	return n
}

// messages are those that are sent at most.
func (l options) messages() int {
	return spokenSteps + l.groups()[used]*(firstPauses+mostPauses)
}

// openingTime is how long the groups are opened. What ends connections of one moment at
// another one is not distinguished from a restart.
func (l options) openingTime() time.Duration { return max(l.idle/20, leastOpening) }

const leastOpening = 500 * time.Millisecond

// The ages at which connections send their one message.
const (
	spokenShare = 0.7 // of each to the next
	spokenSteps = 18
)

func (l options) spokenAt() (all []time.Duration) {
	at := float64(l.idle)
	for range spokenSteps {
		at *= spokenShare
		all = append(all, time.Duration(at))
	}
	slices.Reverse(all)
	return all
}

// How many timeouts old connections get that sent something, until it is seen whether that
// started the time again.
const (
	latestSpoken = 0.6  // the oldest age of a message that is waited for
	clearAge     = 1.75 // of all: latestSpoken, one timeout more and a margin
)

// longest is how long the probe takes at most.
func (l options) longest() time.Duration {
	return l.openingTime() + max(time.Duration(clearAge*float64(l.idle)), l.lifetime)
}
