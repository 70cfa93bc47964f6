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
	trials     = 30 // that are measured
	mostTrials = 45 // that are drawn for them
	attempts   = 3  // of each, until it is undisturbed
	together   = 15 // most of them wait
)

// What is disturbed is repeated: more than a hundredth of the requests at any door more than
// late away from where they should be, or one by more than farAway. So is what even such
// arrivals change by more than predictions are held to: that is known from a prediction for
// the arrivals as they came, which is itself held to what happened.
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
	came      expectation // refusals and cold starts, of the arrivals as they came in the replay
	h         happening
	months    []month
	err       error
}

// In real time and over TCP predictions are as close as logs of whole milliseconds allow.
// Times are chosen so that milliseconds seldom matter: idle times and INIT are hundreds of
// them. Functions take the same time for each request of a trial: with others in the replay
// there is nothing to hold an exact prediction to, and what that changes is what
// TestPredictionsWhereDurationsVary is about. Trials that something else on this machine
// disturbed are repeated, counted and listed.
func TestPredictionsHoldOverTCP(t *testing.T) {
	t.Chdir(t.TempDir())
	var all []measured
	var lock sync.Mutex
	next, good := 0, 0
	draw := func() (int, bool) {
		lock.Lock()
		defer lock.Unlock()
		if good >= trials || next == mostTrials {
			return 0, false
		}
		next++
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
	if good < trials {
		t.Errorf("%d trials of %d could be measured, and %d are wanted: something else uses this machine", good, len(all), trials)
	}
}

// wrong is what lies outside of what predictions are held to.
func (m *measured) wrong() (all []string) {
	hits, happened := 100*float64(m.x.hits)/float64(max(m.x.lookups, 1)), 100*float64(m.h.cached.CacheHits)/float64(max(m.h.cached.Requests, 1))
	if !(math.Abs(hits-happened) <= hitPoints) {
		all = append(all, fmt.Sprintf("%.2f %% hits predicted, %.2f %% happened", hits, happened))
	}
	check := func(from string, x *expectation) {
		if beyond(x.refused, m.h.refused(), refusedShare) {
			all = append(all, fmt.Sprintf("%d refusals predicted from %s, %d happened", x.refused, from, m.h.refused()))
		}
		if cold := m.h.provisioned.ColdStarts; beyond(x.cold, cold, coldShare) {
			all = append(all, fmt.Sprintf("%d cold starts predicted from %s, %d happened", x.cold, from, cold))
		}
		if x.invocations != m.h.provisioned.Invocations {
			all = append(all, fmt.Sprintf("%d invocations predicted from %s, %d happened", x.invocations, from, m.h.provisioned.Invocations))
		}
	}
	if m.x.hits == m.h.cached.CacheHits && m.x.refused == m.h.refused() && m.x.cold == m.h.provisioned.ColdStarts {
		for _, one := range m.months {
			if one.expected.Fixed(2) != one.true.Fixed(2) {
				all = append(all, fmt.Sprintf("a month with the %s is %s predicted, %s happened", one.what, one.expected.Fixed(2), one.true.Fixed(2)))
			}
		}
	}
	check("the log", &m.x)
	check("the arrivals of the replay", &m.came)
	return all
}

// beyond says whether a count is off by more than a share; one is always allowed, since a
// millisecond decides about one.
func beyond(predicted, happened int64, tolerance float64) bool {
	return math.Abs(float64(predicted-happened)) > max(1, tolerance*float64(happened))
}

func table(all []measured) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trial\tlog\tattempts\tTTL\troom\thits, %\thappened\tlimit\tkeys\trefused\tas it came\thappened\tidle\tprovisioned\tcold\tas it came\thappened\tmonths\t")
	for _, m := range all {
		if m.disturbed != "" {
			fmt.Fprintf(w, "%d\t%s\t%d\tdisturbed: %s\t\n", m.number, m.kind, m.attempts, m.disturbed)
			continue
		}
		var months []string
		for _, one := range m.months {
			months = append(months, one.expected.Fixed(2)+"/"+one.true.Fixed(2))
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%v\t%d\t%.2f\t%.2f\t%v/s %d\t%d\t%d\t%d\t%d\t%v\t%d\t%d\t%d\t%d\t%s\t\n", m.number, m.kind, m.attempts, m.ttl.Round(time.Millisecond), m.room,
			100*float64(m.x.hits)/float64(m.x.lookups), 100*float64(m.h.cached.CacheHits)/float64(m.h.cached.Requests),
			float64(m.limit.Rate), m.limit.Burst, m.keys, m.x.refused, m.came.refused, m.h.refused(), m.idle.Round(time.Millisecond), m.provisioned, m.x.cold, m.came.cold, m.h.provisioned.ColdStarts, strings.Join(months, " "))
	}
	_ = w.Flush() // to a text
	return b.String()
}

