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

	"tollgate/scenarios"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// userAgent is sent unless the scenario names another one.
const userAgent = "tollgate"

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
		types := errorTypesOf(&t)
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
				m.refusals = refusals(&t)
				m.types = types
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
