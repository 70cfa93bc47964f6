//go:build foreign && linux

package foreign

import (
	"context"
	"fmt"
	"io"
	"math"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/whatif"
)

// varnishLog is what varnishncsa writes: what tollgate reads by the format, in the names of
// nginx, and behind it what Varnish did.
const (
	varnishLog    = `%{VSL:Timestamp:Start[1]}x|%{Varnish:time_firstbyte}x|%m|%U|%s|%b| %{Varnish:hitmiss}x`
	varnishFormat = `$msec|$upstream_response_time|$request_method|$request_uri|$status|$body_bytes_sent|`
)

// A trial of hits: Varnish with a TTL, and requests that favour few paths.
type hitTrial struct {
	ttl    time.Duration
	skew   float64
	paths  uint64
	gap    time.Duration // in the mean
	number int           // of requests
}

// The hits that whatif predicts from Varnish's log of the arrivals are those that Varnish had.
// The log is that of the requests that are predicted, so that nothing depends on how quiet the
// machine is. While a response is under way, Varnish has the next request for it wait and calls
// it a hit, unless hash_ignore_busy has it ask the backend, too, as API Gateway does.
func TestPredictedHitsAreThoseOfVarnish(t *testing.T) {
	if testing.Short() {
		t.Skip("not a part of make interop")
	}
	for number, one := range []hitTrial{
		{500 * time.Millisecond, 1.2, 200, 4 * time.Millisecond, 2500},
		{time.Second, 1.6, 1000, 4 * time.Millisecond, 2500},
		{2 * time.Second, 1.1, 2000, 3 * time.Millisecond, 3000},
		{5 * time.Second, 1.05, 5000, 3 * time.Millisecond, 4000},
	} {
		t.Run(one.ttl.String(), func(t *testing.T) {
			t.Parallel()
			one.hold(t, uint64(number))
		})
	}
}

func (h hitTrial) hold(t *testing.T, seed uint64) {
	dir, at := folder(t), address(t)
	behind := newBackend(t, 500, always(0))
	host, port, err := net.SplitHostPort(behind.host())
	if err != nil {
		t.Fatal(err)
	}
	ignores := strings.Replace(varnishVCL, "sub vcl_recv {", "sub vcl_recv { set req.hash_ignore_busy = true;", 1)
	vcl := write(t, dir, "cache.vcl", fmt.Sprintf(ignores, host, port, "hash", "req.url", fmt.Sprintf("%dms", h.ttl.Milliseconds()), tellsNone))
	work := filepath.Join(dir, "work")
	url := program{
		name: "varnishd", install: "on Debian, apt-get install varnish",
		args:    []string{"-F", "-j", "none", "-n", work, "-a", at, "-f", vcl, "-T", "none", "-s", "malloc,64M", "-p", "thread_pools=1", "-p", "thread_pool_min=50", "-p", "vsl_space=80M"},
		listens: at, log: dir,
	}.start(t)
	h.send(t.Context(), t, url.String(), seed)
	text := varnishLogged(t, dir, work, h.number)
	log := whatif.New()
	lines, did := make([]string, 0, h.number), map[string]int64{}
	for line := range strings.Lines(text) {
		entry, what, _ := strings.Cut(strings.TrimSpace(line), "| ")
		lines = append(lines, entry+"|\n")
		did[what]++
	}
	format, err := accesslog.Template(varnishFormat)
	if err != nil {
		t.Fatal(err)
	}
	counted, err := accesslog.Read(strings.NewReader(strings.Join(lines, "")), &format, log.Add)
	if err != nil || counted.Malformed > 0 || counted.Entries != int64(h.number) {
		t.Fatalf("%v, %+v of %d requests", err, counted, h.number)
	}
	hits, predicted := did["hit"], log.Cached(whatif.Cache{TTL: h.ttl})
	off := 100 * math.Abs(float64(predicted.Hits-hits)) / float64(h.number)
	t.Logf("TTL %v: %d hits of %d predicted, %d by Varnish (%.2f points)", h.ttl, predicted.Hits, predicted.Lookups, hits, off)
	if off > 0.5 || did["hit"]+did["miss"] != int64(h.number) || hits == 0 {
		t.Errorf("%d hits of %d predicted, Varnish did %v", predicted.Hits, h.number, did)
	}
}

// send sends the requests, each when it is due or as soon after it as the machine can.
func (h hitTrial) send(ctx context.Context, t *testing.T, url string, seed uint64) {
	chance := rand.New(rand.NewPCG(seed, 7))
	zipf := rand.NewZipf(chance, h.skew, 2, h.paths)
	transport := &http.Transport{MaxIdleConnsPerHost: 50, MaxConnsPerHost: 50}
	defer transport.CloseIdleConnections()
	client := http.Client{Transport: transport}
	var sent sync.WaitGroup
	due := time.Now()
	for range h.number {
		due = due.Add(time.Duration(chance.ExpFloat64() * float64(h.gap)))
		time.Sleep(time.Until(due)) // arrivals are in real time
		path := fmt.Sprintf("/%d", zipf.Uint64())
		sent.Go(func() {
			q, err := http.NewRequestWithContext(ctx, http.MethodGet, url+path, nil)
			if err != nil {
				t.Error(err)
				return
			}
			answer, err := client.Do(q)
			if err != nil {
				t.Error(err)
				return
			}
			defer answer.Body.Close()
			_, _ = io.Copy(io.Discard, answer.Body) // the log has its length
		})
	}
	sent.Wait()
}

// varnishLogged is the log of n requests, which is in the memory that Varnish shares.
func varnishLogged(t *testing.T, dir, work string, n int) string {
	t.Helper()
	file := filepath.Join(dir, "access.log")
	for deadline := time.Now().Add(readyWithin); ; {
		text := ""
		if out, err := programOutput(t, "varnishncsa", "-d", "-n", work, "-w", file, "-F", varnishLog); err != nil {
			t.Fatalf("%v: %s", err, out)
		}
		read, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		if text = string(read); strings.Count(text, "\n") >= n || time.Now().After(deadline) {
			return text
		}
		time.Sleep(50 * time.Millisecond) // Varnish writes its log a little later
	}
}

func programOutput(t *testing.T, name string, args ...string) (string, error) {
	t.Helper()
	p := program{name: name, install: "on Debian, apt-get install varnish"}
	out, err := exec.CommandContext(t.Context(), p.find(t), args...).CombinedOutput()
	return string(out), err
}
