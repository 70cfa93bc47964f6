package doors

import (
	"bytes"
	"crypto/tls"
	"errors"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
	"tollgate/targets/lab/aws/cloudwatch"
	"tollgate/targets/lab/aws/protocol"
)

// An Injection is a fault on demand: what goes wrong, at which door, from when and
// for how long.
type Injection struct {
	Fault string    `json:"fault"`                                  // one that InjectedFaults lists
	Door  string    `json:"door,omitempty"`                         // by its name; default every door that can show the fault
	Start Duration  `json:"start,omitempty"`                        // after the lab's start, or after the request that asks for it
	For   Duration  `json:"for,omitempty"`                          // default: until the lab ends, or a client ends the fault
	Share float64   `json:"share,omitempty" doc:"unit=share"`       // of the requests, or of a metric's minutes; default 1
	By    Duration  `json:"by,omitempty"`                           // latency, slow-body: how much time it adds; metrics-late, metrics-misdated: by how much
	Rate  PerSecond `json:"rate,omitempty" doc:"was=rate_per_s:/s"` // foreign-traffic: of requests that only CloudWatch sees
}

// An injectable is what one fault does: to requests, to handshakes, to the AWS
// endpoint, or on its own.
type injectable struct {
	timed     bool                                                   // needs By
	rated     bool                                                   // needs Rate
	shows     func(*kind) bool                                       // nil: at every door
	change    func(*door, *exchange, *Injected)                      // a request, when it is there
	corrupt   func(*door, *exchange, *Injected, http.ResponseWriter) // a response, when it would be sent
	message   func(*socket)                                          // what comes of a message over WebSocket, in place of its reply
	handshake func(*authority) (*tls.Certificate, error)             // of TLS
	run       func(*door, *Injected)                                 // until the fault's context ends
	refuses   *protocol.Refusal                                      // what the AWS endpoint answers
	distorts  func(by time.Duration) cloudwatch.Distortion
}

var injectables = map[string]injectable{
	"latency":             {timed: true, change: addLatency},
	"5xx":                 {change: respondWith(targets.FaultThrown), shows: responds(targets.FaultThrown)},
	"throttle":            {change: respondWith(targets.FaultThrottled), shows: responds(targets.FaultThrottled)},
	"stall":               {corrupt: stall, message: func(*socket) {}},
	"reset":               {corrupt: reset, message: (*socket).reset},
	"slow-body":           {timed: true, corrupt: slowBody, shows: hasBodies},
	"wrong-length":        {corrupt: wrongLength, shows: hasBodies},
	"truncated-chunk":     {corrupt: truncatedChunk, shows: hasBodies},
	"garbage":             {corrupt: garbage, message: (*socket).garble},
	"tls-failure":         {handshake: failHandshake},
	"expired-certificate": {handshake: showExpired},
	"refuse":              {run: refuseConnections},
	"foreign-traffic":     {rated: true, run: foreignTraffic, shows: isCounted},
	"aws-throttling":      {refuses: &protocol.Throttling},
	"aws-5xx":             {refuses: &protocol.InternalFault},
	"aws-expired":         {refuses: &protocol.ExpiredToken},
	"metrics-missing":     {distorts: func(time.Duration) cloudwatch.Distortion { return cloudwatch.Distortion{Missing: true} }},
	"metrics-late":        {timed: true, distorts: func(by time.Duration) cloudwatch.Distortion { return cloudwatch.Distortion{Late: by} }},
	"metrics-misdated":    {timed: true, distorts: func(by time.Duration) cloudwatch.Distortion { return cloudwatch.Distortion{Shift: by} }},
}

// InjectedFaults are the names of the faults that can be had.
func InjectedFaults() []string { return slices.Sorted(maps.Keys(injectables)) }

const longestInjection = 30 * 24 * time.Hour

