package scenarios

import (
	"cmp"
	"crypto/x509"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"slices"

	"tollgate/pricing/document"
	"tollgate/targets"
	"tollgate/targets/policy"
	"tollgate/targets/webacl"
)

// LabGuards are what stands in front of single targets at the lab, by the targets' names.
type LabGuards map[string]LabGuard

// A LabGuard is what stands in front of one of them.
type LabGuard struct {
	WebACL   *webacl.ACL     `json:"web_acl"`         // AWS WAF
	Policy   json.RawMessage `json:"resource_policy"` // as it stands at AWS
	Endpoint string          `json:"vpc_endpoint"`    // of a private API: requests have to name it, as those of a run do
	Mutual   LabMutualTLS    `json:"mutual_tls"`      // of a load balancer, or of the custom domain of an API
}

// LabMutualTLS has clients show certificates; zero: they need not.
type LabMutualTLS struct {
	Truststore string `json:"truststore" doc:"need"` // certificates of authorities, as PEM
}

func (m LabMutualTLS) problems(at string, t targets.Target, l *Lab, report func(format string, args ...any)) {
	switch {
	case m.Truststore == "":
	case !x509.NewCertPool().AppendCertsFromPEM([]byte(m.Truststore)):
		report("%s.mutual_tls.truststore: it holds no certificate: give those of the authorities, as PEM", at)
	case !l.TLS:
		report("%s.mutual_tls: there are no certificates without TLS: state lab: {tls: true}", at)
	case !t.Door().HasBalancer() && l.APIs[t.Name].Domain == "":
		report("%s.mutual_tls: an API asks for certificates at a custom domain alone: state lab: {apis: {%s: {domain: api.example.com}}}", at, t.Name)
	}
}

// recordedGuards reads what stood in front of the lab's targets: a bill of a recorded run has
// AWS WAF on it, too.
func recordedGuards(v document.Value, s *Scenario) {
	if v.Node == nil || v.Type != document.Mapping {
		return
	}
	if node := v.Find("guards"); node != nil {
		v.At(node, v.Below("guards")).Decode(&s.Lab.Guards)
	}
	s.inspected()
}

// inspected has the lab's targets know the web ACLs in front of them.
func (s *Scenario) inspected() {
	for i := range s.Targets {
		t := &s.Targets[i]
		if acl := s.Lab.Guards[t.Name].WebACL; acl != nil {
			t.WebACL = targets.WebACL{Name: cmp.Or(acl.Name, t.Name), Rules: int64(len(acl.Rules))}
		}
	}
}

// endpointForm is what AWS calls a VPC endpoint.
var endpointForm = regexp.MustCompile(`^vpce-[0-9a-f]{8,17}$`)

// guardsOfTargets reports guards of what is no target at the lab, or cannot have them.
func guardsOfTargets(v document.Value, s *Scenario) {
	s.inspected()
	for _, name := range slices.Sorted(maps.Keys(s.Lab.Guards)) {
		at := "lab.guards." + name
		report := func(format string, args ...any) { v.Report(fmt.Errorf(format, args...)) }
		i := slices.IndexFunc(s.Targets, func(t targets.Target) bool { return t.Lab && t.Name == name })
		if i < 0 {
			report("%s: it is no target at the lab", at)
			continue
		}
		guard := s.Lab.Guards[name]
		guard.problems(at, s.Targets[i], report)
		guard.Mutual.problems(at, s.Targets[i], &s.Lab, report)
	}
}

func (g LabGuard) problems(at string, t targets.Target, report func(format string, args ...any)) {
	g.WebACL.Problems(at+".web_acl", report)
	if len(g.Policy) > 0 {
		policy.Parse(at+".resource_policy", g.Policy, report)
	}
	_, policed := t.Kind.Errors[targets.FaultPolicy]
	_, inspected := t.Kind.Errors[targets.FaultWAF]
	switch {
	case g.WebACL != nil && !inspected:
		report("%s.web_acl: AWS WAF does not stand in front of a target of kind %s: remove it", at, t.Kind.Name)
	case len(g.Policy) > 0 && !policed:
		report("%s.resource_policy: a target of kind %s has none: remove it", at, t.Kind.Name)
	case g.Endpoint != "" && !endpointForm.MatchString(g.Endpoint):
		report("%s.vpc_endpoint: %q must be like vpce-0123456789abcdef0", at, g.Endpoint)
	case g.Endpoint != "" && t.EndpointZones == 0:
		report("%s.vpc_endpoint: only a private API is reached through one: give the target private_endpoint: {zones: 2}", at)
	}
}

// webACL reads which web ACL stands in front of a target at AWS.
func (f fields) webACL(t *targets.Target) (w targets.WebACL) {
	v := f.Get("web_acl")
	acl := v.Fields("name", "rules")
	if v.Node == nil {
		return w
	}
	acl.Need("name")
	if t.Lab {
		v.Problem("the lab's web ACL is stated under lab: {guards: {%s: {web_acl: …}}}: remove this", t.Name)
		return w
	}
	w.Name = acl.Get("name").Matching(aclForm(), "is not the metric name of a web ACL: letters, digits, - and _")
	w.Rules = acl.WholeOr("rules", 0, 1000, 1)
	return w
}

// aclForm is what AWS WAF calls the metrics of a web ACL. Source: WAFV2 API reference,
// VisibilityConfig.
var aclForm = document.Form(`^[A-Za-z0-9_-]{1,128}$`)
