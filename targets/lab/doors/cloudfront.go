package doors

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/edge"
	"tollgate/targets/lab/function/runtime"
)

// cloudFront is a distribution. It answers from the caches of its locations, and asks the
// door behind it over that door's own listener, as a client of it: what reaches it counts
// there as anything else does. The time that takes is real.
var cloudFront = kind{
	Kind:     &targets.CloudFront,
	overhead: LogNormal{Median: Duration(time.Millisecond), Sigma: 0.3},
	keys:     []string{"cloudfront", "web_acl"},
	onDemand: true,
	fill: func(d *DoorConfig) {
		d.CDN = d.CDN.filled()
		if d.Timeout == 0 {
			d.Timeout = Duration(targets.CloudFront.Limits.Longer.Than)
		}
	},
	check:   checkDistribution,
	open:    openCloudFront,
	id:      func(name string) string { return "E" + strings.ToUpper(identifier(name, 0, 13)) },
	renames: func(header string) string { return header },
}

// The documented limits of a distribution. Source: CloudFront developer guide, "Request and
// response behavior for custom origins".
const (
	longestEdgeURL  = 8_192
	mostEdgeRequest = 32_768 // of the request line and the headers together
)

// A distribution is what a door of CloudFront has at work.
type distribution struct {
	config *Distribution
	policy *edge.Policy

	locations []location
	shield    *edge.Cache // nil: none
	place     stream
	distance  draw
	function  edgeRun
	lambda    edgeRun
	behind    *door
	client    *http.Client
	via       string
}

type location struct {
	EdgeLocation
	cache   *edge.Cache
	latency draw
}

// An edgeRun is code that runs for a share of the requests.
type edgeRun struct {
	share  float64 // 0: there is none
	chance stream
	takes  draw
}

func openCloudFront(d *door) []stage {
	c, name := d.config.CDN, d.config.Name
	d.FunctionName, d.Distribution = "", d.kind.id(d.Name)
	e := &distribution{
		config: c, policy: c.policy(), place: newStream(d.seed, name+" location"), distance: newDraw(*c.Distance, d.seed, name+" distance"),
		via: fmt.Sprintf("1.1 %s.cloudfront.net (CloudFront)", strings.Repeat(fmt.Sprintf("%016x", hashOf(name)), 2)),
	}
	newCache := func() *edge.Cache { return edge.New(e.policy, time.Now, c.Bytes) }
	for _, l := range c.Locations {
		e.locations = append(e.locations, location{l, newCache(), newDraw(*l.Latency, d.seed, name+" to "+l.Name)})
	}
	if c.Shield {
		e.shield = newCache()
	}
	run := func(share *float64, takes *LogNormal, what string) edgeRun {
		return edgeRun{*share, newStream(d.seed, name+what), newDraw(*takes, d.seed, name+what+" time")}
	}
	if f := c.Function; f != nil {
		e.function = run(f.Share, f.Duration, " function")
	}
	if l := c.Lambda; l != nil {
		e.lambda = run(l.Share, l.Duration, " lambda")
	}
	d.edge = e
	d.ids[0].make = func(*exchange) string { return edgeID() }
	d.counters.truth.Distribution = newDistributionTruth()
	return []stage{d.arrive, edgeHead, limits(nil), d.allowed, d.inspect(), d.atEdge}
}

// edgeID makes up a request id as CloudFront's: 40 bytes in base64.
func edgeID() string {
	a, b, c := runtime.NewRequestID(), runtime.NewRequestID(), runtime.NewRequestID()
	return base64.URLEncoding.EncodeToString(slices.Concat(a[:], b[:], c[:8]))
}

