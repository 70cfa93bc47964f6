package auth

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	smithytime "github.com/aws/smithy-go/time"

	"tollgate/targets"
)

// A login is a server that issues tokens, and takes some time for it.
type login struct {
	life   time.Duration // of a token; 0: for ever
	takes  time.Duration
	every  time.Duration // after which it wants to be asked again; 0: it does not say
	broken func(at time.Duration) bool

	mu      sync.Mutex
	began   time.Time
	issued  []string
	expires map[string]time.Time
	asking  int // calls that are under way
	most    int // of these at a time
}

// asked counts a call that begins, or with -1 ends.
func (l *login) asked(n int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asking += n
	l.most = max(l.most, l.asking)
}

// record is the tokens that it issued, and how many it was asked for at a time.
func (l *login) record() (issued []string, most int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return slices.Clone(l.issued), l.most
}

// expiry is when a token that it issued expires.
func (l *login) expiry(token string) (at time.Time, issued bool) {
	l.mu.Lock()
	defer l.mu.Unlock()
	at, issued = l.expires[token]
	return at, issued
}

func newLogin(life, takes time.Duration) *login {
	return &login{life: life, takes: takes, began: time.Now(), expires: map[string]time.Time{}}
}

func (l *login) token(ctx context.Context) (Token, error) {
	l.asked(1)
	defer l.asked(-1)
	if smithytime.SleepWithContext(ctx, l.takes) != nil {
		return Token{}, ctx.Err()
	}
	if l.broken != nil && l.broken(time.Since(l.began)) {
		return Token{}, errors.New("the login is down")
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	t := Token{Value: fmt.Sprintf("token-%d", len(l.issued)+1)}
	if l.life > 0 {
		t.Expires = time.Now().Add(l.life)
	}
	if l.every > 0 {
		t.Renew = time.Now().Add(l.every)
	}
	l.issued = append(l.issued, t.Value)
	l.expires[t.Value] = t.Expires
	return t, nil
}

// calls sends ten requests a second, and reports how many carried a token that was not
// valid, by the record of the login, and how many were not sent.
func (l *login) calls(t *testing.T, length time.Duration) (invalid, unsent int, stamp targets.Stamp) {
	t.Helper()
	stamp, err := new(Issuer).tokenStamp(t.Context(), l, subject{"the token", "no token", "start the login"}, l.token)
	if err != nil {
		t.Fatal(err)
	}
	const gap = 100 * time.Millisecond
	for range length / gap {
		r := &targets.Request{Method: "GET", URL: &url.URL{Scheme: "http", Host: "127.0.0.1", Path: "/"}, Header: targets.Header{}}
		before := time.Now()
		err := stamp.Sign(r)
		if time.Since(before) != 0 {
			t.Fatalf("a request waited %v for its token", time.Since(before))
		}
		expires, known := l.expiry(strings.TrimPrefix(r.Header.Get("Authorization"), "Bearer "))
		switch {
		case err != nil:
			unsent++
		case !known, !expires.IsZero() && (!time.Now().Before(expires) || !r.Until.Before(expires)):
			invalid++
		}
		time.Sleep(gap) // on the bubble's fake clock
	}
	return invalid, unsent, stamp
}

func TestNoRequestCarriesAnExpiredToken(t *testing.T) {
	tests := []struct {
		name                string
		life, takes, length time.Duration
		most                int // tokens
	}{
		{"tokens of a minute, for an hour", time.Minute, 300 * time.Millisecond, time.Hour, 160},
		{"tokens of an hour, for three", time.Hour, 2 * time.Second, 3 * time.Hour, 4},
		{"tokens of two seconds, for a minute", 2 * time.Second, 100 * time.Millisecond, time.Minute, 90},
		{"tokens of a second, for a minute", time.Second, 50 * time.Millisecond, time.Minute, 180},
		{"tokens that never expire", 0, time.Second, time.Hour, 1},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := newLogin(test.life, test.takes)
				invalid, unsent, stamp := l.calls(t, test.length)
				tokens, most := l.record()
				if invalid != 0 || unsent != 0 || len(tokens) > test.most || most != 1 || len(stamp.Keyring.Warnings()) != 0 {
					t.Errorf("%d requests with an invalid token, %d not sent, %d tokens issued, up to %d at a time, warnings %q", invalid, unsent, len(tokens), most, stamp.Keyring.Warnings())
				}
				if known := stamp.Keyring.Secrets(); !slices.Equal(known, tokens[max(0, len(tokens)-remembered):]) {
					t.Errorf("of %d tokens, %d are known to be masked", len(tokens), len(known))
				}
			})
		})
	}
}

