package load

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/scenarios"
	"tollgate/scenarios/check"
	"tollgate/scenarios/coding"
	"tollgate/scenarios/cookies"
	"tollgate/scenarios/cors"
	"tollgate/scenarios/events"
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
	Sign      targets.Signer  // not nil: each sending needs a proof that is made of all of it
	prove     targets.Signer  // not nil: makes a proof that has expired anew
	Timeout   time.Duration   // from being taken up to the last byte
	Expect    check.Expect
	readsBody bool // the beginning of the body is kept for its checks
	Checks    bool // more than a status is expected
	Extracts  bool // later steps of a flow take more from it than its status
	extracts  []extract.Extract
	Decodes   bool // a content coding was asked for, which is undone
	Cookies   bool // each user keeps those that responses set
	origin    cookies.Origin
	page      targets.Page     // that sends it; zero: none
	Preflight *Preflight       // that a browser sends first; nil: none
	asks      *cors.Ask        // of one that is a preflight; nil: it is none
	Marks     *marking         // nil: no marks are asked for
	releases  targets.Releases // which response headers name; zero: none
	stream    *events.Options  // how responses are read as events; nil: they are not
	refusals  []knownAnswer    // nil: what is asked is no front door of AWS
	varies    bool             // from one sending to the next, by its values
	target    values.Template  // path and query; of a step that goes elsewhere the whole address
	header    map[string][]values.Template
	body      values.Template
	mask      *targets.Mask    // of its secrets, but for a proof of its own
	hosts     []targets.Target // that it may go to besides the target; nil: it goes to the target
	issued    func() []string  // further ones; nil: there are none
	cached    targets.CacheHeaders
}

// Mask knows the secrets of the message, those that differ from one sending to the next,
// and what was issued meanwhile. It is for excerpts, of which there are few.
func (m *Message) Mask(ofSending ...string) *targets.Mask {
	if m.issued != nil {
		ofSending = append(ofSending, m.issued()...)
	}
	return m.mask.With(ofSending...)
}

// ReadsBody reports whether the outcome of a response depends on its body.
func (m *Message) ReadsBody() bool { return m.readsBody }