// putBehind puts the door behind a distribution that its configuration names.
func (d *door) putBehind(all []*door, a *authority) {
	if d.edge == nil {
		return
	}
	i := slices.IndexFunc(all, func(o *door) bool { return o.Name == d.config.CDN.Origin }) // checked
	d.edge.behind = all[i]
	d.Origin, d.APIKey = &all[i].Door, all[i].APIKey
	pool := x509.NewCertPool()
	pool.AddCert(a.certificate)
	d.edge.client = &http.Client{
		Transport: &http.Transport{
			MaxIdleConnsPerHost: 1024, DisableCompression: true, IdleConnTimeout: edgeKeepAlive,
			TLSClientConfig: &tls.Config{RootCAs: pool, MinVersion: tls.VersionTLS12},
		},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	d.closers = append(d.closers, d.edge.client.CloseIdleConnections)
}

// edgeKeepAlive is how long a connection to an origin is kept. Source: CloudFront developer
// guide, "Keep-alive timeout".
const edgeKeepAlive = 5 * time.Second

func edgeHead(x *exchange) bool {
	lines, _ := headerBytes(x.request)
	switch {
	case len(x.request.RequestURI) > longestEdgeURL:
		return x.fail(targets.FaultURL)
	case requestLine(x.request)+lines > mostEdgeRequest:
		x.last = true
		return x.fail(targets.FaultHeaders)
	}
	return true
}

// allowed refuses methods that the distribution does not allow.
func (d *door) allowed(x *exchange) bool {
	m := d.config.CDN.Methods
	if len(m) == 0 || slices.Contains(m, x.request.Method) {
		return true
	}
	return x.fail(targets.FaultNoRoute)
}

// flush invalidates everything at every location.
func (e *distribution) flush() {
	for _, l := range e.locations {
		l.cache.Flush()
	}
	if e.shield != nil {
		e.shield.Flush()
	}
}

// arrive decides at which location a request is.
func (d *door) arrive(x *exchange) bool {
	e := d.edge
	at, u := 0, e.place.uniform(x.nth)
	for i := range e.locations {
		if at = i; u < e.locations[i].Share {
			break
		}
		u -= e.locations[i].Share
	}
	x.edge = &edgeVisit{location: &e.locations[at], result: edge.Error}
	x.overhead += x.edge.location.latency.at(x.nth)
	return true
}

// runs says whether code runs for a request, whose time it adds then.
func (r *edgeRun) runs(x *exchange) bool {
	if r.share == 0 || r.chance.uniform(x.nth) >= r.share {
		return false
	}
	x.overhead += r.takes.at(x.nth)
	return true
}

// atEdge answers from the cache of the request's location, or lets the origin answer.
func (d *door) atEdge(x *exchange) bool {
	e := d.edge
	x.edge.function = e.function.runs(x)
	x.edge.lambda = e.config.Lambda != nil && e.config.Lambda.Event == viewerRequest && e.lambda.runs(x)
	a, err := e.serve(d, x)
	x.integration = time.Since(x.ready)
	x.edge.asked, x.edge.waited = a.Asked, a.Waited
	if a.Asked {
		x.edge.origin = x.integration
	}
	if err != nil {
		return x.failEdge(err)
	}
	x.edge.result = a.Result
	switch {
	case !e.policy.Caches(x.request.Method) || a.Result == edge.Error:
	case a.Result == edge.Hit:
		x.cache = cacheHit
	default:
		x.cache = cacheMiss
	}
	if a.Kept {
		x.extra = append(x.extra, [2]string{"Age", strconv.FormatInt(int64(a.Age/time.Second), 10)})
	}
	x.response = d.edgeResponse(x, a)
	if a.Rest != nil {
		d.relayBody(x, a.Header.Get("Content-Type"), a.Rest)
	}
	return false
}

// failEdge is what becomes of an origin that cannot be asked, or does not answer in time.
func (x *exchange) failEdge(err error) bool {
	var slow net.Error
	if errors.As(err, &slow) && slow.Timeout() {
		return x.fail(targets.FaultTimeout)
	}
	return x.fail(targets.FaultNetwork)
}

// serve answers from the caches where they may be asked.
func (e *distribution) serve(d *door, x *exchange) (edge.Answer, error) {
	l := x.edge.location
	fetch := func(conditions http.Header) (*edge.Response, error) { return d.askOrigin(x, conditions) }
	if !e.policy.Caches(x.request.Method) {
		r, err := fetch(nil)
		if err != nil {
			return edge.Answer{Asked: true}, err
		}
		result := edge.Miss
		if r.Status >= http.StatusBadRequest {
			result = edge.Error
		}
		return edge.Answer{Response: r, Result: result, Asked: true}, nil
	}
	key := e.policy.Key(x.request)
	if e.shield == nil {
		return l.cache.Serve(x.request.Context(), key, fetch)
	}
	var shielded edge.Answer
	a, err := l.cache.Serve(x.request.Context(), key, func(http.Header) (_ *edge.Response, err error) {
		shielded, err = e.shield.Serve(x.request.Context(), key, fetch)
		return shielded.Response, err
	})
	if a.Asked { // the shield: what it made of it is what the viewer is told
		a.Asked, a.Waited, x.edge.shield = shielded.Asked, shielded.Waited, shielded.Result == edge.Hit
		if shielded.Response != nil && !a.Kept {
			a.Result, a.Kept, a.Age = shielded.Result, shielded.Kept, shielded.Age
		}
	}
	return a, err
}

// edgeResponse is the answer as this viewer gets it.
func (d *door) edgeResponse(x *exchange, a edge.Answer) *response {
	got := a.Response
	status := got.Status
	r := &response{status: status, body: got.Body, contentType: got.Header["Content-Type"], length: got.Header["Content-Length"]}
	if tag := got.Header.Get("Etag"); status == http.StatusOK && got.Rest == nil && tag != "" && matches(x.request.Header["If-None-Match"], tag) {
		r.status, r.body, r.length = http.StatusNotModified, nil, nil
	}
	if r.status != http.StatusNotModified && x.request.Method != http.MethodHead || r.length == nil {
		r.length = []string{strconv.Itoa(len(r.body))}
	}
	for name, values := range got.Header {
		if out := d.headerName(name); out != "" && name != "Content-Length" && name != "Age" {
			for _, value := range values {
				r.extra = append(r.extra, [2]string{out, value})
			}
		}
	}
	return r
}

// matches says whether a client has what a tag names, compared weakly.
// Source: RFC 9110, section 13.1.2.
func matches(lines []string, tag string) bool {
	for _, line := range lines {
		for one := range strings.SplitSeq(line, ",") {
			if one = strings.TrimSpace(one); one == "*" || strings.TrimPrefix(one, "W/") == strings.TrimPrefix(tag, "W/") {
				return true
			}
		}
	}
	return false
}

// edgeHeaders are those by which CloudFront is recognised.
func (d *door) edgeHeaders(h http.Header, x *exchange) {
	if x.edge == nil { // an injected fault
		return
	}
	h["Via"] = append(h["Via"], d.edge.via)
	h["X-Amz-Cf-Pop"] = []string{x.edge.location.Name}
	h["X-Cache"] = []string{string(x.edge.result) + " from cloudfront"}
	if x.fault != "" {
		h["Server"] = []string{"CloudFront"}
	}
}
