package auth

import (
	"context"
	"fmt"
	"math/rand/v2"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithytime "github.com/aws/smithy-go/time"
)

const (
	// renewAhead is how long before they expire credentials are renewed, or
	// half of their life if that is less: time for many attempts, and for
	// people to sign in again after the first warning.
	renewAhead = 10 * time.Minute

	// Attempts that failed are repeated after firstRetry, then after twice as
	// long each time, up to lastRetry.
	firstRetry = time.Second
	lastRetry  = 30 * time.Second

	// unsure is how long before they expire credentials no longer serve: what
	// is signed now may be under way for a moment.
	unsure = time.Second
)

// A fetch asks for credentials; the answer is not cached.
type fetch func(context.Context) (aws.Credentials, error)

// A keyring holds the credentials that requests are signed with. It renews them
// during the load: signing takes the credentials at hand and never waits.
type keyring struct {
	fetch  fetch
	wayOut string

	current atomic.Pointer[credentials]

	mu       sync.Mutex
	warnings []string
}

// Credentials with the key that was derived of them last.
type credentials struct {
	aws.Credentials
	derived atomic.Pointer[derived]
}

type derived struct {
	scope string
	key   []byte
}

func newKeyring(ctx context.Context, fetch fetch, wayOut string) (*keyring, error) {
	k := &keyring{fetch: fetch, wayOut: wayOut}
	got, err := fetch(ctx)
	switch {
	case err != nil:
		return nil, fmt.Errorf("no AWS credentials to sign with: %w; %s", err, wayOut)
	case expired(got, time.Now()):
		return nil, fmt.Errorf("the AWS credentials expired at %s; %s", clock(got.Expires), wayOut)
	}
	k.current.Store(&credentials{Credentials: got})
	return k, nil
}

// held returns the credentials to sign with. It never waits for new ones.
func (k *keyring) held() (*credentials, error) {
	c := k.current.Load()
	if expired(c.Credentials, time.Now().Add(unsure)) {
		return nil, fmt.Errorf("the AWS credentials expired at %s and could not be renewed; %s", clock(c.Expires), k.wayOut)
	}
	return c, nil
}

func expired(c aws.Credentials, now time.Time) bool { return c.CanExpire && !now.Before(c.Expires) }

func clock(t time.Time) string { return t.UTC().Format(time.RFC3339) }

// keep renews the credentials until ctx ends or there is nothing to renew.
func (k *keyring) keep(ctx context.Context) {
	for {
		c := k.current.Load()
		if !c.CanExpire {
			return
		}
		life := time.Until(c.Expires)
		ahead := min(renewAhead, life/2)
		ahead -= time.Duration(rand.Float64() * float64(ahead) / 5) // many machines may have begun at once
		if smithytime.SleepWithContext(ctx, life-ahead) != nil || !k.renew(ctx, c) {
			return
		}
	}
}

// renew tries until there are newer credentials than c; false: ctx has ended.
func (k *keyring) renew(ctx context.Context, c *credentials) bool {
	warned, failed := len(k.list()), false
	end := time.AfterFunc(time.Until(c.Expires)-unsure, func() {
		k.warn("the AWS credentials expired at %s and could not be renewed: requests that they would have signed are not sent, and count as failures of the load generator; %s", clock(c.Expires), k.wayOut)
	})
	defer end.Stop()
	for retry := firstRetry; ; retry = min(2*retry, lastRetry) {
		fresh, err := k.attempt(ctx)
		if ctx.Err() != nil {
			return false
		}
		left := time.Until(c.Expires)
		switch {
		case err == nil && !expired(fresh, time.Now()) && (!fresh.CanExpire || fresh.Expires.After(c.Expires)):
			k.current.Store(&credentials{Credentials: fresh})
			if len(k.list()) > warned {
				k.warn("the AWS credentials were renewed after all, at %s", clock(time.Now()))
			}
			return true
		case err == nil && expired(fresh, time.Now()):
			err = fmt.Errorf("the new ones have expired already, at %s", clock(fresh.Expires))
		case err == nil && left <= renewAhead/5: // until then, providers that cache may well give the same ones
			err = fmt.Errorf("they are still those that expire at %s", clock(fresh.Expires))
		}
		if err != nil && !failed && left > unsure {
			failed = true
			k.warn("the AWS credentials expire at %s, in %v, and could not be renewed so far: %v; %s", clock(c.Expires), left.Round(time.Second), err, k.wayOut)
		}
		if smithytime.SleepWithContext(ctx, time.Duration(float64(retry)*(0.75+rand.Float64()/2))) != nil {
			return false
		}
	}
}

func (k *keyring) attempt(ctx context.Context) (aws.Credentials, error) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return k.fetch(ctx)
}

func (k *keyring) warn(format string, args ...any) {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.warnings = append(k.warnings, strings.ReplaceAll(fmt.Sprintf(format, args...), "\n", "; "))
}

func (k *keyring) list() []string {
	k.mu.Lock()
	defer k.mu.Unlock()
	return k.warnings[:len(k.warnings):len(k.warnings)]
}

// key derives the key for a scope, "date/region/service/aws4_request", once.
func (c *credentials) key(scope string) []byte {
	if d := c.derived.Load(); d != nil && d.scope == scope {
		return d.key
	}
	key := []byte("AWS4" + c.SecretAccessKey)
	for part := range strings.SplitSeq(scope, "/") {
		key = mac(key, part)
	}
	c.derived.Store(&derived{scope, key})
	return key
}
