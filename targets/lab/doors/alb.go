package doors

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

// clientLeft is what a load balancer notes for a client that hung up before its
// answer. Source: Application Load Balancer user guide, "Troubleshoot", HTTP 460.
var clientLeft = newAnswer(460, "text/html", "")

// buildALB makes d a load balancer whose default rule sends every path to the
// function.
func buildALB(d *door, _ time.Time) {
	d.Balancer = fmt.Sprintf("app/%s/%016x", d.Name, hashOf(d.Name))
	d.endings = albEndings
	d.streams, d.left = mostStreams, clientLeft
	rules := newRules(d)
	for _, r := range d.config.Rules {
		if r.Action != nil || len(r.Targets)+len(r.Groups) > 0 { // which may take more than a function does
			d.mostBytes = largestBody
		}
	}
	d.rule = func(x *exchange) {
		x.last = d.spent(x)
		answer, processed := choose(rules, d.call, x.request)
		x.rules = processed
		answer(x, x.request.URL.Path)
	}
}
