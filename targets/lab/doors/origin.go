package doors

import (
	"net/http"

	"tollgate/targets"
)

// origin is the application itself, as it would run on a server of its own: it
// takes as long as a warm function, or as the server that stands for the function,
// knows no cold start and no limit, and AWS does not count it. It is the baseline that overhead is measured against.
var origin = kind{
	Kind: &targets.Origin,
	errors: targets.ErrorResponses{ // AWS has none: these are ours
		targets.FaultTooLarge: {Status: 413, Type: jsonType, Body: `{"error":"a body may have 10 MiB"}`},
		targets.FaultThrown:   {Status: 500, Type: jsonType, Body: `{"error":"the application failed"}`},
		targets.FaultNetwork:  {Status: 502, Type: jsonType, Body: `{"error":"the server does not answer"}`},
	},
	streamsServers: true,
	keys:           []string{"cors"},
	open:           openOrigin,
	id:             apiID,
	renames: func(header string) string {
		if hopByHop[header] {
			return ""
		}
		return header
	},
}

func openOrigin(d *door) []stage {
	d.FunctionName = ""
	if server := d.config.Function.Proxy; server != "" {
		return []stage{limits(nil), backend(d, &Integration{URL: server})}
	}
	return []stage{limits(nil), func(x *exchange) bool {
		x.integration = d.function.latest.warm.at(x.nth)
		asked := x.call()
		asked.path = x.request.URL.Path
		x.response = d.config.CORS.behind(x, d.kind.PreflightStatus, func() *response { return d.shop.answer(asked) })
		if script := x.response.script; script != nil {
			x.rest = script.lasts()
			x.send = func(w http.ResponseWriter) { d.sendStream(w, x) }
		}
		return false
	}}
}
