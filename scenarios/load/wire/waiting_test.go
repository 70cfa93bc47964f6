//go:build linux

package wire

import (
	"runtime"
	"slices"
	"testing"
	"time"

	"tollgate/scenarios/load/wire/poll"
)

// A machine is one on which a loop sends requests at a constant rate to a target that
// answers at once. The clock is its own.
type machine struct {
	rate  float64       // requests per second
	work  time.Duration // CPU time of a request, half of it for its response
	sleep time.Duration // CPU time of a sleep, within which the thread wakes up
	least time.Duration // how long a sleep takes at the least

	now       time.Duration
	responses []time.Duration // when they arrive, the earliest first
	sent      int

	worked, slept, spun time.Duration
	coalesced           int
	lags                []time.Duration
}

const (
	roundTrip   = 25 * time.Microsecond
	pollingTime = 300 * time.Nanosecond
)

func (m *machine) due() time.Duration { return time.Duration(float64(m.sent) / m.rate * 1e9) }

// play runs the loop for so long.
func (m *machine) play(w *waiting, length time.Duration) {
	w.begin(0, true)
	for m.now < length {
		for m.due() <= m.now {
			m.lags = append(m.lags, m.now-m.due())
			m.sent++
			m.works()
			m.responses = append(m.responses, m.now+roundTrip)
		}
		how, d := w.choose(m.now, m.due()-m.now, len(m.responses), false)
		before := m.now
		m.waits(w, how, d)
		w.took(how, m.now-before, len(m.responses) > 0 && m.responses[0] <= m.now)
		for len(m.responses) > 0 && m.responses[0] <= m.now {
			m.responses = m.responses[1:]
			m.works()
		}
	}
}

func (m *machine) works() {
	m.now += m.work / 2
	m.worked += m.work / 2
}

func (m *machine) waits(w *waiting, how way, d time.Duration) {
	end := m.now + d
	if len(m.responses) > 0 && how != coalesce {
		end = min(end, m.responses[0])
	}
	switch {
	case end <= m.now:
		m.now += pollingTime
		return
	case how == spin:
		m.spun += end - m.now
		m.now = end
		return
	case how == coalesce:
		m.coalesced++
	}
	m.slept += m.sleep
	m.now = max(end, m.now+m.least)
	w.measured(m.sleep)
}

func TestWaitingInTheOpenModel(t *testing.T) {
	virtual := machine{work: 5800 * time.Nanosecond, sleep: 19 * time.Microsecond, least: 30 * time.Microsecond}
	cheap := machine{work: 2 * time.Microsecond, sleep: 2 * time.Microsecond, least: 4 * time.Microsecond}
	for _, row := range []struct {
		name      string
		machine   machine
		rate      float64
		coalesces bool
		busy      float64       // at most this share of a processor,
		perWork   float64       // or at most this CPU time for each unit of work
		lag       time.Duration // 99 % of requests
	}{
		{"a low rate is punctual", virtual, 1_000, false, 0.05, 0, 30 * time.Microsecond},
		{"so is one at which the loop has time to sleep for each event", virtual, 15_000, false, 0.7, 0, 30 * time.Microsecond},
		{"at a higher rate what sleeps would cost is bounded", virtual, 50_000, true, 0.71, 0, 150 * time.Microsecond},
		{"half the rate of the closed model", virtual, 85_000, true, 0.71, 0, 150 * time.Microsecond},
		{"85 % of the rate of the closed model", virtual, 145_000, true, 0, 1.15, 250 * time.Microsecond},
		{"95 % of it, where there is always something to do", virtual, 163_000, false, 0, 1.1, 20 * time.Microsecond},
		{"where sleeps are cheap there is time for more of them", cheap, 100_000, false, 0.7, 0, 10 * time.Microsecond},
		{"85 % of the rate of the closed model, where sleeps are cheap", cheap, 425_000, true, 0, 1.15, 100 * time.Microsecond},
	} {
		t.Run(row.name, func(t *testing.T) {
			m := row.machine
			m.rate = row.rate
			m.play(&waiting{}, time.Second)
			spent := m.worked + m.slept + m.spun
			slices.Sort(m.lags)
			busy, perWork, lag := spent.Seconds(), float64(spent)/float64(m.worked), m.lags[len(m.lags)*99/100]
			t.Logf("busy %.3f, %.3f for each unit of work, coalesced %d times, p99 of lag %v", busy, perWork, m.coalesced, lag)
			if (m.coalesced > 0) != row.coalesces || row.busy > 0 && busy > row.busy || row.perWork > 0 && perWork > row.perWork || lag > row.lag {
				t.Errorf("busy %.3f, %.3f for each unit of work, coalesced %d times, p99 of lag %v; want at most %v, %v and %v, coalescing: %v",
					busy, perWork, m.coalesced, lag, row.busy, row.perWork, row.lag, row.coalesces)
			}
		})
	}
}

