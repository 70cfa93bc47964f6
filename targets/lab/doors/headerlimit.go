package doors

import (
	"net/http"
	"strings"

	"tollgate/targets"
)

// The documented edges of a request's head.
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (a URL of
// 10,240 characters, 8,192 where the API is edge-optimised; that the answer is
// 414 is from knowledge); Application Load Balancer user guide, "Quotas" (16 KB
// for a request line or one header) and "Troubleshoot" (414, and 463 for more than
// 30 addresses in X-Forwarded-For).
const (
	balancerLine  = 16 << 10
	longestURL    = 10_240
	longestAtEdge = 8_192
	mostForwarded = 30
)

// refusedHead says what is wrong with a request's head at this door, or "".
func (d *door) refusedHead(r *http.Request) targets.Fault {
	switch d.kind {
	case &targets.RESTAPI:
		if n := len(r.Host) + len(r.RequestURI); n > longestURL || d.config.Edge && n > longestAtEdge {
			return targets.FaultURL
		}
	case &targets.ALB:
		if len(r.Method)+len(r.RequestURI)+len(r.Proto)+4 > balancerLine {
			return targets.FaultURL
		}
	}
	if !headersFit(d.kind, r) {
		return targets.FaultHeaders
	}
	if d.kind == &targets.ALB {
		addresses := 0
		for _, line := range r.Header["X-Forwarded-For"] {
			addresses += strings.Count(line, ",") + 1
		}
		if addresses > mostForwarded {
			return targets.FaultForwarded
		}
	}
	return ""
}

// headersFit says whether a request's headers keep to the limits of its door.
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (10,240
// bytes of header values, REST; of request line and headers, HTTP API);
// Application Load Balancer user guide, "Quotas" (64 KB for all headers).
func headersFit(kind *targets.Kind, r *http.Request) bool {
	limit := int(kind.Limits.HeaderBytes)
	if limit == 0 {
		return true
	}
	sum := len(r.Host)
	if kind != &targets.RESTAPI {
		sum += len("Host: \r\n")
	}
	if kind == &targets.HTTPAPI {
		sum += len(r.Method) + len(r.RequestURI) + len(r.Proto) + 4
	}
	for name, values := range r.Header {
		for _, value := range values {
			sum += len(value)
			if kind != &targets.RESTAPI {
				sum += len(name) + 4
			}
			if kind == &targets.ALB && len(name)+len(value)+4 > balancerLine {
				return false
			}
		}
	}
	return sum <= limit
}
