package scenarios

import (
	"fmt"
	"math"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// The keys of a page that sends requests, of a target or of one request.
const (
	pageOrigin    = "origin"
	pagePreflight = "preflight"
)

// What a target or a request says of preflights.
const (
	preflightBrowser = "browser" // as a browser sends them
	preflightNone    = "none"
)

// A RequestPage is what a request says of the page that sends it, in place of its target.
type RequestPage struct {
	Origin    string // "": the target's
	Preflight string // "": as the target says
}

// PageAt is the page that sends a request at a target. Another host is told its origin, as by
// a browser, and not asked before.
func (r *Request) PageAt(t *targets.Target) targets.Page {
	page := t.Client.Page
	if r.Page.Origin != "" {
		page.Origin = r.Page.Origin
	}
	if r.Page.Preflight != "" {
		page.Preflights = r.Page.Preflight == preflightBrowser
	}
	page.Preflights = page.Preflights && !r.Elsewhere() && !t.Messages
	return page
}

// pages are what targets say of pages.
type pages struct {
	without []string // names of targets that have no origin
	with    bool     // some target has one
}

func pagesOf(all []targets.Target) (p pages) {
	for i := range all {
		if all[i].Client.Page.Origin == "" {
			p.without = append(p.without, all[i].Name)
		} else {
			p.with = true
		}
	}
	return p
}

func (f fields) pageOfTarget() (p targets.Page) {
	p.Origin = readOrigin(f.Get(pageOrigin))
	v := f.Get(pagePreflight)
	if p.Preflights = v.Choice(preflightBrowser, preflightNone) == preflightBrowser; p.Preflights && !f.Has(pageOrigin) {
		v.Problem("needs the origin of the page: write origin: https://app.example.com next to it")
	}
	return p
}

func (f fields) pageOfRequest(r *Request) {
	v := f.Get(pagePreflight)
	r.Page = RequestPage{readOrigin(f.Get(pageOrigin)), v.Choice(preflightBrowser, preflightNone)}
	switch {
	case r.Header.Has("Origin") && (r.Page.Origin != "" || f.in.pages.with):
		f.Get("headers").Problem("Origin: %s writes this header: remove one of them", pageOrigin)
	case r.Page.Preflight == preflightBrowser && r.Page.Origin == "" && len(f.in.pages.without) > 0:
		v.Problem("needs the origin of the page: write origin: https://app.example.com next to it, or at target %s", f.in.pages.without[0])
	}
}

// readOrigin reads the origin of a page, as browsers write it.
func readOrigin(v document.Value) string {
	if v.Node == nil {
		return ""
	}
	text, ok := v.Scalar("the origin of a page")
	if !ok || text == "null" {
		return text
	}
	u, err := url.Parse(text)
	if err != nil || u.Host == "" || u.User != nil || u.Path != "" || u.RawQuery != "" || u.Fragment != "" || u.Opaque != "" || !printable(text) || !isPort(u.Port()) {
		v.Bad("is not an origin: write the scheme, the host and a port that is not the scheme's own, such as https://app.example.com, or null")
		return ""
	}
	host := strings.ToLower(u.Host)
	if port := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; port != "" {
		host = strings.TrimSuffix(host, port)
	}
	return u.Scheme + "://" + host
}

// askedShare is the share of a population's requests that may have a preflight.
func (s *Scenario) askedShare(p *Population) float64 {
	all, asked := 0, 0
	for i, name := range s.asked(p) {
		weight := max(1, p.Requests[i].Weight)
		if all += weight; name != "" {
			asked += weight
		}
	}
	return float64(asked) / float64(max(1, all))
}

// preflightName is what the preflights of a population's requests, or of one of its flows,
// are called in results.
const preflightName = "preflight"

// asked are the names under which the preflights of a population's requests are recorded: one
// for each of its flows, or one for all, so that a flow's preflights have a cost and failures
// of their own. "" stands for a request that has none.
func (s *Scenario) asked(p *Population) []string {
	names := make([]string, len(p.Requests))
	for i := range p.Requests {
		if p.Requests[i].Elsewhere() { // see unasked
			continue
		}
		if slices.ContainsFunc(s.Targets, func(t targets.Target) bool {
			return slices.Contains(p.Targets, t.Name) && p.Requests[i].PageAt(&t).Preflights
		}) {
			names[i] = p.preflightName(i)
		}
	}
	return names
}

// preflightName is what the preflights of a population's i'th request are called.
func (p *Population) preflightName(i int) string {
	for k := range p.Flows {
		if slices.ContainsFunc(p.Flows[k].Steps, func(s Step) bool { return s.Request == i }) {
			return p.Flows[k].Name + "/" + preflightName
		}
	}
	if p.Name != "" {
		return p.Name + "/" + preflightName
	}
	return preflightName
}

// addPreflights adds, behind the requests of a population, those as which its preflights are
// recorded.
func (p *Plan) addPreflights(of *Population) error {
	first := len(p.Asked)
	numbers := map[string]int{}
	var all []Request
	for _, name := range p.Scenario.asked(of) {
		number, known := numbers[name]
		switch {
		case name == "":
			number = -1
		case slices.Contains(requestNames(of.Requests), name):
			return fmt.Errorf("request %s: preflights are recorded under that name: call it otherwise", name)
		case !known:
			number = first + len(of.Requests) + len(all)
			numbers[name] = number
			all = append(all, Request{Name: name, Method: http.MethodOptions, Path: "/", Header: targets.Header{}, Timeout: DefaultTimeout})
		}
		p.Asked = append(p.Asked, number)
	}
	for range all {
		p.Asked = append(p.Asked, -1)
	}
	p.Sent = append(p.Sent, all...)
	return nil
}

// AreAsked says of each request that is sent whether it stands for preflights.
func (p *Plan) AreAsked() []bool {
	asked := make([]bool, len(p.Sent))
	for _, number := range p.Asked {
		if number >= 0 {
			asked[number] = true
		}
	}
	return asked
}

// Preflights are the names under which preflights are recorded.
func (p *Plan) Preflights() (names []string) {
	for i, asked := range p.AreAsked() {
		if asked {
			names = append(names, p.Sent[i].Name)
		}
	}
	return names
}

// PreflightsOf are those of a population.
func (p *Plan) PreflightsOf(of *PlannedPopulation) (names []string) {
	for i := range of.Requests {
		if number := p.Asked[int(of.FirstRequest)+i]; number >= 0 && !slices.Contains(names, p.Sent[number].Name) {
			names = append(names, p.Sent[number].Name)
		}
	}
	return names
}

// asks is how many preflights a browser is guessed to send for a request at a target.
func (p *Plan) asks(target int, g guess) float64 {
	t := &p.Scenario.Targets[target]
	all, asked := 0, 0
	for i := range p.Populations {
		one := &p.Populations[i]
		if !one.sends(target) {
			continue
		}
		for k := range one.Requests {
			weight := max(1, one.Requests[k].Weight)
			if all += weight; one.Requests[k].PageAt(t).Preflights {
				asked += weight
			}
		}
	}
	return g.asks * float64(asked) / float64(max(1, all))
}

// withPreflights are the requests of a month, which is stated without preflights, with those.
func (p *Plan) withPreflights(target int, g guess, stated pricing.Amount) pricing.Amount {
	each := p.asks(target, g)
	if each == 0 {
		return stated
	}
	stated.Quantity = stated.Quantity.Mul(pricing.Ratio(1000+int64(math.Round(each*1000)), 1000))
	stated.Basis, stated.Source = pricing.Assumed, stated.Source+", and a guess of their preflights"
	return stated
}

// unasked warns of steps at other hosts, for which no preflights are sent, though a browser
// would send them.
func (p *Plan) unasked() (all []error) {
	for i := range p.Sent {
		r := &p.Sent[i]
		if r.Elsewhere() && (r.Page.Preflight == preflightBrowser || r.Page.Preflight == "" && slices.ContainsFunc(p.Scenario.Targets, func(t targets.Target) bool { return t.Client.Page.Preflights })) {
			all = append(all, fmt.Errorf("request %s goes to another host: the preflight that a browser may send there is left out, and neither its time nor its cost is in the figures (preflight: none says that this is meant)", r.Name))
		}
	}
	return all
}

// sameOrigins warns of pages whose browsers ask nothing.
func (p *Plan) sameOrigins() (all []error) {
	for i := range p.Scenario.Targets {
		t := &p.Scenario.Targets[i]
		if page := t.Client.Page; page.Preflights && page.SameOrigin(t.URL) {
			all = append(all, fmt.Errorf("target %s: %s is its own origin, and a browser sends no preflights there: write the origin that the pages have", t.Name, page.Origin))
		}
	}
	return all
}
