//go:build foreign && linux

package foreign

import "slices"

// systems is the table of all: each kind has a file of its own.
func systems() []system {
	return slices.Concat(
		nginxLimits(), haproxyLimits(), timeRates(), goLibraries(),
		nginxCaches(), varnishCaches(),
		neverCold(), serverlessOffline(),
		queues(),
	)
}
