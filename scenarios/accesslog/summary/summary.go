package summary

import (
	"bytes"
	"fmt"
	"hash/maphash"
	"regexp"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/scenarios/accesslog"
	"tollgate/scenarios/accesslog/paths"
	"tollgate/targets"
)

// Options select what is added up.
type Options struct {
	From, To time.Time // arrivals; zero: open at that end
	Host     string    // that was asked for; "": all
}

// mostNames bounds the hosts, groups and locations that are kept.
const mostNames = 1000

// A Summary is what logs hold. See [New].
type Summary struct {
	options Options
	sources []string // titles of the formats that held requests

	requests    hours // all, with preflights
	invocations hours

	preflights, refused, errors, sockets int64
	unanswered                           int64 // of the errors, those of which it is not known who refused
	fixed                                int64 // that the front door answered itself, and did not refuse
	in, out, refusedOut, errorOut        Counts
	took, backend                        Counts // ms, rounded up
	withHeaders                          bool

	hits, misses  int64
	edges, hosts  map[string]int64
	regions       map[string]int64
	conns         connections
	handshakes    int64
	classes       map[classKey]*Class
	tree          *paths.Tree
	functions     functions
	socketTraffic socketTraffic
}

type classKey struct {
	path   int // of the tree, or one of those below
	method string
}

// The classes of requests whose paths were not logged.
const (
	defaultRoute = -1 // the API has one route for all of them
	noPath       = -2
)

// pathless are their texts.
var pathless = map[int]string{defaultRoute: "(of route $default, whose paths were not logged)", noPath: "(of a path that was not logged)"}

// A Class is requests with a method whose paths are alike.
type Class struct {
	Method, Path string
	Requests     int64
	Statuses     map[int64]int64
	Out          Counts
	Took         Counts
}

// New is a summary of nothing.
func New(o Options) *Summary {
	s := &Summary{
		options: o, edges: map[string]int64{}, hosts: map[string]int64{}, regions: map[string]int64{},
		classes: map[classKey]*Class{}, conns: connections{seed: maphash.MakeSeed()},
	}
	for _, h := range []*hours{&s.requests, &s.invocations} {
		if !o.From.IsZero() {
			h.from = o.From.UnixNano()
		}
		if !o.To.IsZero() {
			h.to = o.To.UnixNano()
		}
	}
	s.tree = paths.New(s.join)
	return s
}

// Add counts an entry; false where it is none of those that count: of another host, or of
// another time.
func (s *Summary) Add(e *accesslog.Entry) bool {
	switch e.What {
	case accesslog.Invocation:
		if !s.invocations.add(e.Arrived, e.Resolution) {
			return false
		}
		s.functions.add(e)
	case accesslog.Connection:
		if h := &s.requests; e.Arrived >= h.from && (h.to == 0 || e.Arrived < h.to) {
			s.handshakes++
		}
	case accesslog.Message:
		if !s.requests.add(e.Arrived, e.Resolution) {
			return false
		}
		s.socketTraffic.add(e)
	case accesslog.Request:
		if s.options.Host != "" && !strings.EqualFold(s.options.Host, string(e.Host)) {
			count(s.hosts, e.Host)
			return false
		}
		if !s.requests.add(e.Arrived, e.Resolution) {
			return false
		}
		s.request(e)
	}
	return true
}

// From notes which kind of log the entries to come are from.
func (s *Summary) From(f accesslog.Format, hadRequests bool) {
	if hadRequests && !slices.Contains(s.sources, f.Title) {
		s.sources = append(s.sources, f.Title)
	}
}

// Err says why the entries make no summary.
func (s *Summary) Err() error {
	switch {
	case len(s.sources) > 1:
		return fmt.Errorf("these are logs of several kinds (%s): the same request may be in both, and would count twice; give one of them at a time", strings.Join(s.sources, "; "))
	case s.requests.n+s.requests.unplaced > 0, s.invocations.n+s.invocations.unplaced > 0:
		return nil
	case s.options.Host != "" && len(s.hosts) > 0:
		return fmt.Errorf("no request is of host %s; there are %s", s.options.Host, strings.Join(most(s.hosts, 5), ", "))
	case s.requests.outside+s.invocations.outside > 0:
		return fmt.Errorf("no request arrived in the time that is asked for: %d were before or after it", s.requests.outside+s.invocations.outside)
	case s.handshakes > 0:
		return fmt.Errorf("the logs hold connections and no requests: add the access log of the same load balancer")
	}
	return fmt.Errorf("the logs hold no requests")
}

func (s *Summary) request(e *accesslog.Entry) {
	count(s.hosts, e.Host)
	s.region(e)
	s.withHeaders = s.withHeaders || e.WithHeaders
	s.conns.add(e.Conn, e.Arrived)
	if len(e.Edge) > 0 {
		count(s.edges, location(e.Edge))
	}
	switch e.Cache {
	case accesslog.Hit:
		s.hits++
	case accesslog.Miss:
		s.misses++
	}
	s.took.Add(milliseconds(e.Took))
	s.class(e)
	if e.Socket {
		s.sockets++
	}
	if string(e.Method) == "OPTIONS" {
		s.preflights++
		return
	}
	s.in.Add(e.In)
	s.outcome(e)
}

