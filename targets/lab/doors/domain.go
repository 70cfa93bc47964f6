package doors

import (
	"cmp"
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	"tollgate/pricing/document"
)

// A Domain is a custom domain name. It has an address of its own, serves requests under its
// name alone, and hands them to the stage that the longest matching mapping leads to, without
// the part of the path that matched.
// Source: API Gateway developer guide, "Use API mappings to connect API stages to a custom
// domain name".
type Domain struct {
	Name     string    `json:"name"`             // api.example.com
	Listen   string    `json:"listen,omitempty"` // default 127.0.0.1:0
	TLS      bool      `json:"tls,omitempty"`
	Mappings []Mapping `json:"mappings"`

	MutualTLS *MutualTLS `json:"mutual_tls,omitempty"` // nil: no certificate is asked for
}

// A Mapping leads from a path of a domain to a stage.
type Mapping struct {
	Path string `json:"path,omitempty"` // "orders/v1"; none: everything that no other takes
	Door string `json:"door"`           // the stage
}

// DomainTruth is what really happened at a custom domain before a stage was found. What
// a stage answered counts there, and not here.
type DomainTruth struct {
	Name      string `json:"name"`
	Requests  int64  `json:"requests"`
	Unmapped  int64  `json:"unmapped"`   // no mapping has their path
	OtherHost int64  `json:"other_host"` // they ask for another name
	Untrusted int64  `json:"untrusted"`  // their client's certificate is not from the truststore
}

// longestMapping is how long a path of a mapping may be.
// Source: API Gateway developer guide, "Map API stages to a custom domain name for WebSocket
// APIs", restrictions; that for REST and HTTP APIs is the same.
const longestMapping = 300

var (
	domainName  = document.Form(`^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$`)
	mappingPath = document.Form(`^[A-Za-z0-9$_.+!*'()-]+(?:/[A-Za-z0-9$_.+!*'()-]+)*$`)
)

func (c Config) checkDomains(p *problems) {
	names, listening := map[string]string{}, map[string]string{}
	for i, d := range c.Doors {
		listening[d.Listen] = fmt.Sprintf("doors[%d].listen", i)
	}
	for i, m := range c.Domains {
		at := fmt.Sprintf("domains[%d]", i)
		p.listen(at+".listen", m.Listen, c.Beyond)
		if before := listening[m.Listen]; before != "" && !strings.HasSuffix(m.Listen, ":0") {
			p.add("%s.listen: %s is the address of %s already", at, m.Listen, before)
		}
		listening[m.Listen] = at + ".listen"
		if !domainName().MatchString(m.Name) || len(m.Name) > 253 {
			p.add("%s.name: %q must be a domain name in small letters, such as api.example.com", at, m.Name)
		}
		if before := names[m.Name]; before != "" {
			p.add("%s.name: %q is the name of %s already", at, m.Name, before)
		}
		names[m.Name] = at
		m.MutualTLS.check(at, m.TLS, p)
		c.checkMappings(at, m, p)
	}
}

func (c Config) checkMappings(at string, m Domain, p *problems) {
	if len(m.Mappings) == 0 {
		p.add("%s.mappings: a domain leads to a stage at least: give [{door: …}]", at)
	}
	paths, messages := map[string]bool{}, map[bool]string{}
	for i, to := range m.Mappings {
		here := fmt.Sprintf("%s.mappings[%d]", at, i)
		if to.Path != "" && (len(to.Path) > longestMapping || !mappingPath().MatchString(to.Path)) {
			p.add(`%s.path: %q must be like "orders" or "orders/v1", with up to %d characters`, here, to.Path, longestMapping)
		}
		if paths[to.Path] {
			p.add("%s.path: %q is in the list already", here, to.Path)
		}
		paths[to.Path] = true
		j := slices.IndexFunc(c.Doors, func(d DoorConfig) bool { return d.Name == to.Door })
		if j < 0 {
			p.add("%s.door: there is no door %q", here, to.Door)
			continue
		}
		k := kindNamed(c.Doors[j].Kind)
		if k == nil { // check reports it
			continue
		}
		if !slices.Contains(k.keys, "api") {
			p.add("%s.door: a door of kind %s has no stages: domains lead to %s", here, k.Name, namesOf(func(k *kind) bool { return slices.Contains(k.keys, "api") }))
		}
		messages[k.OnlyMessages] = to.Door
	}
	if len(messages) > 1 {
		p.add("%s.mappings: %q is a WebSocket API and %q is none: API Gateway maps them to different domains", at, messages[true], messages[false])
	}
}

func (m Domain) filled() Domain {
	m.Listen = cmp.Or(m.Listen, anyPort)
	return m
}

// A domain serves the requests of a custom domain name.
type domain struct {
	Domain
	url      string
	mappings []mapping      // the longest paths first
	refused  *response      // of requests that no stage gets
	trusted  *x509.CertPool // who may issue the certificates of clients; nil: none is asked for

	mu    sync.Mutex
	truth DomainTruth
}

