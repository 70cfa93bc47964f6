package load

import (
	"bytes"
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
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/cookies"
	"tollgate/scenarios/extract"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// userAgent is sent unless the scenario names another one.
const userAgent = "tollgate"

// A Message is one of the scenario's requests as it goes to one target: all
// that stays the same from one sending to the next.
type Message struct {
	Request   targets.Request // already signed, where one proof serves for ever
	Sign      targets.Signer  // not nil: each sending needs a proof of its own
	Timeout   time.Duration   // from being taken up to the last byte
	Expect    check.Expect
	readsBody bool // the beginning of the body is kept for its checks
	Checks    bool // more than a status is expected
	Extracts  bool // later steps of a flow take more from it than its status
	extracts  []extract.Extract
	Decodes   bool // a content coding was asked for, which is undone
	Cookies   bool // each user keeps those that responses set
	origin    cookies.Origin
	Marks     *marking        // nil: no marks are asked for
	varies    bool            // from one sending to the next, by its values
	target    values.Template // path and query
	header    map[string][]values.Template
	body      values.Template
	Mask      *targets.Mask // of its secrets, but for a proof of its own
}

// ReadsBody reports whether the outcome of a response depends on its body.
func (m *Message) ReadsBody() bool { return m.readsBody }

// Keeps is how much of the beginning of a response's body is to be kept until
// the response is judged.
func (m *Message) Keeps() int {
	switch {
	case m.readsBody || m.Decodes:
		return check.Window
	case m.Marks != nil:
		return markBytes
	}
	return 0
}

// Headers are the names of the response's fields that a check or a mark is read from,
// in lower case.
func (m *Message) Headers() []string {
	names := append(m.Expect.Headers(), extract.Headers(m.extracts)...)
	if m.Decodes {
		names = append(names, coding.Header)
	}
	if m.Cookies {
		names = append(names, SetCookie)
	}
	if m.Marks != nil {
		for _, name := range m.Marks.headers() {
			names = append(names, strings.ToLower(name))
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Compose makes the messages of a job: [target][request].
func Compose(job Job) ([][]Message, error) {
	var problems []error
	known := targets.NewMask()
	for _, s := range job.Secrets {
		known = known.With(s.Reveal())
	}
	for _, t := range job.Targets {
		if p := t.Connection.Proxy; p != nil {
			known = known.With(p.Password.Reveal())
		}
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
			m, err := composeOne(t, stamp, r, &job)
			if err != nil {
				problems = append(problems, fmt.Errorf("request %q at target %q: %w", r.Name, t.Name, err))
				continue
			}
			m.Mask = known.With(t.Auth.APIKey.Reveal(), t.Auth.Bearer.Reveal(), r.APIKey.Reveal()).With(targets.HeaderSecrets(m.Request.Sent())...)
			m.leaves(job.extractsOf(j))
			if job.Marks != nil {
				m.Marks = marksOf(t.Kind, *job.Marks)
			}
			all[i][j] = m
		}
	}
	return all, errors.Join(problems...)
}

func composeOne(t targets.Target, stamp targets.Stamp, r scenarios.Request, job *Job) (Message, error) {
	target, err := requestTarget(t.URL, r.Path)
	if err != nil {
		return Message{}, err
	}
	m := Message{
		Request: targets.Request{Method: cmp.Or(r.Method, http.MethodGet), URL: t.URL, Header: headerOf(&t, r.Header), Body: r.Body, Upload: r.Upload},
		Timeout: r.Timeout,
		Expect:  r.Expect,
	}
	m.accept(t, &r)
	m.Cookies, m.origin = t.Client.Cookies, originOf(&m.Request)
	if !t.Tunnels() {
		m.Request.Proxy = t.Connection.Proxy
	}
	m.readsBody, m.Checks = m.Expect.ReadsBody(), len(m.Expect.Checks) > 0
	if m.Timeout <= 0 {
		m.Timeout = defaultTimeout
	}
	if strings.ContainsFunc(m.Request.Method, notToken) {
		return Message{}, fmt.Errorf("%q is not a method; GET and POST are", m.Request.Method)
	}
	if err := m.compile(target, &r, job); err != nil {
		return Message{}, err
	}
	before := m.Request.Header.Clone()
	switch {
	case stamp.Sign != nil && stamp.PerRequest:
		m.Sign = stamp.Sign
	case stamp.Sign != nil:
		if err := stamp.Sign(&m.Request); err != nil {
			return Message{}, fmt.Errorf("sign: %w", err)
		}
	}
	m.unsigned(t, &r)
	maps.DeleteFunc(m.header, func(name string, _ []values.Template) bool { // a proof took its place
		return !slices.Equal(m.Request.Header[name], before[name])
	})
	return m, checkHeader(m.Request.Header)
}

// unsigned adds what no signature covers.
func (m *Message) unsigned(t targets.Target, r *scenarios.Request) {
	if !r.APIKey.IsZero() {
		m.Request.Header.Set("X-Api-Key", r.APIKey.Reveal())
	}
	if t.Client.Fresh { // as net/http does without keep-alive
		m.Request.Header.Set("Connection", "close")
	}
}

// compile makes templates of a request's texts, and of them a message as one may be sent.
func (m *Message) compile(target string, r *scenarios.Request, job *Job) (err error) {
	c, sample := r.Compiler(job.Seed, job.Rows), r.Compiler(job.Seed, nil)
	var problems []error
	compile := func(source string, e values.Escape) (values.Template, string) {
		text, err := sample.Compile(source, e).Text(r.Sending(0))
		problems = append(problems, err)
		return c.Compile(source, e), text
	}
	m.header = map[string][]values.Template{}
	var path string
	m.target, path = compile(target, values.Percent)
	for _, name := range slices.Sorted(maps.Keys(m.Request.Header)) {
		c.Secret = scenarios.SecretHeader(name)
		all := m.Request.Header[name]
		m.header[name] = make([]values.Template, len(all))
		for i, v := range all {
			m.header[name][i], all[i] = compile(v, values.InHeader)
		}
	}
	c.Secret = false
	if bytes.Contains(r.Body, []byte("${")) {
		var body string
		m.body, body = compile(string(r.Body), scenarios.BodyEscape(r))
		m.Request.Body = []byte(body)
	}
	m.varies = c.Varies
	if c.Missing != "" {
		return fmt.Errorf("it has %s, which stands for nothing", values.Mark(c.Missing))
	}
	if err := errors.Join(problems...); err != nil {
		return err
	}
	if m.Request.URL, err = address(m.Request.URL, path); err == nil && m.varies && m.Request.URL.RequestURI() != path {
		err = errors.New("its path holds characters that a URL escapes; write them as %20 and the like")
	}
	return err
}

// headerOf is the scenario's header with the target's Host and our own User-Agent, unless
// it names one. An empty one keeps the field off the wire: it is there without a value.
func headerOf(t *targets.Target, h targets.Header) targets.Header {
	own := h.Clone()
	if host := t.Connection.Host; host != "" {
		own.Set("Host", host)
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

// Varies reports whether one sending differs from another by its values.
func (m *Message) Varies() bool { return m.varies }

// Render returns a request, to be sent next. The result is not to be changed: sendings
// that are all the same share it.
func (m *Message) Render(s *values.Sending) (*targets.Request, error) {
	if m.Sign == nil && !m.varies {
		return &m.Request, nil
	}
	u := *m.Request.URL
	r := m.Request
	r.URL, r.Header = &u, m.Request.Header.Clone()
	if m.varies {
		if err := m.render(&r, s); err != nil {
			return nil, err
		}
	}
	if m.Sign == nil {
		return &r, nil
	}
	if err := m.Sign(&r); err != nil {
		return nil, err
	}
	return &r, checkHeader(r.Header)
}

func (m *Message) render(r *targets.Request, s *values.Sending) (err error) {
	for name, all := range m.header {
		for i, v := range all {
			if r.Header[name][i], err = v.Text(s); err != nil {
				return err
			}
		}
	}
	if r.Body, err = m.bodyOf().Append(nil, s); err != nil {
		return err
	}
	target, err := m.target.Text(s)
	if err != nil {
		return err
	}
	return setTarget(r.URL, target)
}

// Secrets are the values in one sending that are not to be shown.
func (m *Message) Secrets(s *values.Sending) []string {
	if !m.varies {
		return nil
	}
	all := append(m.target.Secrets(s), m.body.Secrets(s)...)
	for _, header := range m.header {
		for _, v := range header {
			all = append(all, v.Secrets(s)...)
		}
	}
	return all
}

// bodyOf is the template of the body. One without a ${ is not copied before it is
// needed: it may be large.
func (m *Message) bodyOf() values.Template {
	if m.body.IsZero() {
		return values.Literal(string(m.Request.Body))
	}
	return m.body
}

// requestTarget appends a request's path, which may carry a query, to a target's URL.
func requestTarget(base *url.URL, path string) (string, error) {
	if base == nil || base.Host == "" {
		return "", errors.New("the target has no address yet")
	}
	if strings.ContainsFunc(base.Host, func(c rune) bool { return c <= ' ' || c >= utf8.RuneSelf }) {
		return "", fmt.Errorf("the host %q is not in ASCII; write it in Punycode (xn--...)", base.Host)
	}
	path, query, asks := strings.Cut(path, "?")
	if path != "" && !strings.HasPrefix(path, "/") {
		path = "/" + path
	}
	whole := base.EscapedPath()
	if path != "" {
		whole = strings.TrimSuffix(whole, "/") + path
	}
	whole = cmp.Or(whole, "/")
	if !asks && base.RawQuery == "" {
		return whole, nil
	}
	if query != "" && base.RawQuery != "" {
		query = "&" + query
	}
	return whole + "?" + base.RawQuery + query, nil
}

func address(base *url.URL, target string) (*url.URL, error) {
	u := &url.URL{Scheme: base.Scheme, Host: base.Host}
	if err := setTarget(u, target); err != nil {
		return nil, err
	}
	if strings.ContainsFunc(u.RequestURI(), func(c rune) bool { return c <= ' ' || c == 0x7f }) {
		return nil, errors.New("its path holds blanks or control characters in its query; write them as %20 and the like")
	}
	return u, nil
}

func setTarget(u *url.URL, target string) (err error) {
	path, query, asks := strings.Cut(target, "?")
	u.RawPath, u.RawQuery = path, query
	u.ForceQuery = asks && query == "" // a "?" with nothing behind it is sent as well
	if u.Path, err = url.PathUnescape(path); err != nil {
		return fmt.Errorf("its path: %w", err) // which is not quoted: it may hold a secret
	}
	return nil
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

const (
	contentLength  = "Content-Length"
	userAgentField = "User-Agent"
)

// saysLength reports whether a request of that method has a Content-Length without a body.
// Source: RFC 9110, section 8.6.
func saysLength(method string) bool {
	return method == http.MethodPost || method == http.MethodPut || method == http.MethodPatch
}

type field struct {
	name, value string
	i           int // of the values of that name; -1: the engine wrote it
}

// fields are the lines of a request's header in the order in which net/http writes
// them, so that both engines send the same.
func fields(r *targets.Request) []field {
	header := r.Sent()
	all := []field{{"Host", r.Host(), -1}}
	add := func(name string) {
		for i, v := range header[name] {
			all = append(all, field{name, v, i})
		}
	}
	if agents := r.Header[userAgentField]; len(agents) > 0 && agents[0] != "" {
		add(userAgentField)
	}
	if r.Length() > 0 || saysLength(r.Method) {
		all = append(all, field{contentLength, strconv.FormatInt(r.Length(), 10), -1})
	}
	for _, name := range slices.Sorted(maps.Keys(header)) {
		if name != userAgentField && !strings.EqualFold(name, "Host") {
			add(name)
		}
	}
	return all
}

// AppendHTTP1 appends r as it goes on the wire in HTTP/1.1: the very bytes that
// net/http writes, but for the body of an upload.
func AppendHTTP1(b []byte, r *targets.Request) []byte {
	b = append(b, r.Method...)
	b = append(b, ' ')
	b = append(b, r.Target()...)
	b = append(b, " HTTP/1.1\r\n"...)
	for _, f := range fields(r) {
		b = append(b, f.name...)
		b = append(b, ": "...)
		b = append(b, strings.Trim(f.value, " \t")...)
		b = append(b, '\r', '\n')
	}
	b = append(b, '\r', '\n')
	return append(b, r.Body...)
}

// LongestTimeout is the longest that any of the messages may take.
func LongestTimeout(ms []Message) (d time.Duration) {
	for i := range ms {
		d = max(d, ms[i].Timeout)
	}
	return d
}
