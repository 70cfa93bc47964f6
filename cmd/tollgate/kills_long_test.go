//go:build unix && kills

package main

import "testing"

// TestTwoHundredKills is TestKills for longer.
func TestTwoHundredKills(t *testing.T) { kill(t, 200, true) }
