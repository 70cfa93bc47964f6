package lab

import (
	"time"

	"tollgate/targets"
)

// defaultStage is the stage of an HTTP API that has no part in its paths.
const defaultStage = "$default"

// buildHTTP makes d an HTTP API: routes and the account's throttle, no keys.
func buildHTTP(d *door, _ time.Time) {
	d.API, d.Stage = identifier(d.Name, 0, 10), d.config.Stage
	d.endings = gatewayEndings
	if d.Stage != defaultStage {
		d.URL += "/" + d.Stage
	}
	d.rule = func(x *exchange) {
		path, known := x.request.URL.Path, true
		if d.Stage != defaultStage {
			path, known = below(d.Stage, path)
		}
		switch {
		case !known || routes[path] != x.request.Method:
			d.fail(x, targets.FaultNoRoute)
		case d.withinAccount(x):
			d.call(x, path)
		}
	}
}
