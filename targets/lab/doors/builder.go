package doors

import (
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
	"tollgate/targets/lab/timer"
)

// builders make a door one of its kind. A kind that is not in it is not served.
var builders = map[string]func(*door, time.Time){
	targets.RESTAPI.Name:     buildREST,
	targets.HTTPAPI.Name:     buildHTTP,
	targets.FunctionURL.Name: buildFunctionURL,
	targets.ALB.Name:         buildALB,
	targets.Origin.Name:      buildOrigin,
}

// idOf is how a kind makes up the ids in one of its headers. The id of a Function
// URL's request is that of the invocation, which the REPORT line has too, and one
// of its own where nothing was invoked.
func idOf(kind *targets.Kind, header string) func(*exchange) string {
	switch {
	case header != "x-amzn-RequestId":
		return func(*exchange) string { return gatewayID() }
	case kind == &targets.FunctionURL:
		return func(x *exchange) string {
			if x.invoked == (runtime.RequestID{}) {
				return requestID()
			}
			return x.invoked.String()
		}
	}
	return func(*exchange) string { return requestID() }
}

// newDoor builds the door that config, which is filled and checked, describes.
// The address is that of its listener.
func newDoor(config DoorConfig, seed uint64, address string, account *bucket, w *timer.Timer, now time.Time) *door {
	kind, _ := targets.KindNamed(config.Kind) // checked
	d := &door{
		Door:     Door{Kind: config.Kind, Name: config.Name, URL: "http://" + address, FunctionName: config.Name},
		kind:     kind,
		config:   config,
		timer:    w,
		account:  account,
		log:      runtime.NewLog(config.Name, runtime.Format(config.Function.LogFormat)).In(config.Function.LogGroup),
		format:   formatOf(config),
		function: newFunction(*config.Function, config.Name, seed, now),
		overhead: newDraw(*config.Overhead, seed, config.Name+" overhead"),
		answers:  faultAnswers(kind),
		seed:     seed,
		started:  now,
		unproven: targets.FaultUnsigned,

		mostBytes: kind.Limits.RequestBytes,
	}
	if config.TLS {
		d.URL = "https://" + address
	}
	for _, name := range kind.RequestIDs {
		d.ids = append(d.ids, idHeader{name, idOf(kind, name)})
	}
	if kind.Server != "" {
		d.server = []string{kind.Server}
	}
	builders[config.Kind](d, now)
	return d
}
