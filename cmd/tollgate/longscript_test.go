//go:build probes

package main

import (
	"path/filepath"
	"testing"
)

// TestLongScripts runs testdata/script/long: scripts of probes, whose questions
// take the time that the lab's clocks take.
func TestLongScripts(t *testing.T) { runScripts(t, filepath.Join("long", "*.txtar")) }
