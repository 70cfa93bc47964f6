package function

import (
	"runtime"
	"syscall"
	"time"
)

// processorTime measures the processor time of this goroutine's thread, which it keeps
// until done. With little memory Lambda grants less than one processor, and a millisecond
// of processor time takes several.
func processorTime() (used func() time.Duration, done func()) {
	runtime.LockOSThread()
	now := func() time.Duration {
		var u syscall.Rusage
		if syscall.Getrusage(syscall.RUSAGE_THREAD, &u) != nil {
			return 0
		}
		return time.Duration(u.Utime.Nano() + u.Stime.Nano())
	}
	begun := now()
	return func() time.Duration { return now() - begun }, runtime.UnlockOSThread
}
