package session

import (
	"context"
	"sync/atomic"
	"testing"
	"time"
)

func TestUntilTheNextMinute(t *testing.T) {
	for at, want := range map[string]time.Duration{
		"2026-11-30T18:00:00Z":       time.Minute,
		"2026-11-30T18:00:00.001Z":   59_999 * time.Millisecond,
		"2026-11-30T18:00:59.75Z":    250 * time.Millisecond,
		"2026-11-30T23:59:30+05:45":  30 * time.Second,
		"2026-12-31T23:59:58.5Z":     1500 * time.Millisecond,
		"2026-11-30T18:30:15.000Z":   45 * time.Second,
		"1969-12-31T23:59:59.99999Z": 10 * time.Microsecond,
	} {
		now, err := time.Parse(time.RFC3339Nano, at)
		if err != nil {
			t.Fatal(err)
		}
		if got := untilNext(now, time.Minute); got != want {
			t.Errorf("%s: %v, want %v", at, got, want)
		}
	}
}

// TestALoadBeginsAtAFullMinute has minutes of 400 ms. A busy machine may be late, and never early.
func TestALoadBeginsAtAFullMinute(t *testing.T) {
	t.Parallel()
	const minute = 400 * time.Millisecond
	var n atomic.Int64
	c := config(t, scenario(t, []string{server(t, &n).URL}, "constant: {rate: 20/s, for: 1s}", "align: minute"))
	c.minute = minute
	waited := false
	c.Progress = func(p Progress) { waited = waited || p.Step == Aligning }
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	if past := run.Document.Started.Sub(run.Document.Started.Truncate(minute)); !waited || past > minute/2 {
		t.Errorf("the run began %v after a full minute; it waited for one: %v", past, waited)
	}
	ctx, stop := context.WithCancel(t.Context())
	c.minute = time.Hour
	c.Progress = func(p Progress) {
		if p.Step == Aligning {
			stop()
		}
	}
	if run, err := Run(ctx, c); run != nil || ReasonOf(err) != Interrupted {
		t.Errorf("a run that was interrupted while it waited is %v, %v", run, err)
	}
}
