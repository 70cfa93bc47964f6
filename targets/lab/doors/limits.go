package doors

import (
	"net/http"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// What Lambda passes on: 6 MB of a stream at any speed, then 2 MB a second. Source:
// Lambda developer guide, "Response streaming".
const (
	largestPayload = pricing.LambdaBody
	largestStream  = pricing.LambdaStream
	unthrottled    = 6 << 20
	streamRate     = 2 << 20 // bytes a second
)

// largestBody bounds what a door without a documented limit reads.
const largestBody = 10 << 20

// streaming is how long a stream of so many bytes takes at least.
func streaming(bytes int64) time.Duration { return slowly(max(bytes-unthrottled, 0)) }

// slowly is how long so many bytes take that may not pass at any speed.
func slowly(bytes int64) time.Duration {
	return time.Duration(float64(bytes) / streamRate * float64(time.Second))
}

// limits refuses a request whose head or body is larger than its door takes; head
// says what is wrong with a head, and is nil where no limit is documented.
func limits(head func(*http.Request) targets.Fault) stage {
	return func(x *exchange) bool {
		if head != nil {
			if fault := head(x.request); fault != "" {
				return x.fail(fault)
			}
		}
		return !x.tooLarge || x.fail(targets.FaultTooLarge)
	}
}

// headerBytes is how large a request's headers are: their lines, and their values
// alone.
func headerBytes(r *http.Request) (lines, values int) {
	lines, values = len("Host: \r\n")+len(r.Host), len(r.Host)
	for name, all := range r.Header {
		for _, value := range all {
			lines += len(name) + len(value) + len(": \r\n")
			values += len(value)
		}
	}
	return lines, values
}

func requestLine(r *http.Request) int {
	return len(r.Method) + len(r.RequestURI) + len(r.Proto) + len("  \r\n")
}