// outcome distinguishes refusals by the front door, errors and the usual responses. A refusal
// is the front door's if the log shows that no application answered.
func (s *Summary) outcome(e *accesslog.Entry) {
	refusal := e.Status == 401 || e.Status == 403 || e.Status == 429
	switch {
	case refusal && e.BackendStatus == 0:
		s.refused++
		s.refusedOut.Add(e.Out)
	case e.Status < 100 || e.Status >= 400:
		if refusal && e.BackendStatus == accesslog.Unknown {
			s.unanswered++
		}
		s.errors++
		s.errorOut.Add(e.Out)
	default:
		s.out.Add(e.Out)
	}
	if e.BackendStatus == 0 && e.Status >= 200 && !refusal {
		s.fixed++
	}
	if e.BackendStatus != 0 {
		s.backend.Add(billed(e.Backend))
	}
}

// milliseconds rounds up, as Lambda's bill does; Unknown stays so.
func milliseconds(d time.Duration) int64 {
	if d < 0 {
		return accesslog.Unknown
	}
	return int64((d + time.Millisecond - 1) / time.Millisecond)
}

// billed is the same of an invocation, of which AWS bills at least 1 ms (AWS Lambda pricing
// page). Logs of front doors round shorter ones to 0.
func billed(d time.Duration) int64 {
	if d < 0 {
		return accesslog.Unknown
	}
	return max(1, milliseconds(d))
}

func (s *Summary) class(e *accesslog.Entry) {
	key := classKey{method: methodOf(e.Method)}
	switch {
	case len(e.Route) > 0 && e.Route[0] != '$':
		key.path = s.tree.Route(e.Route)
	case len(e.Path) > 0:
		key.path = s.tree.Class(e.Path, e.Client)
	case len(e.Route) > 0:
		key.path = defaultRoute
	default:
		key.path = noPath
	}
	c := s.classes[key]
	if c == nil {
		c = &Class{Method: key.method, Statuses: map[int64]int64{}}
		s.classes[key] = c
	}
	c.Requests++
	c.Statuses[max(e.Status, 0)]++
	c.Out.Add(e.Out)
	c.Took.Add(milliseconds(e.Took))
}

// methods are those of HTTP, RFC 9110 and RFC 5789; clients may send any word.
var methods = []string{"GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT", "TRACE"}

// otherMethod stands for all that are no methods of HTTP.
const otherMethod = "other"

// methodOf is a method as it was logged, or otherMethod.
func methodOf(b []byte) string {
	for _, m := range methods {
		if m == string(b) {
			return m
		}
	}
	return otherMethod
}

// join moves what was counted of a class of paths to the one that it became part of.
func (s *Summary) join(into, from int) {
	for _, method := range append(slices.Clone(methods), otherMethod) {
		old := s.classes[classKey{from, method}]
		if old == nil {
			continue
		}
		delete(s.classes, classKey{from, method})
		if c := s.classes[classKey{into, method}]; c != nil {
			c.merge(old)
		} else {
			s.classes[classKey{into, method}] = old
		}
	}
}

// region looks for a region in what AWS calls the front door.
func (s *Summary) region(e *accesslog.Entry) {
	if arn := bytes.SplitN(e.Group, []byte(":"), 5); len(arn) == 5 && string(arn[0]) == "arn" {
		count(s.regions, arn[3])
		return
	}
	if s.hosts[string(e.Host)] == 1 { // each once
		if h, known, err := targets.ReadHost(string(e.Host)); known && err == nil && h.Region != "" {
			count(s.regions, []byte(h.Region))
		}
	}
}

// Region is the region that the logs name, if it is one.
func (s *Summary) Region() (string, bool) {
	if names := most(s.regions, 2); len(names) == 1 && pricing.CheckRegion(names[0]) == nil {
		return names[0], true
	}
	return "", false
}

// count counts names, up to a number of them.
func count(names map[string]int64, name []byte) {
	if len(name) == 0 {
		return
	}
	if _, known := names[string(name)]; known || len(names) < mostNames {
		names[string(name)]++
	}
}

// most are the names that were counted most often, at most n.
func most(names map[string]int64, n int) (all []string) {
	for name := range names {
		all = append(all, name)
	}
	slices.SortFunc(all, func(a, b string) int {
		if names[a] != names[b] {
			return int(min(1, max(-1, names[b]-names[a])))
		}
		return strings.Compare(a, b)
	})
	return all[:min(n, len(all))]
}

// Classes are the classes of requests, the most frequent first.
func (s *Summary) Classes() []*Class {
	s.tree.Finish()
	var all []*Class
	for key, c := range s.classes {
		c.Path = pathless[key.path]
		if key.path >= 0 {
			c.Path = s.tree.Path(key.path)
		}
		all = append(all, c)
	}
	slices.SortFunc(all, func(a, b *Class) int {
		if a.Requests != b.Requests {
			return int(min(1, max(-1, b.Requests-a.Requests)))
		}
		return strings.Compare(a.Path+" "+a.Method, b.Path+" "+b.Method)
	})
	return all
}

func (c *Class) merge(o *Class) {
	c.Requests += o.Requests
	for status, n := range o.Statuses {
		c.Statuses[status] += n
	}
	c.Out.Merge(&o.Out)
	c.Took.Merge(&o.Took)
}

// hostName matches a name or an address, with a port or none: clients may send any text as Host.
var hostName = regexp.MustCompile(`^[A-Za-z0-9]([A-Za-z0-9._-]{0,70}[A-Za-z0-9])?(:[0-9]{1,5})?$`)

// Name is what the workload may be called: the host name that was asked for most often.
func (s *Summary) Name() string {
	for _, host := range most(s.hosts, len(s.hosts)) {
		if hostName.MatchString(host) {
			return host
		}
	}
	return "logged traffic"
}
