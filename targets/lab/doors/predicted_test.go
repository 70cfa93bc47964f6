package doors

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/summary"
	"tollgate/scenarios/accesslog/whatif"
)

// A trial is requests that come twice: at a door without a limit, whose logs predict, and at
// doors with the settings that were predicted.
type trial struct {
	seed        uint64
	kind        string // of the door that logs
	function    Function
	overhead    *LogNormal
	ttl         time.Duration
	room        int64 // of the cache; 0: the default
	limit       Throttle
	keys        int // API keys that have the limit each; 0: all requests share it
	idle        time.Duration
	provisioned int
	arrivals    []arriving
}

type arriving struct {
	at   time.Duration
	path string
	key  int // its API key, from 0
}

// trialKeys are secrets of the lab.
var trialKeys = []string{"the-first-key-of-the-trial", "the-second-key-of-the-trial", "the-third-key-of-the-trial"}

// drawTrial draws everything but the arrivals.
func drawTrial(chance *rand.Rand, seed uint64) trial {
	t := trial{seed: seed, kind: []string{"rest-api", "http-api", "alb"}[seed%3], room: []int64{0, largestCached + chance.Int64N(largestCached)}[chance.IntN(2)]}
	if t.kind == "rest-api" && chance.IntN(2) == 0 {
		t.keys = 2 + chance.IntN(2)
	}
	t.provisioned = 1 + chance.IntN(4)
	return t
}

// draw draws n arrivals: bursts, pauses and favourites, on a grid of time.
func (one *trial) draw(chance *rand.Rand, n int, grid time.Duration, burst int, gap, pause time.Duration) {
	zipf := rand.NewZipf(chance, 1.05+chance.Float64(), 3, 400)
	at, size := grid, 2000
	if one.room > 0 { // so that there is room for few
		size = 50_000
	}
	for len(one.arrivals) < n {
		for range 1 + chance.IntN(burst)*chance.IntN(burst) {
			one.arrivals = append(one.arrivals, arriving{at, fmt.Sprintf("/bytes/%d", size+int(zipf.Uint64())), chance.IntN(max(one.keys, 1))})
			at += grid + time.Duration(chance.Int64N(int64(gap))).Truncate(grid)
		}
		at += time.Duration(chance.ExpFloat64() * float64(pause)).Truncate(grid)
	}
	one.arrivals = one.arrivals[:n]
}

// logging is the door that logs.
func (one *trial) logging() DoorConfig {
	f := one.function
	f.Idle = Duration(24 * time.Hour)
	d := DoorConfig{Kind: one.kind, Name: "trial", Overhead: one.overhead, Function: &f, AccessLog: &AccessLog{}}
	if one.keys > 0 {
		d.UsagePlan = &UsagePlan{Throttle: Throttle{Rate: 10_000, Burst: 10_000}, Keys: trialKeys}
	}
	return d
}

// replaying are the doors that have what is predicted: a cache, a throttle, and an idle time
// with provisioned concurrency. Each is in a lab of its own, under the name of the door that
// logs: the durations of functions are drawn by their names and the seed, and are the same in
// the order of the invocations.
func (one *trial) replaying() []DoorConfig {
	f, own := one.function, one.function
	f.Idle = Duration(24 * time.Hour)
	own.Idle, own.Provisioned = Duration(one.idle), one.provisioned
	cached := DoorConfig{Kind: "rest-api", Name: "trial", Overhead: one.overhead, Function: &f, Cache: &Cache{TTL: Duration(one.ttl), Bytes: one.room}}
	throttled := DoorConfig{Kind: "rest-api", Name: "trial", Overhead: one.overhead, Function: &f}
	if one.keys > 0 {
		throttled.UsagePlan = &UsagePlan{Throttle: one.limit, Keys: trialKeys}
	} else {
		throttled.Throttle = &one.limit
	}
	return []DoorConfig{cached, throttled, {Kind: one.kind, Name: "trial", Overhead: one.overhead, Function: &own}}
}

// An expectation is what whatif says of a trial.
type expectation struct {
	lookups, hits, refused, invocations, cold int64

	base   *pricing.Workload
	report *whatif.Report
	book   *pricing.Book
	door   pricing.Door
}

