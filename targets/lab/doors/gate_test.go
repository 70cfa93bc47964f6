package doors

import (
	"errors"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

// A connection that was opened beforehand may wait for its first request as
// long as a kept one for its next.
func TestAConnectionWithoutARequestEndsWithTheIdleTimeout(t *testing.T) {
	t.Parallel()
	dial := func(t *testing.T, idle time.Duration) net.Conn {
		d := steady("alb")
		d.Idle = Duration(idle)
		l := open(t, only(d))
		c, err := net.Dial("tcp", strings.TrimPrefix(l.Doors()[0].URL, "http://"))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = c.Close() })
		return c
	}
	t.Run("not before", func(t *testing.T) {
		t.Parallel()
		c := dial(t, time.Hour)
		_ = c.SetReadDeadline(time.Now().Add(100 * time.Millisecond))
		if _, err := c.Read(make([]byte, 1)); !errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want it open", err)
		}
	})
	t.Run("and no later than a client has patience for", func(t *testing.T) {
		t.Parallel()
		c := dial(t, time.Second)
		_ = c.SetReadDeadline(time.Now().Add(9 * time.Second))
		if _, err := c.Read(make([]byte, 1)); err == nil || errors.Is(err, os.ErrDeadlineExceeded) {
			t.Errorf("got %v, want it closed", err)
		}
	})
}