// Keeps is how much of the beginning of the body of a response with that status is to be
// kept until the response is judged.
func (m *Message) Keeps(status int) int {
	switch {
	case m.readsBody || m.Decodes:
		return check.Window
	case m.Marks != nil:
		return markBytes
	case status == http.StatusForbidden && m.refusals != nil:
		return refusalBytes
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
	if m.asks != nil {
		names = append(names, cors.AnswerFields()...)
	}
	if m.releases.Header != "" {
		names = append(names, strings.ToLower(m.releases.Header))
	}
	if m.Marks != nil {
		for _, name := range m.Marks.headers() {
			names = append(names, strings.ToLower(name))
		}
	}
	if m.cached.Name != "" {
		names = append(names, strings.ToLower(m.cached.Name), strings.ToLower(ageHeader))
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// Cached is what a response says of a cache in front of the target; get returns a header's
// value or "".
func (m *Message) Cached(get func(name string) string) targets.CacheAnswer {
	if m.cached.Name == "" {
		return targets.CacheUnsaid
	}
	return m.cached.Read(get(m.cached.Name), get(ageHeader))
}

// Compose makes the messages of a job: [target][request].
func Compose(job Job) ([][]Message, error) {
	var problems []error
	known := targets.NewMask()
	for _, s := range job.Secrets {
		known = known.With(s.Reveal())
	}
	for _, t := range slices.Concat(job.Targets, job.Hosts) {
		if p := t.Connection.Proxy; p != nil {
			known = known.With(p.Password.Reveal())
		}
	}
	for _, r := range job.Requests {
		if r.Auth != nil {
			known = known.With(r.Auth.Secrets()...)
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
			m, err := composeOne(t, job.Own.Of(t.Name, r.Auth, stamp), r, &job)
			if err != nil {
				problems = append(problems, fmt.Errorf("request %q at target %q: %w", r.Name, t.Name, err))
				continue
			}
			m.mask = known.With(t.Auth.Secrets()...).With(r.APIKey.Reveal(), t.LabKey.Reveal()).With(targets.HeaderSecrets(m.Request.Sent())...)
			m.issued = job.Issued
			m.leaves(job.extractsOf(j))
			if !m.Elsewhere() {
				m.refusals = refusals(t.Kind)
				m.releases = t.Releases
			}
			if job.Marks != nil && !m.Elsewhere() {
				m.Marks = marksOf(&t, *job.Marks)
			}
			if t.Kind != nil && !m.Elsewhere() {
				m.cached = t.Kind.Cached
			}
			if number := job.preflight(j); number >= 0 {
				if m.Preflight, err = m.asksFirst(uint16(number)); err != nil {
					problems = append(problems, fmt.Errorf("request %q at target %q: %w", r.Name, t.Name, err))
				}
			}
			all[i][j] = m
		}
	}
	return all, errors.Join(problems...)
}

func composeOne(t targets.Target, stamp targets.Stamp, r scenarios.Request, job *Job) (Message, error) {
	if r.Elsewhere() {
		t, stamp, r.APIKey = stripped(t), targets.Stamp{}, targets.Secret{}
	}
	target, err := requestTarget(t.URL, r.Path)
	if err != nil {
		return Message{}, err
	}
	m := Message{
		Request: targets.Request{Method: cmp.Or(r.Method, http.MethodGet), URL: t.URL, Header: headerOf(&t, r.Header), Body: r.Body, Upload: r.Upload},
		Timeout: r.Timeout,
		Expect:  r.Expect,
	}
	if m.stream = r.Stream; m.stream == nil {
		m.accept(t, &r)
	}
	m.ofPage(&t, &r)
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
	case stamp.Proof != nil:
		if err := m.carries(stamp); err != nil {
			return Message{}, err
		}
	case stamp.Sign != nil && stamp.PerRequest:
		m.Sign, m.prove = stamp.Sign, stamp.Sign
	case stamp.Sign != nil:
		if err := stamp.Sign(&m.Request); err != nil {
			return Message{}, fmt.Errorf("sign: %w", err)
		}
	}
	m.unsigned(t, &r)
	maps.DeleteFunc(m.header, func(name string, _ []values.Template) bool { // a proof took its place
		return !slices.Equal(m.Request.Header[name], before[name])
	})
	if stamp.Proof != nil {
		m.header[m.Request.Header.Spelt(stamp.Header)] = []values.Template{values.Place(values.Secret(proof{stamp.Proof}))}
	}
	return m, checkHeader(m.Request.Header)
}

// unsigned adds what no signature covers.
func (m *Message) unsigned(t targets.Target, r *scenarios.Request) {
	anonymous := r.Auth != nil && *r.Auth == targets.Auth{}
	switch {
	case !r.APIKey.IsZero():
		m.Request.Header.Set("X-Api-Key", r.APIKey.Reveal())
	case !t.LabKey.IsZero() && !anonymous && !m.Request.Header.Has("X-Api-Key"):
		m.Request.Header.Set("X-Api-Key", t.LabKey.Reveal())
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
	if r.Elsewhere() {
		problems = append(problems, m.compileURL(c, r, job))
	} else {
		m.target, path = compile(target, values.Percent)
	}
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
	if err := errors.Join(problems...); err != nil || m.Elsewhere() {
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
	s.Until = time.Time{}
	for name, all := range m.header {
		for i, v := range all {
			if r.Header[name][i], err = v.Text(s); err != nil {
				return err
			}
		}
	}
	if !m.body.IsZero() {
		if r.Body, err = m.body.Append(nil, s); err != nil {
			return err
		}
	}
	if m.target.Varies() {
		target, err := m.target.Text(s)
		switch {
		case err != nil:
			return err
		case m.Elsewhere():
			err = m.goTo(r, target)
		default:
			err = setTarget(r.URL, target)
		}
		if err != nil {
			return err
		}
	}
	r.Until = s.Until
	return nil
}

// Secrets are the values in one sending that are not to be shown.
func (m *Message) Secrets(s *values.Sending) []string {
	if !m.varies {
		return nil
	}
	all := append(m.target.Secrets(s), m.body.Secrets(s)...)
	if m.Elsewhere() {
		address, _ := m.target.Text(s)
		all = append(all, addressSecrets(address)...)
	}
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

// Remember reports whether a user who sends the messages remembers anything of the responses:
// cookies, or what preflights allowed.
func Remember(ms []Message) bool {
	return slices.ContainsFunc(ms, func(m Message) bool { return m.Cookies || m.Preflight != nil })
}

// LongestTimeout is the longest that any of the messages may take.
func LongestTimeout(ms []Message) (d time.Duration) {
	for i := range ms {
		d = max(d, ms[i].Timeout)
	}
	return d
}
