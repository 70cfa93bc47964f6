package doors

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/targets"
)

const mask = "***"

// maskOf stands in place of the n'th secret of a list, each of which differs.
func maskOf(n int) string {
	if n == 0 {
		return mask
	}
	return fmt.Sprint(mask, n+1)
}

// Recorded is c as the record of a run keeps it: with a figure in every place
// that was left open, so that another version of this program with other figures
// can serve the same lab, and with a mask in place of every secret. It is a lab
// file itself. A function's memory alone stays open, which changes nothing that is
// served: a bill has to know that no file stated it. What the lab makes up, such as the keys of a usage plan that names
// none, it makes up again.
func (c Config) Recorded() Config {
	r := c.filled()
	r.Credentials = maskCredentials(c.Credentials)
	r.UserPool = r.UserPool.masked()
	r.Secrets, r.Parameters = maskStored(r.Secrets, labSecrets), maskStored(r.Parameters, labParameters)
	r.Function = r.Function.recorded(c.Function)
	for name, f := range r.Functions {
		r.Functions[name] = (&f).recorded(c.Functions[name])
	}
	for i, d := range r.Doors {
		var given DoorConfig
		if len(c.Doors) > 0 {
			given = c.Doors[i]
		}
		if given.UsagePlan != nil {
			d.UsagePlan.Keys = given.UsagePlan.Keys
		}
		for j := range given.MorePlans {
			d.MorePlans[j].Keys = given.MorePlans[j].Keys
		}
		if given.Function == nil {
			d.Function = nil
		} else {
			own := d.Function.recorded(*given.Function)
			d.Function = &own
		}
		r.Doors[i] = d.masked()
	}
	return r
}

// masked is d with masks. No two keys of a stage are alike.
func (d DoorConfig) masked() DoorConfig {
	count := 0
	maskKeys := func(keys []string) (masks []string) {
		for range keys {
			masks = append(masks, maskOf(count))
			count++
		}
		return masks
	}
	if d.UsagePlan != nil {
		plan := *d.UsagePlan
		plan.Keys = maskKeys(plan.Keys)
		d.UsagePlan = &plan
	}
	d.MorePlans = slices.Clone(d.MorePlans)
	for i := range d.MorePlans {
		d.MorePlans[i].Keys = maskKeys(d.MorePlans[i].Keys)
	}
	d.Function = d.Function.masked()
	d.Authorizer = d.Authorizer.masked()
	d.Sockets = d.Sockets.masked()
	d.Routes = maskedRoutes(d.Routes)
	if d.Canary != nil {
		canary := *d.Canary
		canary.Routes = maskedRoutes(canary.Routes)
		d.Canary = &canary
	}
	return d
}

func maskedRoutes(routes []Route) []Route {
	routes = slices.Clone(routes)
	for i := range routes {
		routes[i].Authorizer = routes[i].Authorizer.masked()
	}
	return routes
}

func (s *Sockets) masked() *Sockets {
	if s == nil {
		return nil
	}
	open := *s
	open.Credentials = maskCredentials(s.Credentials)
	open.Routes = slices.Clone(s.Routes)
	for i := range open.Routes {
		open.Routes[i].Authorizer = open.Routes[i].Authorizer.masked()
	}
	return &open
}

// recorded is f, which is filled, with masks and with the memory that was given.
func (f *Function) recorded(given Function) Function {
	kept := *f.masked()
	kept.Memory = given.Memory
	return kept
}

func (f *Function) masked() *Function {
	if f == nil || len(f.Environment)+len(f.Versions) == 0 {
		return f
	}
	open := *f
	open.Environment, open.Versions = maskValues(f.Environment), maps.Clone(f.Versions)
	for number, v := range open.Versions {
		v.Environment = maskValues(v.Environment)
		open.Versions[number] = v
	}
	return &open
}

func maskValues(values map[string]string) map[string]string {
	if values == nil {
		return nil
	}
	open := make(map[string]string, len(values))
	for name := range values {
		open[name] = mask
	}
	return open
}

// masked is a with masks: as many tokens as there were, and what the function
// says of each.
func (a *Authorizer) masked() *Authorizer {
	if a == nil {
		return nil
	}
	r := *a
	r.Credentials = maskCredentials(a.Credentials)
	if a.Tokens != nil {
		r.Tokens = map[string]string{}
		for i, result := range slices.Sorted(maps.Values(a.Tokens)) {
			r.Tokens[maskOf(i)] = result
		}
	}
	return &r
}

// maskCredentials are access keys without their secrets. The well-known ones have
// none.
func maskCredentials(keys []Credential) (open []Credential) {
	for _, k := range keys {
		if k.AccessKeyID != targets.LabKeys.ID {
			k.SecretAccessKey = mask
		}
		open = append(open, k)
	}
	return open
}

// Masked names the places of c that hold a mask in place of a secret: a lab
// whose file is the record of a run takes them as they stand.
func (c Config) Masked() (places []string) {
	note := func(at string, is bool) {
		if is {
			places = append(places, at)
		}
	}
	holds := func(keys []Credential) bool {
		return slices.ContainsFunc(keys, func(k Credential) bool { return k.SecretAccessKey == mask })
	}
	isMask := func(k string) bool { return strings.HasPrefix(k, mask) }
	hidden := func(values map[string]string) bool { return slices.Contains(slices.Collect(maps.Values(values)), mask) }
	hides := func(f *Function) bool {
		return f != nil && (hidden(f.Environment) || slices.ContainsFunc(slices.Collect(maps.Values(f.Versions)), func(v FunctionVersion) bool { return hidden(v.Environment) }))
	}
	proves := func(a *Authorizer) bool { return a != nil && (holds(a.Credentials) || a.Tokens[mask] != "") }
	note("credentials", holds(c.Credentials))
	note("user_pool", c.UserPool.isMasked())
	note("secrets", hidden(c.Secrets))
	note("parameters", hidden(c.Parameters))
	note("function.environment", hides(&c.Function))
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		f := c.Functions[name]
		note(fmt.Sprintf("functions[%s].environment", name), hides(&f))
	}
	for i, d := range c.Doors {
		at := fmt.Sprintf("doors[%d]", i)
		note(at+".usage_plan.keys", d.UsagePlan != nil && slices.ContainsFunc(d.UsagePlan.Keys, isMask))
		for j, p := range d.MorePlans {
			note(fmt.Sprintf("%s.more_usage_plans[%d].keys", at, j), slices.ContainsFunc(p.Keys, isMask))
		}
		note(at+".authorizer", proves(d.Authorizer))
		note(at+".function.environment", hides(d.Function))
		if s := d.Sockets; s != nil {
			note(at+".websocket.credentials", holds(s.Credentials))
			for j, r := range s.Routes {
				note(fmt.Sprintf("%s.websocket.routes[%d].authorizer", at, j), proves(r.Authorizer))
			}
		}
		for _, place := range slices.Sorted(maps.Keys(d.placedRoutes())) {
			for j, r := range d.placedRoutes()[place] {
				note(fmt.Sprintf("%s%s[%d].authorizer", at, place, j), proves(r.Authorizer))
			}
		}
	}
	return places
}
