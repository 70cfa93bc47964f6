//go:build probes || interop

package probes_test

import (
	"errors"
	"testing"
)

// attempts is how often a live test is tried: a machine that stops for a moment
// spoils a measurement, and no probe can help it.
const attempts = 3

// tried tries once, and again while errors come of it.
func tried(t *testing.T, once func() []error) {
	t.Helper()
	var err error
	for n := range attempts {
		if err = errors.Join(once()...); err == nil {
			return
		}
		t.Logf("attempt %d: %v", n+1, err)
	}
	t.Error(err)
}
