//go:build linux

package engines

import (
	"bytes"
	"encoding/binary"
	"io"
	"net"
	"testing"
	"time"

	"golang.org/x/net/http2"
	"golang.org/x/net/http2/hpack"

	"tollgate/scenarios"
	"tollgate/scenarios/load"
)

// answerStreams serves HTTP/2 without allocating: it answers each HEADERS frame, whatever
// the header, in the frames of one response.
func answerStreams(c net.Conn) {
	var settings, answer, block bytes.Buffer
	_ = http2.NewFramer(&settings, nil).WriteSettings()
	e := hpack.NewEncoder(&block)
	e.SetMaxDynamicTableSize(0)
	for _, f := range [][2]string{{":status", "200"}, {"content-type", "application/json"}, {"date", "Mon, 30 Nov 2026 03:15:00 GMT"}, {"x-amzn-requestid", "c6af9ac6-7b61-11e6-9a41-93e8deadbeef"}} {
		_ = e.WriteField(hpack.HeaderField{Name: f[0], Value: f[1]})
	}
	f := http2.NewFramer(&answer, nil)
	_ = f.WriteHeaders(http2.HeadersFrameParam{StreamID: 1, BlockFragment: block.Bytes(), EndHeaders: true})
	second := answer.Len() + 5 // where the DATA frame has its stream
	_ = f.WriteData(1, true, []byte(`{"class":"iris-setosa"}`))
	b := make([]byte, 64<<10)
	if _, err := io.ReadFull(c, b[:len(http2.ClientPreface)]); err != nil {
		return
	}
	_, _ = c.Write(settings.Bytes())
	for held := 0; ; {
		n, err := c.Read(b[held:])
		if err != nil {
			return
		}
		at := b[:held+n]
		for len(at) >= 9 {
			size := 9 + int(binary.BigEndian.Uint32(at)>>8)
			if len(at) < size {
				break
			}
			if at[3] == byte(http2.FrameHeaders) {
				copy(answer.Bytes()[5:], at[5:9])
				copy(answer.Bytes()[second:], at[5:9])
				_, _ = c.Write(answer.Bytes())
			}
			at = at[size:]
		}
		held = copy(b, at)
	}
}

// openStreams opens wire on eight connections of HTTP/2 that have all served before.
func openStreams(tb testing.TB, request scenarios.Request) (engine load.Engine, shard *nought, epoch time.Time) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { _ = l.Close() })
	go acceptAll(l, answerStreams)
	r := newRig("http://" + l.Addr().String())
	r.job.Requests[0] = request
	r.job.Options.HTTP, r.job.Options.Streams = scenarios.HTTP2, 8
	return openBenchOf(tb, r, 8)
}

func TestRequestsOverHTTP2AllocateNothing(t *testing.T) {
	get := scenarios.Request{Name: "get", Method: "GET", Path: "/", Timeout: 10 * time.Second}
	for name, request := range map[string]scenarios.Request{"always the same": get, "values": constantAndTemplated(t)[1].request} {
		t.Run(name, func(t *testing.T) {
			engine, shard, epoch := openStreams(t, request)
			allocatesAtMost(t, engine, shard, epoch, 0)
		})
	}
}

// BenchmarkStreams is BenchmarkWire over HTTP/2, on eight connections with eight streams.
func BenchmarkStreams(b *testing.B) {
	for name, request := range map[string]scenarios.Request{"same": {Method: "GET", Path: "/", Timeout: 10 * time.Second}, "values": constantAndTemplated(b)[1].request} {
		b.Run(name, func(b *testing.B) {
			engine, _, epoch := openStreams(b, request)
			b.ReportAllocs()
			cpu := load.CPUTime()
			b.ResetTimer()
			sendAll(b, engine, epoch, b.N)
			b.ReportMetric(float64((load.CPUTime()-cpu).Nanoseconds())/1e3/float64(b.N), "cpu-µs/op")
		})
	}
}
