package lab

import (
	"bufio"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/targets/lab/timer"
)

// BenchmarkServed is what a door with a modelled function costs over loopback:
// CPU time of the lab's process alone, the client being in another, and its ratio
// to that of a bare net/http handler. Once without waiting, so that both processes
// are as busy as they can be; and once the door and the handler wait 3 ms, when
// most of the time goes into falling asleep and being woken.
func BenchmarkServed(b *testing.B) {
	for _, wait := range []time.Duration{0, 3 * time.Millisecond} {
		var base float64
		name := map[bool]string{true: "at-once", false: "waiting"}[wait == 0]
		row := func(role, kind string) {
			b.Run(name+"/"+kind, func(b *testing.B) {
				d := instant("http-api")
				if role == "lab" {
					d = instant(kind)
				}
				d.Overhead = &LogNormal{Median: Duration(wait)}
				each := serveApart(b, role, d)
				if role == "bare" {
					base = each
				}
				b.ReportMetric(each/base, "×bare")
			})
		}
		row("bare", "bare")
		for _, kind := range []string{"rest-api", "http-api", "function-url", "alb"} {
			row("lab", kind)
		}
	}
}

// serveApart sends b.N requests to a process that serves a door, or what its
// role says, and returns the CPU time of one, in nanoseconds.
func serveApart(b *testing.B, role string, d DoorConfig) float64 {
	b.Helper()
	b.Setenv(roleVariable, role)
	cpu := func(requests int) time.Duration {
		child, err := Spawn(b.Context(), os.Args[0], nil, Config{Account: &Throttle{Rate: 1e6, Burst: 1e6}, Doors: []DoorConfig{d}})
		if err != nil {
			b.Fatal(err)
		}
		drive(b, child.Doors[0].URL, requests)
		if err := child.Close(); err != nil {
			b.Fatal(err)
		}
		return child.command.ProcessState.UserTime() + child.command.ProcessState.SystemTime()
	}
	idle := cpu(0) // what starting and ending takes
	b.ResetTimer()
	each := float64(cpu(b.N)-idle) / float64(b.N)
	b.ReportMetric(each/1000, "cpu-µs/op")
	return each
}

// serveBare is what a process does whose role is the bare handler: it waits
// as long as the first door of its configuration would.
func serveBare(stdin io.Reader, stdout io.Writer) {
	defer TuneGC()() // as a lab
	in := bufio.NewReader(stdin)
	line, err := readLine(in)
	var c Config
	if err != nil || json.Unmarshal(line, &c) != nil {
		return
	}
	pace := timer.New()
	defer pace.Close()
	wait := time.Duration(c.Doors[0].Overhead.Median)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = pace.Wait(r.Context(), time.Now().Add(wait))
		_, _ = io.WriteString(w, `{"prediction":0,"class_name":"setosa"}`)
	}))
	defer bare.Close()
	_ = announce(stdout, Opened{Doors: []Door{{URL: bare.URL}}})
	_, _ = io.Copy(io.Discard, in)
}

// drive sends n requests by a few clients.
func drive(b *testing.B, url string, n int) {
	const clients = 16
	client := &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: clients}}
	defer client.CloseIdleConnections()
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			for sent := i; sent < n; sent += clients {
				got, err := client.Post(url+"/predict", "application/json", strings.NewReader(features))
				if err != nil {
					b.Error(err)
					return
				}
				_, _ = io.Copy(io.Discard, got.Body)
				got.Body.Close()
			}
		})
	}
	all.Wait()
}

// instant is a door without modelled time.
func instant(kind string) DoorConfig {
	none := &LogNormal{}
	return DoorConfig{Kind: kind, Overhead: none, Function: &Function{Init: none, Warm: none, Concurrency: new(100_000)}}
}
