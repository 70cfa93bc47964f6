package scenarios

import (
	"net"
	"net/url"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/values"
	"tollgate/targets"
)

// A step with a url goes to another host than the target: a presigned upload asks the API,
// and puts the object where its response says. Such steps go to the hosts of the scenario
// alone, whatever a response says, and carry nothing that proves to the target who sends
// them: no key, token, signature or cookie. They are not behind the front door, so they are
// in no figure of the target and in no bill, only in the flow's duration and in figures of
// their own.
//
// Rejected: a target for each host. Targets are compared with each other and priced, and
// take turns; a host serves the flows of all of them.

const (
	maxHosts = 64
	anyLabel = "*."  // begins the name of a host
	labHost  = "lab" // the lab's object store
	stepURL  = "url" // the key of a step
	hostRule = "is not the address of a host: write http:// or https:// with a host and nothing after it, such as https://bucket.s3.eu-central-1.amazonaws.com; \"*.\" before the name stands for one label"
)

// hostKeys say how connections to a host are made, as for targets.
var hostKeys = []string{"url", "tls", "connect_to", "proxy", "proxy_tunnel", "source_address", "ip"}

// readHosts reads hosts:, a list of addresses, or mappings of an address and how to connect.
func (in *input) readHosts(v document.Value, s *Scenario) {
	if v.Node == nil {
		return
	}
	s.Hosts = []targets.Target{}
	seen := map[string]bool{}
	for _, item := range v.List(maxHosts) {
		t, ok := in.host(item)
		if !ok {
			continue
		}
		in.named(item, t, s)
		if seen[t.Name] {
			item.Problem("%s is listed twice", t.Name)
		}
		seen[t.Name] = true
		s.Hosts = append(s.Hosts, t)
	}
}

// host reads one host, as a target of no kind.
func (in *input) host(v document.Value) (t targets.Target, ok bool) {
	var f fields
	at := v
	if v.Type == document.Mapping {
		f = in.fields(v, hostKeys...)
		f.Need("url")
		at = f.Get("url")
	}
	text, ok := at.Scalar("the address of a host")
	switch {
	case !ok:
		return t, false
	case text == labHost:
		t.Name, t.Lab = labHost, true
	default:
		if t.URL = hostAddress(at, text); t.URL == nil {
			return t, false
		}
		t.Name = t.URL.String()
	}
	if v.Type == document.Mapping {
		f.connection(&t)
	}
	return t, true
}

// hostAddress is the address of a host, nil where it is none.
func hostAddress(v document.Value, text string) *url.URL {
	u, err := url.Parse(text)
	if err == nil {
		err = inASCII(u)
	}
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Opaque != "" || !isPort(u.Port()) {
		v.Bad(hostRule)
		return nil
	}
	name, wild := strings.CutPrefix(u.Hostname(), anyLabel)
	switch {
	case u.User != nil || u.RawQuery != "" || u.Fragment != "":
		v.Problem("holds more than a host: %s", strings.TrimPrefix(hostRule, "is not the address of a host: ")) // not quoted: it may hold a secret
		return nil
	case strings.Trim(u.Path, "/") != "" || strings.Contains(name, "*"):
		v.Bad(hostRule)
		return nil
	case wild && strings.Count(strings.Trim(name, "."), ".") < 1:
		v.Bad("stands for the hosts of many owners: at least two labels follow \"*.\", as in https://*.s3.amazonaws.com")
		return nil
	}
	return &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
}

// named reports a host that is named in vain, or as what it is not.
func (in *input) named(v document.Value, t targets.Target, s *Scenario) {
	for i := range s.Targets {
		one := &s.Targets[i]
		overSocket := !one.Kind.OnAWS() && in.overWebSocket(one) // which takes no requests
		if one.URL != nil && t.URL != nil && isHost(&t, one.URL) && !overSocket {
			v.Problem("%s is the host of target %s: what is sent there is one of its requests, with path", t.Name, one.Name)
		}
		if t.Lab && one.Lab {
			return
		}
	}
	if t.Lab {
		v.Problem("no target is at the lab, which has the object store: give one url: lab, or write the address of a server here")
	}
}

