package load

import (
	"bytes"
	"cmp"
	"maps"
	"net/http"
	"regexp"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// markBytes is how much of a body is looked at for its mark: longer than any
// documented answer of a door.
const markBytes = 2 << 10

// marking is where responses of a kind carry marks.
type marking struct {
	requestID, instance, cache []string // headers, likeliest first
	key                        []byte   // of a JSON body, in quotes; nil: none
	answers                    []knownAnswer
	errorType                  string                                           // header
	fault                      func(status int, errorType string) targets.Fault // nil: bodies tell
}

type knownAnswer struct {
	targets.ErrorResponse
	fault targets.Fault
}

// refusalBytes is how much of the body of a refusal is looked at: more than the longest of
// a front door's own has.
const refusalBytes = 2 << 10

// ownRefusals are a target's own responses with 403, by which it says why it refused.
type ownRefusals struct {
	answers []knownAnswer
	pages   string // what each of a distribution's own has in its body, whatever the reason; "": there is none
}

// refusals is nil where no bodies are known.
func refusals(t *targets.Target) *ownRefusals {
	if t.Kind == nil || !t.Kind.OnAWS() || t.Kind.ErrorHeader != "" {
		return nil
	}
	r := &ownRefusals{pages: t.Kind.OwnPage}
	for _, k := range t.Answering() {
		if k.OwnPage != "" {
			continue
		}
		for _, a := range answersOf(k) {
			if a.Status == http.StatusForbidden && k.ErrorHeader == "" {
				r.answers = append(r.answers, a)
			}
		}
	}
	return r
}

// answersOf are a kind's own responses. Where it answers several faults alike, the first by
// name stands for all.
func answersOf(k *targets.Kind) (all []knownAnswer) {
	for _, fault := range slices.Sorted(maps.Keys(k.Errors)) {
		all = append(all, knownAnswer{k.Errors[fault], fault})
	}
	return all
}

// Refusal says which of the front door's own responses with 403 a response is.
func (m *Message) Refusal(status int, body []byte) targets.Fault {
	if status != http.StatusForbidden || m.refusals == nil {
		return ""
	}
	if own := m.refusals.pages; own != "" && bytes.Contains(body, []byte(own)) {
		return targets.FaultAtEdge
	}
	return cmp.Or(among(m.refusals.answers, status, body), targets.FaultBehind)
}

// Attribute fills in what a complete response says of who answered it and from where: lines
// returns a header's, and body is its beginning.
func (m *Message) Attribute(s *results.Sample, lines func(name string) []string, body []byte) {
	if m.Marks != nil {
		s.Mark = m.Marks.Read(func(name string) string {
			if all := lines(name); len(all) > 0 {
				return all[0]
			}
			return ""
		}, s.Code, body)
	}
	if fault := m.Refusal(s.Code, body); s.Mark.Fault == "" || fault == targets.FaultAtEdge {
		s.Mark.Fault = fault
	}
	s.ErrorType = m.ErrorType(s.Code, lines)
	if s.Cached = m.Cached(lines); s.Cached == targets.CacheError && s.Mark.Fault == targets.FaultAtEdge {
		s.Cached = targets.CacheRefused
	}
}

const (
	errorTypeHeader = "x-amzn-ErrorType"
	traceHeader     = "X-Amzn-Trace-Id"
	ageHeader       = "Age"
)

// marksOf returns where responses of a kind carry marks. Which instance served
// is for the application behind the door to say, in a header of its own or in
// its body; cache headers are those of CloudFront, of nginx by convention, of
// Cloudflare and of RFC 9211; API Gateway sends none. Varnish sends only Age, which
// stands for them where there is no other.
func marksOf(t *targets.Target, want scenarios.Marks) *marking {
	m := &marking{errorType: errorTypeHeader, instance: []string{cmp.Or(want.InstanceHeader, "X-Instance-Id")}, cache: []string{"X-Cache", "X-Cache-Status", "CF-Cache-Status", "Cache-Status"}}
	if want.InstanceKey != "" {
		m.key = []byte(`"` + want.InstanceKey + `"`)
	}
	k := t.Kind
	if k == nil {
		return m
	}
	m.requestID = k.RequestIDs
	if k.ErrorHeader != "" { // bodies are not known, and the header is that of the front door alone
		m.errorType, m.fault = k.ErrorHeader, t.FaultOf
		return m
	}
	m.answers = answersOf(k)
	return m
}

// headers are the names of all headers that a Mark is read from.
func (m *marking) headers() []string {
	return slices.Concat(m.requestID, m.instance, m.cache, []string{m.errorType, traceHeader, ageHeader})
}

// Read fills in a Mark from get, which returns a header's value or "", and from
// the beginning of the body.
func (m *marking) Read(get func(name string) string, status int, body []byte) results.Mark {
	first := func(names []string) string {
		for _, n := range names {
			if v := get(n); v != "" {
				return v
			}
		}
		return ""
	}
	mark := results.Mark{RequestID: first(m.requestID), Instance: first(m.instance), Cache: first(m.cache), Trace: recorded(get(traceHeader))}
	if age := get(ageHeader); mark.Cache == "" && seconds.MatchString(age) {
		mark.Cache = "Age: " + age
	}
	if mark.Instance == "" && m.key != nil {
		mark.Instance = valueOf(body, m.key)
	}
	if status < 400 {
		return mark
	}
	// The type may go on behind a colon with an address.
	if word, _, _ := strings.Cut(get(m.errorType), ":"); plainWord.MatchString(word) {
		mark.ErrorType = word
	}
	if m.fault != nil {
		mark.Fault = m.fault(status, mark.ErrorType)
		return mark
	}
	mark.Fault = among(m.answers, status, body)
	return mark
}

// recorded is the id of the trace that a tracing header names, if it says that
// X-Ray is to record it: Root=1-…;Parent=…;Sampled=1, in any order and case.
// Source: X-Ray developer guide, "Tracing header".
func recorded(header string) string {
	root, sampled := "", false
	for part := range strings.SplitSeq(header, ";") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		switch strings.ToLower(name) {
		case "root":
			root = value
		case "sampled":
			sampled = value == "1"
		}
	}
	if !sampled || !traceID.MatchString(root) {
		return ""
	}
	return root
}

