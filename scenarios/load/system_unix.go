//go:build unix

package load

import (
	"math"
	"os"
	"runtime"
	"syscall"
	"time"
)

// CPUTime is the CPU time that this process has used, user and system.
func CPUTime() time.Duration {
	var u syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &u) != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// OpenFiles counts this process's descriptors, 0 where the system does not
// list them. Linux has the number ready as the size of the list since version 6.2
// (proc(5)); to read a list of thousands takes milliseconds.
func OpenFiles() int {
	const list = "/proc/self/fd"
	if info, err := os.Stat(list); err == nil && runtime.GOOS == "linux" && info.Size() > 0 {
		return int(info.Size())
	}
	for _, dir := range []string{list, "/dev/fd"} {
		if d, err := os.Open(dir); err == nil {
			names, err := d.Readdirnames(-1)
			_ = d.Close()
			if err == nil {
				return len(names) - 1 // not counting the one that reads the list
			}
		}
	}
	return 0
}

// FileLimit is how many descriptors this process may have, 0 where that is not known.
func FileLimit() int {
	var l syscall.Rlimit
	if syscall.Getrlimit(syscall.RLIMIT_NOFILE, &l) != nil {
		return 0
	}
	return int(min(uint64(l.Cur), math.MaxInt32))
}

// OwnErrnos are the limits of the machine that sends: descriptors, ports, memory.
var OwnErrnos = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.ENOBUFS, syscall.ENOMEM,
}

// endErrnos end a connection.
var endErrnos = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
