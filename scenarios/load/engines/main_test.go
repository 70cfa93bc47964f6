package engines

import (
	"flag"
	"os"
	"testing"
)

// TestMain lets eight tests run at once, however few the processors: most of their
// time is spent waiting for the clock.
func TestMain(m *testing.M) {
	if os.Getenv(answeringVariable) != "" { // this is a server for another process
		answer()
		return
	}
	if err := flag.Set("test.parallel", "8"); err != nil {
		panic(err)
	}
	os.Exit(m.Run())
}
