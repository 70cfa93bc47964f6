//go:build probes

package doors

import (
	"bytes"
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
	"tollgate/scenarios/accesslog/whatif"
)

const (
	virtualTrials   = 40
	virtualArrivals = 3000
)

const (
	trials     = 30 // that are measured
	mostTrials = 45 // that are drawn for them
	attempts   = 3  // of each replay, until it is undisturbed
	together   = 10 // most of the time they wait
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
	logged    []accesslog.Entry // by the number of the request
	disturbed string            // why it is; "": it is not
	x         expectation
	came      expectation   // for the arrivals as they came in the replay: no bills
	lag       time.Duration // of which 99 of 100 requests of the replay have less
	h         happening
	months    []month
	err       error
}

// In real time and over TCP predictions are as close as logs of whole milliseconds allow.
// Times are chosen so that milliseconds seldom matter: idle times and INIT are hundreds of
// them. Functions take the same time for each request of a trial: with others in the replay
// there is nothing to hold an exact prediction to, and what that changes is what
// TestPredictionsWhereDurationsVary is about.
//
// What is replayed are the arrivals that were logged. On a busy machine they come late, and
// other requests meet other limits: so each trial has a second prediction, for the arrivals as
// they came in the replay, and this one is held to what happened whatever the machine does.
// Where it differs from the first by more than predictions are held to, the replay is disturbed:
// it is repeated, counted and listed, and does not count as measured.
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
	if m.err != nil {
		return nil // it was reported
	}
	happened := expectation{
		lookups: m.h.cached.Requests, hits: m.h.cached.CacheHits, refused: m.h.refused(),
		invocations: m.h.provisioned.Invocations, cold: m.h.provisioned.ColdStarts,
	}
	for _, what := range m.came.differs(&happened) {
		all = append(all, "for the arrivals of the replay "+what)
	}
	if m.disturbed != "" {
		return all
	}
	for _, what := range m.x.differs(&happened) {
		all = append(all, "from the log "+what)
	}
	if m.x.hits == happened.hits && m.x.refused == happened.refused && m.x.cold == happened.cold {
		for _, one := range m.months {
			if one.expected.Fixed(2) != one.true.Fixed(2) {
				all = append(all, fmt.Sprintf("a month with the %s is %s predicted, %s happened", one.what, one.expected.Fixed(2), one.true.Fixed(2)))
			}
		}
	}
	return all
}

// differs says by what a prediction is off by more than it is held to.
func (x *expectation) differs(happened *expectation) (all []string) {
	if !(math.Abs(x.ratio()-happened.ratio()) <= hitPoints) {
		all = append(all, fmt.Sprintf("%.2f %% hits are predicted, and not %.2f %%", x.ratio(), happened.ratio()))
	}
	if beyond(x.refused, happened.refused, refusedShare) {
		all = append(all, fmt.Sprintf("%d refusals are predicted, and not %d", x.refused, happened.refused))
	}
	if beyond(x.cold, happened.cold, coldShare) || x.invocations != happened.invocations {
		all = append(all, fmt.Sprintf("%d cold starts of %d invocations are predicted, and not %d of %d", x.cold, x.invocations, happened.cold, happened.invocations))
	}
	return all
}

// ratio is that of the hits, in percent.
func (x *expectation) ratio() float64 { return 100 * float64(x.hits) / float64(max(x.lookups, 1)) }

// beyond says whether a count is off by more than a share; one is always allowed, since a
// millisecond decides about one.
func beyond(predicted, happened int64, tolerance float64) bool {
	return math.Abs(float64(predicted-happened)) > max(1, tolerance*float64(happened))
}

func table(all []measured) string {
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 0, 2, ' ', tabwriter.AlignRight)
	fmt.Fprintln(w, "trial\tlog\treplays\tlag\tTTL\troom\thits, %\tas it came\thappened\tlimit\tkeys\trefused\tas it came\thappened\tidle\tprovisioned\tcold\tas it came\thappened\tmonths\t")
	for _, m := range all {
		var months []string
		for _, one := range m.months {
			months = append(months, one.expected.Fixed(2)+"/"+one.true.Fixed(2))
		}
		if m.disturbed != "" {
			months = []string{"disturbed"}
		}
		fmt.Fprintf(w, "%d\t%s\t%d\t%v\t%v\t%d\t%.2f\t%.2f\t%.2f\t%v/s %d\t%d\t%d\t%d\t%d\t%v\t%d\t%d\t%d\t%d\t%s\t\n", m.number, m.kind, m.attempts, m.lag.Round(time.Millisecond), m.ttl.Round(time.Millisecond), m.room,
			m.x.ratio(), m.came.ratio(), 100*float64(m.h.cached.CacheHits)/float64(max(m.h.cached.Requests, 1)),
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
	t.draw(chance, 600, time.Millisecond, 5, 60*time.Millisecond, 300*time.Millisecond)
	return t
}

func measure(ctx context.Context, number int) (m measured) {
	m.trial, m.number = drawn(number), number
	if m.err = m.log(ctx); m.err != nil {
		return m
	}
	for m.attempts = 1; ; m.attempts++ {
		if m.err = m.replay(ctx); m.err != nil || m.disturbed == "" || m.attempts == attempts {
			return m
		}
	}
}

// logs is a lab of one door that writes an access log, with the number of each request. Each
// lab gets the seed of the trial.
func (m *measured) logs(d DoorConfig, what string) (c Config, file string) {
	file = fmt.Sprintf("%d-%d-%s.log", m.number, m.attempts, what)
	d.AccessLog = &AccessLog{File: file}
	if d.Kind != "alb" {
		d.AccessLog.Format = strings.TrimSuffix(kindNamed(d.Kind).accessLog.usual, "}") + `,"userAgent":"$context.identity.userAgent"}`
	}
	return Config{Seed: m.seed, Doors: []DoorConfig{d}}, file
}

// log has a door without settings log the arrivals, and predicts. The arrivals become those
// that were logged.
func (m *measured) log(ctx context.Context) error {
	begin, reports := time.Now(), ""
	lab, file := m.logs(m.logging(), "logging")
	err := m.play(ctx, []Config{lab}, func(sets []*Set) { reports = reportsOf(sets[0], begin) })
	if err != nil {
		return err
	}
	text, entries, err := m.entries(file)
	if err != nil {
		return err
	}
	if m.x, err = m.expect(text, reports, begin.Truncate(time.Second)); err != nil {
		return err
	}
	order := make([]int, len(entries))
	for n := range order {
		order[n] = n
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(entries[a].Arrived, entries[b].Arrived) })
	was := slices.Clone(m.arrivals)
	m.logged = nil
	for i, n := range order {
		m.logged = append(m.logged, entries[n])
		m.arrivals[i] = arriving{time.Duration(entries[n].Arrived - entries[order[0]].Arrived), was[n].path, was[n].key}
	}
	return nil
}

