package timer

import (
	"os"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

type timerfd struct {
	fd   int
	file *os.File // owns fd; non-blocking, so waiting for it parks the goroutine and no thread
	raw  syscall.RawConn
}

func newAlarm() (alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, err
	}
	t := &timerfd{fd: fd, file: os.NewFile(uintptr(fd), "timerfd")}
	if t.raw, err = t.file.SyscallConn(); err != nil {
		return nil, err
	}
	return t, nil
}

// set cannot fail: the descriptor is open as long as its timer is, and the
// duration is positive.
func (t *timerfd) set(d time.Duration) {
	_ = unix.TimerfdSettime(t.fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil)
}

// wait never reads the descriptor: the poller reports each expiry anew, whether or
// not the one before was read. It forgets the descriptor's state before it calls
// the function, so that no expiry that ready sets is missed.
func (t *timerfd) wait(ready func()) bool {
	called := false
	return t.raw.Read(func(uintptr) bool {
		if called {
			return true
		}
		called = true
		ready()
		return false // wait, and call again
	}) == nil
}

func (t *timerfd) close() error { return t.file.Close() }
