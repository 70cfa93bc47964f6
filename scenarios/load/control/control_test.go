package control

import (
	"sync/atomic"
	"testing"
	"time"
)

func TestRoundTripsAreMadeUntilItIsClosed(t *testing.T) {
	t.Parallel()
	var made atomic.Int64
	enough := make(chan struct{})
	c, err := Start(func(d time.Duration) {
		if d <= 0 {
			t.Errorf("a round trip of %v", d)
		}
		if made.Add(1) == 5 {
			close(enough)
		}
	})
	if err != nil {
		t.Fatal(err)
	}
	<-enough
	c.Close() // returns when nothing more can be made
	if err := c.roundTrip(make([]byte, size)); err == nil {
		t.Error("there was a round trip after it was closed")
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
	if perSecond := n / sum.Seconds(); perSecond < 0.95*Rate || perSecond > 1.05*Rate {
		t.Errorf("%.1f a second, want %d", perSecond, Rate)
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
