package doors

import (
	"net/http"
	"time"
)

// A pace is how fast, and how long, a door passes a stream on.
type pace struct {
	free int64         // bytes at any speed, then 2 MB a second; 0: all
	idle time.Duration // without a byte, after which the response is cut off; 0: never
	most time.Duration // from the request to the last byte; 0: any time
}

// integrationFree is what of a server's streamed response passes a REST API at any speed.
// Source: API Gateway developer guide, "Stream the integration response for your proxy
// integrations in API Gateway".
const integrationFree = 10 << 20

// paceOf is that of a response: of a function's by Lambda's rule, of a server's by the door's.
func (d *door) paceOf(x *exchange) pace {
	if d.edge != nil { // "Origin response timeout", of the first byte and of each further one
		return pace{idle: time.Duration(d.config.Timeout)}
	}
	if !d.config.streams() {
		return pace{idle: time.Duration(d.config.Idle)}
	}
	p := pace{integrationFree, time.Duration(d.config.StreamIdle), time.Duration(d.config.Timeout)}
	if x.called {
		p.free = unthrottled
	}
	return p
}

// A flow passes the bytes of a stream on as they come, at a pace.
type flow struct {
	pace
	door     *door
	exchange *exchange
	out      http.ResponseWriter
	sent     int64
	slowFrom time.Time // when all bytes had passed that may at any speed
	left     bool      // the client is gone
}

// copy passes everything on. It returns true where the door ended the response.
func (f *flow) copy() (ended bool) {
	body := f.exchange.relay.body
	controller := http.NewResponseController(f.out)
	var idle *time.Timer
	if f.idle > 0 {
		idle = time.AfterFunc(f.idle, func() { body.CloseWithError(errDoorEnded) })
		defer idle.Stop()
	}
	piece := make([]byte, 32<<10)
	for {
		n, err := body.Read(piece)
		if idle != nil && !idle.Stop() {
			return true
		}
		if n > 0 {
			if f.wait(int64(n)) != nil {
				f.left = true
				return false
			}
			if _, err := f.out.Write(piece[:n]); err != nil || controller.Flush() != nil {
				f.left = true
				return false
			}
		}
		switch {
		case err != nil:
			return false
		case f.most > 0 && time.Since(f.exchange.ready) > f.most:
			return true
		}
		if idle != nil {
			idle.Reset(f.idle)
		}
	}
}

// wait returns when so many further bytes may pass.
func (f *flow) wait(n int64) error {
	f.sent += n
	if f.free == 0 || f.sent <= f.free {
		f.slowFrom = time.Now()
		return nil
	}
	return f.door.timer.Wait(f.exchange.request.Context(), f.slowFrom.Add(slowly(f.sent-f.free)))
}
