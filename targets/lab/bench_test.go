package lab

import (
	"bufio"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"os"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"tollgate/targets/lab/monitor"
	"tollgate/targets/lab/wheel"
)

// BenchmarkHandler is the CPU that a door takes for one request beside net/http's
// own: working out the answer, counting it and writing it, without modelled time.
func BenchmarkHandler(b *testing.B) {
	bare := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		healthy.send(w)
	})
	b.Run("bare", func(b *testing.B) { handle(b, bare, "/") })
	w := wheel.Portable()
	defer w.Close()
	for _, kind := range kinds {
		config := only(instant(kind)).filled()
		d := newDoor(config.Doors[0], 1, "127.0.0.1:80", newBucket(Throttle{Rate: 1e6, Burst: 1e6}, time.Now()), w, time.Now())
		d.meter = newMeter(d, newLedger(monitor.New(time.Now, 0)))
		b.Run(kind, func(b *testing.B) { handle(b, d, root(kind)) })
	}
}

// instant is a door without modelled time.
func instant(kind string) DoorConfig {
	return DoorConfig{Kind: kind, Overhead: exactly(0), Function: &Function{Init: exactly(0), Warm: exactly(0), Concurrency: new(100_000)}}
}

func handle(b *testing.B, h http.Handler, path string) {
	b.ReportAllocs()
	path = strings.TrimSuffix(path, "/")
	for b.Loop() {
		r := httptest.NewRequest("POST", path+"/predict", strings.NewReader(features))
		h.ServeHTTP(httptest.NewRecorder(), r)
	}
}

// BenchmarkServed is what a door with a modelled function costs over loopback:
// CPU time of the lab's process alone, the client being in another, and its ratio
// to that of a bare net/http handler. Once nobody waits, so that both processes
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
				d.Overhead = exactly(wait)
				each := serveApart(b, role, d)
				if role == "bare" {
					base = each
				}
				b.ReportMetric(each/base, "×bare")
			})
		}
		row("bare", "bare")
		for _, kind := range kinds {
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
		drivePOST(b, child.Doors[0].URL, requests)
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

// serveBare is what a process does that is told to be the bare handler: it waits
// as long as the first door of its configuration would.
func serveBare(stdin io.Reader, stdout io.Writer) {
	in := bufio.NewReader(stdin)
	line, err := readLine(in)
	var c Config
	if err != nil || json.Unmarshal(line, &c) != nil {
		return
	}
	pace, err := wheel.New()
	if err != nil {
		return
	}
	wait := time.Duration(c.Doors[0].Overhead.Median)
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		_ = pace.Wait(r.Context(), time.Now().Add(wait))
		healthy.send(w)
	}))
	defer bare.Close()
	_ = announce(stdout, Opened{Doors: []Door{{URL: bare.URL}}})
	_, _ = io.Copy(io.Discard, in)
}

// drivePOST sends n requests, by a few plain clients with a connection each.
func drivePOST(b *testing.B, url string, n int) {
	b.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	if path != "" {
		path = "/" + path
	}
	request := []byte("POST " + path + "/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\n\r\n" + features)
	const clients = 16
	var all sync.WaitGroup
	for i := range clients {
		all.Go(func() {
			c, err := net.Dial("tcp", host)
			if err != nil {
				b.Error(err)
				return
			}
			defer c.Close()
			from := bufio.NewReader(c)
			for sent := i; sent < n; sent += clients {
				if _, err := c.Write(request); err != nil {
					b.Error(err)
					return
				}
				skipResponse(b, from)
			}
		})
	}
	all.Wait()
}

// skipResponse reads a response as cheaply as it can.
func skipResponse(b *testing.B, from *bufio.Reader) {
	length := 0
	for {
		line, err := from.ReadSlice('\n')
		if err != nil {
			b.Error(err)
			return
		}
		if len(line) == 2 {
			break
		}
		if text, found := strings.CutPrefix(string(line), "Content-Length: "); found {
			for _, digit := range strings.TrimSpace(text) {
				length = length*10 + int(digit-'0')
			}
		}
	}
	if _, err := from.Discard(length); err != nil {
		b.Error(err)
	}
}

// BenchmarkExcess is how much longer doors take than their model says, at 2,000
// requests a second over all four: from a request's head to its last byte being
// handed to the system, less the modelled time. The spread is how far the doors'
// medians lie apart.
func BenchmarkExcess(b *testing.B) {
	const delay = 8 * time.Millisecond
	w, err := wheel.New()
	if err != nil {
		b.Fatal(err)
	}
	defer w.Close()
	excess := make([][]time.Duration, len(kinds))
	var urls []string
	for i, kind := range kinds {
		config := instant(kind)
		config.Overhead = exactly(delay)
		d := newDoor(only(config).filled().Doors[0], 1, "127.0.0.1:80", newBucket(Throttle{Rate: 1e6, Burst: 1e6}, time.Now()), w, time.Now())
		d.meter = newMeter(d, newLedger(monitor.New(time.Now, 0)))
		excess[i] = make([]time.Duration, b.N)
		var next atomic.Int64
		server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			begun := time.Now()
			d.ServeHTTP(w, r)
			excess[i][next.Add(1)-1] = time.Since(begun) - delay
		}))
		defer server.Close()
		urls = append(urls, server.URL+root(kind))
	}
	paceGets(b, w, urls)
	var medians []time.Duration
	for i, kind := range kinds {
		slices.Sort(excess[i])
		medians = append(medians, excess[i][b.N/2])
		b.ReportMetric(float64(excess[i][b.N/2].Microseconds()), kind+"-p50-µs")
		b.ReportMetric(float64(excess[i][b.N*99/100].Microseconds()), kind+"-p99-µs")
	}
	b.ReportMetric(float64((slices.Max(medians) - slices.Min(medians)).Microseconds()), "spread-p50-µs")
}

// paceGets sends b.N requests to each address, 2,000 a second in all, on a few
// connections that take turns.
func paceGets(b *testing.B, pace *wheel.Wheel, urls []string) {
	b.Helper()
	const lanes = 16 // to each address; a lane is free again long before its next turn
	var all sync.WaitGroup
	begun := time.Now()
	for door, url := range urls {
		host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
		request := []byte("GET /" + path + " HTTP/1.1\r\nHost: x\r\n\r\n")
		for lane := range lanes {
			all.Go(func() {
				c, err := net.Dial("tcp", host)
				if err != nil {
					b.Error(err)
					return
				}
				defer c.Close()
				from := bufio.NewReader(c)
				for n := lane; n < b.N; n += lanes {
					_ = pace.Wait(b.Context(), begun.Add(time.Duration(n*len(urls)+door)*time.Second/2000))
					if _, err := c.Write(request); err != nil {
						b.Error(err)
						return
					}
					skipResponse(b, from)
				}
			})
		}
	}
	all.Wait()
}