// drawn draws a trial of about a minute.
func drawn(number int) trial {
	chance := rand.New(rand.NewPCG(uint64(number), 24))
	t := drawTrial(chance, uint64(number))
	between := func(low, high time.Duration) time.Duration {
		return low + time.Duration(chance.Int64N(int64(high-low)))
	}
	t.overhead = &LogNormal{Median: Duration(time.Millisecond), Sigma: 0.3}
	t.function = Function{
		Init: exactly(between(150*time.Millisecond, 600*time.Millisecond)),
		Warm: exactly(between(100*time.Millisecond, 350*time.Millisecond)),
	}
	t.ttl, t.idle = between(2*time.Second, 20*time.Second), between(750*time.Millisecond, 3500*time.Millisecond)
	t.limit = Throttle{Rate: PerSecond(4+chance.IntN(20)) / PerSecond(5*max(t.keys, 1)), Burst: 2 + chance.IntN(12)}
	t.draw(chance, 700, time.Millisecond, 5, 60*time.Millisecond, 300*time.Millisecond)
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

// once logs, predicts and replays. A lab for each door gets the seed of the trial.
func (m *measured) once(ctx context.Context) error {
	file := func(what string) string { return fmt.Sprintf("%d-%d-%s.log", m.number, m.attempts, what) }
	logs := func(d DoorConfig, what string) Config {
		d.AccessLog = &AccessLog{File: file(what)}
		if d.Kind != "alb" {
			d.AccessLog.Format = strings.TrimSuffix(kindNamed(d.Kind).accessLog.usual, "}") + `,"userAgent":"$context.identity.userAgent"}`
		}
		return Config{Seed: m.seed, Doors: []DoorConfig{d}}
	}
	begin := time.Now()
	var reports string
	err := m.play(ctx, []Config{logs(m.logging(), "logging")}, func(sets []*Set) { reports = reportsOf(sets[0], begin) })
	if err != nil {
		return err
	}
	access, err := m.undisturbed(file("logging"))
	if err != nil || m.disturbed != "" {
		return err
	}
	if m.x, err = m.expect(access, reports, begin.Truncate(time.Second)); err != nil {
		return err
	}
	names, replayed, begin := []string{"cached", "throttled", "provisioned"}, []Config{}, time.Now()
	for i, d := range m.replaying() {
		replayed = append(replayed, logs(d, names[i]))
	}
	err = m.play(ctx, replayed, func(sets []*Set) {
		m.h = happening{sets[0].Truth().Doors[0], sets[1].Truth().Doors[0], sets[2].Truth().Doors[0]}
		reports = reportsOf(sets[2], begin)
	})
	if err != nil {
		return err
	}
	for _, name := range names {
		text, err := m.undisturbed(file(name))
		if err != nil || m.disturbed != "" {
			return err
		}
		came := expectation{}
		switch name {
		case "throttled":
			if came, err = m.expect(text, "", begin.Truncate(time.Second)); err != nil {
				return err
			}
			m.came.refused = came.refused
		case "provisioned":
			if came, err = m.expect(text, reports, begin.Truncate(time.Second)); err != nil {
				return err
			}
			m.came.cold, m.came.invocations = came.cold, came.invocations
		}
	}
	if beyond(m.x.refused, m.came.refused, refusedShare) || beyond(m.x.cold, m.came.cold, coldShare) {
		m.disturbed = fmt.Sprintf("as requests came in the replay, %d refusals and %d cold starts are predicted, and %d and %d from the log", m.came.refused, m.came.cold, m.x.refused, m.x.cold)
	}
	m.months, err = m.x.months(&m.trial, m.h)
	return err
}

// reportsOf are the REPORT lines of a lab's function.
func reportsOf(s *Set, begin time.Time) string {
	var b strings.Builder
	for _, line := range s.Logs()[0].Lines(begin, time.Now().Add(time.Hour)) {
		b.WriteString(reportLine(line.Time, line.Message))
	}
	return b.String()
}

// play sends the arrivals to the doors of all labs.
func (m *measured) play(ctx context.Context, labs []Config, after func([]*Set)) (err error) {
	var sets []*Set
	var urls []string
	for _, c := range labs {
		set, failed := Start(c)
		if failed != nil {
			err = failed
			break
		}
		sets, urls = append(sets, set), append(urls, set.Doors()[0].URL)
	}
	if err == nil {
		err = m.send(ctx, &http.Transport{MaxIdleConnsPerHost: 200}, urls, time.Now().Add(50*time.Millisecond))
		after(sets)
	}
	for _, set := range sets {
		err = errors.Join(err, set.Close())
	}
	return err
}

// Where durations vary a prediction holds on the average, and less for one trial: the log has
// the durations of its own invocations, and those of the replay are others wherever a hit or a
// cold start changes which invocation is the n'th; INITs are taken as their mean. On a virtual
// clock nothing else differs.
func TestPredictionsWhereDurationsVary(t *testing.T) {
	hits, cold, happenedHits, happenedCold := int64(0), int64(0), int64(0), int64(0)
	for number := 1; number <= virtualTrials; number++ {
		one := drawn(number)
		one.function.Init.Sigma, one.function.Warm.Sigma = 0.15, 0.3
		x, h := one.virtually(t)
		hits, cold = hits+x.hits, cold+x.cold
		happenedHits, happenedCold = happenedHits+h.cached.CacheHits, happenedCold+h.provisioned.ColdStarts
		if off := 100 * math.Abs(float64(x.hits-h.cached.CacheHits)) / float64(x.lookups); off > 2*hitPoints {
			t.Errorf("trial %d: %d hits predicted, %d happened", number, x.hits, h.cached.CacheHits)
		}
		if off := max(x.cold-h.provisioned.ColdStarts, h.provisioned.ColdStarts-x.cold); off > max(4, x.cold/20) {
			t.Errorf("trial %d: %d cold starts predicted, %d happened", number, x.cold, h.provisioned.ColdStarts)
		}
		if x.refused != h.refused() {
			t.Errorf("trial %d: %d refusals predicted, %d happened", number, x.refused, h.refused())
		}
	}
	t.Logf("%d trials: %d hits predicted, %d happened; %d cold starts predicted, %d happened", virtualTrials, hits, happenedHits, cold, happenedCold)
	if beyond(hits, happenedHits, 0.01) || beyond(cold, happenedCold, coldShare/2) {
		t.Error("predictions are off on the average")
	}
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
