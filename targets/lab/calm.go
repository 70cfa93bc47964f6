package lab

import "runtime"

// idleHeap is memory that a process which only serves a lab holds and never
// touches, so that it takes none. Go collects garbage whenever the heap has
// doubled: a lab's is so small that this would be every thousand requests.
const idleHeap = 64 << 20

// Calm lets this process collect garbage seldom, for as long as it serves a lab
// and nothing else. The returned function takes that back.
func Calm() (end func()) {
	ballast := make([]byte, idleHeap)
	return func() { runtime.KeepAlive(ballast) }
}
