package doors

import (
	"net/http"
	"strings"
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
	it := &route{}
	if d.config.Authorizer != nil {
		it.authorize = newAuthorizer(d, *d.config.Authorizer, d.seed)
	}
	ours := d.apiID()
	d.rule = func(x *exchange) {
		switch {
		case elsewhere(x.request.Host, ours): // there is no function to count it for
			x.uncounted = true
			d.fail(x, targets.FaultNoURL)
		case d.authorized(x, it):
			d.invokeURL(x)
		}
	}
}

// elsewhere says whether a host is named as Function URLs are, but with another
// id than ours: one that does not exist.
// Source: Lambda developer guide, "Creating and managing Lambda function URLs",
// <url-id>.lambda-url.<region>.on.aws.
func elsewhere(host, ours string) bool {
	id, domain, _ := strings.Cut(strings.ToLower(host), ".")
	domain, _, _ = strings.Cut(domain, ":") // of a port
	return strings.HasPrefix(domain, "lambda-url.") && strings.HasSuffix(domain, ".on.aws") && id != ours
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
