//go:build probes || interop

package probes_test

import (
	"errors"
	"testing"
)

// attempts is how often a live test is tried: a machine that stops for a moment
// spoils a measurement, and no probe can help it. One that says so itself is over
// soon, and may be tried more often.
const (
	attempts   = 3
	mostSpoilt = 6
)

// errSpoilt is that of an attempt in which the generator set the result.
var errSpoilt = errors.New("the generator, and not the target, set the result")

// tried tries once, and again while errors come of it.
func tried(t *testing.T, once func() []error) {
	t.Helper()
	var err error
	for failed, spoilt := 0, 0; failed < attempts && spoilt < mostSpoilt; {
		if err = errors.Join(once()...); err == nil {
			return
		}
		if errors.Is(err, errSpoilt) {
			spoilt++
		} else {
			failed++
		}
		t.Logf("failed %d times, spoilt %d times: %v", failed, spoilt, err)
	}
	t.Error(err)
}