// check says what is wrong with in, which is to happen at one of doors.
func (in Injection) check(at string, doors []DoorConfig, p *problems) {
	what, known := injectables[in.Fault]
	if !known {
		p.add("%s.fault: there is no %q; there are %s", at, in.Fault, strings.Join(InjectedFaults(), ", "))
		return
	}
	p.between(at+".start", in.Start, 0, longestInjection)
	p.between(at+".for", in.For, 0, longestInjection)
	p.share(at+".share", in.Share)
	switch {
	case what.timed:
		p.between(at+".by", in.By, time.Nanosecond, longestFunction)
	case in.By != 0:
		p.add("%s.by: %q adds no time; leave it out", at, in.Fault)
	}
	switch {
	case what.rated && !(in.Rate >= 0.001 && in.Rate <= 10_000):
		p.add("%s.rate: %v/s must be from 0.001/s to 10000/s", at, in.Rate)
	case !what.rated && in.Rate != 0:
		p.add("%s.rate: %q has no rate; leave it out", at, in.Fault)
	}
	if what.run != nil && in.Share != 0 {
		p.add("%s.share: %q is not a fault of single requests; leave it out", at, in.Fault)
	}
	switch {
	case !what.ofAWS():
		in.checkDoor(at, what, doors, p)
	case in.Door != "":
		p.add("%s.door: %q is a fault of the AWS endpoint and of no door; leave it out", at, in.Fault)
	}
	if what.distorts != nil && time.Duration(in.By)%time.Minute != 0 {
		p.add("%s.by: CloudWatch's points are of whole minutes, so %v must be too", at, in.By)
	}
}

func (i injectable) ofAWS() bool { return i.refuses != nil || i.distorts != nil }

func (in Injection) checkDoor(at string, what injectable, doors []DoorConfig, p *problems) {
	if in.Door == "" {
		return
	}
	var names []string
	for _, d := range doors {
		names = append(names, d.Name)
		if d.Name != in.Door {
			continue
		}
		if k := kindNamed(d.Kind); k != nil && !what.shownBy(k) {
			p.add("%s.door: a door of kind %s never shows %q", at, d.Kind, in.Fault)
		}
		if what.handshake != nil && !d.TLS {
			p.add("%s.door: %q has no TLS to fail; give it \"tls\": true", at, d.Name)
		}
		return
	}
	p.add("%s.door: there is no door %q; there are %s", at, in.Door, strings.Join(names, ", "))
}

func (i injectable) shownBy(k *kind) bool { return i.shows == nil || i.shows(k) }

func (i injectable) concerns(d *door) bool {
	return !i.ofAWS() && i.shownBy(d.kind) && (i.handshake == nil || d.config.TLS)
}

// responds says which kinds have a response to a fault. A load balancer, for one,
// never throttles.
func responds(fault targets.Fault) func(*kind) bool {
	return func(k *kind) bool {
		_, known := k.responses()[fault]
		return known
	}
}

// hasBodies says which kinds answer requests: messages over WebSocket have no length that
// could be wrong, and come as a whole.
func hasBodies(k *kind) bool { return !k.OnlyMessages }

func isCounted(k *kind) bool { return len(k.Watch) > 0 }

// ParseInjections reads one Injection or a list of them.
func ParseInjections(body []byte) ([]Injection, error) {
	const what = "the fault" // in place of a file's name
	if bytes.HasPrefix(bytes.TrimSpace(body), []byte("[")) {
		var ins []Injection
		return ins, document.Read(what, body, &ins).Err()
	}
	var in Injection
	err := document.Read(what, body, &in).Err()
	return []Injection{in}, err
}

// Inject puts faults into effect; their starts count from now.
func (s *Set) Inject(ins ...Injection) ([]*Injected, error) {
	p := &problems{}
	for _, in := range ins {
		in.check("fault", s.config.Doors, p)
	}
	if err := errors.Join(*p...); err != nil {
		return nil, err
	}
	return s.injector.inject(ins, time.Now())
}

// Faults are those under way or to come.
func (s *Set) Faults() []*Injected { return s.injector.list(time.Now()) }

// ClearFaults ends every fault.
func (s *Set) ClearFaults() { s.injector.clear() }

// RefusesAWS says what the next request to the AWS endpoint meets.
func (s *Set) RefusesAWS(now time.Time) (protocol.Refusal, bool) { return s.injector.refusesAWS(now) }
