package doors

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/targets"
)

// Recorded is c as the record of a run keeps it: with a figure in every place
// that was left open, so that another version of this program whose figures are
// others can serve the same lab, and with a mask in place of every secret. It
// is a lab file itself. What the lab makes up, such as the keys of a usage plan
// that names none, it makes up again.
func (c Config) Recorded() Config {
	r := c.filled()
	r.Credentials = maskedCredentials(c.Credentials)
	r.Function = *r.Function.public()
	for i := range r.Doors {
		var said DoorConfig
		if len(c.Doors) > 0 {
			said = c.Doors[i]
		}
		r.Doors[i] = r.Doors[i].recorded(said)
	}
	return r
}

// recorded is d, which is filled, with masks, and without what follows from the
// rest of the file. said is d as it was.
func (d DoorConfig) recorded(said DoorConfig) DoorConfig {
	if said.UsagePlan != nil {
		plan := d.UsagePlan.recorded(said.UsagePlan.Keys, 0)
		d.UsagePlan = &plan
		count := len(plan.Keys)
		d.MorePlans = slices.Clone(d.MorePlans)
		for i := range said.MorePlans {
			d.MorePlans[i] = d.MorePlans[i].recorded(said.MorePlans[i].Keys, count)
			count += len(said.MorePlans[i].Keys)
		}
	}
	if d.Function = d.Function.public(); said.Function == nil {
		d.Function = nil
	}
	d.Authorizer = d.Authorizer.recorded()
	d.Routes = slices.Clone(d.Routes)
	for i := range d.Routes {
		d.Routes[i].Authorizer = d.Routes[i].Authorizer.recorded()
	}
	return d
}

// recorded is p with masks: before stands how many keys other plans have, since
// no two keys of a stage are alike.
func (p UsagePlan) recorded(said []string, before int) UsagePlan {
	p.Keys = nil
	for i := range said {
		p.Keys = append(p.Keys, masked(before+i))
	}
	return p
}

// recorded is a with masks: there are as many tokens as there were, and what the
// function says of each.
func (a *Authorizer) recorded() *Authorizer {
	if a == nil {
		return nil
	}
	r := *a
	r.Credentials = maskedCredentials(a.Credentials)
	if a.Tokens != nil {
		r.Tokens = map[string]string{}
		for i, word := range slices.Sorted(maps.Values(a.Tokens)) {
			r.Tokens[masked(i)] = word
		}
	}
	return &r
}

// maskedCredentials are access keys without their secrets. Those that everybody
// knows have none.
func maskedCredentials(keys []Credential) (open []Credential) {
	for _, k := range keys {
		if k.AccessKeyID != targets.LabKeys.ID {
			k.SecretAccessKey = mask
		}
		open = append(open, k)
	}
	return open
}

// mask stands in place of a secret.
const mask = "***"

// masked stands in place of the n'th secret of a list, each of which differs.
func masked(n int) string {
	if n == 0 {
		return mask
	}
	return fmt.Sprint(mask, n+1)
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
	hides := func(f Function) bool { return slices.Contains(slices.Collect(maps.Values(f.Environment)), mask) }
	proves := func(a *Authorizer) bool { return a != nil && (holds(a.Credentials) || a.Tokens[mask] != "") }
	note("credentials", holds(c.Credentials))
	note("function.environment", hides(c.Function))
	for i, d := range c.Doors {
		at := fmt.Sprintf("doors[%d]", i)
		note(at+".usage_plan.keys", d.UsagePlan != nil && slices.Contains(d.UsagePlan.Keys, mask))
		for j, p := range d.MorePlans {
			note(fmt.Sprintf("%s.more_usage_plans[%d].keys", at, j), slices.ContainsFunc(p.Keys, func(k string) bool { return strings.HasPrefix(k, mask) }))
		}
		note(at+".authorizer", proves(d.Authorizer))
		note(at+".function.environment", d.Function != nil && hides(*d.Function))
		for j, r := range d.Routes {
			note(fmt.Sprintf("%s.routes[%d].authorizer", at, j), proves(r.Authorizer))
		}
	}
	return places
}
