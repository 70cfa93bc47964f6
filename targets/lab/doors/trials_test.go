//go:build !probes

package doors

// virtualTrials are few, of few requests: make probes runs more.
const (
	virtualTrials   = 3
	virtualArrivals = 500
)
