//go:build probes

package probes_test

import (
	"errors"
	"testing"
)

// attempts is how often a live test is tried: a machine that stops for a moment
// spoils a measurement, and no probe can help it. One that says so itself is over
// soon, and may be tried more often.
const (
	attempts      = 3
	mostCorrupted = 6
)

// errCorrupted is that of an attempt in which the generator set the result.
var errCorrupted = errors.New("the generator, and not the target, set the result")

// tried tries once, and again while errors come of it.
func tried(t *testing.T, once func() []error) {
	t.Helper()
	var err error
	for failed, corrupted := 0, 0; failed < attempts && corrupted < mostCorrupted; {
		if err = errors.Join(once()...); err == nil {
			return
		}
		if errors.Is(err, errCorrupted) {
			corrupted++
		} else {
			failed++
		}
		t.Logf("failed %d times, corrupted %d times: %v", failed, corrupted, err)
	}
	t.Error(err)
}
