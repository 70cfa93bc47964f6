package results

import (
	"cmp"
	"slices"
	"strconv"
	"time"
)

// A Cause names why a request failed: the status code of a response that was
// complete, or else the class of the error.
type Cause struct {
	Status int      // 0: there is no complete response
	Err    ErrClass // of a request without a complete response
}

// Cause names why s failed. It means nothing where s has outcome OK.
func (s *Sample) Cause() Cause {
	if s.Err == ErrNone || s.Err == ErrUnexpected {
		return Cause{Status: s.Code}
	}
	return Cause{Err: s.Err}
}

// String is "404" or "timeout".
func (c Cause) String() string {
	if c.Status != 0 {
		return strconv.Itoa(c.Status)
	}
	return c.Err.String()
}

// parseCause reads what String wrote.
func parseCause(s string) (c Cause, ok bool) {
	if code, err := strconv.Atoi(s); err == nil {
		return Cause{Status: code}, code > 0 && code < 1000
	}
	i := slices.Index(errNames[:], s)
	return Cause{Err: ErrClass(max(i, 0))}, i > 0
}

func compareCauses(a, b Cause) int {
	return cmp.Or(cmp.Compare(a.Err, b.Err), cmp.Compare(a.Status, b.Status))
}

// An Excerpt shows one request that failed: what came back, or what went wrong.
// Its maker has masked every secret in it.
type Excerpt struct {
	Detail      string   `json:"detail,omitempty"`       // of an error: "connection refused"
	HeaderNames []string `json:"header_names,omitempty"` // of the response, sorted; values may hold secrets and are never kept
	Body        string   `json:"body,omitempty"`         // its start, printable
	Truncated   bool     `json:"truncated,omitempty"`    // the body was longer
}

// A Failure is the first request that failed for one cause.
type Failure struct {
	Target, Request uint16
	Cause           Cause
	At              time.Duration // when it was taken up, from the start of the run
	Excerpt
}

// The bounds of what is kept of failures.
const (
	MaxFailures      = 64  // first failures of one target
	MaxExcerptBody   = 512 // characters of a body, before control characters are escaped
	MaxExcerptDetail = 300 // likewise of an error's text
	MaxHeaderNames   = 40  // of a response
	MaxHeaderName    = 64  // characters of a name
)

// failureOf is the failure that s shows.
func failureOf(s *Sample) *Failure {
	return &Failure{Target: s.Target, Request: s.Request, Cause: s.Cause(), At: s.Begun, Excerpt: *s.Excerpt}
}

// A failureKey says which failures are of one kind.
type failureKey struct {
	target, request uint16
	cause           Cause
}

func (f *Failure) key() failureKey { return failureKey{f.Target, f.Request, f.Cause} }

func compareFailures(a, b Failure) int {
	return cmp.Or(cmp.Compare(a.At, b.At), cmp.Compare(a.Target, b.Target), cmp.Compare(a.Request, b.Request), compareCauses(a.Cause, b.Cause))
}

// firstFailures keeps the earliest failure of each kind, and no more of one
// target than are ever kept.
func firstFailures(all []Failure) (firsts []Failure) {
	slices.SortStableFunc(all, compareFailures)
	seen, kept := map[failureKey]bool{}, map[uint16]int{}
	for _, f := range all {
		if seen[f.key()] || kept[f.Target] >= MaxFailures {
			continue
		}
		seen[f.key()] = true
		kept[f.Target]++
		firsts = append(firsts, f)
	}
	return firsts
}