// replay sends the logged arrivals to doors with the settings, and predicts from when they
// came.
func (m *measured) replay(ctx context.Context) error {
	names, files := []string{"cached", "throttled", "provisioned"}, make([]string, 3)
	begin, reports, labs := time.Now(), "", make([]Config, 3)
	for i, d := range m.replaying() {
		labs[i], files[i] = m.logs(d, names[i])
	}
	err := m.play(ctx, labs, func(sets []*Set) {
		m.h = happening{sets[0].Truth().Doors[0], sets[1].Truth().Doors[0], sets[2].Truth().Doors[0]}
		reports = reportsOf(sets[2], begin)
	})
	if err != nil {
		return err
	}
	m.came, m.lag = expectation{}, 0
	for i, name := range names {
		text, entries, err := m.entries(files[i])
		if err != nil {
			return err
		}
		m.lag = max(m.lag, m.late(entries))
		came := expectation{}
		switch name {
		case "cached": // whose own log has the backend's times of misses alone
			log := whatif.New()
			for n, e := range m.logged {
				e.Arrived = entries[n].Arrived
				if entries[n].Backend > 0 { // stored when its response was sent, on a busy machine later than the model says
					e.Backend = entries[n].Took
				}
				log.Add(&e)
			}
			hits := log.Cached(whatif.Cache{TTL: m.ttl, Bytes: m.room})
			m.came.lookups, m.came.hits = hits.Lookups, hits.Hits
		case "throttled":
			came, err = m.expect(text, "", begin.Truncate(time.Second))
			m.came.refused = came.refused
		case "provisioned":
			came, err = m.expect(text, reports, begin.Truncate(time.Second))
			m.came.cold, m.came.invocations = came.cold, came.invocations
		}
		if err != nil {
			return err
		}
	}
	m.disturbed = strings.Join(m.came.differs(&m.x), "; ")
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
		err = m.send(ctx, &http.Transport{MaxIdleConnsPerHost: 60, MaxConnsPerHost: 60}, urls, time.Now().Add(50*time.Millisecond))
		after(sets)
	}
	for _, set := range sets {
		err = errors.Join(err, set.Close())
	}
	return err
}

// entries reads a log, by the numbers of the requests.
func (m *measured) entries(file string) (text string, entries []accesslog.Entry, err error) {
	read, err := os.ReadFile(file)
	if err != nil {
		return "", nil, err
	}
	entries = make([]accesslog.Entry, len(m.arrivals))
	counted, err := accesslog.Read(bytes.NewReader(read), nil, func(e *accesslog.Entry) {
		n := 0
		if _, err := fmt.Sscan(string(e.Agent), &n); err != nil || n < 0 || n >= len(entries) {
			return
		}
		entries[n] = *e
		for _, text := range []*[]byte{&entries[n].Method, &entries[n].Path, &entries[n].Query, &entries[n].Host, &entries[n].User} {
			*text = slices.Clone(*text)
		}
	})
	if err == nil && (counted.Entries != int64(len(entries)) || counted.Malformed > 0 || slices.ContainsFunc(entries, func(e accesslog.Entry) bool { return e.Arrived == 0 })) {
		err = fmt.Errorf("%s has not one entry for each of %d requests: %+v", file, len(entries), counted)
	}
	return string(read), entries, err
}

// late is how late, or early, 99 of 100 requests are at most, with regard to the others.
func (m *measured) late(entries []accesslog.Entry) time.Duration {
	var off []time.Duration
	for n, e := range entries {
		off = append(off, time.Duration(e.Arrived)-m.arrivals[n].at)
	}
	slices.Sort(off)
	middle := off[len(off)/2]
	for i := range off {
		off[i] = (off[i] - middle).Abs()
	}
	slices.Sort(off)
	return off[len(off)*99/100]
}
