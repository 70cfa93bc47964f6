package load

import (
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"tollgate/scenarios"
	"tollgate/targets"
)

// userAgent is sent unless the scenario names another one.
const userAgent = "tollgate"

// A message is one of the scenario's requests as it goes to one target: all
// that stays the same from one sending to the next.
type Message struct {
	Request targets.Request // already signed, where one proof serves for ever
	Sign    targets.Signer  // not nil: each sending needs a proof of its own
	Timeout time.Duration   // from being taken up to the last byte
	Expect  expectation
	Coded   bool                 // the coding of the body is to be known
	Marks   *marking             // nil: no marks are asked for
	Keys    *scenarios.KeyPicker // nil: each sending is the same
	Mask    *targets.Mask        // of its secrets, but for a proof of its own
}

// keyPlace stands in a message where a key goes. Unlike scenarios.KeyMark, no
// URL escapes it.
const KeyPlace = "~tollgate.key~"

// keeps is how much of the beginning of a response's body is to be kept until
// the response is judged.
func (m *Message) Keeps() int {
	switch {
	case m.Expect.looksAtBody():
		return expectBytes
	case m.Marks != nil:
		return markBytes
	}
	return 0
}

// codingHeader names how a body is compressed. It is looked at where a coding
// was asked for and a text is sought; servers that compress unasked use gzip,
// which shows by itself.
const CodingHeader = "Content-Encoding"

// compose makes the messages of a job: [target][request].
func Compose(job Job) ([][]Message, error) {
	var problems []error
	known := targets.NewMask()
	for _, s := range job.Secrets {
		known = known.With(s.Reveal())
	}
	all := make([][]Message, len(job.Targets))
	for i, t := range job.Targets {
		var stamp targets.Stamp
		if i < len(job.Stamps) {
			stamp = job.Stamps[i]
		}
		if !job.DrivesTarget(i) {
			continue
		}
		all[i] = make([]Message, len(job.Requests))
		for j, r := range job.Requests {
			m, err := composeOne(t, stamp, r, job.Seed)
			if err != nil {
				problems = append(problems, fmt.Errorf("request %q at target %q: %w", r.Name, t.Name, err))
				continue
			}
			m.Mask = known.With(t.Auth.APIKey.Reveal(), t.Auth.Bearer.Reveal(), r.APIKey.Reveal()).With(targets.HeaderSecrets(m.Request.Header)...)
			if job.Marks != nil {
				m.Marks = marksOf(t.Kind, *job.Marks)
			}
			all[i][j] = m
		}
	}
	return all, errors.Join(problems...)
}

func composeOne(t targets.Target, stamp targets.Stamp, r scenarios.Request, seed uint64) (Message, error) {
	place := func(s string) string { return s }
	if r.Keys != nil {
		place = func(s string) string { return strings.ReplaceAll(s, scenarios.KeyMark, KeyPlace) }
	}
	u, err := address(t.URL, place(r.Path))
	if err != nil {
		return Message{}, err
	}
	m := Message{
		Request: targets.Request{Method: r.Method, URL: u, Header: headerOf(r.Header, place), Body: r.Body},
		Timeout: r.Timeout,
		Expect:  expectationOf(r.Expect),
	}
	m.Coded = m.Expect.looksAtBody() && m.Request.Header.Has("Accept-Encoding")
	if r.Keys != nil {
		m.Keys = r.Keys.Picker(seed)
	}
	if m.Request.Method == "" {
		m.Request.Method = http.MethodGet
	}
	if m.Timeout <= 0 {
		m.Timeout = defaultTimeout
	}
	if strings.ContainsFunc(m.Request.Method, notToken) {
		return Message{}, fmt.Errorf("%q is not a method; GET and POST are", m.Request.Method)
	}
	switch {
	case stamp.Sign != nil && stamp.PerRequest:
		m.Sign = stamp.Sign
	case stamp.Sign != nil:
		if err := stamp.Sign(&m.Request); err != nil {
			return Message{}, fmt.Errorf("sign: %w", err)
		}
	}
	if !r.APIKey.IsZero() { // nothing that is signed
		m.Request.Header.Set("X-Api-Key", r.APIKey.Reveal())
	}
	return m, checkHeader(m.Request.Header)
}

// headerOf is the scenario's header with our own User-Agent, unless it names
// one. An empty one keeps the field off the wire: it is there without a value.
func headerOf(h targets.Header, place func(string) string) targets.Header {
	own := targets.Header{}
	for name, values := range h {
		for _, v := range values {
			own[name] = append(own[name], place(v))
		}
	}
	switch agent := own.Spelt("User-Agent"); {
	case agent == "":
		own.Set("User-Agent", userAgent)
	case own.Get(agent) == "":
		own.Del(agent)
		own["User-Agent"] = nil
	}
	return own
}

