package results

import (
	"slices"
	"time"

	"tollgate/targets"
)

// A Sample is one request, from due to done. All points in time are offsets
// from the start of the run on the monotonic clock.
type Sample struct {
	Target, Request uint16 // indices into the manifest
	Block           uint32 // number of the interleaved block
	Seq             uint64 // position in the target's schedule, from 0

	Due   time.Duration // when the schedule wanted it
	Begun time.Duration // when the generator began with it
	Held  time.Duration // of Begun − Due, the wait for a limit that the scenario sets; the rest is the generator's lag
	Sent  time.Duration // when its first byte was written

	DNS, Connect, TLS time.Duration // spent on a new connection; zero on a reused one
	FirstByte         time.Duration // from Sent to the first byte of the response
	Service           time.Duration // from Sent to the last byte of the response, or to the failure

	Code    int   // HTTP status; 0 without a response
	Out, In int64 // bytes of the request and of the response, with headers, as on the wire before TLS
	Body    int64 // of In, the bytes of the response's body
	Headers HeaderBytes
	Wanted  bool // the scenario's expectation names this status and the response meets it
	Err     ErrClass
	Check   string // the check that the response failed; "" where the status says all
	Reused  bool   // sent on a connection that had served before
	Mark    Mark   // zero unless asked for

	ErrorType string // that the front door states of an error of its own, at kinds that do so

	Release Release // that answered, where the response says it

	Protocol Protocol
	Cached   targets.CacheAnswer // what the response says of a cache in front of the target

	Decoded   int64 // bytes of the body without its content coding; 0: it has none, or was not decoded
	Undecoded bool  // the body has a content coding, and was not decoded: it is too large, or in another one than was asked for

	Events *Events // that the response was read as; nil: it was not

	Excerpt *Excerpt // not nil: the request failed, as the first of its kind in its event loop
}

// A Mark is what a probe wants to know of a single response. Bodies are not in
// it: the error of a door may repeat what it was sent, a credential included.
type Mark struct {
	RequestID, Instance, Cache string
	Trace                      string        // the id of the trace, if X-Ray was asked to record it
	ErrorType                  string        // x-amzn-ErrorType, where it is a plain word
	Fault                      targets.Fault // whose answer this is, as the door's kind documents it; "" for any other body
}

// Response is the response time: from due to the last byte.
func (s *Sample) Response() time.Duration { return s.Sent - s.Due + s.Service }

// Lag is how late the generator was: from due to begun, without the wait for the
// scenario's limit on connections or requests in flight.
func (s *Sample) Lag() time.Duration { return s.Begun - s.Due - s.Held }

// An ErrClass says why a request has no good response.
type ErrClass uint8

// The classes of errors.
const (
	ErrNone       ErrClass = iota
	ErrDNS                 // the name did not resolve
	ErrRefused             // no connection
	ErrTLS                 // no handshake
	ErrReset               // the connection ended before the response did
	ErrTimeout             // the deadline of the request passed
	ErrMalformed           // the response is not HTTP, or its body not what its content coding says
	ErrUnexpected          // a response that the scenario's expectation refuses
	ErrGenerator           // the generator's own limit: file descriptors, ports, credentials
	ErrCancelled           // the run was interrupted while the request was under way
	ErrBlocked             // a browser does not send the request, because its preflight failed
	numErrClasses
)

var errNames = [numErrClasses]string{"none", "dns", "refused", "tls", "reset", "timeout", "malformed", "unexpected", "generator", "cancelled", "blocked"}

func (e ErrClass) String() string { return errNames[e] }

// ErrClassNamed finds a class by its name.
func ErrClassNamed(name string) (ErrClass, bool) {
	i := slices.Index(errNames[:], name)
	return ErrClass(max(i, 0)), i >= 0
}

// An Outcome sorts samples so that their latencies are never mixed.
type Outcome uint8

// The outcomes.
const (
	OK          Outcome = iota // below 400, or the status that the scenario expects
	Throttled                  // 429
	ClientError                // other 4xx
	ServerError                // 5xx
	Unexpected                 // the scenario's expectation refuses the response, or its status has no class (600 and above)
	TimedOut                   // no complete response before the deadline
	Broken                     // connection errors, malformed responses, and requests that their preflights blocked
	OwnFault                   // of the generator; these never count as the target's
	NumOutcomes
)

var outcomeNames = [NumOutcomes]string{"ok", "429", "4xx", "5xx", "unexpected", "timeout", "connection", "generator"}

func (o Outcome) String() string { return outcomeNames[o] }

// Outcome sorts s.
func (s *Sample) Outcome() Outcome {
	switch s.Err {
	case ErrNone:
	case ErrTimeout:
		return TimedOut
	case ErrGenerator, ErrCancelled:
		return OwnFault
	case ErrUnexpected:
		if s.Code < 400 {
			return Unexpected
		}
	default:
		return Broken
	}
	switch {
	case s.Wanted || s.Code < 400:
		return OK
	case s.Code == 429:
		return Throttled
	case s.Code < 500:
		return ClientError
	case s.Code < 600:
		return ServerError
	default: // no class has it (RFC 9110 section 15), and no server error is what it says
		return Unexpected
	}
}

// A Clock names what a latency measures.
type Clock uint8

// The clocks.
const (
	Response   Clock = iota // due → last byte
	Service                 // first byte written → last byte
	FirstByte               // first byte written → first byte of the response
	Connect                 // new connections only: TCP handshake, name resolution included
	TLS                     // new connections only: TLS handshake
	Transfer                // first byte of the response → last byte
	FirstEvent              // responses read as events only: due → first event
	Gap                     // between their events, each gap; see Events
	LongestGap              // the longest gap of each response
	NumClocks
)

var clockNames = [NumClocks]string{"response", "service", "first_byte", "connect", "tls", "transfer", "first_event", "gap", "longest_gap"}

func (c Clock) String() string { return clockNames[c] }

// OfEvents says whether only responses that are read as events have a time by the clock.
func (c Clock) OfEvents() bool { return c == FirstEvent || c == Gap || c == LongestGap }

// clockNamed is the clock that a threshold names. The first byte has the field's short name,
// too.
func clockNamed(word string) (Clock, bool) {
	if word == "ttfb" {
		return FirstByte, true
	}
	i := slices.Index(clockNames[:], word)
	return Clock(max(i, 0)), i >= 0
}
