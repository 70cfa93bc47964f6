package load

import (
	"syscall"
	"time"
)

// CPUTime is the CPU time that this process has used, user and kernel.
func CPUTime() time.Duration {
	self, err := syscall.GetCurrentProcess()
	if err != nil {
		return 0
	}
	var created, ended, kernel, user syscall.Filetime
	if syscall.GetProcessTimes(self, &created, &ended, &kernel, &user) != nil {
		return 0
	}
	return ticks(kernel) + ticks(user)
}

// ticks reads a Filetime as a span; it counts in 100 ns.
func ticks(f syscall.Filetime) time.Duration {
	return time.Duration(int64(f.HighDateTime)<<32|int64(f.LowDateTime)) * 100
}

// Windows has no table of descriptors with a limit: the answers are "unknown".
func OpenFiles() int { return 0 }
func fileLimit() int { return 0 }