// expect reads the logs as tollgate whatif does.
func (one *trial) expect(access, function string, from time.Time) (x expectation, err error) {
	s, log := summary.New(summary.Options{From: from, To: from.Add(24 * time.Hour)}), whatif.New()
	init, cold := time.Duration(0), time.Duration(0)
	for _, text := range []string{access, function} {
		if text == "" { // there is none of the function
			continue
		}
		counted, err := accesslog.Read(strings.NewReader(text), nil, func(e *accesslog.Entry) {
			s.Add(e)
			log.Add(e)
			if e.What == accesslog.Invocation && e.Init >= 0 {
				init, cold = init+e.Init, cold+1
			}
		})
		if err != nil || counted.Malformed > 0 {
			return x, fmt.Errorf("%w: %+v", err, counted)
		}
	}
	made, err := s.Workload("trial", "us-east-1")
	if err != nil {
		return x, err
	}
	if x.base, err = pricing.ReadWorkload("trial", made.Text); err != nil {
		return x, err
	}
	if x.book, err = books.Latest(); err != nil {
		return x, err
	}
	if x.door, err = pricing.DoorNamed("rest-api"); err != nil {
		return x, err
	}
	limit := whatif.Throttle{Rate: float64(one.limit.Rate), Burst: int64(one.limit.Burst), Keyed: one.keys > 0}
	x.report, err = log.Report(whatif.Options{
		Book: x.book, Workload: x.base, Door: &x.door,
		TTLs: []time.Duration{one.ttl}, Throttles: []whatif.Throttle{limit}, Levels: []int{one.provisioned}, Idle: one.idle,
	})
	if err != nil {
		return x, err
	}
	hits := log.Cached(whatif.Cache{TTL: one.ttl, Bytes: one.room})
	started := log.Started(whatif.Environments{Idle: one.idle, Provisioned: one.provisioned, Init: init / max(cold, 1)})
	x.lookups, x.hits, x.refused = hits.Lookups, hits.Hits, log.Refused(limit).Requests
	x.invocations, x.cold = started.Invocations, started.Cold
	return x, nil
}

// A happening is what the lab counted at the doors with the settings.
type happening struct{ cached, throttled, provisioned DoorTruth }

func (h happening) refused() int64 {
	return h.throttled.Refused[string(byPlan)] + h.throttled.Refused[string(byStage)]
}

// A month is a bill that was predicted, and that of what happened.
type month struct {
	what           string
	expected, true pricing.Money
}

// months prices what happened as what was logged, changed in what the lab counted.
func (x *expectation) months(t *trial, h happening) (all []month, err error) {
	bill := func(what string, expected *pricing.Money, change func(*pricing.Workload)) {
		w := *x.base
		change(&w)
		known, wrong := x.book.KnownBill(&w, x.door)
		if wrong != nil || len(known.Unknown) > 0 || expected == nil {
			err = fmt.Errorf("%s: %w, unknown %v, expected %v", what, wrong, known.Unknown, expected)
			return
		}
		all = append(all, month{what, *expected, known.Month})
	}
	for _, row := range x.report.Cache {
		if row.Seconds == t.ttl.Seconds() && t.room == 0 {
			bill("cache", row.Month, func(w *pricing.Workload) {
				w.Cache = pricing.CacheUse{GB: "0.5", Hits: pricing.Exactly(pricing.Ratio(h.cached.CacheHits, h.cached.Requests))}
			})
		}
	}
	for _, row := range x.report.Throttle {
		if t.keys == 0 && row.Rate == float64(t.limit.Rate) && row.AtBurst == int64(t.limit.Burst) {
			bill("throttle", row.Month, func(w *pricing.Workload) {
				w.Refused = pricing.Exactly(pricing.Ratio(h.refused(), h.throttled.Requests))
			})
		}
	}
	for _, row := range x.report.Provisioned {
		if p := h.provisioned; row.Environments == t.provisioned {
			bill("provisioned concurrency", row.Month, func(w *pricing.Workload) {
				w.Function.ColdShare = pricing.Exactly(pricing.Ratio(p.ColdStarts, p.Invocations))
				w.Function.Provisioned = pricing.ProvisionedUse{
					Environments: pricing.Exactly(pricing.Whole(int64(t.provisioned))), Share: pricing.Exactly(pricing.Ratio(p.Provisioned, p.Invocations)),
				}
			})
		}
	}
	return all, err
}

