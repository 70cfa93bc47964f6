package lab

import (
	"time"

	"tollgate/targets"
)

// functionURLEndings: a Function URL shows a rate that is too high apart from
// too many at once.
var functionURLEndings = map[ending]targets.Fault{
	threw:       targets.FaultThrown,
	misreturned: targets.FaultMalformed,
	timedOut:    targets.FaultTimeout,
	overRate:    targets.FaultThrottled,
	overLimit:   targets.FaultConcurrency,
	overScaling: targets.FaultConcurrency,
}

// buildFunctionURL makes d a Function URL: the function sees every path.
func buildFunctionURL(d *door, _ time.Time) {
	d.endings, d.traced = functionURLEndings, true
	d.rule = func(x *exchange) { d.call(x, x.request.URL.Path) }
}
