//go:build interop

package engines

import (
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/targets"
)

// tinyproxy leads to wherever it is asked for.
var tinyproxy = otherServer{
	name: "tinyproxy", file: "tinyproxy.conf", command: []string{"tinyproxy", "-d", "-c", "FILE"},
	text: "Port PORT\nListen 127.0.0.1\nTimeout 20\nMaxClients 500\nAllow 127.0.0.1\nLogLevel Error\n",
}

// A server that ends each connection after five requests has users who send all the time
// lose none, whether through a proxy or not.
func TestRequestsOutliveConnectionsToServersOfAnotherImplementation(t *testing.T) {
	nginx := otherServers[0]
	nginx.text = strings.Replace(nginx.text, "keepalive_requests 100", "keepalive_requests 5", 1)
	const length = 500 * time.Millisecond
	for _, tunnel := range []bool{false, true} {
		t.Run(map[bool]string{false: "directly", true: "by a tunnel"}[tunnel], func(t *testing.T) {
			oneByOne(t, func(t *testing.T, e load.Kind) {
				address, counted := nginx.start(t)
				r := newRig("http://" + address)
				r.job.Options.HTTP = scenarios.HTTP2
				if tunnel {
					proxy, _ := tinyproxy.start(t)
					r.job.Targets[0].Connection = targets.Connection{ProxyTunnel: true, Proxy: &targets.Proxy{Scheme: "http", Address: proxy}}
				}
				engine := r.open(t, e)
				r.run(t, engine, scenarios.Turn{Load: scenarios.Users{N: 16}, For: length, Blocks: slices.Values([]scenarios.Block{{For: length}})})
				lost := 0
				for _, x := range r.samples {
					if x.Err != results.ErrNone {
						lost++
					}
				}
				h := engine.Health()
				t.Logf("%d requests on %d connections, %d sent again", len(r.samples), h.Opened, h.Retried)
				if first := excerpts(r.sorted()); lost > 0 || len(r.samples) < 100 || h.Retried > len(r.samples)/5 {
					t.Errorf("%d of %d requests are lost, %d were sent again: %+v", lost, len(r.samples), h.Retried, first)
				}
				for begun := time.Now(); counted() != len(r.samples); time.Sleep(10 * time.Millisecond) { // polls: its log follows
					if time.Since(begun) > 5*time.Second {
						t.Fatalf("the server counts %d", counted())
					}
				}
			})
		})
	}
}
