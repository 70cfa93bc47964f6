package simulate

import (
	"context"
	"time"

	"tollgate/results"
	"tollgate/scenarios/probes/probe"
)

// A Driver sends the stages of a question on a clock of its own, as a session does, so
// that disturbed ones are sent again or left out (see [probe.Question.Measure]).
type Driver struct {
	// Respond sets what came of a stage that is sent for the n'th time: its samples,
	// which were sent when they were due and got good responses after 5 ms, and what the
	// generator did meanwhile.
	Respond func(m *probe.Measured, n int)

	Sent map[string]int // how often each stage was sent
	now  time.Duration
}

// Cost implements [probe.Driver].
func (d *Driver) Cost(s probe.Stage) (n int64, peak float64, err error) {
	for range s.Shape().Schedule(s.For, 1) {
		n++
	}
	return n, 1, nil
}

// Drive implements [probe.Driver].
func (d *Driver) Drive(_ context.Context, s probe.Stage) (probe.Measured, error) {
	if d.Sent == nil {
		d.Sent = map[string]int{}
	}
	d.Sent[s.Name]++
	m := probe.Measured{Stage: s, Started: d.now, CPUs: 2, Samples: inTime(s, d.now, 1)}
	m.Due = int64(len(m.Samples))
	d.Respond(&m, d.Sent[s.Name])
	d.now = ended(d.now+s.For, m.Samples) + pause
	return m, nil
}

// pause is between two stages.
const pause = 20 * time.Millisecond

// inTime are the requests of a stage, each sent when it is due and responded to after
// 5 ms.
func inTime(s probe.Stage, now time.Duration, seed uint64) (all []results.Sample) {
	for due := range s.Shape().Schedule(s.For, seed) {
		at := now + due
		request := uint16(0)
		if s.Pick != nil {
			request = s.Pick(uint64(len(all)))
		}
		all = append(all, results.Sample{Request: request, Due: at, Begun: at, Sent: at, FirstByte: 5 * time.Millisecond, Service: 5 * time.Millisecond, Code: 200})
	}
	return all
}
