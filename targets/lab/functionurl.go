package lab

import (
	"net/http"
	"time"

	"tollgate/targets"
)

// functionURLEndings: a Function URL shows a rate that is too high apart from
// too many at once.
var functionURLEndings = map[ending]targets.Fault{
	threw:        targets.FaultThrown,
	misreturned:  targets.FaultMalformed,
	timedOut:     targets.FaultTimeout,
	overSize:     targets.FaultMalformed,
	notPermitted: targets.FaultPermission,
	overRate:     targets.FaultThrottled,
	overLimit:    targets.FaultConcurrency,
	overScaling:  targets.FaultConcurrency,
}

// buildFunctionURL makes d a Function URL: the function sees every path.
func buildFunctionURL(d *door, _ time.Time) {
	d.endings, d.traced = functionURLEndings, true
	if d.config.FirstByte > 0 {
		d.function.streams, d.function.largest = true, largestStream
	}
	if d.config.Authorizer != nil {
		it := &route{authorize: newAuthorizer(d, *d.config.Authorizer, d.seed)}
		d.rule = func(x *exchange) {
			if d.authorized(x, it) {
				d.invokeURL(x)
			}
		}
		return
	}
	d.rule = d.invokeURL
}

// invokeURL calls the function. Where its answers are streamed, the first byte
// comes after a share of its time and the last one at the end of it.
func (d *door) invokeURL(x *exchange) {
	if d.real != nil && d.config.Stream {
		d.stream(x)
		return
	}
	d.call(x, x.request.URL.Path)
	if d.config.FirstByte == 0 || x.fault != "" || d.real != nil {
		return
	}
	x.rest = time.Duration(float64(x.invocation.duration) * (1 - d.config.FirstByte))
	x.integration -= x.rest
	if x.deliver == nil {
		x.deliver = func(w http.ResponseWriter) {
			d.head(w, x)
			delete(w.Header(), "Content-Length")
			d.trickle(w, x, x.rest)
		}
	}
}

// checkFunctionURL says what is wrong with what only Function URLs have.
func (d DoorConfig) checkFunctionURL(at string, faults *faultList) {
	if d.Kind != targets.FunctionURL.Name {
		if d.Authorizer != nil || d.FirstByte != 0 {
			faults.add("%s: only a Function URL has an authorizer of the whole door, and streams its answers; APIs have authorizers by route", at)
		}
		return
	}
	if !(d.FirstByte >= 0 && d.FirstByte <= 1) {
		faults.add("%s.stream_first_byte: %v must be above 0 and at most 1", at, d.FirstByte)
	}
	if d.Authorizer != nil {
		d.Authorizer.check(at+".authorizer", faults)
		if d.Authorizer.Type != "iam" {
			faults.add("%s.authorizer.type: a Function URL knows iam only", at)
		}
	}
}
