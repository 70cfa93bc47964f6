package doors

import (
	"bytes"
	"crypto/tls"
	"errors"
	"maps"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
)

// An Injection is a fault on demand: what shall go wrong, at which door, from
// when and for how long.
type Injection struct {
	Fault string   `json:"fault"`                // one of those that InjectedFaults lists
	Door  string   `json:"door,omitempty"`       // by its name; default every door that can show the fault
	Start Duration `json:"start,omitempty"`      // after the lab's start, or after the request that asks for it
	For   Duration `json:"for,omitempty"`        // default: until the lab ends, or until it is told to stop
	Share float64  `json:"share,omitempty"`      // of the requests, or of a metric's minutes; default 1
	By    Duration `json:"by,omitempty"`         // latency, slow-body: how much time it adds; metrics-late, metrics-misdated: by how much
	Rate  float64  `json:"rate_per_s,omitempty"` // foreign-traffic: of requests that only CloudWatch sees
}

// An injectable is what one fault does. Either it befalls requests or it runs
// beside them.
type injectable struct {
	timed     bool                                         // needs By
	rated     bool                                         // needs Rate
	shows     func(*targets.Kind) bool                     // nil: at every door
	befall    func(*door, *exchange, *Injected)            // when a request is there
	spoil     func(*door, *exchange, *Injected) deliverer  // when its answer would be sent
	handshake func(*authority) (*tls.Certificate, error)   // of TLS
	run       func(*door, *Injected)                       // until the fault's context ends
	refuses   *refusal                                     // what the AWS endpoint answers
	distorts  func(by time.Duration) cloudwatch.Distortion // how CloudWatch reports minutes
}

// injectables are the faults that can be had.
var injectables = map[string]injectable{
	"latency":             {timed: true, befall: addLatency},
	"5xx":                 {befall: failRequest, shows: knows(targets.FaultThrown)},
	"throttle":            {befall: throttleRequest, shows: knows(targets.FaultThrottled)},
	"stall":               {spoil: stall},
	"reset":               {spoil: reset},
	"slow-body":           {timed: true, spoil: slowBody},
	"wrong-length":        {spoil: wrongLength},
	"truncated-chunk":     {spoil: truncatedChunk},
	"garbage":             {spoil: garbage},
	"tls-failure":         {handshake: failHandshake},
	"expired-certificate": {handshake: showExpired},
	"refuse":              {run: refuseConnections},
	"foreign-traffic":     {rated: true, run: foreignTraffic, shows: isCounted},
	"aws-throttling":      refused(protocol.Throttling),
	"aws-5xx":             refused(protocol.InternalFault),
	"aws-expired":         refused(protocol.ExpiredToken),
	"metrics-missing":     distorted(false, isMissing),
	"metrics-late":        distorted(true, isLate),
	"metrics-misdated":    distorted(true, isMisdated),
}

// InjectedFaults are the names of the faults that can be had.
func InjectedFaults() []string { return slices.Sorted(maps.Keys(injectables)) }

// longestInjection bounds how late a fault may start and how long it may last.
const longestInjection = 30 * 24 * time.Hour

// check says what is wrong with in, which is to happen at one of doors.
func (in Injection) check(at string, doors []DoorConfig, faults *faultList) {
	what, known := injectables[in.Fault]
	if !known {
		faults.add("%s.fault: there is no %q; there are %s", at, in.Fault, strings.Join(InjectedFaults(), ", "))
		return
	}
	faults.span(at+".start", in.Start, 0, longestInjection)
	faults.span(at+".for", in.For, 0, longestInjection)
	if !(in.Share >= 0 && in.Share <= 1) {
		faults.add("%s.share: %v must be above 0 and at most 1", at, in.Share)
	}
	switch {
	case what.timed:
		faults.span(at+".by", in.By, time.Nanosecond, longestFunction)
	case in.By != 0:
		faults.add("%s.by: %q adds no time; leave it out", at, in.Fault)
	}
	switch {
	case what.rated && !(in.Rate >= 0.001 && in.Rate <= 10_000):
		faults.add("%s.rate_per_s: %v must be from 0.001 to 10000", at, in.Rate)
	case !what.rated && in.Rate != 0:
		faults.add("%s.rate_per_s: %q has no rate; leave it out", at, in.Fault)
	}
	if what.run != nil && in.Share != 0 {
		faults.add("%s.share: %q does not befall single requests; leave it out", at, in.Fault)
	}
	in.checkCloud(at, what, faults)
	if !what.ofCloud() {
		in.checkDoor(at, what, doors, faults)
	}
}

func (in Injection) checkDoor(at string, what injectable, doors []DoorConfig, faults *faultList) {
	if in.Door == "" {
		return
	}
	var names []string
	for _, d := range doors {
		names = append(names, d.Name)
		if d.Name != in.Door {
			continue
		}
		if kind, known := targets.KindNamed(d.Kind); known && !what.shownBy(kind) {
			faults.add("%s.door: a door of kind %s never shows %q", at, d.Kind, in.Fault)
		}
		if what.handshake != nil && !d.TLS {
			faults.add("%s.door: %q has no TLS to fail; give it \"tls\": true", at, d.Name)
		}
		return
	}
	faults.add("%s.door: there is no door %q; there are %s", at, in.Door, strings.Join(names, ", "))
}

// shownBy says whether doors of a kind can show the fault at all.
func (i injectable) shownBy(kind *targets.Kind) bool { return i.shows == nil || i.shows(kind) }

// befallsDoor says whether a fault that names no door befalls this one.
func (i injectable) befallsDoor(d *door) bool {
	return !i.ofCloud() && i.shownBy(d.kind) && (i.handshake == nil || d.config.TLS)
}

// knows says which kinds have an answer for a fault. A load balancer, for one,
// never throttles.
func knows(fault targets.Fault) func(*targets.Kind) bool {
	return func(kind *targets.Kind) bool {
		_, known := kind.Errors[fault]
		return known || kind == &targets.Origin && fault == targets.FaultThrown
	}
}

// isCounted says whether CloudWatch watches a kind.
func isCounted(kind *targets.Kind) bool { return len(kind.Watch) > 0 }

// ParseInjections reads one Injection or a list of them.
func ParseInjections(body []byte) ([]Injection, error) {
	const what = "the fault" // in place of a file's name
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		var ins []Injection
		return ins, document.Read(what, body, &ins).Errors(nil)
	}
	var in Injection
	err := document.Read(what, body, &in).Errors(nil)
	return []Injection{in}, err
}

// Inject puts faults into effect; their starts count from now.
func (s *Set) Inject(ins ...Injection) ([]*Injected, error) {
	faults := &faultList{}
	for _, in := range ins {
		in.check("fault", s.config.Doors, faults)
	}
	if err := errors.Join(*faults...); err != nil {
		return nil, err
	}
	return s.injector.inject(ins, time.Now())
}

// Faults are those under way or to come.
func (s *Set) Faults() []*Injected { return s.injector.list(time.Now()) }

// ClearFaults ends every fault.
func (s *Set) ClearFaults() { s.injector.clear() }

// RefusesAWS says what the next request to the AWS endpoint meets.
func (s *Set) RefusesAWS(now time.Time) (protocol.Refusal, bool) { return s.injector.suffers(now) }
