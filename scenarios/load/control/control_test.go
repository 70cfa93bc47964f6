package control

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestRoundTripsAreMadeUntilItIsClosed(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	c, err := Start(func(d time.Duration) {
		if d <= 0 {
			t.Errorf("a round trip of %v", d)
		}
		made.Add(1)
	})
	if err != nil {
		t.Fatal(err)
	}
	for begun := time.Now(); made.Load() < 5 && time.Since(begun) < 10*time.Second; {
		time.Sleep(5 * time.Millisecond)
	}
	c.Close()
	n := made.Load()
	if n < 5 {
		t.Errorf("%d round trips", n)
	}
	time.Sleep(3 * time.Second / Rate)
	if more := made.Load(); more != n {
		t.Errorf("%d round trips after it was closed", more-n)
	}
}

func TestAFreezeCountsAsLongAsItWas(t *testing.T) {
	due := time.Unix(0, 0)
	for _, c := range []struct {
		name string
		woke time.Duration
		want time.Duration // from due
	}{
		{"on time", 0, 0},
		{"as late as timers are", time.Millisecond, time.Millisecond},
		{"after a freeze", 300 * time.Millisecond, 0},
	} {
		if got := begun(due, due.Add(c.woke)).Sub(due); got != c.want {
			t.Errorf("%s: counts from %v after it was due, want %v", c.name, got, c.want)
		}
	}
}

func TestPausesAreAroundTheRate(t *testing.T) {
	var sum time.Duration
	const n = 2000
	for range n {
		p := pause()
		if p < time.Second/Rate/2 || p > 3*time.Second/Rate/2 {
			t.Fatalf("a pause of %v", p)
		}
		sum += p
	}
	if mean := sum / n; mean < 19*time.Millisecond || mean > 21*time.Millisecond {
		t.Errorf("%v in the mean", mean)
	}
}

func BenchmarkRoundTrip(b *testing.B) {
	client, server, err := connect()
	if err != nil {
		b.Fatal(err)
	}
	c := &Control{client: client, server: server, stop: make(chan struct{})}
	c.running.Go(c.echo)
	defer c.Close()
	var message [size]byte
	for b.Loop() {
		if err := c.roundTrip(message[:]); err != nil {
			b.Fatal(err)
		}
	}
}
