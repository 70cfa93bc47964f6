package timer

import "time"

// An alarm rings once after it was set; setting it again moves it.
type alarm interface {
	set(time.Duration)
	wait(ready func()) bool // calls ready, which may set it, and blocks until it rings; false once it is closed
	close() error
}

type runtimeAlarm struct {
	timer  *time.Timer
	closed chan struct{}
}

func newRuntimeAlarm() *runtimeAlarm {
	a := &runtimeAlarm{timer: time.NewTimer(time.Hour), closed: make(chan struct{})}
	a.timer.Stop()
	return a
}

func (a *runtimeAlarm) set(d time.Duration) { a.timer.Reset(d) }

func (a *runtimeAlarm) wait(ready func()) bool {
	ready()
	select {
	case <-a.timer.C:
		return true
	case <-a.closed:
		return false
	}
}

func (a *runtimeAlarm) close() error {
	a.timer.Stop()
	close(a.closed)
	return nil
}
