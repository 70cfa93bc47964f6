package targets

import "tollgate/pricing"

// Origin is any HTTP server with no front door before it: the baseline that
// overhead is measured against, and how a container or a local server is measured.
// AWS neither watches it nor bills for it, and no limit of it is known. Over TLS the
// lab's offers HTTP/2, as most servers do.
var Origin = Kind{Door: pricing.Door{Name: "origin", Title: "Origin", Listener: pricing.Listener{HTTP2: true}}, Words: []string{"http", "https", "server", "container", "baseline"}, PreflightStatus: 200, CanBeOrigin: true}