// traceID matches the id of a trace. Source: X-Ray API reference, "BatchGetTraces".
var traceID = regexp.MustCompile(`^[0-9A-Fa-f-]{0,35}$`)

// among says which of a door's answers one is, "" for one that it is not known to give.
func among(answers []knownAnswer, status int, body []byte) targets.Fault {
	for i := range answers {
		if a := &answers[i]; a.Status == status && a.Is(status, string(body)) {
			return a.fault
		}
	}
	return ""
}

// seconds matches an age. Source: RFC 9111, section 1.2.2 (delta-seconds).
var seconds = regexp.MustCompile(`^[0-9]{1,10}$`)

// plainWord matches what cannot hold a secret or a trick.
var plainWord = regexp.MustCompile(`^[A-Za-z]{0,40}(\.?[A-Za-z]{1,40})?$`)

// longestInstance is how long the name of an instance may be; CloudWatch's log
// streams, the longest names of environments, have about 60 characters.
const longestInstance = 128

// valueOf finds the text or number that stands under a key of a JSON body.
func valueOf(body, key []byte) string {
	_, rest, found := bytes.Cut(body, key)
	rest = bytes.TrimLeft(rest, " \t\r\n")
	if !found || len(rest) == 0 || rest[0] != ':' {
		return ""
	}
	rest = bytes.TrimLeft(rest[1:], " \t\r\n")
	end := " \t\r\n,}]"
	if len(rest) > 0 && rest[0] == '"' {
		rest, end = rest[1:], `"`
	}
	i := bytes.IndexAny(rest, end)
	if i < 0 || i > longestInstance {
		return ""
	}
	return string(rest[:i])
}
