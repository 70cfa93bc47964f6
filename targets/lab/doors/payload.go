package doors

import (
	"strings"
	"time"

	"tollgate/targets"
)

// What Lambda passes on. Sources: Lambda developer guide, "Lambda quotas" (6 MB
// for request and response; a streamed response of 200 MB, in 2024 still 20) and
// "Response streaming" (6 MB at any speed, then 2 MB a second).
const (
	largestPayload = 6 << 20
	largestStream  = 200 << 20
	unthrottled    = 6 << 20
	streamRate     = 2 << 20 // bytes a second
)

// streaming is how long a stream of so many bytes takes at least.
func streaming(bytes int64) time.Duration {
	return time.Duration(float64(max(bytes-unthrottled, 0)) / streamRate * float64(time.Second))
}

// unfit says why a request cannot be made an event of its function's, or "". A
// load balancer opens no WebSocket to a function.
// Source: Application Load Balancer user guide, "Lambda functions as targets".
func (d *door) unfit(x *exchange) targets.Fault {
	switch {
	case x.received > d.largestEvent():
		return targets.FaultTooLarge
	case d.kind == &targets.ALB && strings.EqualFold(x.request.Header.Get("Upgrade"), "websocket"):
		return targets.FaultHeaders
	}
	return ""
}

// largestEvent is the largest body that a door hands to its function: less at a
// load balancer, and as much as Lambda takes at the others. That API Gateway's
// answer is 413 from 6 MB on, and not from its own 10 MB, is from knowledge.
// Source: Application Load Balancer user guide, "Lambda functions as targets".
func (d *door) largestEvent() int64 {
	if d.kind == &targets.ALB {
		return d.kind.Limits.RequestBytes
	}
	return largestPayload
}

// meteredBytes is what an HTTP API counts as one request.
// Source: API Gateway pricing page, "metered in 512 KB increments". AWS does not
// say whether of the request, the response or both: the larger one is assumed.
const meteredBytes = 512 << 10

// billable is how many requests the door charges for x. REST APIs do not charge
// for what they refuse for its proof, its key or its rate.
// Source: API Gateway developer guide, "API Gateway pricing".
func (d *door) billable(x *exchange) int64 {
	switch {
	case d.kind == &targets.HTTPAPI:
		return max(1, (max(x.received, x.answer.size())+meteredBytes-1)/meteredBytes)
	case d.kind == &targets.RESTAPI && x.fault != "" && unauthorized(x.answer.status):
		return 0
	}
	return 1
}

func unauthorized(status int) bool { return status == 401 || status == 403 || status == 429 }

func len64(b []byte) int64 { return int64(len(b)) }