// A loop whose requests wait for a connection, and one in the closed model, wait for
// events: whatever delays a response delays the next request there. Where events come
// sooner than a sleep pays off, they are polled for.
func TestWaitingForResponses(t *testing.T) {
	const (
		cost  = 20 * time.Microsecond
		brief = 2 * time.Microsecond // where no timer is armed for it
		waits = 50_000
	)
	for _, row := range []struct {
		name         string
		open, behind bool
		inFlight     int
		after        time.Duration // when there is an event
		polls        float64       // share of the waits, about
		cpu          time.Duration // of a wait, at most
	}{
		{"the closed model with a target that answers soon", false, false, 1, 8 * time.Microsecond, 1, 9 * time.Microsecond},
		{"the closed model with one that does not", false, false, 1, 200 * time.Microsecond, 1. / tryEvery, 21 * time.Microsecond},
		{"one that answers just too late", false, false, 1, 21 * time.Microsecond, 1. / tryEvery, 21 * time.Microsecond},
		{"requests that wait for a connection", true, true, 1, 200 * time.Microsecond, 1. / tryEvery, 21 * time.Microsecond},
		{"requests that wait for a connection for a short time", true, true, 1, 8 * time.Microsecond, 1, 9 * time.Microsecond},
		{"many users of a target that answers soon", false, false, 64, 8 * time.Microsecond, 0, brief},
		{"many users of one that does not", false, false, 64, 200 * time.Microsecond, 0, brief},
	} {
		t.Run(row.name, func(t *testing.T) {
			w := waiting{cost: cost}
			w.begin(0, row.open)
			var now, cpu time.Duration
			polled := 0
			for range waits {
				for left := row.after; left > 0; {
					how, d := w.choose(now, time.Second, row.inFlight, row.behind)
					took := min(d, left)
					switch how {
					case coalesce:
						t.Fatalf("it rests for %v after %v", d, now)
					case spin:
						polled++
						cpu += took
					case sleep:
						cpu += cost
						w.measured(cost)
					case block:
						took = left
						cpu += brief
					}
					now, left = now+took, left-took
					w.took(how, took, left == 0)
				}
				now += 6 * time.Microsecond // of work
			}
			share, each := float64(polled)/float64(waits), cpu/time.Duration(waits)
			if share < 0.95*row.polls || share > 1.05*row.polls || each > row.cpu {
				t.Errorf("%.3f of the waits polled, and a wait took %v of CPU time, want %.3f and at most %v", share, each, row.polls, row.cpu)
			}
		})
	}
}

// What was learned while the target answered soon is unlearned when it no longer does.
func TestPollingEndsWithItsUse(t *testing.T) {
	w := waiting{hits: 1, cost: 20 * time.Microsecond}
	w.begin(0, false)
	polled := 0
	for i := range 100 {
		how, d := w.choose(time.Duration(i)*time.Millisecond, time.Second, 1, false)
		if how == spin {
			polled++
		}
		w.took(how, d, false)
	}
	if polled > 10 {
		t.Errorf("100 waits without an event, and %d of them polled", polled)
	}
}

// In the open model single requests and flows are coalesced alike.
func TestWhatIsCoalesced(t *testing.T) {
	p := newPipe(t, "GET", false)
	l := p.loop
	open := newOpenQueue(0, 0, 1)
	users := &closedQueue{}
	for _, row := range []struct {
		name      string
		queue     queue
		coalesces bool
	}{
		{"requests at a rate", open, true},
		{"flows at a rate", newFlowQueue(open, l), true},
		{"requests of users", users, false},
		{"flows of users", newFlowQueue(users, l), false},
	} {
		if l.begin(l.pool.endpoint, row.queue); l.waits.coalesces != row.coalesces {
			t.Errorf("%s: coalesced %v, want %v", row.name, l.waits.coalesces, row.coalesces)
		}
	}
}

// BenchmarkSleep measures what waiting costs a thread, and how long it takes, where nothing
// happens: the figures of "Waiting" in the package documentation.
func BenchmarkSleep(b *testing.B) {
	for _, pause := range []time.Duration{0, 5 * time.Microsecond, 30 * time.Microsecond, 100 * time.Microsecond} {
		b.Run(pause.String(), func(b *testing.B) {
			runtime.LockOSThread() // and the thread ends with this goroutine
			if err := poll.Punctual(); err != nil {
				b.Fatal(err)
			}
			p, err := poll.New()
			if err != nil {
				b.Fatal(err)
			}
			defer func() { _ = p.Close() }()
			before := poll.Spent()
			for b.Loop() {
				if _, err := p.Wait(nil, pause); err != nil {
					b.Fatal(err)
				}
			}
			b.ReportMetric(float64((poll.Spent()-before).Nanoseconds())/float64(b.N), "cpu-ns/op")
		})
	}
}
