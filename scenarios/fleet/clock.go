package fleet

import (
	"context"
	"time"
)

// Clock is how a machine's clock differs from the store's.
type Clock struct {
	Offset      float64 `json:"offset_ms"`         // the store's minus the machine's
	Uncertainty float64 `json:"uncertainty_ms"`    // ±
	Torn        bool    `json:"readings_disagree"` // no one offset explains all readings
}

// An offset is how the store's clock differs from this machine's.
type offset struct {
	value, uncertainty time.Duration
	torn               bool
}

func (o offset) clock() Clock {
	return Clock{Offset: ms(o.value), Uncertainty: ms(o.uncertainty), Torn: o.torn}
}

func ms(d time.Duration) float64 { return float64(d) / float64(time.Millisecond) }

// drift is how much two clocks may move against each other: crystals are within 100 ppm, and
// NTP slews by up to 500 ppm (ntpd's manual, "-x"; chrony's maxslewrate is larger, but its
// usual corrections are not).
const drift = 500e-6

// Bounds of the readings.
const (
	sweeps    = 4                     // sets of readings around a second's edge
	inASweep  = 16                    // readings in each
	goodWidth = 4 * time.Millisecond  // of the interval that the offset is in; no further readings are taken
	pastLead  = 50 * time.Millisecond // what a sweep begins before the edge
)

// A reading is one of the store's clock: at some moment between sent and received, by this
// machine's clock, the store's was at store or later, and before store+step.
type reading struct {
	sent, received time.Time
	store          time.Time
	step           time.Duration
}

// An estimate holds what readings say of the offset. Each says that it is within an interval,
// however long the ways to the store and back took; all of them hold. So the offset is in
// what they have in common.
type estimate struct {
	low, high time.Duration
	at        time.Time // when the interval was true
	torn      bool
	best      time.Duration // the shortest round trip
	worst     time.Duration
	n         int
}

// add takes one more reading into account.
func (e *estimate) add(r reading) {
	trip := r.received.Sub(r.sent)
	low, high := r.store.Sub(r.received.Round(0)), r.store.Add(r.step).Sub(r.sent.Round(0))
	e.worst = max(e.worst, trip)
	if e.n++; e.n == 1 {
		e.low, e.high, e.at, e.best = low, high, r.received, trip
		return
	}
	e.best = min(e.best, trip)
	age := max(r.received.Sub(e.at), 0)
	slack := time.Duration(float64(age) * drift)
	low, high = max(low, e.low-slack), min(high, e.high+slack)
	if low > high { // such as after a step of one of the clocks, or of several servers
		low, high, e.torn = high, low, true
	}
	e.low, e.high, e.at = low, high, r.received
}

// offset is the likeliest one. A clock that may be right is taken to be: machines that keep
// their time by NTP are nearer to each other than a store tells.
func (e *estimate) offset() offset {
	if e.low <= 0 && e.high >= 0 {
		return offset{0, max(-e.low, e.high), e.torn}
	}
	return offset{(e.low + e.high) / 2, (e.high - e.low) / 2, e.torn}
}

// measure reads the store's clock until the offset is known as well as may be, or until a
// moment. A clock that shows whole seconds is read around the moments at which they change:
// sixteen times through a second, then in the interval that is left.
func (m *Member) measure(ctx context.Context, until time.Time) error {
	step, err := m.readClock(ctx)
	if err != nil {
		return err
	}
	for range sweeps {
		before, trip := m.clock.width(), m.clock.best
		if before <= max(goodWidth, 2*trip, 2*min(step, 10*time.Millisecond)) {
			return nil
		}
		from := m.now()
		if before < step { // the next edge of the store's clock is somewhere in from…from+before
			edge := from.Add(pastLead + m.clock.high).Truncate(step).Add(step)
			from = edge.Add(-m.clock.high - trip/2) // it takes that long to get there
		}
		end := from.Add(min(before, step) + trip)
		if end.After(until) {
			return nil
		}
		pause := min(before, step) / inASweep
		for at := from; at.Before(end); at = later(at.Add(pause), m.now()) {
			if err := m.sleep(ctx, at); err != nil {
				return err
			}
			if _, err := m.readClock(ctx); err != nil {
				return err
			}
		}
		if m.clock.width() > before*3/4 {
			return nil // as near as one can get
		}
	}
	return nil
}

func later(a, b time.Time) time.Time {
	if a.After(b) {
		return a
	}
	return b
}

// readClock reads the store's clock once.
func (m *Member) readClock(ctx context.Context) (step time.Duration, err error) {
	ctx, cancel := context.WithTimeout(ctx, callTime)
	defer cancel()
	sent := m.now()
	at, step, err := m.Store.Clock(ctx)
	if err != nil {
		return 0, err
	}
	m.clock.add(reading{sent, m.now(), at, step})
	return step, nil
}

func (e *estimate) width() time.Duration { return e.high - e.low }
