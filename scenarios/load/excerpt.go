package load

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"net"
	"net/textproto"
	"slices"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
	"unicode"

	"tollgate/results"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/extract"
	"tollgate/scenarios/load/http1"
	"tollgate/targets"
)

// ExcerptBytes is how much of the body of a failing response is received for
// its excerpt.
const ExcerptBytes = 2 << 10

// FirstFailures remember which failures were shown: of each cause, request and target
// the first.
type FirstFailures struct {
	mu   sync.Mutex
	seen map[first]bool
	kept map[uint16]int // by target
}

type first struct {
	target, request uint16
	cause           results.Cause
}

func NewFirstFailures() *FirstFailures {
	return &FirstFailures{seen: map[first]bool{}, kept: map[uint16]int{}}
}

func (f *FirstFailures) fresh(k first) bool {
	return !f.seen[k] && f.kept[k.target] < results.MaxFailures
}

// Wants reports whether a response to m of that status may be the first of its kind to
// fail. So what an excerpt shows of it is kept.
func (f *FirstFailures) Wants(s *results.Sample, m *Message, code int) bool {
	if !m.Checks && m.Expect.Accepts(code) {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	if len(m.Expect.Status) == 0 && code >= 400 {
		return f.fresh(first{s.Target, s.Request, results.Cause{Status: code}})
	}
	return slices.ContainsFunc(m.Expect.Causes(code), func(text string) bool {
		return f.fresh(first{s.Target, s.Request, results.Cause{Status: code, Check: text}})
	})
}

// Take reports whether s is the first of its kind to fail, and remembers it.
func (f *FirstFailures) Take(s *results.Sample) bool {
	if s.Err == results.ErrNone && s.Code < 400 || s.Err == results.ErrCancelled || s.Outcome() == results.OK {
		return false
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	k := first{s.Target, s.Request, s.Cause()}
	if !f.fresh(k) {
		return false
	}
	f.seen[k] = true
	k.cause.Fault = "" // which is known only when the body is there
	f.seen[k] = true
	f.kept[k.target]++
	return true
}

// ResponseExcerpt shows a response that failed: the names of its header fields, the
// start of its body, and what a check saw; nil: none failed.
func ResponseExcerpt(names []string, encoding string, body []byte, size int64, failure *check.Failure, mask *targets.Mask) *results.Excerpt {
	e := &results.Excerpt{}
	if failure != nil {
		e.Detail, _ = printable(mask.Text(failure.Saw()), results.MaxExcerptDetail)
	}
	for _, name := range names {
		name, _ = printable(textproto.CanonicalMIMEHeaderKey(mask.Text(name)), results.MaxHeaderName)
		e.HeaderNames = append(e.HeaderNames, name)
	}
	slices.Sort(e.HeaderNames)
	e.HeaderNames = slices.Compact(e.HeaderNames)
	e.HeaderNames = e.HeaderNames[:min(len(e.HeaderNames), results.MaxHeaderNames)]
	text, cut := plainBody(body, encoding)
	cut = cut || int64(len(body)) < size
	if cut {
		text = mask.Start(text)
	} else {
		text = mask.Text(text)
	}
	e.Body, e.Truncated = printable(text, results.MaxExcerptBody)
	e.Truncated = e.Truncated || cut
	return e
}

// Excerpt shows a response to m that failed. It masks what the walk extracted, and what it
// was to extract from this response, where that is secret. The walk may be nil.
func (m *Message) Excerpt(w *Walk, r *check.Response, noted http1.Noted, failure *check.Failure, mask *targets.Mask) *results.Excerpt {
	body := r.Body[:min(len(r.Body), ExcerptBytes)]
	if w == nil {
		return ResponseExcerpt(noted.Names, noted.Coding, body, r.Size, failure, mask)
	}
	found, unknown := extract.Secrets(m.extracts, check.BodyOf(r))
	e := ResponseExcerpt(noted.Names, noted.Coding, body, r.Size, failure, mask.With(append(w.secrets(), found...)...))
	if unknown {
		e.Body = "(not shown: it is too long to be searched for the secrets that the step extracts)"
	}
	return e
}

func plainBody(body []byte, name string) (text string, cut bool) {
	plain, err := coding.Decode(body, name, ExcerptBytes)
	if len(plain) == 0 && err != nil {
		return fmt.Sprintf("(compressed: %s)", name), false
	}
	return strings.ToValidUTF8(string(plain), "\ufffd"), err != nil
}

// printable escapes what does more than show, and keeps no more than the first
// characters of a text.
func printable(s string, most int) (text string, cut bool) {
	var out strings.Builder
	n := 0
	for _, r := range strings.ToValidUTF8(s, "\ufffd") {
		if n++; n > most {
			return out.String(), true
		}
		if unicode.IsPrint(r) {
			out.WriteRune(r)
			continue
		}
		quoted := strconv.QuoteRune(r)
		out.WriteString(quoted[1 : len(quoted)-1])
	}
	return out.String(), false
}

// Quoted is a text that may hold what a server sent, as it is shown: without secrets, on one
// line and not longer than an excerpt's detail.
func Quoted(text string, mask *targets.Mask) string {
	short, cut := printable(mask.Text(text), results.MaxExcerptDetail)
	if cut {
		short += "…"
	}
	return short
}

// FailureExcerpt shows a request that ended without a complete response.
func FailureExcerpt(err error, during Phase, timeout time.Duration, received int64, mask *targets.Mask) *results.Excerpt {
	text, _ := printable(mask.Text(explain(err, during, timeout, received)), results.MaxExcerptDetail)
	return &results.Excerpt{Detail: text}
}

func explain(err error, during Phase, timeout time.Duration, received int64) string {
	class := Classify(err, during)
	if class == results.ErrTimeout {
		at := map[Phase]string{WhileSigning: "signing the request", WhileDialling: "connecting", WhileSecuring: "in the TLS handshake", WhileExchanging: "waiting for the response"}[during]
		if received > 0 {
			at = fmt.Sprintf("receiving the response, after %d bytes", received)
		}
		return fmt.Sprintf("timeout after %v %s", timeout, at)
	}
	text := innermost(err)
	if class != results.ErrReset {
		return text
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		text = "connection closed"
	}
	if received > 0 {
		return fmt.Sprintf("%s within the response, after %d bytes", text, received)
	}
	return text + " before the response"
}

// innermost takes off an error what says only where it was found.
func innermost(err error) string {
	if through, ok := errors.AsType[*ProxyError](err); ok {
		return through.Error()
	}
	if why := Distrust(err); why != "" {
		return why
	}
	if no, ok := errors.AsType[syscall.Errno](err); ok {
		return no.Error()
	}
	if dns, ok := errors.AsType[*net.DNSError](err); ok {
		return fmt.Sprintf("%s: %s", dns.Name, dns.Err)
	}
	if op, ok := errors.AsType[*net.OpError](err); ok && op.Err != nil {
		return op.Err.Error()
	}
	return err.Error()
}

// SecretsIn are the secrets in the head of a request as it was sent.
func SecretsIn(text []byte) []string {
	header := targets.Header{}
	head, _, _ := bytes.Cut(text, []byte("\r\n\r\n"))
	for line := range bytes.SplitSeq(head, []byte("\r\n")) {
		if name, value, ok := bytes.Cut(line, []byte(": ")); ok {
			header.Add(string(name), string(value))
		}
	}
	return targets.HeaderSecrets(header)
}
