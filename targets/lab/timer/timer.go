package timer

import "time"

// A timer is the alarm that every system has.
type timer struct {
	timer  *time.Timer
	closed chan struct{}
}

func newTimer() *timer {
	t := &timer{timer: time.NewTimer(time.Hour), closed: make(chan struct{})}
	t.timer.Stop()
	return t
}

func (t *timer) set(d time.Duration) { t.timer.Reset(d) }

func (t *timer) wait(ready func()) bool {
	ready()
	select {
	case <-t.timer.C:
		return true
	case <-t.closed:
		return false
	}
}

func (t *timer) close() error {
	t.timer.Stop()
	close(t.closed)
	return nil
}
