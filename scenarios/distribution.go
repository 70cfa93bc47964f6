package scenarios

import (
	"cmp"
	"fmt"
	"net/http"
	"slices"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// originKeys are those of the front door behind a distribution.
var originKeys = []string{"kind", "url", "region", "api", "stage", "function", "cache", "balancer", "rules", "zones", "private_endpoint", "web_function"}

var distributionForm = document.Form(`^E[A-Z0-9]{7,31}$`)

// distribution reads a CloudFront distribution and what is behind it. The target has the
// region and the function of its origin.
func (in *input) distribution(f fields, t *targets.Target, s *Scenario) {
	d := &targets.Distribution{
		ID:   f.Get("distribution").Matching(distributionForm(), "is not the id of a distribution, such as E1A2B3C4D5E6F7: the console lists it with the domain name"),
		Plan: f.Get("plan").Choice(pricing.CloudFrontPlans.Variants...),
	}
	t.Distribution = d
	in.origin(f, t, s)
	o := d.Origin
	t.Region, t.Function, t.CacheGB = o.Region, o.Function, o.CacheGB
	t.Rules, t.Zones, t.ZonesAssumed, t.EndpointZones = o.Rules, o.Zones, o.ZonesAssumed, o.EndpointZones
	f.Get("function_share").In(document.Share).Decode(&d.Use.FunctionShare)
	f.Get("lambda_edge").Decode(&d.Use.Edge)
	f.Get("viewers").Decode(&d.Use.Viewers)
	if d.ViewersAssumed = !f.Has("viewers"); !d.ViewersAssumed {
		return
	}
	d.Use.Viewers = pricing.ViewersNear(t.Region)
	if d.Use.Viewers == nil && !in.Recorded {
		f.Problem("%s: no price of CloudFront for viewers near %s is known: write viewers: %s, or shares of these", t.Name, t.Region, document.OneOf(pricing.Areas))
	}
}

// origin reads what is behind the distribution. At the lab it is a function URL unless it
// is stated; elsewhere nothing can be said of what is not.
func (in *input) origin(f fields, t *targets.Target, s *Scenario) {
	o := &targets.Target{Name: t.Name, Kind: targets.UnstatedOrigin(t.Lab), Region: cmp.Or(t.Region, s.Pricing.Region)}
	t.Distribution.Origin, t.Distribution.OriginAssumed = o, !f.Has("behind")
	if !f.Has("behind") {
		if o.Kind.HasFunction() {
			o.Function = function(document.Value{}, o.Kind)
		}
		o.Region = cmp.Or(o.Region, LabRegion)
		return
	}
	of := in.fields(f.Get("behind"), originKeys...)
	of.Need("kind")
	o.Kind = of.kind()
	switch {
	case o.Kind == nil:
		o.Kind = &targets.Kind{} // reported
	case !o.Kind.CanBeOrigin:
		of.Get("kind").Problem("%q cannot be behind a distribution here: write one of %s", o.Kind.Name, document.OneOf(originKinds()))
		o.Kind = &targets.Kind{}
	}
	of.onlyWhereItBelongs(o.Kind)
	if of.Has("url") {
		of.address(o)
	}
	o.Lab = t.Lab
	in.frontDoor(of, o, s)
	if o.Region == "" && o.Kind.OnAWS() && !in.Recorded && o.URL == nil {
		of.Problem("the region of the origin of %s is not known: write region: (such as eu-central-1), or pricing: {region: …} for all targets", t.Name)
	}
	o.Region = cmp.Or(o.Region, t.Region, s.Pricing.Region, LabRegion)
}

// atEdge adds what a distribution makes of traffic, if there is one, before it was measured:
// then every request may reach the origin.
func atEdge(t targets.Target, traffic *pricing.Traffic) {
	if d := t.Distribution; d != nil {
		traffic.Edge = d.Use.At(traffic.Requests, "the scenario")
		traffic.Edge.Plan, traffic.Edge.Misses = d.Plan, traffic.Requests
	}
}

// distributionWarnings say what a bill of a distribution will lack.
func distributionWarnings(t targets.Target) (all []error) {
	d := t.Distribution
	switch {
	case d == nil:
	case d.Unstated():
		text := "nothing says what is behind the distribution, so that its bill is that of CloudFront alone: write behind: {kind: …}"
		if d.ViewersAssumed {
			text += fmt.Sprintf("; viewers are taken to be in %s: write viewers: %s", d.Use.Viewers, document.OneOf(pricing.Areas))
		}
		all = append(all, fmt.Errorf("target %s: %s", t.Name, text))
	case d.Origin.Kind.OnAWS():
		if missing := unwatched(*d.Origin); missing != "" && !t.Lab {
			all = append(all, fmt.Errorf("target %s: of what is behind the distribution, %s", t.Name, missing))
		}
	}
	return all
}

// servedByCache warns that a distribution of the lab answers in place of a server of the
// user's own: what it keeps is all that is asked.
func (s *Scenario) servedByCache(t targets.Target) []error {
	ttl := s.Lab.CDN.DefaultTTL
	if t.Distribution == nil || !t.Lab || s.Lab.Function.Proxy == "" || ttl != nil && *ttl == 0 {
		return nil
	}
	if !slices.ContainsFunc(s.Requests, func(r Request) bool { return r.Method == http.MethodGet || r.Method == http.MethodHead }) {
		return nil
	}
	return []error{fmt.Errorf("target %s: its cache keeps responses to GET and HEAD, also where they have no Cache-Control, so that the server is hardly asked: these figures are the cache's; with --set lab.cloudfront.default_ttl=0s it keeps only what Cache-Control allows", t.Name)}
}

func originKinds() (names []string) {
	for _, k := range targets.Kinds {
		if k.CanBeOrigin {
			names = append(names, k.Name)
		}
	}
	return names
}