func TestWithoutALoginRequestsAreNotSent(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogin(time.Minute, 300*time.Millisecond)
		l.broken = func(at time.Duration) bool { return at > 10*time.Minute && at < 20*time.Minute }
		invalid, unsent, stamp := l.calls(t, time.Hour)
		// Nine to ten of the ten minutes have no token: the last one lasts for a while,
		// and attempts are up to half a minute apart.
		if invalid != 0 || unsent < 9*600 || unsent > 10*600+300 {
			t.Errorf("%d requests with an invalid token, %d not sent", invalid, unsent)
		}
		want := []string{"could not be renewed so far: the login is down; start the login", "the requests concerned are not sent, and count as failures of the load generator", "succeeded after all"}
		for i, warning := range stamp.Keyring.Warnings() {
			if i >= len(want) || !strings.Contains(warning, want[i]) {
				t.Errorf("warned %q", warning)
			}
		}
	})
}

// A token of which no expiry is known is asked for again as its source wants, and goes on
// being sent while that fails: only the server knows whether it is valid.
func TestATokenWithoutExpiryIsRenewedAsItsSourceWants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := newLogin(0, 300*time.Millisecond)
		l.every = 10 * time.Minute
		l.broken = func(at time.Duration) bool { return at > 25*time.Minute && at < 31*time.Minute }
		invalid, unsent, stamp := l.calls(t, time.Hour)
		if tokens, _ := l.record(); invalid != 0 || unsent != 0 || len(tokens) != 6 {
			t.Errorf("%d requests with an invalid token, %d not sent, %d tokens issued", invalid, unsent, len(tokens))
		}
		if all := stamp.Keyring.Warnings(); len(all) != 2 || all[0] != "the token could not be renewed so far: the login is down; start the login" {
			t.Errorf("warned %q", all)
		}
	})
}

// A source that keeps its token gives it again when it is asked before that is near its end.
func TestASourceMayGiveTheSameTokenAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var asked atomic.Int64
		end := time.Now().Add(time.Hour)
		stamp, err := new(Issuer).tokenStamp(t.Context(), 1, subject{name: "the token"}, func(context.Context) (Token, error) {
			if asked.Add(1); time.Until(end) < 5*time.Minute {
				end = time.Now().Add(time.Hour)
			}
			return Token{Value: "t", Expires: end, Renew: time.Now().Add(10 * time.Minute)}, nil
		})
		if err != nil {
			t.Fatal(err)
		}
		time.Sleep(3 * time.Hour)
		if all := stamp.Keyring.Warnings(); len(all) > 0 || asked.Load() < 18 || asked.Load() > 75 {
			t.Errorf("asked %d times, warned %q", asked.Load(), all)
		}
	})
}

func TestTokensThatCannotBeSentAreRefused(t *testing.T) {
	for name, test := range map[string]struct {
		token Token
		err   error
		want  string
	}{
		"empty":               {Token{Value: " \n"}, nil, "no token: the token is empty; start the login"},
		"with a line break":   {Token{Value: "a\nb"}, nil, "no token: the token holds a line break"},
		"expired":             {Token{Value: "a", Expires: time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)}, nil, "the token expired at 2001-02-03T04:05:06Z; start the login"},
		"a source that fails": {Token{}, errors.New("status code 401"), "no token: status code 401; start the login"},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := new(Issuer).tokenStamp(t.Context(), name, subject{"the token", "no token", "start the login"}, func(context.Context) (Token, error) { return test.token, test.err })
			if err == nil || !strings.HasPrefix(err.Error(), test.want) {
				t.Errorf("error %v, want %q", err, test.want)
			}
		})
	}
}

// Whatever has the same authentication shares its token, and its failure.
func TestOneTokenIsFetchedForAllThatShareIt(t *testing.T) {
	var i Issuer
	asked := 0
	source := func(context.Context) (Token, error) {
		asked++
		if asked == 2 {
			return Token{}, errors.New("refused")
		}
		return Token{Value: fmt.Sprint("token-", asked)}, nil
	}
	ask := func(ctx context.Context, id any) error {
		_, err := i.tokenStamp(ctx, id, subject{none: "no token"}, source)
		return err
	}
	for range 3 {
		if err := ask(t.Context(), "a"); err != nil || asked != 1 {
			t.Fatalf("asked %d times, error %v", asked, err)
		}
	}
	for range 3 {
		if err := ask(t.Context(), "b"); err == nil || asked != 2 {
			t.Fatalf("asked %d times, error %v", asked, err)
		}
	}
	over, end := context.WithCancel(t.Context())
	_ = ask(over, "c")
	if end(); asked != 3 {
		t.Fatalf("asked %d times", asked)
	}
	if _ = ask(t.Context(), "c"); asked != 4 {
		t.Error("what is renewed no more was used by another run")
	}
}