// ready returns the seq'th request, to be sent next. The result is not to be
// changed: it is shared between sendings that are all the same.
func (m *Message) Render(seq uint64) (*targets.Request, error) {
	if m.Sign == nil && m.Keys == nil {
		return &m.Request, nil
	}
	u := *m.Request.URL
	r := m.Request
	r.URL, r.Header = &u, m.Request.Header.Clone()
	if m.Keys != nil {
		m.address(&r, string(m.Keys.Append(nil, seq)))
	}
	if m.Sign == nil {
		return &r, nil
	}
	if err := m.Sign(&r); err != nil {
		return nil, err
	}
	return &r, checkHeader(r.Header)
}

// address puts a key into its places.
func (m *Message) address(r *targets.Request, key string) {
	for _, text := range []*string{&r.URL.Path, &r.URL.RawPath, &r.URL.RawQuery} {
		*text = strings.ReplaceAll(*text, KeyPlace, key)
	}
	for _, values := range r.Header {
		for i, v := range values {
			values[i] = strings.ReplaceAll(v, KeyPlace, key)
		}
	}
}

// address appends a request's path, which may carry a query, to a target's URL.
func address(base *url.URL, path string) (*url.URL, error) {
	if base == nil || base.Host == "" {
		return nil, errors.New("the target has no address yet")
	}
	if strings.ContainsFunc(base.Host, func(c rune) bool { return c <= ' ' || c >= utf8.RuneSelf }) {
		return nil, fmt.Errorf("the host %q is not in ASCII; write it in Punycode (xn--...)", base.Host)
	}
	path, query, asks := strings.Cut(path, "?")
	if path != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	whole := strings.TrimSuffix(base.EscapedPath(), "/") + path
	if path == "" {
		whole = base.EscapedPath()
	}
	if whole == "" {
		whole = "/"
	}
	u := &url.URL{Scheme: base.Scheme, Host: base.Host, RawQuery: base.RawQuery}
	if query != "" && u.RawQuery != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query
	u.ForceQuery = asks && u.RawQuery == "" // a "?" with nothing behind it is sent as well
	var err error
	if u.Path, err = url.PathUnescape(whole); err != nil {
		return nil, fmt.Errorf("its path: %w", err) // which is not quoted: it may hold a secret
	}
	u.RawPath = whole
	if strings.ContainsFunc(u.RequestURI(), func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, errors.New("its path holds blanks or control characters in its query; write them as %20 and the like")
	}
	return u, nil
}

// checkHeader refuses what would end a header early or fight the engine. It
// never prints a value, which may be a secret.
func checkHeader(h targets.Header) error {
	before := ""
	for _, name := range slices.SortedFunc(maps.Keys(h), func(a, b string) int { return cmp.Compare(strings.ToLower(a), strings.ToLower(b)) }) {
		switch strings.ToLower(name) {
		case "content-length", "transfer-encoding", "trailer", "upgrade":
			return fmt.Errorf("header %s is the engine's to write; leave it out", name)
		case strings.ToLower(before):
			return fmt.Errorf("%s and %s are one header; give one of them all values", before, name)
		}
		before = name
		if name == "" || strings.ContainsFunc(name, notToken) {
			return fmt.Errorf("%q is not the name of a header", name)
		}
		for _, v := range h[name] {
			if strings.ContainsFunc(v, func(c rune) bool { return c < ' ' && c != '\t' || c == 0x7f }) {
				return fmt.Errorf("the value of header %s holds a line break or another control character", name)
			}
		}
	}
	return nil
}

func notToken(c rune) bool {
	return c <= ' ' || c >= 0x7f || strings.ContainsRune(`"(),/:;<=>?@[\]{}`, c)
}

// appendHTTP1 appends r as it goes on the wire in HTTP/1.1: the very bytes that
// net/http writes, so that both engines send the same.
func AppendHTTP1(b []byte, r *targets.Request) []byte {
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.URL.RequestURI()...)
	b = append(b, " HTTP/1.1\r\n"...)
	b = appendField(b, "Host", r.Host())
	for _, v := range r.Header["User-Agent"] {
		b = appendField(b, "User-Agent", v)
	}
	if len(r.Body) > 0 || r.Method == http.MethodPost || r.Method == http.MethodPut || r.Method == http.MethodPatch {
		b = appendField(b, "Content-Length", strconv.Itoa(len(r.Body)))
	}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		if name == "User-Agent" || strings.EqualFold(name, "Host") {
			continue
		}
		for _, v := range r.Header[name] {
			b = appendField(b, name, v)
		}
	}
	b = append(b, '\r', '\n')
	return append(b, r.Body...)
}

func appendField(b []byte, name, value string) []byte {
	b = append(b, name...)
	b = append(b, ": "...)
	b = append(b, strings.Trim(value, " \t")...)
	return append(b, '\r', '\n')
}

// longest is the longest that any of the messages may take.
func LongestTimeout(ms []Message) (d time.Duration) {
	for i := range ms {
		d = max(d, ms[i].Timeout)
	}
	return d
}
