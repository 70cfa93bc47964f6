package doors

import (
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

var functionURL = kind{
	Kind:     &targets.FunctionURL,
	overhead: LogNormal{Median: Duration(1 * time.Millisecond), Sigma: 0.3},
	keys:     []string{"authorizer", "cors", "stream_first_byte", "response_stream"},
	// A rate that is too high is another fault than too many at once.
	endings: map[runtime.Ending]targets.Fault{runtime.AtRate: targets.FaultThrottled},
	fill:    (*DoorConfig).fillStream,
	check:   checkFunctionURL,
	open:    openFunctionURL,
	id:      urlID,
	format:  func(DoorConfig) event.Format { return event.FunctionURL },
	// The id of a request is that of its invocation, which the REPORT line has too,
	// and one of its own where nothing was invoked.
	requestID: func(x *exchange) string {
		if x.invoked == (runtime.RequestID{}) {
			return requestID()
		}
		return x.invoked.String()
	},
	allowsOrigins: true,
	usualOrigin:   true,
	traced:        true,
	largestEvent:  largestPayload,
	renames:       drop,
}

func urlID(name string) string { return identifier(name, 0, 32) }

func checkFunctionURL(_ *kind, d DoorConfig, at string, p *problems) {
	d.checkStream(at, p)
	d.Authorizer.check(at+".authorizer", p)
	if d.Authorizer != nil && d.Authorizer.Type != "iam" {
		p.add("%s.authorizer.type: a Function URL knows iam only", at)
	}
}

func openFunctionURL(d *door) []stage {
	iam := newAuthorizer(d, d.config.Authorizer)
	return []stage{
		limits(nil),
		refuseOtherURLs(urlID(d.Name)),
		d.config.CORS.answerPreflights(d.kind.PreflightStatus),
		d.config.CORS.allowOrigins,
		authenticate(func(*exchange) authorizer { return iam }),
		d.lambda,
	}
}

// refuseOtherURLs refuses requests under the name of a Function URL with another
// id than ours: one that does not exist, and has no function to count it for.
// Source: Lambda developer guide, "Creating and managing Lambda function URLs",
// <url-id>.lambda-url.<region>.on.aws.
func refuseOtherURLs(ours string) stage {
	return func(x *exchange) bool {
		id, domain, _ := strings.Cut(strings.ToLower(x.request.Host), ".")
		domain, _, _ = strings.Cut(domain, ":") // of a port
		if strings.HasPrefix(domain, "lambda-url.") && strings.HasSuffix(domain, ".on.aws") && id != ours {
			x.uncounted = true
			return x.fail(targets.FaultNoURL)
		}
		return true
	}
}
