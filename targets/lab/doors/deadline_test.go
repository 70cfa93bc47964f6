package doors

import (
	"errors"
	"net"
	"os"
	"testing"
	"testing/synctest"
	"time"
)

// A meanConn counts how often its deadlines are set.
type meanConn struct {
	net.Conn
	set int
}

func (c *meanConn) SetReadDeadline(t time.Time) error {
	c.set++
	return c.Conn.SetReadDeadline(t)
}

// patient is a pipe in fake time, one end of which is patient.
func patient(t *testing.T, test func(c *patientConn, mean *meanConn, other net.Conn)) {
	t.Helper()
	synctest.Test(t, func(*testing.T) {
		near, far := net.Pipe()
		defer near.Close()
		defer far.Close()
		mean := &meanConn{Conn: near}
		test(&patientConn{Conn: mean}, mean, far)
	})
}

// endsAfter reads and says how long that took; it must be ended by a deadline.
func endsAfter(t *testing.T, c net.Conn) time.Duration {
	t.Helper()
	begun := time.Now()
	if n, err := c.Read(make([]byte, 1)); n != 0 || !errors.Is(err, os.ErrDeadlineExceeded) {
		t.Errorf("read %d bytes: %v", n, err)
	}
	return time.Since(begun)
}

func TestADeadlineHoldsAsItWasLastSet(t *testing.T) {
	const s = time.Second
	for name, row := range map[string]struct {
		set  []time.Duration // from now; 0: none
		want time.Duration
	}{
		"alone":                        {[]time.Duration{3 * s}, 3 * s},
		"moved away":                   {[]time.Duration{3 * s, 5 * s, 9 * s}, 9 * s},
		"moved nearer":                 {[]time.Duration{9 * s, 5 * s}, 5 * s},
		"moved away and nearer":        {[]time.Duration{3 * s, 9 * s, 5 * s}, 5 * s},
		"taken off and set again":      {[]time.Duration{3 * s, 0, 5 * s}, 5 * s},
		"over at once":                 {[]time.Duration{3 * s, -s}, 0},
		"over, and then moved away":    {[]time.Duration{-s, 5 * s}, 5 * s},
		"over, taken off and set anew": {[]time.Duration{9 * s, -s, 0, 5 * s}, 5 * s},
	} {
		t.Run(name, func(t *testing.T) {
			patient(t, func(c *patientConn, _ *meanConn, _ net.Conn) {
				for _, d := range row.set {
					var at time.Time
					if d != 0 {
						at = time.Now().Add(d)
					}
					if err := c.SetReadDeadline(at); err != nil {
						t.Fatal(err)
					}
				}
				if got := endsAfter(t, c); got != row.want {
					t.Errorf("it ended after %v, want %v", got, row.want)
				}
			})
		})
	}
}

func TestARequestsWorthOfDeadlinesIsSetOnce(t *testing.T) {
	patient(t, func(c *patientConn, mean *meanConn, _ net.Conn) {
		for range 100 {
			for _, d := range []time.Duration{time.Minute, 2 * time.Minute, 0, time.Minute} {
				at := time.Time{}
				if d > 0 {
					at = time.Now().Add(d)
				}
				_ = c.SetReadDeadline(at)
			}
			time.Sleep(time.Millisecond)
		}
		if mean.set != 1 {
			t.Errorf("the connection's deadline was set %d times", mean.set)
		}
	})
}

func TestAReadThatIsUnderWayCanBeStopped(t *testing.T) {
	patient(t, func(c *patientConn, _ *meanConn, other net.Conn) {
		_ = c.SetReadDeadline(time.Now().Add(time.Hour))
		go func() {
			time.Sleep(time.Second)
			_ = c.SetReadDeadline(time.Unix(1, 0))
		}()
		if got := endsAfter(t, c); got != time.Second {
			t.Errorf("it ended after %v", got)
		}
		_ = c.SetReadDeadline(time.Time{})
		go func() { _, _ = other.Write([]byte("x")) }()
		if n, err := c.Read(make([]byte, 1)); n != 1 || err != nil {
			t.Errorf("after the stop was taken back: %d bytes, %v", n, err)
		}
	})
}

func TestAWriteGoesOnWhereTheDeadlineWasMovedAway(t *testing.T) {
	patient(t, func(c *patientConn, _ *meanConn, other net.Conn) {
		_ = c.SetDeadline(time.Now().Add(time.Second))
		_ = c.SetDeadline(time.Now().Add(time.Minute))
		got := make(chan string)
		go func() {
			text := make([]byte, 4)
			_, _ = other.Read(text[:2])
			time.Sleep(10 * time.Second)
			_, _ = other.Read(text[2:])
			got <- string(text)
		}()
		if n, err := c.Write([]byte("word")); n != 4 || err != nil {
			t.Errorf("wrote %d bytes: %v", n, err)
		}
		if text := <-got; text != "word" {
			t.Errorf("%q arrived", text)
		}
		begun := time.Now()
		if _, err := c.Write([]byte("x")); !errors.Is(err, os.ErrDeadlineExceeded) || time.Since(begun) != 50*time.Second {
			t.Errorf("nobody reads, and after %v: %v", time.Since(begun), err)
		}
	})
}
