// Package fanout is the probe that measures how long a message over WebSocket takes to
// reach everyone it goes to: from when one client sends it until the last of the others has
// it.
//
// # What is sent
//
// Receivers and one sender connect. The sender sends one message at a time, and the next one
// when all receivers have it, or have been waited for. A push belongs to the message with
// which it shares a value that no other message has, so the request needs one (${uuid}): an
// application may send what it likes around it, in any order and late. What the sender itself
// is sent is not counted.
//
// A receiver that has not got a message when it was waited for has missed it. The time of
// that message is longer than the wait then, and not left out: percentiles are order
// statistics of all messages, and where one falls among those, only that it is longer is
// said. A receiver whose connection has ended is no receiver of later messages.
//
// # Null model and alternatives
//
// The null model of percentiles is that messages are independent and of one distribution;
// that they become faster or slower (a cold start, a table that grows) is tested, and
// reported with both levels in place of an interval that would hold neither.
//
// The null model of what happens within a message is an application that posts to one
// receiver after the other, each taking as long: then arrivals are spread evenly between the
// first and the last, and each further receiver costs a certain time. The alternatives are
// arrivals all at once, and uneven ones, in groups or ever slower. Only where the null model
// is not rejected is the cost of a receiver named, and only then does it say what more
// receivers would take.
//
// # Error rates
//
// Applications of seven sorts, written from their descriptions (package simulate), are asked
// on a fake clock. TestIntervalsHoldTheTruth counts how often intervals hold the percentiles
// that the descriptions have, and TestApplicationsAreNotMistaken what is said of how they
// reach receivers.
//
// # Why
//
// Fan-outs that overlap were rejected: their times depend on the rate, and which message was
// waited for is what a saturation would ask. The times of single receivers are not pooled
// into percentiles with an interval: those of one message are not independent.
package fanout

import (
	"context"
	"time"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/probe"
	"tollgate/scenarios/values"
)

// Probe asks how long a message takes to reach everyone.
func Probe() *probe.Probe {
	return &probe.Probe{Name: "fan-out", Title: "Fan-out", Messages: true, Parse: parse}
}

// options are what the scenario says.
type options struct {
	receivers, messages int
	message             int // the request that is sent
	rate                float64
	wait                time.Duration
	ramp                scenarios.Rate // of connections
	expectP99           time.Duration  // 0: nothing is expected
	expectMissed        float64        // share; below 0: nothing is expected
}

// An upper bound of the 99th percentile needs 368 messages.
const (
	defaultReceivers = 50
	defaultMessages  = 400
	defaultRate      = 10
	defaultWait      = 5 * time.Second
)

func parse(o document.Fields, about probe.About) probe.Question {
	probe.Known(o, "receivers", "messages", "message", "rate", "wait", "expect")
	l := options{
		receivers: int(o.WholeOr("receivers", 2, 100_000, defaultReceivers)), messages: int(o.WholeOr("messages", 10, 100_000, defaultMessages)),
		message: probe.MessageNamed(o, "message", scenarios.MessagesOf(about.Scenario.Requests), func(r scenarios.Request) bool { return r.Socket != nil && r.Socket.Reply.None }),
		rate:    probe.Rate(o, "rate", defaultRate), wait: o.DurationOr("wait", time.Millisecond, time.Minute, defaultWait),
		expectMissed: -1,
	}
	if all := about.Scenario.Requests; l.message < len(all) && all[l.message].Socket != nil && !varies(all[l.message].Body) {
		o.ProblemAt("message", "all messages of request %q are alike, and receivers cannot tell which of them they got: put ${uuid} into what everyone gets", all[l.message].Name)
	}
	if s := about.Scenario.Engine.Sockets; s != nil {
		l.ramp = s.Ramp
	}
	if v := o.Get("expect"); v.Node != nil {
		e := v.Fields("p99", "missed")
		l.expectP99 = e.DurationOr("p99", time.Microsecond, time.Minute, 0)
		if e.Has("missed") {
			l.expectMissed = e.Get("missed").Share()
		}
	}
	opening := l.ramp.Due(int64(l.receivers) + 1)
	return probe.Question{
		Requests: int64(l.messages), Peak: l.rate, For: opening + l.longest(), Tolerates: probe.OfServiceTimes,
		Ask: func(ctx context.Context, a probe.Asking) results.Finding {
			return conclude(l, newRoom(a, l).run(ctx))
		},
	}
}

// longest is how long the messages take at most: as if each of a hundred were waited for.
func (l options) longest() time.Duration {
	return time.Duration(float64(l.messages)/l.rate*float64(time.Second)) + time.Duration(l.mostIncomplete()+1)*l.wait
}

// mostIncomplete is how many messages may be incomplete until it is of no use to go on.
func (l options) mostIncomplete() int { return max(l.messages/10, 3) }

// varies says whether a body has a place whose value may differ from one message to the
// next.
func varies(body []byte) bool {
	c := values.Compiler{Value: func(string, int) values.Value { return nil }}
	c.Compile(string(body), values.Raw)
	return c.Varies
}
