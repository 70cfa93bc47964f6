package doors

import (
	"net/http"
	"time"
)

// A flow passes the bytes of a stream on as they come, no faster than Lambda does, and no
// longer than the door streams.
type flow struct {
	door     *door
	exchange *exchange
	out      http.ResponseWriter
	sent     int64
	slowFrom time.Time // when all bytes had passed that may at any speed
	left     bool      // the client is gone
}

// copy passes everything on. It returns true where the door ended the response.
func (f *flow) copy() (ended bool) {
	body, d := f.exchange.relay.body, f.door
	controller := http.NewResponseController(f.out)
	var idle *time.Timer
	if limit := time.Duration(d.config.StreamIdle); limit > 0 {
		idle = time.AfterFunc(limit, func() { body.CloseWithError(errDoorEnded) })
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
		switch limit := time.Duration(d.config.Timeout); {
		case err != nil:
			return false
		case limit > 0 && time.Since(f.exchange.ready) > limit:
			return true
		}
		if idle != nil {
			idle.Reset(time.Duration(d.config.StreamIdle))
		}
	}
}

// wait returns when so many further bytes may pass.
func (f *flow) wait(n int64) error {
	f.sent += n
	if f.sent <= unthrottled {
		f.slowFrom = time.Now()
		return nil
	}
	return f.door.timer.Wait(f.exchange.request.Context(), f.slowFrom.Add(streaming(f.sent)))
}
