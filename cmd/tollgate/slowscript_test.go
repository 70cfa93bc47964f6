//go:build scripts

package main

import (
	"path/filepath"
	"testing"
)

// TestSlowScripts runs testdata/script/slow: scripts that start the program so often that
// go test would take too long with them. CI runs them on every change.
func TestSlowScripts(t *testing.T) { runScripts(t, filepath.Join("slow", "*.txtar")) }
