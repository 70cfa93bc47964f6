package lab

import (
	"fmt"
	"time"

	"tollgate/targets"
)

// albEndings: a load balancer answers for whatever its function does wrong.
var albEndings = map[ending]targets.Fault{
	threw:        targets.FaultThrown,
	misreturned:  targets.FaultMalformed,
	timedOut:     targets.FaultTimeout,
	overSize:     targets.FaultMalformed,
	notPermitted: targets.FaultPermission,
	overRate:     targets.FaultConcurrency,
	overLimit:    targets.FaultConcurrency,
	overScaling:  targets.FaultConcurrency,
}

// buildALB makes d a load balancer whose default rule sends every path to the
// function.
func buildALB(d *door, _ time.Time) {
	d.Balancer = fmt.Sprintf("app/%s/%016x", d.Name, hashOf(d.Name))
	d.endings = albEndings
	rules := newRules(d)
	d.rule = func(x *exchange) {
		answer, processed := choose(rules, d.call, x.request)
		x.rules = processed
		answer(x, x.request.URL.Path)
	}
}
