package stacks

import (
	"cmp"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
)

// Template makes a collection of a template of CloudFormation or SAM. named is the
// logical id of the front door; "": the one with the most routes.
func Template(file string, data []byte, named string) (sources.Collection, error) {
	t, err := readTemplate(file, data)
	if err != nil {
		return sources.Collection{}, err
	}
	return t.collection("the template "+file, named)
}

// collection is the front door with its routes.
func (t *template) collection(what, named string) (sources.Collection, error) {
	all, sockets := t.doors()
	d, err := t.chosen(all, named)
	if err != nil {
		return sources.Collection{}, err
	}
	c := sources.Collection{What: what, Name: nameOf(cmp.Or(d.name, d.id)), Door: t.scenarioDoor(d)}
	invented := map[string]bool{}
	for _, r := range d.routes {
		c.Found = append(c.Found, t.request(d, r, invented))
	}
	c.Unseen = t.unseen(d, all, sockets, invented)
	if d.keyed {
		c.Needs = append(c.Needs, sources.Need{Name: "API_KEY", What: "an API key"})
	}
	return c, nil
}

// chosen is the front door that is named, or the one with the most routes.
func (t *template) chosen(all []*door, named string) (*door, error) {
	if len(all) == 0 {
		return nil, errors.New(t.name + ": there is no front door of Lambda for requests in it: no API of REST or HTTP, function URL or Application Load Balancer")
	}
	var ids []string
	best := all[0]
	for _, d := range all {
		ids = append(ids, d.id)
		if d.id == named {
			return d, nil
		}
		if len(d.routes) > len(best.routes) {
			best = d
		}
	}
	if named != "" {
		return nil, fmt.Errorf("--resource %s: %s has no such front door%s (it has %s)", named, t.name, document.DidYouMean(named, ids), strings.Join(ids, ", "))
	}
	return best, nil
}

var notInName = regexp.MustCompile(`[^A-Za-z0-9]+`)

func nameOf(text string) string {
	const longest = 48
	text = strings.Trim(notInName.ReplaceAllString(text, "-"), "-")
	return strings.ToLower(strings.Trim(text[:min(len(text), longest)], "-"))
}

var parameter = regexp.MustCompile(`\{([^{}]+)\}`)

// request is a route as a request. Values of its parameters are made up.
func (t *template) request(d *door, r route, invented map[string]bool) sources.Found {
	path := parameter.ReplaceAllStringFunc(r.path, func(found string) string {
		name := found[1 : len(found)-1]
		if proxy, greedy := strings.CutSuffix(name, "+"); greedy {
			return sources.Literal(nameOf(proxy))
		}
		invented[name] = true
		return "1"
	})
	one := sources.Found{Where: t.where(r.line), Method: r.method, Path: path, Weight: 1}
	if r.method == "ANY" {
		one.Method = http.MethodGet
	}
	return one
}

// scenarioDoor is what a scenario says of the front door.
func (t *template) scenarioDoor(d *door) *sources.Door {
	made := &sources.Door{Kind: d.kind.Name}
	function := d.functionNode(true)
	var auth *document.Node
	switch {
	case d.keyed:
		auth = document.Pairs("api_key", "${env:API_KEY}")
	case d.iam && d.kind.Signing != "":
		auth = document.Pairs("iam", &document.Node{Type: document.Bool, Raw: "true", Text: "true"})
	}
	var cache, name, stage *document.Node
	if d.cacheGB != "" {
		cache = document.Text(d.cacheGB + "GB")
	}
	if d.name != "" && d.kind.APIByName {
		name = document.Text(d.name)
	}
	if d.stage != "" && d.kind.HasStages() {
		stage = document.Text(d.stage)
	}
	made.Deployed = document.Pairs("api", name, "stage", stage, "function", function, "cache", cache, "auth", auth).Entries
	made.AtLab = document.Pairs("function", d.functionNode(false)).Entries
	d.limits(made)
	made.Requires = d.requires()
	return made
}

// functionNode is the function as a target says it. At the lab it has no name.
func (d *door) functionNode(named bool) *document.Node {
	if d.function == nil || !d.kind.HasFunction() {
		return nil
	}
	made := document.Pairs()
	add := func(key, value string) {
		made.Entries = append(made.Entries, document.Pairs(key, value).Entries...)
	}
	if named && d.function.name != "" {
		add("name", d.function.name)
	}
	if d.function.memory > 0 {
		add("memory", strconv.Itoa(int(d.function.memory))+"MB")
	}
	if d.function.architecture != "" {
		add("architecture", d.function.architecture)
	}
	if d.streaming {
		made.Entries = append(made.Entries, document.Pairs("streaming", &document.Node{Type: document.Bool, Raw: "true", Text: "true"}).Entries...)
	}
	if len(made.Entries) == 0 {
		return nil
	}
	return made
}

// Limits below these would end the first load, which is small.
const (
	smallRate  = 5    // a second
	smallQuota = 1000 // requests
)

