package engines

import (
	"bytes"
	"fmt"
	"io"
	"log"
	"net"
	"os"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

// A server that says what was not asked for, on a connection that rests, ends that
// connection and no more: no request fails, and nothing is printed.
func TestUnaskedBytesAreNotPrinted(t *testing.T) {
	var printed bytes.Buffer
	log.SetOutput(&printed)
	t.Cleanup(func() { log.SetOutput(os.Stderr) })
	for _, answer := range []string{"garbage", sized(200, "unasked"), "HTTP/1.1 408 Request Timeout\r\n\r\n"} {
		eachEngine(t, func(t *testing.T, e load.Kind) {
			addr := listen(t, func(c net.Conn) {
				eachRequest(c, func(io.Reader) bool {
					_, _ = io.WriteString(c, sized(200, "ok"))
					time.Sleep(3 * time.Millisecond) // the rest is to arrive after the response was read
					_, err := io.WriteString(c, answer)
					return err == nil
				})
			})
			gap := 30 * time.Millisecond
			retried(t, func() string {
				gap *= 2 // on a busy machine the rest arrives after the next request was sent
				r := newRig("http://" + addr)
				r.job.Requests[0].Timeout = time.Second // a request that took the rest for its response may wait for more
				r.job.Options.MaxConnections = 1
				for _, s := range r.drive(t, e, every(gap, 4)) {
					if s.Err != results.ErrNone || s.Code != 200 || s.Body != 2 || s.Reused {
						return fmt.Sprintf("request %d: %v with status %d and a body of %d, on a kept connection: %v", s.Seq, s.Err, s.Code, s.Body, s.Reused)
					}
				}
				return ""
			})
		})
	}
	if printed.Len() > 0 {
		t.Errorf("printed: %s", &printed)
	}
}
