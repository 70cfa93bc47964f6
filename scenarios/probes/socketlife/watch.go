package socketlife

import (
	"context"
	"errors"
	"math/rand/v2"
	"sync"
	"time"

	"tollgate/results"
	"tollgate/scenarios/load"
	"tollgate/scenarios/probes/probe"
)

// A group is what connections do.
type group uint8

const (
	silent group = iota // nothing
	spoke               // one message
	pinged              // pings
	used                // messages and pings
)

func (g group) String() string { return [...]string{"silent", "one message", "pings", "in use"}[g] }

// A life is what became of one connection.
type life struct {
	group   group
	opening load.Opening
	wrote   time.Duration   // when it sent last; 0: never
	end     *load.SocketEnd // nil: it was open when the probe ended
	until   time.Duration   // when it ended, or the probe did
	pushed  int             // messages that came although this end had sent nothing
	pong    time.Duration   // the longest that one took; 0: none came
	trip    time.Duration   // the longest that what is on its way to and fro takes
}

func (l *life) opened() bool { return l.opening.Err == nil }
func (l *life) closed() bool { return l.end != nil && !l.end.Own }

// age is how old it became.
func (l *life) age() time.Duration { return l.until - l.opening.Done }

// A watch holds the connections of all groups.
type watch struct {
	probe.Asking
	options

	mu      sync.Mutex
	lives   []*life
	changed chan struct{} // of one; one of the lives has ended
	all     sync.WaitGroup
}

func newWatch(a probe.Asking, l options) *watch {
	return &watch{Asking: a, options: l, changed: make(chan struct{}, 1)}
}

func (w *watch) now() time.Duration { return time.Since(w.Epoch) }

// run opens the connections and returns their lives, when enough was seen.
func (w *watch) run(ctx context.Context) []life {
	begun := w.now()
	within, end := context.WithCancel(ctx)
	w.openAll(within)
	w.wait(within, begun)
	end()
	w.all.Wait()
	lives := make([]life, len(w.lives))
	for i, l := range w.lives {
		lives[i] = *l
		w.record(l)
	}
	return lives
}

// openAll opens connections at random moments: a sweep shows in that those of different
// ages end at once.
func (w *watch) openAll(ctx context.Context) {
	random := rand.New(rand.NewPCG(1, 2)) // #nosec G404 -- of moments
	for g, n := range w.groups() {
		for i := range n {
			l := &life{group: g}
			w.lives = append(w.lives, l)
			after := time.Duration(random.Float64() * float64(w.openingTime()))
			w.all.Go(func() {
				if rest(ctx, after) {
					w.live(ctx, l, i)
				}
			})
		}
	}
}

func rest(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(max(d, 0))
	defer timer.Stop()
	select {
	case <-timer.C:
		return true
	case <-ctx.Done():
		return false
	}
}

// live opens a connection and reads it to its end.
func (w *watch) live(ctx context.Context, l *life, number int) {
	socket, opening := w.Sockets.Open(ctx)
	w.set(func() { l.opening, l.until = opening, opening.Done })
	if opening.Err != nil {
		return
	}
	defer context.AfterFunc(ctx, socket.Close)()
	writing, over := context.WithCancel(ctx)
	var writer sync.WaitGroup
	writer.Go(func() { w.write(writing, socket, l, number) })
	for {
		_, _, err := socket.Receive()
		if end, is := errors.AsType[*load.SocketEnd](err); is {
			w.set(func() { l.end, l.until = end, end.At })
			break
		}
		w.mu.Lock()
		if l.wrote == 0 {
			l.pushed++
		}
		w.mu.Unlock()
	}
	over()
	writer.Wait()
	w.set(func() { l.pong = socket.RoundTrip() })
}

func (w *watch) set(change func()) {
	w.mu.Lock()
	change()
	w.mu.Unlock()
	select {
	case w.changed <- struct{}{}:
	default: // one is to be looked at already
	}
}