// limits writes usage plan, cache and timeouts: how the lab is set up, and what probes
// expect.
func (d *door) limits(made *sources.Door) {
	var plan, ttl *document.Node
	if d.planRate > 0 && d.planBurst >= 1 && d.kind.UsagePlans {
		rate, burst := rateOf(d.planRate), document.Number(strconv.Itoa(int(d.planBurst)))
		var quota *document.Node
		if d.quota >= smallQuota && slices.Contains([]string{"DAY", "WEEK", "MONTH"}, d.period) {
			quota = document.Pairs("limit", document.Number(strconv.Itoa(int(d.quota))), "period", d.period)
		}
		plan = document.Pairs("rate", rate, "burst", burst, "quota", quota)
		if d.planRate < smallRate {
			made.Rate = rateOf(d.planRate / 2)
		}
		expect := document.Pairs("target", "api", "expect", document.Pairs("rate", rate, "burst", burst))
		if d.quota > 0 {
			expect.Entries = append(expect.Entries, document.Pairs("quota", document.Number(strconv.Itoa(int(d.quota)))).Entries...)
		}
		made.Probes = append(made.Probes, document.Pairs("usage-plan", expect))
	}
	if d.cacheGB != "" && d.kind.UsagePlans {
		const byDefault = 300 // seconds; API Gateway developer guide, "Enable API caching"
		life := (time.Duration(cmp.Or(d.cacheTTL, byDefault)) * time.Second).String()
		ttl = document.Text(life)
		if path := d.keyPath(); path != "" {
			made.Probes = append(made.Probes, document.Pairs("cache", document.Pairs("target", "api", "path", path, "hit_ratio", document.Text("50%"), "aim", document.Pairs("ttl", life))))
		}
	}
	if d.timeout > 0 {
		made.Probes = append(made.Probes, document.Pairs("limits", document.Pairs("target", "api", "timeout", (time.Duration(d.timeout)*time.Millisecond).String())))
	}
	if plan != nil || ttl != nil {
		made.Lab = document.Pairs("usage_plan", plan, "cache_ttl", ttl)
	}
}

// rateOf is a rate as scenarios write it.
func rateOf(perSecond float64) string {
	if perSecond < 1 {
		return strconv.FormatFloat(perSecond*60, 'f', -1, 64) + "/m"
	}
	return strconv.FormatFloat(perSecond, 'f', -1, 64) + "/s"
}

// keyPath is a path whose responses a cache keeps one by one; "" if none has a parameter.
func (d *door) keyPath() string {
	for _, r := range d.routes {
		if found := parameter.FindStringIndex(r.path); r.method == http.MethodGet && found != nil && strings.Count(r.path, "{") == 1 && !strings.Contains(r.path, "+}") {
			return r.path[:found[0]] + "${key}" + r.path[found[1]:]
		}
	}
	return ""
}

// requires are the features that the front door is used for, as far as its kind has them.
func (d *door) requires() (all []string) {
	for _, one := range []struct {
		feature string
		used    bool
	}{
		{"api-keys", d.keyed},
		{"usage-plans", d.planRate > 0},
		{"throttling", d.stageRate > 0},
		{"caching", d.cacheGB != ""},
		{"request-validation", d.validates},
		{"iam", d.iam},
		{"jwt", d.jwt},
		{"lambda-authorizer", d.custom},
		{"streaming", d.streaming},
		{"private-endpoint", d.private},
		{"edge", d.edge},
	} {
		if one.used && len(d.kind.Lacks([]string{one.feature})) == 0 {
			all = append(all, one.feature)
		}
	}
	return all
}

// unseen is what the template does not say, and what is not in the scenario.
func (t *template) unseen(d *door, all []*door, sockets int, invented map[string]bool) (texts []string) {
	say := func(format string, args ...any) { texts = append(texts, fmt.Sprintf(format, args...)) }
	var others []string
	for _, other := range all {
		if other != d {
			others = append(others, other.called())
		}
	}
	if others != nil {
		say("This is the front door %s. Others in the file, which --resource chooses: %s.", d.called(), strings.Join(others, ", "))
	}
	if sockets > 0 {
		say("APIs of WebSocket are left out: tollgate init --url wss://… makes scenarios of messages.")
	}
	if d.stageRate > 0 {
		say("The stage's own limit is %s with a burst of %s.", rateOf(d.stageRate), strconv.FormatFloat(d.stageBurst, 'f', -1, 64))
	}
	if f := d.function; f != nil {
		say("Behind it is the function %s%s.", f.id, f.settings())
	} else if d.kind.HasFunction() {
		say("No function is found behind it: bills lack Lambda until the target has function: {memory: …}.")
	}
	var names []string
	for name := range invented {
		names = append(names, name)
	}
	if slices.Sort(names); names != nil {
		say("Values of these parameters of paths are made up: %s. A server may answer 404: put values that exist in their place.", strings.Join(names, ", "))
	}
	if len(t.unknown) > 0 {
		const most = 12
		unknown := t.unknown
		if len(unknown) > most {
			unknown = append(slices.Clone(unknown[:most]), fmt.Sprintf("%d more", len(t.unknown)-most))
		}
		say("What depends on parameters without defaults, conditions or other resources is not known: %s.", strings.Join(unknown, ", "))
	}
	if d.jwt || d.custom {
		say("Callers prove who they are to an authorizer: add auth to the target, such as auth: {bearer: \"${env:TOKEN}\"}.")
	}
	say("Bodies of requests are not described.")
	return texts
}

// settings are those of a function that matter for cold starts and limits.
func (f *lambda) settings() string {
	var all []string
	for _, one := range []struct {
		name  string
		value float64
	}{{"timeout", f.timeout}, {"provisioned concurrency", f.provisioned}, {"reserved concurrency", f.reserved}} {
		if one.value > 0 {
			text := strconv.FormatFloat(one.value, 'f', -1, 64)
			if one.name == "timeout" {
				text += " s"
			}
			all = append(all, one.name+" "+text)
		}
	}
	if all == nil {
		return ""
	}
	return " (" + strings.Join(all, ", ") + ")"
}
