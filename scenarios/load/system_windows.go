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

// FileLimit is how many descriptors this process may have, 0 where that is not known.
func FileLimit() int { return 0 }

// Winsock's numbers; package syscall invents its own for most of the names.
const (
	wsaEMFILE        syscall.Errno = 10024
	wsaEADDRINUSE    syscall.Errno = 10048
	wsaEADDRNOTAVAIL syscall.Errno = 10049
	wsaECONNABORTED  syscall.Errno = 10053
	wsaECONNRESET    syscall.Errno = 10054
	wsaENOBUFS       syscall.Errno = 10055
)

// OwnErrnos are the limits of the machine that sends: descriptors, ports, memory.
var OwnErrnos = []syscall.Errno{wsaEMFILE, wsaEADDRINUSE, wsaEADDRNOTAVAIL, wsaENOBUFS}

// endErrnos end a connection.
var endErrnos = []syscall.Errno{wsaECONNRESET, wsaECONNABORTED}
