package session

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets twenty-four tests run at once, however few the processors: most of their
// time is spent waiting for the clock.
func TestMain(m *testing.M) {
	if err := flag.Set("test.parallel", "24"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