// On a virtual clock what is predicted is what happens, to the request and to the cent, over
// hours: requests over HTTP at a door of the lab write its log, whatif predicts from it, and
// the same arrivals are sent again to doors with the settings. Arrivals and durations are whole
// milliseconds, as logs have them.
func TestPredictionsAreWhatHappensOnAVirtualClock(t *testing.T) {
	hits, refused, cold, bills := int64(0), int64(0), int64(0), 0
	for seed := range uint64(virtualTrials) {
		chance := rand.New(rand.NewPCG(seed, 2023))
		one := drawTrial(chance, seed)
		// Arrivals are on a grid of 10 ms, ends and expiries never are: no order is open.
		const grid = 10 * time.Millisecond
		offGrid := func(most time.Duration) time.Duration {
			return time.Duration(chance.Int64N(int64(most))).Truncate(grid) + grid
		}
		one.overhead = exactly(0)
		one.function = Function{Init: exactly(offGrid(400 * time.Millisecond)), Warm: exactly(offGrid(300*time.Millisecond) + 3*time.Millisecond)}
		one.ttl = offGrid(10*time.Minute) + time.Millisecond
		one.idle = offGrid(2*time.Minute) + 2*time.Millisecond
		one.limit = Throttle{Rate: PerSecond(1+chance.IntN(20)) / 20, Burst: 1 + chance.IntN(8)}
		one.draw(chance, virtualArrivals, grid, 6, 40*time.Millisecond, 45*time.Second)
		x, h := one.virtually(t)
		name := fmt.Sprintf("trial %d, log of %s", seed, one.kind)
		// An entry's size is assumed otherwise than the lab does, by its key and by headers.
		near := int64(0)
		if one.room > 0 {
			near = x.lookups / 200
		}
		if max(x.hits-h.cached.CacheHits, h.cached.CacheHits-x.hits) > near || x.lookups != h.cached.Requests {
			t.Errorf("%s: %d hits of %d predicted, %d of %d happened", name, x.hits, x.lookups, h.cached.CacheHits, h.cached.Requests)
		}
		if x.refused != h.refused() {
			t.Errorf("%s: %d refusals predicted, %d happened", name, x.refused, h.refused())
		}
		if x.cold != h.provisioned.ColdStarts || x.invocations != h.provisioned.Invocations {
			t.Errorf("%s: %d cold starts of %d predicted, %d of %d happened", name, x.cold, x.invocations, h.provisioned.ColdStarts, h.provisioned.Invocations)
		}
		hits, refused, cold = hits+x.hits, refused+x.refused, cold+x.cold
		months, err := x.months(&one, h)
		if err != nil {
			t.Fatal(err)
		}
		bills += len(months)
		for _, m := range months {
			if m.expected.Fixed(2) != m.true.Fixed(2) {
				t.Errorf("%s: a month with the %s is %s predicted, %s happened", name, m.what, m.expected.Fixed(2), m.true.Fixed(2))
			}
		}
	}
	t.Logf("%d trials: %d hits, %d refusals, %d cold starts, %d bills", virtualTrials, hits, refused, cold, bills)
	if hits == 0 || refused == 0 || cold == 0 || bills < virtualTrials {
		t.Error("there was too little to predict")
	}
}

