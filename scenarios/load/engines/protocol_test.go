package engines

import (
	"net"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
)

func TestSamplesNameTheProtocol(t *testing.T) {
	t.Parallel()
	for _, row := range []struct {
		name  string
		serve func(net.Conn) // nil: nothing listens
		want  results.Protocol
	}{
		{"a response of HTTP/1.1", func(c net.Conn) { answerEach(c, sized(200, "ok"), func() {}) }, results.HTTP11},
		{"a response of HTTP/1.0", func(c net.Conn) { answerEach(c, "HTTP/1.0 200 OK\r\nContent-Length: 0\r\n\r\n", func() {}) }, results.HTTP10},
		{"no response", func(c net.Conn) { readRequest(c) }, results.HTTP11},
		{"no connection", nil, results.UnknownProtocol},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			eachEngine(t, func(t *testing.T, e load.Kind) {
				addr := vacant(t)
				if row.serve != nil {
					addr = listen(t, row.serve)
				}
				for i, s := range newRig("http://"+addr).drive(t, e, every(time.Millisecond, 2)) {
					if s.Protocol != row.want {
						t.Errorf("request %d: %v, want %v", i, s.Protocol, row.want)
					}
				}
			})
		})
	}
}
