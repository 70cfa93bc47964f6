package auth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	smithytime "github.com/aws/smithy-go/time"
)

const (
	// renewAhead is how long before they expire credentials are renewed, or
	// half of their life if that is less: time for many attempts, and for
	// people to sign in again after the first warning.
	renewAhead = 10 * time.Minute

	// Attempts that failed are repeated after firstRetry, or a tenth of the life of
	// what is renewed if that is less, then after twice as long each time, up to
	// lastRetry.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second

	// unsure is how long before they expire credentials no longer serve, or a
	// quarter of a shorter life: what is sent now may be under way for a moment.
	unsure = time.Second

	// patience is how long finding credentials may take: an instance's metadata
	// service or a sign-in service may have to answer.
	patience = 20 * time.Second

	// remembered is how many credentials are masked where they come back: a cached
	// response may repeat an old one. To look for more would take milliseconds.
	remembered = 50
)

// A grant is a credential with the time for which it holds.
type grant[V any] struct {
	value   V
	secrets []string  // in it
	expires time.Time // zero: never
	renew   time.Time // when another one is wanted; zero: some time before it expires
	until   time.Time // when it no longer serves, a moment before it expires; zero: never
}

// granted is a grant that was asked for at a time.
func granted[V any](value V, secrets []string, asked, expires, renew time.Time) grant[V] {
	g := grant[V]{value: value, secrets: secrets, expires: expires, renew: renew}
	if !expires.IsZero() {
		g.until = expires.Add(-min(unsure, max(0, expires.Sub(asked)/4)))
	}
	return g
}

func (g *grant[V]) expired(now time.Time) bool { return !g.expires.IsZero() && !now.Before(g.expires) }

// serves reports whether what is sent now arrives before the grant expires.
func (g *grant[V]) serves(now time.Time) bool { return g.until.IsZero() || now.Before(g.until) }

// lasts is how long it serves yet, for a grant that expires.
func (g *grant[V]) lasts(now time.Time) time.Duration { return g.until.Sub(now) }

// pause is how long to wait before it is renewed; never: it need not be.
func (g *grant[V]) pause(now time.Time) (d time.Duration, never bool) {
	if g.until.IsZero() {
		return g.renew.Sub(now), g.renew.IsZero()
	}
	left := g.lasts(now)
	ahead := min(renewAhead, left/2)
	ahead -= time.Duration(rand.Float64() * float64(ahead) / 5) // many machines may have begun at once
	d = left - ahead
	if !g.renew.IsZero() {
		d = min(d, g.renew.Sub(now))
	}
	return d, false
}

// supersedes reports whether g is good to replace another grant: it lasts longer, or
// comes of a source that says itself when it is to be asked again.
func (g *grant[V]) supersedes(old *grant[V]) bool {
	return g.expires.IsZero() || g.expires.After(old.expires) || !g.renew.IsZero() && g.renew.Before(g.until)
}

// A subject is what a keyring holds, in the words of its messages.
type subject struct {
	name   string // "the AWS credentials"
	none   string // "no AWS credentials to sign with"
	remedy string // what to do; "": nothing that is known here
}

// toDo is the remedy as the end of a message.
func (s subject) toDo() string {
	if s.remedy == "" {
		return ""
	}
	return "; " + s.remedy
}

// A fetch asks for a credential; the answer is not cached.
type fetch[V any] func(context.Context) (grant[V], error)

// A keyring holds the credential that requests are sent with. It renews it during the
// load, one renewal at a time: a request takes the credential at hand and never waits.
type keyring[V any] struct {
	fetch   fetch[V]
	subject subject
	given   []string // secrets that fetch needs: to be masked as well

	current atomic.Pointer[grant[V]]

	mu       sync.Mutex
	warnings []string
	secrets  []string
}

