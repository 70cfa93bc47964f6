//go:build !linux

package load

// Other systems have no such files: the answers are "unknown".
func workSoFar() work   { return work{} }
func waitsSoFar() waits { return nil }
func sockets() int      { return 0 }
func ports() int        { return 0 }
