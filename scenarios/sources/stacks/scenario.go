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
	"tollgate/targets"
)

// Template makes a collection of a template of CloudFormation or SAM. named is the
// logical id of the front door; "": the one with the most routes.
func Template(file string, data []byte, named string) (sources.Collection, error) {
	t, err := readTemplate(file, data)
	if err != nil {
		return sources.Collection{}, err
	}
	t.settle()
	return t.collection("the template "+file, named)
}

// collection is the front door with its routes.
func (t *template) collection(what, named string) (sources.Collection, error) {
	all := t.doors()
	d, err := t.chosen(all, named)
	if err != nil {
		return sources.Collection{}, err
	}
	host, otherHosts := d.host()
	c := sources.Collection{What: what, Name: nameOf(cmp.Or(d.name, d.id)), Door: t.scenarioDoor(d, host)}
	invented := map[string]bool{}
	for _, r := range d.routes {
		if d.kind.OnlyMessages {
			c.Found = append(c.Found, t.messages(d, r)...)
		} else {
			c.Found = append(c.Found, t.request(d, r, invented))
		}
	}
	c.Unseen = append(t.unseen(d, all, invented), t.unseenBefore...)
	if otherHosts != nil {
		c.Unseen = append(c.Unseen, "Rules for other hosts are left out: "+someOf(otherHosts)+".")
	}
	if d.keyed {
		c.Needs = append(c.Needs, sources.Need{Name: "API_KEY", What: "an API key"})
	}
	return c, nil
}

