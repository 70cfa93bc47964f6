package doors

import (
	"net/http"
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
	routes := newRouter(d)
	d.rule = func(x *exchange) {
		path, known := x.request.URL.Path, true
		if d.Stage != defaultStage {
			path, known = below(d.Stage, path)
		}
		if d.config.CORS != nil && known && preflight(x.request) {
			d.answerPreflight(x, http.StatusNoContent)
			return
		}
		it := routes.find(x.request.Method, path)
		x.route = it
		switch {
		case !known || it == nil:
			d.fail(x, targets.FaultNoRoute)
		case d.withinStage(x, it) && d.withinAccount(x) && d.authorized(x, it):
			it.integrate(x, path)
		}
		if x.challenge != "" {
			x.extra = append(x.extra, [2]string{"www-authenticate", x.challenge})
		}
		if d.config.CORS != nil {
			x.extra = append(x.extra, d.config.CORS.grant(x.request, false)...)
		}
	}
}
