package lab

import (
	"net/http"

	"tollgate/targets"
)

// headersFit says whether a request's head keeps to the limits of its door.
// Sources: API Gateway developer guide, "Amazon API Gateway quotas" (10,240
// bytes of header values, REST; of request line and headers, HTTP API);
// Application Load Balancer user guide, "Quotas" (16 KB for a request line or
// one header, 64 KB for all headers).
func headersFit(kind *targets.Kind, r *http.Request) bool {
	const balancerLine = 16 << 10
	limit := int(kind.Limits.HeaderBytes)
	if limit == 0 {
		return true
	}
	line := len(r.Method) + len(r.RequestURI) + len(r.Proto) + 4
	sum := len(r.Host)
	if kind != &targets.RESTAPI {
		sum += len("Host: \r\n")
	}
	if kind == &targets.HTTPAPI {
		sum += line
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
	return sum <= limit && (kind != &targets.ALB || line <= balancerLine)
}