// HostFor is how a URL is reached, as a target at its origin: by the first of some hosts that
// it is at. It is false where it is at none of them.
func HostFor(hosts []targets.Target, u *url.URL) (targets.Target, bool) {
	for i := range hosts {
		if hosts[i].URL != nil && isHost(&hosts[i], u) {
			t := hosts[i]
			t.URL = &url.URL{Scheme: u.Scheme, Host: strings.ToLower(u.Host)}
			return t, true
		}
	}
	return targets.Target{}, false
}

// isHost reports whether a URL is at a host: with its scheme, name and port.
func isHost(host *targets.Target, u *url.URL) bool {
	name, port := hostAndPort(host.URL)
	is, at := hostAndPort(u)
	if host.URL.Scheme != u.Scheme || port != at {
		return false
	}
	behind, wild := strings.CutPrefix(name, anyLabel)
	if !wild {
		return name == is
	}
	label, rest, _ := strings.Cut(is, ".")
	return label != "" && rest == behind
}

func hostAndPort(u *url.URL) (name, port string) {
	at := targets.Target{URL: u}
	name, port, _ = net.SplitHostPort(at.HostPort())
	return strings.ToLower(strings.TrimSuffix(name, ".")), port
}

// Elsewhere reports whether r goes to another host than the target.
func (r *Request) Elsewhere() bool { return r.URL != "" }

// elsewhere reads the url of a step: the whole address, of which the beginning may be a value
// that an earlier step extracted.
func (f fields) elsewhere() string {
	v := f.Get(stepURL)
	if v.Node == nil {
		return ""
	}
	f.notElsewhere()
	if v.Type != document.String || v.Text == labHost {
		v.Bad("is not an address: write one, or a value that an earlier step extracted; the lab's object store is where the response to POST /uploads says: url: \"${steps.ask.url}\"")
		return ""
	}
	checkPathSecrets(v)
	source := template(v, false)
	text := values.Map(source, func(s string) string { return s }, func(string) string { return "x" })
	if strings.HasPrefix(source, "${") {
		text = "http://" + text // the value has scheme and host
	}
	u, err := url.Parse(text)
	if err != nil || u.Scheme != "http" && u.Scheme != "https" || u.Hostname() == "" || u.Fragment != "" || !printable(text) {
		v.Bad("is not an address: write http:// or https:// with a host and path, or begin with a value that has them, as in \"${steps.ask.url}\"")
		return ""
	}
	if u.User != nil {
		v.Problem("holds a user or password: a secret does not belong in a file")
		return ""
	}
	f.in.reaches(v, source, u)
	return source
}

// notElsewhere reports keys that mean nothing for a step that goes to another host.
func (f fields) notElsewhere() {
	for key, why := range map[string]string{
		"path": "contradicts url, which has the path", "query": "belongs to path: write it into the url",
		pageOrigin: "belongs to requests to the target: what goes to another host is sent as by no page", pagePreflight: "belongs to requests to the target: none is sent to another host",
		"auth": "belongs to the target, and this step goes to another host: it is sent no proof but what stands in headers",
	} {
		if f.Has(key) {
			f.Get(key).Problem("%s", why)
		}
	}
}

// reaches reports an address at a host that the scenario does not name, as far as that is
// known before a run.
func (in *input) reaches(v document.Value, source string, u *url.URL) {
	_, rest, _ := strings.Cut(source, "://")
	host, _, _ := strings.Cut(rest, "/")
	switch _, there := HostFor(in.hosts, u); {
	case in.hosts == nil:
		v.Problem("leads to another host than the target, and load goes only to hosts that the scenario names: add hosts: [\"https://…\"]")
	case strings.HasPrefix(source, "${") || strings.Contains(host, "${") || there || len(in.hosts) == 0: // they are wrong, which was reported
	default:
		v.Problem("leads to %s://%s, which is not among hosts (%s): add it there if load may go there", u.Scheme, u.Host, HostNames(in.hosts))
	}
}

// HostNames are the names of hosts, for people.
func HostNames(hosts []targets.Target) string {
	names := make([]string, len(hosts))
	for i, t := range hosts {
		names[i] = t.Name
	}
	return strings.Join(names, ", ")
}

// CompileURL compiles the source of a url. A value at its beginning is an address, of which
// nothing is escaped.
func CompileURL(c *values.Compiler, source string) values.Template {
	end := 0
	if strings.HasPrefix(source, "${") {
		end = strings.IndexByte(source, '}') + 1
	}
	return values.Join(c.Compile(source[:end], values.Raw), c.Compile(source[end:], values.Percent))
}