// chosen is the front door that is named, or the one with the most routes. One of messages
// is chosen where there are no others.
func (t *template) chosen(all []*door, named string) (*door, error) {
	switch {
	case len(all) == 0 && len(t.resources) == 1 && t.resources[0].kind == "AWS::Lambda::Function":
		return nil, errors.New("the " + t.name + " has no function URL: give it one, or begin with the API or the stack that it is behind")
	case len(all) == 0:
		return nil, errors.New(t.name + ": there is no front door of Lambda in it: no API of REST, HTTP or WebSocket, function URL or Application Load Balancer")
	}
	var ids []string
	best := all[0]
	for _, d := range all {
		ids = append(ids, d.id)
		if d.id == named {
			return d, nil
		}
		if len(d.routes) > len(best.routes) && (best.kind.OnlyMessages || !d.kind.OnlyMessages) || best.kind.OnlyMessages && !d.kind.OnlyMessages {
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
	madeUp := false
	path := parameter.ReplaceAllStringFunc(r.path, func(found string) string {
		name := found[1 : len(found)-1]
		if proxy, greedy := strings.CutSuffix(name, "+"); greedy {
			return sources.Literal(nameOf(proxy))
		}
		invented[name], madeUp = true, true
		return "1"
	})
	one := sources.Found{Where: t.where(r.line), Method: r.method, Path: path, Weight: 1, MadeUp: madeUp}
	one.Proof = r.proof && d.some(func(r route) bool { return r.proof })
	if r.signed && !d.allSign() {
		one.Auth = "iam"
	}
	if r.method == "ANY" {
		one.Method = http.MethodGet
	}
	r.body(&one)
	return one
}

// allSign says whether the target signs every request: where callers of all routes sign, or
// the front door has no routes. With a key it does not, since a target has one way.
func (d *door) allSign() bool {
	return !d.keyed && !d.some(func(r route) bool { return r.signed })
}

// scenarioDoor is what a scenario says of the front door. Names that others gave refer to no
// variable of this machine.
func (t *template) scenarioDoor(d *door, host string) *sources.Door {
	made := &sources.Door{Kind: d.kind.Name}
	var auth *document.Node
	switch {
	case d.keyed:
		auth = document.Pairs("api_key", "${env:API_KEY}")
	case d.iam && d.kind.Signing != "" && d.allSign():
		auth = document.Pairs("iam", yes())
	}
	var cache, name, stage, selection, rules, edge *document.Node
	if d.cacheGB != "" && d.takes("cache") {
		cache = document.Text(d.cacheGB + "GB")
	}
	if d.name != "" && d.kind.APIByName {
		name = literal(d.name)
	}
	if d.stage != "" && d.kind.HasStages() {
		stage = literal(d.stage)
	}
	if d.selection != "" && d.kind.OnlyMessages && d.selection != targets.RouteSelection && plainSelection.MatchString(d.selection) {
		selection = document.Text(d.selection)
	}
	if d.rules > 0 && d.takes("rules") {
		rules = document.Number(strconv.Itoa(d.rules + 1)) // with the default rule
	}
	if d.edge && d.takes("edge") {
		edge = yes()
	}
	made.Deployed = document.Pairs("api", name, "stage", stage, "function", d.functionNode(true), "functions", t.functionsByRoute(d), "route_selection", selection, "cache", cache,
		"edge", edge, "rules", rules, "zones", number(d.zones), "host", text(host), "auth", auth).Entries
	made.AtLab = document.Pairs("function", d.functionNode(false), "cache", cache).Entries
	d.limits(made)
	made.Requires = d.requires()
	return made
}

func yes() *document.Node { return &document.Node{Type: document.Bool, Raw: "true", Text: "true"} }

// literal is a text that a scenario takes as it is.
func literal(s string) *document.Node { return document.Text(sources.Literal(s)) }

// text is a text that a scenario takes as it is; nil for "".
func text(s string) *document.Node {
	if s == "" {
		return nil
	}
	return literal(s)
}

// number is a number as a node; nil for "".
func number(s string) *document.Node {
	if s == "" {
		return nil
	}
	return document.Number(s)
}

// functionNode is the function as a target says it. At the lab it has no name.
func (d *door) functionNode(named bool) *document.Node {
	if d.function == nil || !d.kind.HasFunction() {
		return nil
	}
	return d.function.node(named, d.streaming)
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
	if first := d.expected(); first.rate > 0 && first.burst >= 1 {
		rate, burst := rateOf(first.rate), document.Number(strconv.Itoa(int(first.burst)))
		var quota *document.Node
		if first.quota >= smallQuota && slices.Contains([]string{"DAY", "WEEK", "MONTH"}, first.period) {
			quota = document.Pairs("limit", document.Number(strconv.Itoa(int(first.quota))), "period", first.period)
		}
		if d.kind.UsagePlans {
			plan = document.Pairs("rate", rate, "burst", burst, "quota", quota)
		}
		if first.rate < smallRate {
			made.Rate = rateOf(first.rate / 2)
		}
		expect := document.Pairs("target", "api", "expect", document.Pairs("rate", rate, "burst", burst))
		if first.quota > 0 {
			expect.Entries = append(expect.Entries, document.Pairs("quota", document.Number(strconv.Itoa(int(first.quota)))).Entries...)
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
	if d.timeout > 0 && !d.kind.OnlyMessages {
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
		{"usage-plans", d.firstPlan().rate > 0},
		{"throttling", d.stageRate > 0 || len(d.single) > 0},
		{"caching", d.cacheGB != ""},
		{"request-validation", d.validates},
		{"iam", d.iam},
		{"jwt", d.jwt},
		{"lambda-authorizer", d.custom},
		{"streaming", d.streaming},
		{"private-endpoint", d.private},
		{"edge", d.edge},
		{"waf", d.waf},
	} {
		if one.used && len(d.kind.Lacks([]string{one.feature})) == 0 {
			all = append(all, one.feature)
		}
	}
	return all
}

// unseen is what the template does not say, and what is not in the scenario.
func (t *template) unseen(d *door, all []*door, invented map[string]bool) (texts []string) {
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
	if d.stageRate > 0 {
		at := ""
		switch alone := d.expected().of == ofStage; {
		case alone && d.kind.UsagePlans:
			at = " At the lab a usage plan stands for it."
		case alone:
			at = " The lab has none."
		}
		say("The stage's own limit is %s with a burst of %s.%s", rateOf(d.stageRate), strconv.FormatFloat(d.stageBurst, 'f', -1, 64), at)
	}
	texts = append(texts, d.planned()...)
	if len(d.idle) > 0 {
		say("It ends %s.", strings.Join(d.idle, ", and "))
	}
	if d.private {
		say("It is private: only a machine in its VPC reaches it.")
	}
	if all := d.elsewhere(); len(all) > 0 {
		say("These call no function, which integrations at the target says for bills: %s.", someOf(all))
	}
	if f := d.function; f != nil {
		say("Behind it is the function %s%s.", cmp.Or(f.name, f.id), f.settings())
		if all := t.otherFunctions(d); len(all) > 0 {
			say("Behind other routes: %s.", someOf(all))
		}
	} else if d.kind.HasFunction() {
		say("No function is found behind it: bills lack Lambda until the target has function: {memory: …}.")
	}
	if names := sorted(invented); len(names) > 0 {
		say("Values of these parameters of paths are made up: %s. A server may answer 404: put values that exist in their place.", strings.Join(names, ", "))
	}
	if len(t.unknown) > 0 {
		say("What depends on parameters without defaults, conditions or other resources is not known: %s.", someOf(t.unknown))
	}
	if len(t.unread) > 0 {
		say("Not read: %s.", someOf(t.unread))
	}
	if d.jwt || d.custom {
		say("Callers%s prove who they are to an authorizer: add auth to the target, such as auth: {bearer: \"${env:TOKEN}\"}.", d.proved())
	}
	bodies := d.bodies()
	texts = append(texts, bodies...)
	switch {
	case d.kind.OnlyMessages:
		if bodies == nil {
			say("What messages hold is not described: those of the routes have the value that chooses them, and an id.")
		}
		say("A route without a route response sends none back by itself: where its function answers over the @connections API, write reply: in order, or {match: $.id}.")
	case bodies == nil:
		say("Bodies of requests are not described.")
	}
	return texts
}

// proved names the routes whose callers prove who they are, where not all do.
func (d *door) proved() string {
	var keys []string
	for _, r := range d.routes {
		if r.proof {
			keys = append(keys, r.key())
		}
	}
	if len(keys) == 0 || len(keys) == len(d.routes) {
		return ""
	}
	return " of " + someOf(keys)
}
