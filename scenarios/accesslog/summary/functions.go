package summary

import (
	"strconv"

	"tollgate/scenarios/accesslog"
)

// functions are invocations of Lambda.
type functions struct {
	n, cold        int64
	duration, init Counts // ms, rounded up
	billed         Counts // ms
	memory         map[string]int64
}

func (f *functions) add(e *accesslog.Entry) {
	f.n++
	f.duration.Add(billed(e.Backend))
	f.billed.Add(milliseconds(e.Billed))
	if e.Init >= 0 {
		f.cold++
		f.init.Add(milliseconds(e.Init))
	}
	if f.memory == nil {
		f.memory = map[string]int64{}
	}
	count(f.memory, strconv.AppendInt(nil, e.MemoryMB, 10))
}

// mostFollowed bounds the open connections whose beginning is remembered.
const mostFollowed = 1 << 16

// socketTraffic is what a WebSocket API logs: an event of a connection a line.
type socketTraffic struct {
	connects, messages, disconnects int64
	lives                           int64 // disconnects of which the beginning is known
	seconds                         float64
	open                            map[string]int64 // when each was opened
}

func (t *socketTraffic) add(e *accesslog.Entry) {
	switch string(e.Event) {
	case "CONNECT":
		t.connects++
		if t.open == nil {
			t.open = map[string]int64{}
		}
		if len(t.open) < mostFollowed && len(e.Conn) > 0 && e.Arrived > 0 {
			t.open[string(e.Conn)] = e.Arrived
		}
	case "DISCONNECT":
		t.disconnects++
		opened := e.Opened
		if opened == 0 {
			opened = t.open[string(e.Conn)]
		}
		delete(t.open, string(e.Conn))
		if opened > 0 && e.Arrived >= opened {
			t.lives++
			t.seconds += float64(e.Arrived-opened) / 1e9
		}
	default:
		t.messages++
	}
}
