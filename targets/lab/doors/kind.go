package doors

import (
	"net/http"
	"slices"
	"strings"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// A kind is what the lab knows of one kind of front door. Each stands in a file of
// its own, which lists the stages that a request passes.
type kind struct {
	*targets.Kind
	errors       targets.ErrorResponses // in place of targets.Kind's; nil: those
	overhead     LogNormal
	keys         []string                         // of a door in a lab file that not every kind has
	integrations []string                         // that may stand behind its routes and rules
	endings      map[runtime.Ending]targets.Fault // where they differ from the others'
	largestEvent int64                            // the largest body that it hands to its function

	fill  func(*DoorConfig)                          // its defaults; nil: it has none of its own
	check func(*kind, DoorConfig, string, *problems) // nil: nothing of its own can be wrong
	open  func(*door) []stage                        // names the door, and lists the stages of its requests
	start func(*door) error                          // readies what answers behind it; nil: as every kind with a function does

	noEndpoint targets.Fault // of requests to its own address, where that is switched off; "": it cannot be

	id          func(name string) string       // what the door's domain begins with
	requestID   func(*exchange) string         // in x-amzn-RequestId
	format      func(DoorConfig) event.Format  // of the function's events; nil: there is no function
	application func(*exchange) *response      // behind a modelled function; nil: the sample application
	invoke      func(*door, *exchange) bool    // calls the function; nil: as every kind does
	billable    func(*exchange) int64          // requests that are charged; nil: each is one
	details     func(*route) map[string]string // the dimensions of a route's own metrics; nil: it has none
	renames     func(header string) string     // what a backend's header is called outside; "": it is left out

	mostAnswerHeaders int                                   // bytes that it takes for headers of a backend's response; 0: any
	nonzero           bool                                  // CloudWatch gets no zeros
	allowsOrigins     bool                                  // by its CORS it answers for the function what pages may do
	onDemand          bool                                  // a lab has one only where its file says so: it is for other clients than the others are, stands in front of them, or is experimental
	usualOrigin       bool                                  // a distribution that names no door behind it stands in front of one of these
	traced            bool                                  // responses of the function carry a trace
	mapsServices      bool                                  // the status of a service becomes another by its integration's patterns
	forwards          func(*door, *exchange, *http.Request) // what it adds to a request for a server; nil: nothing
	passesSockets     bool                                  // of WebSocket, to what is behind it by HTTP
	challenges        bool                                  // a failed JWT authorizer says which proof it needs
	accessLog         *accessLogForm                        // nil: it writes none
	streamsServers    bool                                  // what a server behind it streams is passed on as it comes
}

// allKinds are the front doors that the lab serves.
var allKinds = []*kind{&restAPI, &httpAPI, &functionURL, &alb, &cloudFront, &lambdaWeb, &webSocketAPI, &origin}

func kindNamed(name string) *kind {
	i := slices.IndexFunc(allKinds, func(k *kind) bool { return k.Name == name })
	if i < 0 {
		return nil
	}
	return allKinds[i]
}

func (k *kind) responses() targets.ErrorResponses {
	if k.errors != nil {
		return k.errors
	}
	return k.Errors
}

// namesOf are the names of the kinds for which a condition holds.
func namesOf(holds func(*kind) bool) string {
	var names []string
	for _, k := range allKinds {
		if holds(k) {
			names = append(names, k.Name)
		}
	}
	return strings.Join(names, ", ")
}

// thatHave says which kinds have a key.
func thatHave(key string) string {
	names := namesOf(func(k *kind) bool { return slices.Contains(k.keys, key) })
	if strings.Contains(names, ",") {
		return names + " have it"
	}
	return names + " has it"
}

// endings are how a door shows its function's, unless its kind does otherwise.
var endings = map[runtime.Ending]targets.Fault{
	runtime.Failed: targets.FaultThrown, runtime.Malformed: targets.FaultMalformed, runtime.TooLarge: targets.FaultMalformed,
	runtime.Overtime: targets.FaultTimeout, runtime.Forbidden: targets.FaultPermission,
	runtime.AtRate: targets.FaultConcurrency, runtime.AtLimit: targets.FaultConcurrency, runtime.AtScaling: targets.FaultConcurrency,
}

// gatewayEndings are those of an API in API Gateway: a function that runs into its
// own timeout is one that failed.
var gatewayEndings = map[runtime.Ending]targets.Fault{runtime.Overtime: targets.FaultThrown}

// apiID is what the domain of an API begins with.
func apiID(name string) string { return identifier(name, 0, 10) }

// dropped are the headers of a backend's response that only REST APIs pass on,
// under other names.
// Source: API Gateway developer guide, "Known issues", as recorded in LocalStack's
// snapshots.
var dropped = []string{"Connection", "Content-Length", "Date", "Server"}

func drop(header string) string {
	if slices.Contains(dropped, header) {
		return ""
	}
	return header
}
