//go:build unix

package lab

import (
	"bufio"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
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
		d.meter = newMeter(d, monitor.New(time.Now, 0))
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

// BenchmarkServed is the same over loopback: CPU time of the whole process,
// client included, and its ratio to a bare net/http handler's in the same run.
func BenchmarkServed(b *testing.B) {
	bare := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		healthy.send(w)
	}))
	defer bare.Close()
	c := Config{Account: &Throttle{Rate: 1e6, Burst: 1e6}}
	for _, kind := range kinds {
		c.Doors = append(c.Doors, instant(kind))
	}
	l, err := Start(c)
	if err != nil {
		b.Fatal(err)
	}
	defer l.Close()
	var base float64
	b.Run("bare", func(b *testing.B) { base = drivePOST(b, bare.URL) })
	for _, d := range l.Doors() {
		b.Run(d.Kind, func(b *testing.B) {
			b.ReportMetric(drivePOST(b, d.URL)/base, "×bare")
		})
	}
}

// drivePOST sends b.N requests on one connection each by a few plain clients,
// and returns the CPU time of one.
func drivePOST(b *testing.B, url string) float64 {
	b.Helper()
	host, path, _ := strings.Cut(strings.TrimPrefix(url, "http://"), "/")
	if path != "" {
		path = "/" + path
	}
	request := []byte("POST " + path + "/predict HTTP/1.1\r\nHost: x\r\nContent-Length: 34\r\n\r\n" + features)
	const clients = 8
	begun := cpuTime()
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
			for n := i; n < b.N; n += clients {
				if _, err := c.Write(request); err != nil {
					b.Error(err)
					return
				}
				skipResponse(b, from)
			}
		})
	}
	all.Wait()
	each := float64(cpuTime()-begun) / float64(b.N)
	b.ReportMetric(each/1000, "cpu-µs/op")
	return each
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

func cpuTime() time.Duration {
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// BenchmarkExcess is how much longer doors take than their model says, at 2,000
// requests a second over all four: from a request's head to its last byte being
// handed to the system, less the modelled time.
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
		d.meter = newMeter(d, monitor.New(time.Now, 0))
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
	for i, kind := range kinds {
		slices.Sort(excess[i])
		b.ReportMetric(float64(excess[i][b.N/2].Microseconds()), kind+"-p50-µs")
		b.ReportMetric(float64(excess[i][b.N*99/100].Microseconds()), kind+"-p99-µs")
	}
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
