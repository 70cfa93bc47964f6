//go:build !linux

package function

import "time"

// processorTime measures wall-clock time on systems that are not Lambda's.
func processorTime() (used func() time.Duration, done func()) {
	begun := time.Now()
	return func() time.Duration { return time.Since(begun) }, func() {}
}