type mapping struct {
	path  string // "/orders/v1"; "": everything
	stage *door
}

func newDomain(config Domain, address string, stages []*door) *domain {
	m := &domain{Domain: config, url: "http://" + address, refused: unmapped, trusted: config.MutualTLS.pool(), truth: DomainTruth{Name: config.Name}}
	if config.TLS {
		m.url = "https://" + address
	}
	for _, to := range config.Mappings {
		i := slices.IndexFunc(stages, func(d *door) bool { return d.Name == to.Door }) // checked
		path := ""
		if to.Path != "" {
			path = "/" + to.Path
		}
		m.mappings = append(m.mappings, mapping{path, stages[i]})
		scheme, rest, _ := strings.Cut(m.url, ":")
		if stages[i].kind.OnlyMessages {
			scheme = strings.Replace(scheme, "http", "ws", 1)
		}
		stages[i].Domains = append(stages[i].Domains, DomainAt{Name: config.Name, URL: scheme + ":" + rest + path})
	}
	slices.SortStableFunc(m.mappings, func(a, b mapping) int { return len(b.path) - len(a.path) })
	return m
}

// unmapped is what a domain answers without a stage. Source: from general knowledge.
var unmapped = func() *response {
	r := newResponse(http.StatusForbidden, jsonType, `{"message":"Forbidden"}`)
	r.errorType = []string{"ForbiddenException"}
	return r
}()

// DomainAt is where a stage is found under a custom domain name: requests to the URL have
// the name as their host.
type DomainAt struct {
	Name string `json:"name"`
	URL  string `json:"url"`
}

// ServeHTTP implements http.Handler. A request that no stage gets is answered by 403, and
// neither counted at CloudWatch nor charged, which is assumed.
func (m *domain) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	host, _, err := net.SplitHostPort(r.Host)
	if err != nil {
		host = r.Host
	}
	if !strings.EqualFold(host, m.Name) {
		m.refuse(w, func(t *DomainTruth) { t.OtherHost++ })
		return
	}
	if m.trusted != nil && !trusts(m.trusted, r.TLS) {
		m.refuse(w, func(t *DomainTruth) { t.Untrusted++ })
		return
	}
	for _, to := range m.mappings {
		rest, found := strings.CutPrefix(r.URL.Path, to.path)
		if found && (rest == "" || rest[0] == '/') {
			m.count(func(*DomainTruth) {})
			to.stage.receive(w, r, cmp.Or(rest, "/"), m)
			return
		}
	}
	m.refuse(w, func(t *DomainTruth) { t.Unmapped++ })
}

func (m *domain) count(change func(*DomainTruth)) {
	m.mu.Lock()
	defer m.mu.Unlock()
	m.truth.Requests++
	change(&m.truth)
}

func (m *domain) refuse(w http.ResponseWriter, as func(*DomainTruth)) {
	m.count(as)
	m.refused.head(w.Header())
	w.Header()["x-amzn-RequestId"] = []string{requestID()}
	m.refused.send(w)
}

// patience is that of the most patient stage.
func (m *domain) patience() (longest time.Duration) {
	for _, to := range m.mappings {
		longest = max(longest, to.stage.patience())
	}
	return longest
}

// firstDomain is the serial number of the first domain's certificate.
const firstDomain = 100

// listen has a server accept what the stages behind a domain speak.
func (m *domain) listen(server *http.Server, a *authority, serial int64) error {
	m.mappings[0].stage.listen(server, a)
	server.TLSConfig, server.Protocols = nil, nil
	if !m.TLS {
		return nil
	}
	certificate, err := a.issue(serial, time.Now().Add(-time.Hour), time.Now().Add(lifetime), m.Name)
	if err != nil {
		return err
	}
	server.TLSConfig = &tls.Config{MinVersion: tls.VersionTLS12, Certificates: []tls.Certificate{certificate}}
	if m.trusted != nil {
		server.TLSConfig.ClientAuth = tls.RequireAnyClientCert
	}
	server.Protocols = new(http.Protocols)
	server.Protocols.SetHTTP1(true)
	server.Protocols.SetHTTP2(m.mappings[0].stage.listener().HTTP2)
	return nil
}

// defaultEndpoint refuses requests at the address that API Gateway gives an API, where its
// user has switched that off. That such requests count nowhere is assumed.
// Source: AWS Knowledge Center, "Deactivate the API Gateway default endpoint": 403 at a REST
// API, 404 at an HTTP API; that of a WebSocket API is assumed.
func (d *door) defaultEndpoint(x *exchange) bool {
	if !d.config.NoDefaultEndpoint || x.domain != nil {
		return true
	}
	x.uncounted = true
	return x.fail(d.kind.noEndpoint)
}