func newKeyring[V any](ctx context.Context, fetch fetch[V], about subject, given ...string) (*keyring[V], error) {
	k := &keyring[V]{fetch: fetch, subject: about, given: given}
	got, err := k.attempt(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s: %w%s", about.none, err, about.toDo())
	case got.expired(time.Now()):
		return nil, fmt.Errorf("%s expired at %s%s", about.name, clock(got.expires), about.toDo())
	}
	k.hold(&got)
	return k, nil
}

func (k *keyring[V]) hold(g *grant[V]) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.secrets = append(k.secrets, g.secrets...)
	k.secrets = k.secrets[max(0, len(k.secrets)-remembered):]
	k.current.Store(g)
}

// held returns the credential to send. It never waits for a new one.
func (k *keyring[V]) held() (*grant[V], error) {
	g := k.current.Load()
	if !g.serves(time.Now()) {
		return nil, fmt.Errorf("%s expired at %s and could not be renewed%s", k.subject.name, clock(g.expires), k.subject.toDo())
	}
	return g, nil
}

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// keep renews the credential until ctx ends or there is nothing to renew.
func (k *keyring[V]) keep(ctx context.Context) {
	for {
		g := k.current.Load()
		pause, never := g.pause(time.Now())
		if never || smithytime.SleepWithContext(ctx, pause) != nil || !k.renew(ctx, g) {
			return
		}
	}
}

// renew tries until there is a newer credential than g; false: ctx has ended.
func (k *keyring[V]) renew(ctx context.Context, g *grant[V]) bool {
	warned, failed, retry := len(k.Warnings()), false, firstRetry
	if !g.until.IsZero() {
		retry = max(min(retry, g.lasts(time.Now())/10), time.Millisecond)
		defer k.announce(g).Stop()
	}
	for ; ; retry = min(2*retry, lastRetry) {
		fresh, err := k.attempt(ctx)
		if ctx.Err() != nil {
			return false
		}
		now := time.Now()
		switch {
		case err == nil && !fresh.expired(now) && fresh.supersedes(g):
			k.hold(&fresh)
			if len(k.Warnings()) > warned {
				k.warn("renewing %s succeeded after all, at %s", k.subject.name, clock(now))
			}
			return true
		case err == nil && fresh.expired(now):
			err = fmt.Errorf("the source returned what expired already, at %s", clock(fresh.expires))
		case err == nil && g.lasts(now) <= renewAhead/5: // until then, providers that cache may well give the same again
			err = fmt.Errorf("the source returned the same again, which expires at %s", clock(fresh.expires))
		}
		if err != nil && !failed && g.serves(now) {
			failed = true
			k.warn("%s could not be renewed so far: %v%s", k.lasting(g, now), recordable(err), k.subject.toDo())
		}
		if smithytime.SleepWithContext(ctx, time.Duration(float64(retry)*(0.75+rand.Float64()/2))) != nil {
			return false
		}
	}
}

// announce warns when a credential expires, unless it is renewed before.
func (k *keyring[V]) announce(g *grant[V]) *time.Timer {
	return time.AfterFunc(g.lasts(time.Now()), func() {
		k.warn("%s expired at %s and could not be renewed: the requests concerned are not sent, and count as failures of the load generator%s", k.subject.name, clock(g.expires), k.subject.toDo())
	})
}

// lasting is what a keyring holds, and until when that is good.
func (k *keyring[V]) lasting(g *grant[V], now time.Time) string {
	if g.expires.IsZero() {
		return k.subject.name
	}
	return fmt.Sprintf("%s (good until %s, in %v)", k.subject.name, clock(g.expires), g.expires.Sub(now).Round(time.Second))
}

func (k *keyring[V]) attempt(ctx context.Context) (grant[V], error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return k.fetch(ctx)
}

func (k *keyring[V]) warn(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.warnings = append(k.warnings, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; "))
}

// Warnings implements targets.Keyring.
func (k *keyring[V]) Warnings() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.warnings[:len(k.warnings):len(k.warnings)]
}

// Secrets implements targets.Keyring.
func (k *keyring[V]) Secrets() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return slices.Concat(k.given, k.secrets)
}
