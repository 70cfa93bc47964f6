package wheel

import (
	"fmt"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A timerfd is an alarm that the runtime's network poller watches.
type timerfd struct {
	fd   int
	file *os.File // owns fd; non-blocking, so reading it parks the goroutine and no thread
}

func newAlarm() (alarm, error) {
	fd, err := unix.TimerfdCreate(unix.CLOCK_MONOTONIC, unix.TFD_NONBLOCK|unix.TFD_CLOEXEC)
	if err != nil {
		return nil, fmt.Errorf("no timer for modelled delays: %w", err)
	}
	return &timerfd{fd: fd, file: os.NewFile(uintptr(fd), "timerfd")}, nil
}

// set cannot fail: the descriptor is open as long as its wheel is, and the
// duration is positive.
func (t *timerfd) set(d time.Duration) {
	_ = unix.TimerfdSettime(t.fd, 0, &unix.ItimerSpec{Value: unix.NsecToTimespec(int64(d))}, nil)
}

func (t *timerfd) wait() bool {
	var expirations [8]byte
	_, err := t.file.Read(expirations[:])
	return err == nil
}

func (t *timerfd) close() error { return t.file.Close() }
