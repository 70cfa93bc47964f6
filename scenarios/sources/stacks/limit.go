package stacks

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// A limit is a token bucket of something that has a name.
type limit struct {
	of          string
	rate, burst float64
}

// A usagePlan is one of an API.
type usagePlan struct {
	limit
	quota   float64
	period  string
	methods []limit
}

// stageOf reads a stage: its limits and its cache. A deployment may make a stage, too; where
// there are others, as in what SAM writes, that one is not what clients use.
func (t *template) stageOf(d *door, r resource) {
	name := t.say(r.id+" StageName", r.prop("StageName"))
	if r.kind == "AWS::ApiGateway::Deployment" {
		d.deployed = cmp.Or(d.deployed, name)
		return
	}
	d.stage = cmp.Or(d.stage, name)
	if t.yes(r.prop("CacheClusterEnabled")) {
		d.cacheGB = cmp.Or(t.say(r.id+" CacheClusterSize", r.prop("CacheClusterSize")), "0.5")
	}
	if settings := r.prop("MethodSettings"); settings != nil {
		for _, one := range settings.Items {
			t.settings(d, one)
		}
	}
	if defaults := r.prop("DefaultRouteSettings"); defaults != nil {
		t.settings(d, defaults)
	}
	t.routeSettings(d, r.prop("RouteSettings"))
}

// routeSettings reads those of single routes.
func (t *template) routeSettings(d *door, routes *document.Node) {
	if routes == nil {
		return
	}
	for _, e := range routes.Entries {
		d.limited(e.Key, t.number(d.id+" ThrottlingRateLimit", e.Value.Find("ThrottlingRateLimit")), t.number(d.id+" ThrottlingBurstLimit", e.Value.Find("ThrottlingBurstLimit")))
	}
}

// limited remembers the limit of a single method or route.
func (d *door) limited(of string, rate, burst float64) {
	if rate > 0 {
		d.single = append(d.single, limit{of, rate, burst})
	}
}

// settings reads those of all methods, and the limits of single ones, which are none of the
// stage.
func (t *template) settings(d *door, n *document.Node) {
	rate, burst := t.number(d.id+" ThrottlingRateLimit", n.Find("ThrottlingRateLimit")), t.number(d.id+" ThrottlingBurstLimit", n.Find("ThrottlingBurstLimit"))
	where, method := textOf(n.Find("ResourcePath")), cmp.Or(textOf(n.Find("HttpMethod")), "*")
	if where != "" && where != "/*" || method != "*" {
		d.limited(method+" "+methodPath(where), rate, burst)
		return
	}
	d.stageRate, d.stageBurst = cmp.Or(d.stageRate, rate), cmp.Or(d.stageBurst, burst)
	d.cacheTTL = cmp.Or(d.cacheTTL, t.number(d.id+" CacheTtlInSeconds", n.Find("CacheTtlInSeconds")))
}

// methodPath is the path of a method setting, which has a slash, then the path with ~1 for each of its
// slashes. Some leave the first slash out, or write those of the path as they are.
// Source: CloudFormation template reference, AWS::ApiGateway::Stage MethodSetting.
func methodPath(resource string) string {
	return "/" + strings.TrimLeft(strings.ReplaceAll(resource, "~1", "/"), "/")
}

// plan reads a usage plan of the API.
func (t *template) plan(d *door, r resource) {
	stages := r.prop("ApiStages")
	if stages == nil {
		return
	}
	for _, s := range stages.Items {
		if !refersTo(s.Find("ApiId"), d.id) {
			continue
		}
		plan := t.usagePlan(cmp.Or(t.say(r.id+" UsagePlanName", r.prop("UsagePlanName")), r.id), r.id, r.prop("Throttle"), r.prop("Quota"))
		if methods := s.Find("Throttle"); methods != nil {
			for _, e := range methods.Entries {
				if rate := t.number(r.id+" RateLimit", e.Value.Find("RateLimit")); rate > 0 {
					plan.methods = append(plan.methods, limit{e.Key, rate, t.number(r.id+" BurstLimit", e.Value.Find("BurstLimit"))})
				}
			}
		}
		d.plans = append(d.plans, plan)
		return
	}
}

func (t *template) usagePlan(name, id string, throttle, quota *document.Node) usagePlan {
	return usagePlan{
		limit:  limit{name, t.number(id+" RateLimit", below(throttle, "RateLimit")), t.number(id+" BurstLimit", below(throttle, "BurstLimit"))},
		quota:  t.number(id+" Quota", below(quota, "Limit")),
		period: strings.ToUpper(t.say(id+" Quota", below(quota, "Period"))),
	}
}

// firstPlan is the one that is expected: which of several is in force, the API key says.
func (d *door) firstPlan() usagePlan {
	if i := slices.IndexFunc(d.plans, func(p usagePlan) bool { return p.rate > 0 || p.quota > 0 }); i >= 0 {
		return d.plans[i]
	}
	return usagePlan{}
}

// ofStage names the limit of a stage.
const ofStage = "the stage"

// expected is the limit that callers meet: that of the first usage plan, or of the stage
// where no plan has one.
func (d *door) expected() usagePlan {
	switch first := d.firstPlan(); {
	case first.rate > 0 || first.quota > 0:
		return first
	case d.kind.HasStages() && !d.kind.OnlyMessages:
		return usagePlan{limit: limit{ofStage, d.stageRate, d.stageBurst}}
	}
	return usagePlan{}
}

// planned are sentences about usage plans, and about limits of single methods.
func (d *door) planned() (texts []string) {
	if len(d.plans) > 1 {
		var all []string
		for _, p := range d.plans {
			all = append(all, p.words())
		}
		texts = append(texts, fmt.Sprintf("The API has several usage plans, and the API key says which is in force: %s. The first with a limit is expected.", someOf(all)))
	}
	var single []string
	for _, l := range d.single {
		single = append(single, l.words())
	}
	for _, p := range d.plans {
		for _, l := range p.methods {
			single = append(single, l.words()+" by the usage plan "+p.of)
		}
	}
	if len(single) > 0 {
		texts = append(texts, "Limits of single methods: "+someOf(single)+".")
	}
	return texts
}

// words say a limit.
func (l limit) words() string {
	if l.rate == 0 {
		return l.of
	}
	return fmt.Sprintf("%s (%s, burst %s)", l.of, rateOf(l.rate), strconv.FormatFloat(l.burst, 'f', -1, 64))
}

func (p usagePlan) words() string {
	text := p.limit.words()
	if p.quota > 0 {
		text += fmt.Sprintf(", %s requests a %s", strconv.FormatFloat(p.quota, 'f', -1, 64), strings.ToLower(p.period))
	}
	return text
}

// someOf lists a dozen, and says how many more there are.
func someOf(all []string) string {
	const most = 12
	if len(all) > most {
		all = append(slices.Clone(all[:most]), fmt.Sprintf("%d more", len(all)-most))
	}
	return strings.Join(all, ", ")
}

// sorted are the members of a set, in order.
func sorted(set map[string]bool) []string { return slices.Sorted(maps.Keys(set)) }