// virtually runs a trial in fake time.
func (one *trial) virtually(t *testing.T) (x expectation, h happening) {
	t.Helper()
	config := func(doors ...DoorConfig) Config {
		return Config{Seed: one.seed, Account: &Throttle{Rate: 100_000, Burst: 100_000}, Doors: doors}
	}
	send := func(b bench) {
		var urls []string
		network := &pipes{doors: map[string]*piped{}}
		for i, d := range b.doors {
			host := fmt.Sprintf("door-%d", i)
			urls = append(urls, strings.Replace(d.URL, d.address, host, 1))
			network.serve(host, d)
		}
		if err := one.send(b.t.Context(), &http.Transport{DialContext: network.dial, MaxIdleConnsPerHost: 200}, urls, time.Now()); err != nil {
			t.Fatal(err)
		}
		network.close()
	}
	file, err := os.Create(filepath.Join(t.TempDir(), "access.log"))
	if err != nil {
		t.Fatal(err)
	}
	var reports []string
	var began time.Time
	inFakeTime(t, config(one.logging()), func(b bench) {
		began = time.Now()
		b.doors[0].accessLog.file = file
		send(b)
		for _, line := range b.doors[0].function.log.Lines(began, time.Now().Add(time.Hour)) {
			reports = append(reports, reportLine(line.Time, line.Message))
		}
		if err := b.doors[0].accessLog.close(); err != nil {
			t.Fatal(err)
		}
	})
	access, err := os.ReadFile(file.Name())
	if err != nil {
		t.Fatal(err)
	}
	if x, err = one.expect(string(access), strings.Join(reports, ""), began); err != nil {
		t.Fatal(err)
	}
	var truths []DoorTruth
	for _, d := range one.replaying() {
		inFakeTime(t, config(d), func(b bench) {
			send(b)
			truths = append(truths, b.doors[0].truth())
		})
	}
	return x, happening{truths[0], truths[1], truths[2]}
}

// send sends each arrival to all addresses at its time.
func (one *trial) send(ctx context.Context, transport *http.Transport, urls []string, begin time.Time) (failed error) {
	client := http.Client{Transport: transport}
	var lock sync.Mutex
	var sent sync.WaitGroup
	for n, a := range one.arrivals {
		time.Sleep(time.Until(begin.Add(a.at))) // when it is due: in fake time, or in a trial over TCP
		for _, url := range urls {
			sent.Go(func() {
				if err := get(ctx, &client, url+a.path, trialKeys[a.key], n); err != nil {
					lock.Lock()
					failed = cmp.Or(failed, err)
					lock.Unlock()
				}
			})
		}
	}
	sent.Wait()
	transport.CloseIdleConnections()
	return failed
}

// get sends the n'th request, which its user agent names.
func get(ctx context.Context, client *http.Client, address, key string, n int) error {
	q, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return err
	}
	q.Header.Set("X-Api-Key", key)
	q.Header.Set("User-Agent", fmt.Sprint(n))
	answer, err := client.Do(q)
	if err != nil {
		return err
	}
	defer answer.Body.Close()
	_, err = io.Copy(io.Discard, answer.Body)
	return err
}

// pipes are a network within the process, which a virtual clock needs: HTTP is that of
// net/http on both sides.
type pipes struct {
	doors   map[string]*piped
	servers []*http.Server
}

// A piped is a listener, and one end of each connection to it.
type piped struct {
	conns chan net.Conn
	once  sync.Once
	done  chan struct{}
}

type pipedConn struct{ net.Conn }

func (pipedConn) RemoteAddr() net.Addr { return &net.TCPAddr{IP: net.IPv4(127, 0, 0, 1), Port: 50_000} }

func (p *piped) Addr() net.Addr { return pipedConn{}.RemoteAddr() }
func (p *piped) Close() error   { p.once.Do(func() { close(p.done) }); return nil }
func (p *piped) Accept() (net.Conn, error) {
	select {
	case conn := <-p.conns:
		return pipedConn{conn}, nil
	case <-p.done:
		return nil, net.ErrClosed
	}
}

func (n *pipes) serve(host string, d *door) {
	listener, server := &piped{conns: make(chan net.Conn), done: make(chan struct{})}, &http.Server{Handler: d, ConnContext: remember}
	n.doors[host], n.servers = listener, append(n.servers, server)
	go func() { _ = server.Serve(listener) }() // until it is closed
}

func (n *pipes) dial(_ context.Context, _, address string) (net.Conn, error) {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return nil, err
	}
	ours, theirs := net.Pipe()
	n.doors[host].conns <- theirs
	return ours, nil
}

func (n *pipes) close() {
	for _, server := range n.servers {
		_ = server.Close() // a pipe's end does not fail
	}
}

// reportLine is a line of a function's log as aws logs tail prints it.
func reportLine(at time.Time, message string) string {
	return at.UTC().Format("2006-01-02T15:04:05.000000Z") + " " + strconv.Itoa(1) + " " + message
}
