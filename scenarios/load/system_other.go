//go:build !linux

package load

import "syscall"

// Other systems have no such files: the answers are "unknown".
func workSoFar() work   { return work{} }
func waitsSoFar() waits { return nil }
func sockets() int      { return 0 }

// Ports is how many ports there are for outgoing connections, 0 where that is not known.
func Ports() int { return 0 }

// bindLate is Linux's alone.
func bindLate(syscall.RawConn) error { return nil }
