//go:build linux

package engines

import (
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"golang.org/x/net/http2"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/wire"
)

// A server that reads nothing more of an upload is not sent requests on that connection for
// ever.
func TestAConnectionOnWhichNothingIsReadIsGivenUp(t *testing.T) {
	t.Parallel()
	eachHTTP2(t, func(t *testing.T, e load.Kind) {
		patient(t, 200*time.Millisecond, func(timeout time.Duration) string {
			deaf := make(chan struct{})
			defer close(deaf)
			r := listenHTTP2(t, nil, func(p *peer, f http2.Frame) bool {
				if _, ok := f.(*http2.MetaHeadersFrame); ok {
					_ = p.WriteWindowUpdate(0, 1<<25)
					_ = p.WriteWindowUpdate(f.Header().StreamID, 1<<25)
				}
				if p.number == 1 {
					<-deaf
				}
				if asked(f) {
					p.respond(f.Header().StreamID, "200", "ok")
				}
				return true
			})
			r.job.Requests[0].Method, r.job.Requests[0].Body = "POST", make([]byte, 8<<20)
			r.job.Requests[0].Timeout = timeout
			var got []string
			for _, s := range r.drive(t, e, every(timeout*2, 4)) {
				got = append(got, s.Err.String())
			}
			if all := strings.Join(got, " "); !strings.HasPrefix(all, "timeout ") || !strings.HasSuffix(all, " none") {
				return fmt.Sprint(all)
			}
			return ""
		})
	})
}

// What an upload has left behind when it times out, and is sent when the server reads on,
// counts with the request that ends next.
func TestBytesOfAnUploadThatTimesOutAreCounted(t *testing.T) {
	t.Parallel()
	patient(t, 200*time.Millisecond, func(timeout time.Duration) string {
		reads := make(chan struct{})
		r := listenHTTP2(t, []http2.Setting{{ID: http2.SettingInitialWindowSize, Val: 1 << 30}}, func(p *peer, f http2.Frame) bool {
			if h, ok := f.(*http2.MetaHeadersFrame); ok && h.StreamID == 1 {
				_ = p.WriteWindowUpdate(0, 1<<30)
				<-reads
			}
			if asked(f) {
				p.respond(f.Header().StreamID, "200", "ok")
			}
			return true
		})
		var between wiretap
		r.job.Targets[0].URL.Host = listen(t, func(c net.Conn) {
			between.pass(c, strings.TrimPrefix(r.job.Targets[0].Name, "http://"))
		})
		large := r.job.Requests[0]
		large.Method, large.Body, large.Timeout = "POST", make([]byte, 32<<20), timeout
		r.job.Requests = append(r.job.Requests, large)
		r.job.Pick = func(seq uint64) uint16 { return uint16(1 - min(seq, 1)) }
		e := r.open(t, wire.Kind)
		time.AfterFunc(2*timeout, func() { close(reads) })
		r.run(t, e, every(3*timeout, 2))
		all := r.sorted()
		if all[0].Err != results.ErrTimeout || all[1].Err != results.ErrNone || !all[1].Reused {
			return fmt.Sprintf("%v, then %v, reused %v", all[0].Err, all[1].Err, all[1].Reused)
		}
		for deadline := time.Now().Add(5 * time.Second); between.in.Load() < all[0].Out+all[1].Out && time.Now().Before(deadline); {
			time.Sleep(time.Millisecond) // polls: the server counts what has arrived
		}
		if got := between.in.Load(); got != all[0].Out+all[1].Out {
			t.Errorf("%d bytes are recorded of the upload and %d of the next request, %d were sent", all[0].Out, all[1].Out, got)
		}
		return ""
	})
}
