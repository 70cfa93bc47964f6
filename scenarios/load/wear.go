package load

import (
	"time"

	"tollgate/scenarios"
)

// Expired says whether a connection that has carried so many requests, and was
// opened so long ago, is ended instead of being kept for another request. Both
// engines ask when a response is complete, as nginx does for its limits
// keepalive_requests and keepalive_time: so a request is never on a connection
// that ends for this reason, and one that grew old at rest carries one more.
// Source: nginx documentation, ngx_http_upstream_module.
func Expired(o *scenarios.Engine, carried int, age time.Duration) bool {
	return o.RequestsPerConnection > 0 && carried >= o.RequestsPerConnection ||
		o.ConnectionAge > 0 && age >= o.ConnectionAge
}