// write sends what the group of a connection sends.
func (w *watch) write(ctx context.Context, socket load.Socket, l *life, number int) {
	switch l.group {
	case spoke:
		if rest(ctx, w.spokenAt()[number]) {
			w.speak(socket, l, uint64(number))
		}
	case pinged, used:
		for n := uint64(0); rest(ctx, w.pause(l)); n++ {
			if l.group == used {
				w.speak(socket, l, uint64(number)<<32+n)
			}
			w.wrote(l, socket.Ping)
		}
	}
}

// speak sends a message. That it cannot be rendered shows in that nothing was written.
func (w *watch) speak(socket load.Socket, l *life, seq uint64) {
	if message, err := w.Sockets.Message(w.message, seq); err == nil {
		w.wrote(l, func() error { return socket.Send(message) })
	}
}

func (w *watch) wrote(l *life, send func() error) {
	at := w.now()
	if send() == nil { // if not, the reader sees why
		w.mu.Lock()
		l.wrote = at
		w.mu.Unlock()
	}
}

const (
	leastPause  = 50 * time.Millisecond
	pauseShare  = 0.25 // of the age
	pausesInOne = 3    // in a timeout, of a connection in use
	mostPauses  = 100  // in a lifetime, after the first ones, which grow
	firstPauses = 50   // at most: each is a quarter longer
)

// pause is until a connection sends again.
func (w *watch) pause(l *life) time.Duration {
	w.mu.Lock()
	defer w.mu.Unlock()
	grown := max(time.Duration(pauseShare*float64(w.now()-l.opening.Done)), leastPause)
	if l.group == pinged {
		return grown
	}
	shortest := w.idle
	for _, other := range w.lives {
		if other.group == silent && other.opened() && other.closed() {
			shortest = min(shortest, other.age())
		}
	}
	return min(grown, max(shortest/pausesInOne, w.lifetime/mostPauses))
}

// wait returns when enough was seen.
func (w *watch) wait(ctx context.Context, begun time.Duration) {
	for ctx.Err() == nil {
		w.mu.Lock()
		until := w.enough(begun)
		w.mu.Unlock()
		left := until - w.now()
		if left <= 0 {
			return
		}
		timer := time.NewTimer(left)
		select {
		case <-timer.C:
		case <-w.changed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// enough is when enough will have been seen, from what was seen so far.
func (w *watch) enough(begun time.Duration) (until time.Duration) {
	opened := begun + w.openingTime()
	if !w.allClosed(used) {
		until = opened + w.lifetime
	}
	if !w.allClosed(silent) {
		return max(until, opened+w.idle)
	}
	for _, g := range []group{spoke, pinged} {
		if !w.allClosed(g) {
			until = max(until, opened+time.Duration(clearAge*float64(w.oldest(silent))))
		}
	}
	return max(until, w.started(opened))
}

// started is when all connections have been opened, or could not be.
func (w *watch) started(opened time.Duration) time.Duration {
	for _, l := range w.lives {
		if l.opening.Done == 0 {
			return opened + time.Second
		}
	}
	return 0
}

// allClosed says whether all connections of a group that could be opened have ended.
func (w *watch) allClosed(g group) bool {
	for _, l := range w.lives {
		if l.group == g && (l.opening.Done == 0 || l.opened() && l.end == nil) {
			return false
		}
	}
	return true
}

func (w *watch) oldest(g group) (age time.Duration) {
	for _, l := range w.lives {
		if l.group == g && l.opened() {
			age = max(age, l.age())
		}
	}
	return age
}

// record keeps a connection as a sample, whose service time is its life.
func (w *watch) record(l *life) {
	if l.opening.Done == 0 {
		return
	}
	o := l.opening
	s := results.Sample{Due: o.Begun, Begun: o.Begun, Sent: max(o.Asked, o.Begun), Code: o.Status, Wanted: l.opened(), Protocol: results.WebSocket}
	s.Service = max(l.until-s.Sent, 0)
	if o.Status == 0 {
		s.Err = load.Classify(o.Err, load.WhileDialling)
	}
	w.Record(&s)
}
