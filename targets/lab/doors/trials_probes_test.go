//go:build probes

package doors

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/http"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"
	"time"

	"tollgate/scenarios/accesslog"
)

const (
	virtualTrials   = 40
	virtualArrivals = 3000
)

const (
	trials     = 6  // that are measured
	mostTrials = 12 // that are drawn for them
	attempts   = 3  // of each, until it is undisturbed
	together   = 2
)

// What is disturbed is repeated: more than a hundredth of the requests at any door more than
// late away from where they should be, or one by more than farAway.
const (
	late    = 6 * time.Millisecond
	farAway = 150 * time.Millisecond
)

// What predictions are held to.
const (
	hitPoints    = 0.5  // percentage points
	refusedShare = 0.01 // of the refusals
	coldShare    = 0.02 // of the cold starts
)

// An outcome of a trial over HTTP.
type measured struct {
	trial
	number    int
	attempts  int
	disturbed string // why it is; "": it is not
	x         expectation
	h         happening
	months    []month
	err       error
}

// In real time and over TCP predictions are as close as logs of whole milliseconds allow.
// Trials that something else on this machine disturbed are repeated, counted and listed.
func TestPredictionsHoldOverTCP(t *testing.T) {
	t.Chdir(t.TempDir())
	var all []measured
	var lock sync.Mutex
	next, good := 0, 0
	draw := func() (int, bool) {
		lock.Lock()
		defer lock.Unlock()
		if next++; good >= trials || next > mostTrials || t.Failed() {
			return 0, false
		}
		return next, true
	}
	var working sync.WaitGroup
	for range together {
		working.Go(func() {
			for n, more := draw(); more; n, more = draw() {
				m := measure(t.Context(), n)
				lock.Lock()
				all = append(all, m)
				if m.err != nil {
					t.Errorf("trial %d: %v", n, m.err)
				} else if m.disturbed == "" {
					good++
				}
				lock.Unlock()
			}
		})
	}
	working.Wait()
	slices.SortFunc(all, func(a, b measured) int { return cmp.Compare(a.number, b.number) })
	t.Log("\n" + table(all))
	repeats := 0
	for _, m := range all {
		if repeats += m.attempts - 1; m.disturbed != "" {
			repeats++
			continue
		}
		for _, wrong := range m.wrong() {
			t.Errorf("trial %d: %s", m.number, wrong)
		}
	}
	t.Logf("%d trials were measured, %d attempts were disturbed", good, repeats)
	if good == 0 && !t.Failed() {
		t.Errorf("none of %d trials could be measured: something else uses this machine", len(all))
	}
}

// wrong is what lies outside of what predictions are held to.
func (m *measured) wrong() (all []string) {
	hits, happened := 100*float64(m.x.hits)/float64(max(m.x.lookups, 1)), 100*float64(m.h.cached.CacheHits)/float64(max(m.h.cached.Requests, 1))
	if !(math.Abs(hits-happened) <= hitPoints) {
		all = append(all, fmt.Sprintf("%.2f %% hits predicted, %.2f %% happened", hits, happened))
	}
	beyond := func(what string, predicted, happened int64, tolerance float64) {
		if math.Abs(float64(predicted-happened)) > tolerance*float64(happened) {
			all = append(all, fmt.Sprintf("%d %s predicted, %d happened", predicted, what, happened))
		}
	}
	beyond("refusals", m.x.refused, m.h.refused(), refusedShare)
	beyond("cold starts", m.x.cold, m.h.provisioned.ColdStarts, coldShare)
	if m.x.invocations != m.h.provisioned.Invocations {
		all = append(all, fmt.Sprintf("%d invocations predicted, %d happened", m.x.invocations, m.h.provisioned.Invocations))
	}
	return all
}

func table(all []measured) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trial\tlog\tattempts\tTTL\troom\thits, %\thappened\tlimit\tkeys\trefused\thappened\tidle\tprovisioned\tcold\thappened\tmonths\t")
	for _, m := range all {
		if m.disturbed != "" {
			fmt.Fprintf(w, "%d\t%s\t%d\tdisturbed: %s\t\n", m.number, m.kind, m.attempts, m.disturbed)
			continue
		}
		var months []string
		for _, one := range m.months {
			months = append(months, one.expected.Fixed(2)+"/"+one.true.Fixed(2))
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%v\t%d\t%.2f\t%.2f\t%v/s %d\t%d\t%d\t%d\t%v\t%d\t%d\t%d\t%s\t\n", m.number, m.kind, m.attempts, m.ttl, m.room,
			100*float64(m.x.hits)/float64(m.x.lookups), 100*float64(m.h.cached.CacheHits)/float64(m.h.cached.Requests),
			float64(m.limit.Rate), m.limit.Burst, m.keys, m.x.refused, m.h.refused(), m.idle, m.provisioned, m.x.cold, m.h.provisioned.ColdStarts, strings.Join(months, " "))
	}
	_ = w.Flush() // to a text
	return b.String()
}

