package doors

import (
	"time"

	"tollgate/targets"
)

// buildOrigin makes d the application itself, as it would run on a server of
// its own: it takes as long as a warm function, knows no cold start and no
// limit, and AWS does not count it. It is what overhead is measured against.
func buildOrigin(d *door, _ time.Time) {
	d.FunctionName = ""
	d.rule = func(x *exchange) {
		x.integration = d.function.warm.at(x.nth)
		x.answer = d.function.app(x.request.Method, x.request.URL.Path, x.content())
	}
	d.answers[targets.FaultTooLarge] = tooLarge // AWS has none: these are ours
	d.answers[targets.FaultThrown] = broken
}

var broken = newAnswer(500, jsonType, `{"error":"the application failed"}`)

var tooLarge = newAnswer(413, jsonType, `{"error":"a body may have 10 MiB"}`)
