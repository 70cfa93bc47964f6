package doors

import (
	"cmp"
	"net/http"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// A function URL, and a REST API, pass on what a function streams: its first byte does not
// wait for its last. A modelled function streams its response from a share of its time on; a
// command and a server stream what they like.
//
// Sources: Lambda developer guide, "Response streaming for Lambda functions" (6 MB at any
// speed, then 2 MB a second, up to 200 MB); API Gateway developer guide, "Stream the
// integration response for your proxy integrations in API Gateway" (15 minutes; 5 minutes
// without a byte, 30 seconds at an edge-optimised API; 10 MB at any speed, then 2 MB a second,
// which Lambda's rate never reaches; no caching). That a wait for the first byte as long as that
// is 504, and that a response which is cut off ends without its last chunk, are assumed.
const (
	streamFirstByte = 0.2 // share of a modelled function's time; assumed
	streamIdle      = 5 * time.Minute
	streamIdleEdge  = 30 * time.Second
)

// streams says whether responses of functions are passed on as they come.
func (d DoorConfig) streams() bool { return d.Stream || d.FirstByte > 0 }

// modelled says whether the door's function is a model.
func (d DoorConfig) modelled() bool { return len(d.Function.Command) == 0 && d.Function.Proxy == "" }

func (d *DoorConfig) fillStream() {
	if d.Stream && d.modelled() {
		d.FirstByte = cmp.Or(d.FirstByte, streamFirstByte)
	}
}

// fillStreamLimits fills in what a front door allows a stream, longest in all.
func (d *DoorConfig) fillStreamLimits(longest time.Duration) {
	d.fillStream()
	if !d.streams() {
		return
	}
	idle := Duration(streamIdle)
	if d.Edge {
		idle = Duration(streamIdleEdge)
	}
	d.StreamIdle = cmp.Or(d.StreamIdle, idle)
	d.Timeout = cmp.Or(d.Timeout, Duration(longest))
}

func (d DoorConfig) checkStream(at string, p *problems) {
	p.share(at+".stream_first_byte", d.FirstByte)
	p.between(at+".stream_idle_timeout", d.StreamIdle, 0, streamIdle)
	switch {
	case d.FirstByte != 0 && !d.modelled():
		p.add("%s.stream_first_byte: only a modelled function has it; a command and a server stream by themselves, with response_stream", at)
	case d.StreamIdle != 0 && !d.streams():
		p.add("%s.stream_idle_timeout: nothing is streamed here: add response_stream, or leave it out", at)
	case d.Cache != nil && d.streams():
		p.add("%s.cache: a REST API keeps no streamed response: leave the cache or response_stream out", at)
	}
}

// invokeStream calls a function whose response is passed on as it comes.
func (d *door) invokeStream(x *exchange) bool {
	if x.received > d.kind.largestEvent {
		return x.fail(targets.FaultTooLarge)
	}
	if d.choose(x).call != nil {
		return d.stream(x)
	}
	script, _ := scriptOf(x.request.Method, x.path, x.request.URL.Query)
	x.called = true
	x.invocation = x.version.invokeAs(x.ready, callMode{streams: true, takes: script.lasts()}, func() *response { return x.version.signed(d.answer(x)) })
	x.report()
	in := &x.invocation
	begins := in.Init + in.computing
	if script == nil {
		begins = in.Init + time.Duration(float64(in.Duration)*d.config.FirstByte)
	}
	switch cutLater := in.Ending == runtime.Overtime || in.Ending == runtime.TooLarge; {
	case in.Ending != runtime.Returned && (!cutLater || begins >= in.took()):
		x.integration = in.took()
		return d.refuseEnding(x)
	case d.config.StreamIdle > 0 && begins > time.Duration(d.config.StreamIdle):
		x.integration = time.Duration(d.config.StreamIdle)
		return x.fail(targets.FaultTimeout)
	}
	x.response, x.integration, x.rest = in.response, begins, in.took()-begins
	x.cutOff = in.Ending != runtime.Returned
	d.limitStream(x, script)
	if x.cutOff && script == nil {
		x.response = x.response.half()
	}
	x.streamed = x.response.size()
	if x.send == nil {
		x.send = func(w http.ResponseWriter) { d.sendStream(w, x) }
	}
	return false
}

// limitStream ends a response that takes longer than the door streams, or in which nothing
// comes for too long. The function goes on.
func (d *door) limitStream(x *exchange, script *eventScript) {
	most := time.Duration(d.config.Timeout) - x.integration
	if idle := time.Duration(d.config.StreamIdle); idle > 0 && script != nil {
		switch {
		case script.first > idle:
			most = min(most, idle)
		case script.gap > idle && script.events > 1:
			most = min(most, script.first+idle)
		}
	}
	if d.config.Timeout > 0 && x.rest > most {
		x.rest, x.cutOff = most, true
	}
}

// sendStream sends a response whose last byte comes after x.rest, or not at all.
func (d *door) sendStream(w http.ResponseWriter, x *exchange) {
	d.head(w, x)
	delete(w.Header(), "Content-Length")
	there := true
	if script := x.response.script; script != nil {
		w.WriteHeader(x.response.status)
		within := x.rest
		if !x.cutOff {
			within = longestScript
		}
		var truth EventTruth
		begun := time.Now()
		truth, there = d.sendEvents(w, x, script, within)
		if there && x.cutOff {
			there = d.timer.Wait(x.request.Context(), begun.Add(x.rest)) == nil
		} else if there {
			_, err := w.Write([]byte(script.ending()))
			there = err == nil
		}
		addIf(&truth.Cut, x.cutOff || !there)
		d.counters.countEvents(truth)
	} else {
		d.trickle(w, x, x.rest)
	}
	if x.cutOff || !there {
		panic(http.ErrAbortHandler)
	}
}

// countEvents counts a response of GET /events.
func (c *counters) countEvents(truth EventTruth) {
	c.locked(func(t *DoorTruth) {
		if t.Events == nil {
			t.Events = &EventTruth{}
		}
		t.Events.add(truth)
	})
}

// beyondIncluded is what Lambda bills of a streamed response by its size.
func beyondIncluded(bytes int64) int64 { return max(bytes-unthrottled, 0) }
