//go:build probes

package probes

import "testing"

func TestIntervalsOfManyBucketsHoldTheTruth(t *testing.T) { coverage(t, 500) }