// drawn draws a trial of some seconds.
func drawn(number int) trial {
	chance := rand.New(rand.NewPCG(uint64(number), 24))
	t := drawTrial(chance, uint64(number))
	between := func(low, high time.Duration) time.Duration {
		return low + time.Duration(chance.Int64N(int64(high-low)))
	}
	t.overhead = &LogNormal{Median: Duration(time.Millisecond), Sigma: 0.3}
	t.function = Function{
		Init: &LogNormal{Median: Duration(between(30*time.Millisecond, 120*time.Millisecond)), Sigma: 0.15},
		Warm: &LogNormal{Median: Duration(between(20*time.Millisecond, 70*time.Millisecond)), Sigma: 0.3},
	}
	t.ttl, t.idle = between(400*time.Millisecond, 4*time.Second), between(150*time.Millisecond, 700*time.Millisecond)
	t.limit = Throttle{Rate: PerSecond(4+chance.IntN(20)) / PerSecond(max(t.keys, 1)), Burst: 2 + chance.IntN(12)}
	t.draw(chance, 1000, time.Millisecond, 5, 12*time.Millisecond, 60*time.Millisecond)
	return t
}

func measure(ctx context.Context, number int) (m measured) {
	m.trial, m.number = drawn(number), number
	for m.attempts = 1; ; m.attempts++ {
		m.disturbed = ""
		if m.err = m.once(ctx); m.err != nil || m.disturbed == "" || m.attempts == attempts {
			return m
		}
	}
}

// once logs, predicts and replays. Each lab gets the seed of the trial: durations are the
// same, in the order of the invocations.
func (m *measured) once(ctx context.Context) error {
	file := func(door string) string { return fmt.Sprintf("%d-%d-%s.log", m.number, m.attempts, door) }
	begin := time.Now()
	logs := func(d DoorConfig) DoorConfig {
		d.AccessLog = &AccessLog{File: file(d.Name)}
		if d.Kind != "alb" {
			d.AccessLog.Format = strings.TrimSuffix(kindNamed(d.Kind).accessLog.usual, "}") + `,"userAgent":"$context.identity.userAgent"}`
		}
		return d
	}
	config := Config{Seed: m.seed, Doors: []DoorConfig{logs(m.logging())}}
	var reports strings.Builder
	err := m.play(ctx, config, func(s *Set) {
		for _, line := range s.Logs()[0].Lines(begin, time.Now().Add(time.Hour)) {
			reports.WriteString(reportLine(line.Time, line.Message))
		}
	})
	if err != nil {
		return err
	}
	access, err := m.undisturbed(file("logging"))
	if err != nil || m.disturbed != "" {
		return err
	}
	if m.x, err = m.expect(access, reports.String(), begin.Truncate(time.Second)); err != nil {
		return err
	}
	config.Doors = nil
	for _, d := range m.replaying() {
		config.Doors = append(config.Doors, logs(d))
	}
	if err := m.play(ctx, config, func(s *Set) { d := s.Truth().Doors; m.h = happening{d[0], d[1], d[2]} }); err != nil {
		return err
	}
	for _, d := range config.Doors {
		if _, err := m.undisturbed(file(d.Name)); err != nil || m.disturbed != "" {
			return err
		}
	}
	m.months, err = m.x.months(&m.trial, m.h)
	return err
}

// play sends the arrivals to all doors of a lab.
func (m *measured) play(ctx context.Context, c Config, after func(*Set)) error {
	set, err := Start(c)
	if err != nil {
		return err
	}
	var urls []string
	for _, d := range set.Doors() {
		urls = append(urls, d.URL)
	}
	err = m.send(ctx, &http.Transport{MaxIdleConnsPerHost: 200}, urls, time.Now().Add(50*time.Millisecond))
	after(set)
	return errors.Join(err, set.Close())
}

// undisturbed reads a log, and notes where requests arrived when they should not have.
func (m *measured) undisturbed(file string) (text string, err error) {
	read, err := os.ReadFile(file)
	if err != nil {
		return "", err
	}
	var off []time.Duration
	counted, err := accesslog.Read(strings.NewReader(string(read)), nil, func(e *accesslog.Entry) {
		n := 0
		if _, err := fmt.Sscan(string(e.Agent), &n); err == nil && n < len(m.arrivals) {
			off = append(off, time.Duration(e.Arrived)-m.arrivals[n].at)
		}
	})
	switch {
	case err != nil:
		return "", err
	case len(off) != len(m.arrivals) || counted.Malformed > 0:
		return "", fmt.Errorf("%s has %d entries of %d requests: %+v", file, len(off), len(m.arrivals), counted)
	}
	slices.Sort(off)
	middle, away := off[len(off)/2], 0
	for _, one := range off {
		if (one - middle).Abs() > late {
			away++
		}
	}
	if most := max(middle-off[0], off[len(off)-1]-middle); away*100 > len(off) || most > farAway {
		m.disturbed = fmt.Sprintf("%d requests more than %v away, one %v, in %s", away, late, most.Round(time.Millisecond), file)
	}
	return string(read), nil
}
