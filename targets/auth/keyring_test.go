package auth

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/aws/aws-sdk-go-v2/aws"
	smithytime "github.com/aws/smithy-go/time"
)

// signIn is what these credentials are.
var signIn = subject{"the AWS credentials", "no AWS credentials to sign with", "sign in again"}

// retrieve is a provider of the SDK.
type retrieve func(context.Context) (aws.Credentials, error)

func (r retrieve) Retrieve(ctx context.Context) (aws.Credentials, error) { return r(ctx) }

func open(t *testing.T, r retrieve) *keyring[*credentials] {
	t.Helper()
	k, err := newKeyring(t.Context(), anew(r), signIn)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// A wallet gives credentials that are good for an hour, each with a number, and
// takes two seconds for it.
type wallet struct {
	given int
	fail  func(at time.Duration) error // since the start; nil: never
	start time.Time
	same  time.Duration // so long the first ones are given again
}

func (w *wallet) fetch(ctx context.Context) (aws.Credentials, error) {
	if w.start.IsZero() {
		w.start = time.Now()
	}
	if smithytime.SleepWithContext(ctx, 2*time.Second) != nil {
		return aws.Credentials{}, ctx.Err()
	}
	at := time.Since(w.start)
	if w.fail != nil {
		if err := w.fail(at); err != nil {
			return aws.Credentials{}, err
		}
	}
	if w.given == 0 || at > w.same {
		w.given++
	}
	expires := time.Now().Add(time.Hour)
	if w.given == 1 {
		expires = w.start.Add(time.Hour)
	}
	return aws.Credentials{AccessKeyID: fmt.Sprintf("AKID%d", w.given), SecretAccessKey: "s", CanExpire: true, Expires: expires}, nil
}

// holding signs ten times a second for a while, and says in which minutes which
// keys were used. Signing must take no time at all.
func (w *wallet) holding(t *testing.T, length time.Duration) (used map[string]time.Duration, refused time.Duration, k *keyring[*credentials]) {
	t.Helper()
	k = open(t, w.fetch)
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	go k.keep(ctx)
	used = map[string]time.Duration{}
	const gap = 100 * time.Millisecond
	for range length / gap {
		before := time.Now()
		held, err := k.held()
		if time.Since(before) != 0 {
			t.Fatalf("signing waited for %v", time.Since(before))
		}
		if err != nil {
			refused += gap
		} else {
			used[held.value.AccessKeyID] += gap
			if held.expired(time.Now()) {
				t.Fatalf("signed with %s, which expired at %v", held.value.AccessKeyID, held.expires)
			}
		}
		time.Sleep(gap) // on the caller's fake clock
	}
	return used, refused, k
}

func TestCredentialsAreRenewedDuringTheLoad(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wallet{}
		used, refused, k := w.holding(t, 150*time.Minute)
		if refused != 0 || len(k.Warnings()) != 0 {
			t.Errorf("refused for %v, warned %q", refused, k.Warnings())
		}
		if used["AKID1"] < 49*time.Minute || used["AKID1"] > 53*time.Minute || w.given != 3 {
			t.Errorf("the first credentials served for %v, and %d were fetched", used["AKID1"], w.given)
		}
	})
}

func TestARenewalThatFailsIsReportedInTime(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wallet{fail: func(at time.Duration) error {
			if at > time.Minute && at < 55*time.Minute {
				return errors.New("the session\nhas ended")
			}
			return nil
		}}
		used, refused, k := w.holding(t, 58*time.Minute)
		if refused != 0 || used["AKID2"] == 0 {
			t.Errorf("refused for %v, used %v", refused, used)
		}
		warnings := k.Warnings()
		if len(warnings) != 2 || !strings.Contains(warnings[0], "could not be renewed so far: the session; has ended; sign in again") || !strings.Contains(warnings[1], "succeeded after all") {
			t.Errorf("warned %q", warnings)
		}
	})
}

func TestExpiredCredentialsAreReportedAndNotUsed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wallet{fail: func(at time.Duration) error {
			if at > time.Minute {
				return errors.New("no more")
			}
			return nil
		}}
		k := open(t, w.fetch)
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go k.keep(ctx)
		time.Sleep(59 * time.Minute)
		synctest.Wait()
		if warnings := k.Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "could not be renewed so far: no more") {
			t.Errorf("a minute before the end it warned %q", warnings)
		}
		time.Sleep(time.Until(k.current.Load().expires) - unsure)
		synctest.Wait()
		if warnings := k.Warnings(); len(warnings) != 2 || !strings.Contains(warnings[1], "count as failures of the load generator; sign in again") {
			t.Errorf("at the end it warned %q", warnings)
		}
		if _, err := k.held(); err == nil || !strings.Contains(err.Error(), "expired at 2000-01-01T01:00:00Z and could not be renewed; sign in again") {
			t.Errorf("signing says %v", err)
		}
	})
}

// An instance's metadata service gives the same credentials until shortly
// before they expire.
func TestProvidersThatGiveTheSameCredentialsForAWhile(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		w := &wallet{same: 55 * time.Minute}
		used, refused, k := w.holding(t, 70*time.Minute)
		if refused != 0 || len(k.Warnings()) != 0 || w.given != 2 || used["AKID1"] > 56*time.Minute {
			t.Errorf("refused for %v, warned %q, fetched %d, used %v", refused, k.Warnings(), w.given, used)
		}
	})
	synctest.Test(t, func(t *testing.T) {
		w := &wallet{same: 3 * time.Hour}
		_, refused, k := w.holding(t, 61*time.Minute)
		if warnings := k.Warnings(); refused < 55*time.Second || len(warnings) != 2 || !strings.Contains(warnings[0], "returned the same again, which expires at") {
			t.Errorf("refused for %v, warned %q", refused, warnings)
		}
	})
}

// A provider may give new credentials that are no good any more.
func TestAProviderThatGivesExpiredCredentials(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		given := 0
		k := open(t, func(context.Context) (aws.Credentials, error) {
			given++
			expires := time.Now().Add(time.Hour)
			if given > 1 {
				expires = time.Now().Add(-24 * time.Hour)
			}
			return aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s", CanExpire: true, Expires: expires}, nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go k.keep(ctx)
		time.Sleep(55 * time.Minute)
		synctest.Wait()
		if warnings := k.Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "could not be renewed so far: the source returned what expired already, at 1999-12-31T00:") {
			t.Errorf("it warned %q", warnings)
		}
	})
}

// A provider that hangs delays no warning.
func TestAProviderThatHangs(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		hangs := false
		k := open(t, func(ctx context.Context) (aws.Credentials, error) {
			if hangs {
				<-ctx.Done()
				return aws.Credentials{}, ctx.Err()
			}
			hangs = true
			return aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s", CanExpire: true, Expires: time.Now().Add(10 * time.Second)}, nil
		})
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		go k.keep(ctx)
		time.Sleep(9 * time.Second)
		synctest.Wait()
		if warnings := k.Warnings(); len(warnings) != 1 || !strings.Contains(warnings[0], "expired") {
			t.Errorf("warned %q", warnings)
		}
	})
}

func TestCredentialsThatNeverExpireAreNotRenewed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		fetched := 0
		k := open(t, func(context.Context) (aws.Credentials, error) {
			fetched++
			return aws.Credentials{AccessKeyID: "A", SecretAccessKey: "s"}, nil
		})
		k.keep(t.Context()) // ends at once
		if _, err := k.held(); err != nil || fetched != 1 {
			t.Errorf("fetched %d times, error %v", fetched, err)
		}
	})
}
