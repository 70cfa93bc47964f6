package stacks

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// balancer reads what a load balancer says of itself: its zones, and how long connections
// last. The requests that its rules ask for at one host are kept, since a target has one.
func (t *template) balancer(d *door) {
	if !d.takes("zones") {
		return
	}
	if subnets := firstOf(d.prop("Subnets"), d.prop("SubnetMappings")); subnets != nil && len(subnets.Items) > 1 {
		d.zones = strconv.Itoa(len(subnets.Items))
	}
	if strings.EqualFold(t.say(d.id+" Scheme", d.prop("Scheme")), "internal") {
		d.zones = "0"
	}
	if attributes := d.prop("LoadBalancerAttributes"); attributes != nil {
		for _, a := range attributes.Items {
			key, value := textOf(a.Find("Key")), t.say(d.id+" attributes", a.Find("Value"))
			if what := lasting[key]; what != "" && value != "" {
				d.idle = append(d.idle, what+" after "+value+" s")
			}
		}
	}
}

// lasting are the attributes that say how long connections last. Source: Application Load
// Balancer user guide, "Edit attributes".
var lasting = map[string]string{"idle_timeout.timeout_seconds": "an idle connection", "client_keep_alive.seconds": "any connection"}

// firstOf is the first that is there.
func firstOf(all ...*document.Node) *document.Node {
	for _, n := range all {
		if n != nil {
			return n
		}
	}
	return nil
}

// listener adds the requests that a load balancer's rules ask for.
func (t *template) listener(d *door, r resource) {
	if r.kind == "AWS::ElasticLoadBalancingV2::Listener" {
		if to := t.functionOf(r.prop("DefaultActions")); owns(d, r, "LoadBalancerArn") && to != "" {
			d.addRoute(route{method: "ANY", path: "/", line: r.line, function: to})
		}
		return
	}
	ofDoor := slices.ContainsFunc(refers(r.prop("ListenerArn")), func(id string) bool {
		l, ok := t.find(id)
		return ok && owns(d, l, "LoadBalancerArn")
	})
	if !ofDoor {
		return
	}
	d.rules++
	conditions, actions := r.prop("Conditions"), r.prop("Actions")
	function := t.functionOf(actions)
	if conditions == nil || actions != nil && slices.ContainsFunc(actions.Items, answersItself) {
		return
	}
	one := route{method: "ANY", line: r.line, function: function}
	for _, host := range t.values(conditions, "host-header", "HostHeaderConfig") {
		one.host = strings.ReplaceAll(cmp.Or(one.host, host), "*", "www")
	}
	if methods := t.values(conditions, "http-request-method", "HttpRequestMethodConfig"); len(methods) > 0 {
		one.method = strings.ToUpper(methods[0])
	}
	paths := t.values(conditions, "path-pattern", "PathPatternConfig")
	if len(paths) == 0 && one.host != "" {
		paths = []string{"/"}
	}
	for _, pattern := range paths {
		one.path = strings.ReplaceAll(strings.ReplaceAll(pattern, "*", "{proxy+}"), "?", "x")
		d.addRoute(one)
	}
}

// answersItself says whether an action leads to no target.
func answersItself(action *document.Node) bool {
	return slices.Contains([]string{"redirect", "fixed-response"}, textOf(action.Find("Type")))
}

// values are those of a condition of a rule.
func (t *template) values(conditions *document.Node, field, config string) (all []string) {
	for _, c := range conditions.Items {
		if textOf(c.Find("Field")) != field {
			continue
		}
		for _, values := range []*document.Node{c.Find("Values"), below(c, config, "Values")} {
			if values == nil {
				continue
			}
			for _, v := range values.Items {
				if value, ok := t.text(v); ok {
					all = append(all, value)
				}
			}
		}
	}
	return all
}

// host is the one that most routes ask for; "" if none does. Routes of other hosts are named
// and left out: a target has one host.
func (d *door) host() (host string, others []string) {
	counts := map[string]int{}
	for _, r := range d.routes {
		if r.host == "" {
			continue
		}
		if counts[r.host]++; host == "" || counts[r.host] > counts[host] {
			host = r.host
		}
	}
	set := map[string]bool{}
	all := d.routes
	d.routes = nil
	for _, r := range all {
		if r.host != "" && r.host != host {
			set[r.host] = true
			continue
		}
		r.host = ""
		d.addRoute(r)
	}
	return host, sorted(set)
}

// takes says whether a target of the kind has a key.
func (d *door) takes(key string) bool { return slices.Contains(d.kind.Keys, key) }
