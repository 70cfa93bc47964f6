//go:build !windows

package load

import "syscall"

// OwnErrnos are the limits of the machine that sends: descriptors, ports, memory.
var OwnErrnos = []syscall.Errno{
	syscall.EMFILE, syscall.ENFILE, syscall.EADDRNOTAVAIL, syscall.EADDRINUSE, syscall.ENOBUFS, syscall.ENOMEM,
}

// endErrnos end a connection.
var endErrnos = []syscall.Errno{syscall.ECONNRESET, syscall.EPIPE, syscall.ECONNABORTED}
