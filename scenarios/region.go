package scenarios

import (
	"fmt"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// region is the name of a region of AWS.
func (f fields) region(key string) string {
	v := f.Get(key)
	name, ok := v.Scalar("an AWS region such as eu-central-1")
	if !ok {
		return ""
	}
	if err := pricing.CheckRegion(name); err != nil {
		if !f.in.Recorded { // a later version may have read it
			v.Bad("%v", err)
		}
		return ""
	}
	return name
}

// locate decides a target's region: that of its host name, or else of its region key,
// or else of pricing. AWS bills every region differently, so none is assumed, except
// for the lab, which AWS does not bill.
func (in *input) locate(f fields, t *targets.Target, s *Scenario) {
	stated := f.region("region")
	t.Region = stated
	switch named := t.URL != nil && in.readHost(f, t, stated); {
	case t.Region != "" || named || t.Kind.HasOrigin: // which is where its origin is
	case t.Lab:
		if t.Region = s.Pricing.Region; t.Region == "" {
			t.Region = LabRegion
		}
	case s.Pricing.Region != "" && t.Kind.Service != "":
		t.Region = s.Pricing.Region
	case t.URL != nil && t.Kind.Service != "" && !f.Has("region") && !in.Recorded:
		f.At(f.Get("url").Node, f.Path).Problem("the region of %s cannot be read off its address: write region: (such as eu-central-1) next to the url, or pricing: {region: …} for all targets", t.Name)
	}
}

// readHost reads AWS's own name of a front door, in the url or as host, and reports
// contradictions to it; it returns false for any other name.
func (in *input) readHost(f fields, t *targets.Target, stated string) bool {
	h, known, err := targets.ReadHost(t.URL.Hostname())
	if own, is, problem := targets.ReadHost(t.Connection.HostName()); is {
		switch {
		case !known:
			h, known, err = own, true, problem
		case own.Region != h.Region && own.Region != "" && h.Region != "" && !in.Recorded:
			f.Get("host").Problem("contradicts the url, whose host is in %s", h.Region)
		case h.API == "":
			h.API = own.API // the url is that of an interface endpoint, which leads to any API
		}
	}
	if !known {
		return false
	}
	if err != nil {
		if !in.Recorded {
			f.Get("url").Problem("the host %v", err)
		}
		return true
	}
	if why := contradicts(t.Kind, h.Service); why != "" && !in.Recorded {
		f.Get("kind").Problem("%q contradicts the url, which is the address of %s", t.Kind.Name, why)
	}
	if h.Global { // in several regions: which one is asked is not known
		return false
	}
	if stated != "" && stated != h.Region && !in.Recorded {
		f.Get("region").Problem("%q contradicts the url, whose host is in %s: correct one of them, or leave the region out", stated, h.Region)
	}
	t.Region = h.Region
	if t.Kind.APIByID && h.API != "" {
		t.API = h.API
	}
	if stage, _, _ := strings.Cut(strings.Trim(t.URL.Path, "/"), "/"); stage != "" && (t.Kind.StageInPath || t.Kind.DefaultStage != "") {
		t.Stage, t.StageRead = stage, !t.Kind.StageInPath
	}
	return true
}

// contradicts explains what a host is and which kind to write, if a kind does not fit
// the host's service; "" if it fits. An origin may be any server behind a load
// balancer, but an API or a function URL is a front door that AWS bills for.
func contradicts(kind *targets.Kind, service string) string {
	if kind.Name == "" || kind.Service == service || !kind.OnAWS() && (service == "elb" || service == targets.NetworkBalancer) {
		return ""
	}
	if service == targets.NetworkBalancer {
		return "a Network Load Balancer: write kind: origin"
	}
	var kinds []string
	title := ""
	for _, k := range targets.Kinds {
		if k.Service == service {
			kinds, title = append(kinds, k.Name), k.Title
		}
	}
	switch k, _ := targets.KindNamed(kinds[0]); {
	case len(kinds) > 1:
		title = "API of API Gateway"
	case k.HasOrigin: // what is behind it, no address says
		title = "CloudFront distribution"
	}
	return fmt.Sprintf("%s %s: write kind: %s", article(title), title, document.OneOf(kinds))
}

func article(word string) string {
	if strings.ContainsRune("AEIO", rune(word[0])) {
		return "an"
	}
	return "a"
}
