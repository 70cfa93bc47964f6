package load

import (
	"errors"
	"fmt"
	"net/url"
	"strings"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A step that goes to another host than the target has its whole address from values. Its
// request is rendered as others are; then it is known where it goes, and an engine takes a
// connection to that host. What belongs to the target stays there: proof, cookies, the header
// Host, connect_to, proxy and client certificate. A host has its own.

// A HostError is an address that a step does not go to: its request is not sent.
type HostError struct{ why string }

func (e *HostError) Error() string { return e.why }

// Failed says why an exchange has no complete response.
func Failed(s *results.Sample, err error, during Phase) {
	s.Err = Classify(err, during)
	if _, refused := err.(*HostError); refused {
		s.Check = "url"
	}
	if errors.Is(err, values.ErrHeader) {
		s.Check = "headers"
	}
}

// Elsewhere reports whether a message goes to another host than the target: to that of the
// rendered request.
func (m *Message) Elsewhere() bool { return m.hosts != nil }

// stripped is a target without what belongs to it alone, for requests to other hosts.
func stripped(t targets.Target) targets.Target {
	return targets.Target{Name: t.Name, URL: &url.URL{Scheme: "https", Host: "elsewhere.invalid"}, Client: targets.Client{Fresh: t.Client.Fresh, Accepts: t.Client.Accepts, Page: t.Client.Page}}
}

// compileURL makes a template of the url of a step. Where it is always the same, so is where
// the step goes.
func (m *Message) compileURL(c *values.Compiler, r *scenarios.Request, job *Job) error {
	m.target, m.hosts = scenarios.CompileURL(c, r.URL), append([]targets.Target{}, job.Hosts...)
	if m.target.Varies() {
		return nil
	}
	text, err := m.target.Text(r.Sending(0))
	if err != nil {
		return err
	}
	return m.goTo(&m.Request, text)
}

// goTo gives a request the address that it goes to, if it may go there.
func (m *Message) goTo(r *targets.Request, address string) error {
	u, err := parseAddress(address)
	if err != nil {
		return err
	}
	host, named := scenarios.HostFor(m.hosts, u)
	if !named {
		return &HostError{fmt.Sprintf("it leads to %s://%s, which is not among hosts (%s), and was not sent: add it there if load may go there", u.Scheme, u.Host, scenarios.HostNames(m.hosts))}
	}
	r.URL, r.Proxy = u, nil
	if !host.Tunnels() {
		r.Proxy = host.Connection.Proxy
	}
	return nil
}

// KnownHosts are the hosts that it may go to and that are known by name beforehand.
func (m *Message) KnownHosts() (all []*url.URL) {
	for i := range m.hosts {
		if u := m.hosts[i].URL; u != nil && !strings.Contains(u.Host, "*") {
			all = append(all, u)
		}
	}
	return all
}

// HostAt is the host that a rendered request goes to, as a target named by its origin. Users
// are those of the target: they keep their connections or do not.
func (m *Message) HostAt(u *url.URL, of *targets.Target) targets.Target {
	host, _ := scenarios.HostFor(m.hosts, u) // goTo found it
	host.Name, host.Client.Fresh = host.URL.String(), of.Client.Fresh
	return host
}

// MostHosts is how many other hosts the flows at a target may go to in a run. Each keeps
// connections of its own.
const MostHosts = 256

// ErrHosts fails a step that goes to a host beyond those.
var ErrHosts = &HostError{fmt.Sprintf("it leads to one host more than the %d that a run keeps connections to", MostHosts)}

// ProtocolFor is what is spoken with a target, or with another host: what the scenario says
// of targets does not bind those, and few object stores speak HTTP/2.
func ProtocolFor(j *Job, elsewhere bool) scenarios.Protocol {
	if elsewhere && j.Options.HTTP == scenarios.HTTP2 {
		return scenarios.Auto
	}
	return j.Options.HTTP
}

// parseAddress reads an address that a response may have named. Path and query are sent byte
// by byte, as a signature may be of them. Errors show no more of it than scheme and host.
func parseAddress(text string) (*url.URL, error) {
	scheme, rest, found := strings.Cut(strings.TrimSpace(text), "://")
	scheme = strings.ToLower(scheme)
	if !found || scheme != "http" && scheme != "https" {
		return nil, &HostError{"its url is no address: it begins with neither http:// nor https://"}
	}
	rest, _, _ = strings.Cut(rest, "#")
	authority, target := rest, ""
	if i := strings.IndexAny(rest, "/?"); i >= 0 {
		authority, target = rest[:i], rest[i:]
	}
	if !strings.HasPrefix(target, "/") {
		target = "/" + target
	}
	u, err := url.Parse(scheme + "://" + strings.ToLower(authority))
	if err != nil || u.Hostname() == "" || u.User != nil || strings.ContainsFunc(authority, func(c rune) bool { return c <= ' ' || c > '~' }) {
		return nil, &HostError{"its url has no host that can be connected to, or a user or password before it"}
	}
	if port := map[string]string{"http": ":80", "https": ":443"}[scheme]; strings.HasSuffix(u.Host, port) {
		u.Host = strings.TrimSuffix(u.Host, port) // as browsers do: signatures are of the host without it
	}
	if err := setTarget(u, target); err != nil || u.RequestURI() != target {
		return nil, &HostError{fmt.Sprintf("its url, at %s://%s, has characters in its path or query that a URL escapes, and was not sent", scheme, u.Host)}
	}
	return u, nil
}

// addressSecrets are the parameters of the address of a request that are secrets, such as its
// signature.
func addressSecrets(address string) (all []string) {
	_, query, _ := strings.Cut(address, "?")
	for pair := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && scenarios.SecretParameter(plain) && value != "" {
			all = append(all, value)
		}
	}
	return all
}
