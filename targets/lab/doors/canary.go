package doors

import (
	"maps"
	"slices"
	"strconv"

	"tollgate/pricing/document"
)

// A Canary is a canary release of a REST API's stage: a share of the requests, drawn for
// each, meets it in place of the production release, with stage variables of its own.
// Source: API Gateway developer guide, "Set up an API Gateway canary release deployment".
type Canary struct {
	Share     float64           `json:"share" doc:"unit=share"`
	Variables map[string]string `json:"variables,omitempty"` // in place of the stage's, or next to them
	UseCache  bool              `json:"use_cache,omitempty"` // its responses are kept, apart from the others'; otherwise none are
	Routes    []Route           `json:"routes,omitempty"`    // of its deployment; none: those of the stage
}

// CanaryTruth is what really happened at a canary release.
type CanaryTruth struct {
	Requests    int64            `json:"requests"`
	Status      map[string]int64 `json:"status"`
	Invocations int64            `json:"invocations"`
	DurationMS  float64          `json:"duration_ms"` // of these
}

func (c *counters) countCanary(x *exchange) {
	if !x.canary {
		return
	}
	t := c.truth.Canary
	t.Requests++
	t.Status[strconv.Itoa(x.response.status)]++
	if x.invoking() && !x.pending {
		t.Invocations++
		t.DurationMS += milliseconds(x.invocation.Duration)
	}
}

func (t *CanaryTruth) clone() *CanaryTruth {
	if t == nil {
		return nil
	}
	own := *t
	own.Status = maps.Clone(t.Status)
	return &own
}

// canaryVariables are the stage variables that requests meet at the canary release.
func (d DoorConfig) canaryVariables() map[string]string {
	if d.Canary == nil || len(d.Canary.Variables) == 0 {
		return d.Variables
	}
	all := maps.Clone(d.Variables)
	if all == nil {
		all = map[string]string{}
	}
	maps.Copy(all, d.Canary.Variables)
	return all
}

// release draws which release a request meets.
func (d *door) release(x *exchange) bool {
	c := d.config.Canary
	if c != nil {
		x.canary, x.cached = d.canaries.uniform(x.nth) < c.Share, c.UseCache
	}
	return true
}

// routed is how a request finds its route. A canary release that was deployed with routes of
// its own is drawn before; else only requests that have a route meet one.
func (d *door) routed() []stage {
	production := newRouter(d, d.config.Routes)
	c := d.config.Canary
	if c == nil || len(c.Routes) == 0 {
		return []stage{production.find, d.release}
	}
	canary := newRouter(d, c.Routes)
	canary.sharing(production)
	return []stage{d.release, func(x *exchange) bool {
		if x.canary {
			return canary.find(x)
		}
		return production.find(x)
	}}
}

// sharing has routes that both releases have in one bucket: a stage's limits are of its
// methods, whatever release answers (assumed).
func (r *router) sharing(other *router) {
	for _, it := range r.all {
		if i := slices.IndexFunc(other.all, func(o *route) bool { return o.name == it.name }); i >= 0 && it.limit != nil && other.all[i].limit != nil {
			it.limit = other.all[i].limit
		}
	}
}

// variables are the stage variables that an exchange meets; nil: there are none.
func (x *exchange) variables(d *door) map[string]string {
	if x.canary {
		return d.config.canaryVariables()
	}
	return d.config.Variables
}

// Source: API Gateway API reference, "CreateStage": names are alphanumeric or have an
// underscore, values hold [A-Za-z0-9-._~:/?#&=,]+.
func (d DoorConfig) checkVariables(at string, p *problems) {
	check := func(at string, variables map[string]string) {
		for name, value := range variables {
			if !stageVariableName().MatchString(name) || !stageVariableValue().MatchString(value) {
				p.add("%s: %q must be letters, digits and _, and its value letters, digits and the characters - . _ ~ : / ? # & = ,", at, name)
			}
		}
	}
	check(at+".variables", d.Variables)
	if c := d.Canary; c != nil {
		p.share(at+".canary.share", c.Share)
		check(at+".canary.variables", c.Variables)
		if len(c.Variables)+len(c.Routes) == 0 {
			p.add("%s.canary.variables: a canary release that has no variables and no routes of its own is as the production release: give it some", at)
		}
	}
}

var (
	stageVariableName  = document.Form(`^[A-Za-z0-9_]{1,64}$`)
	stageVariableValue = document.Form(`^[A-Za-z0-9._~:/?#&=,-]{1,512}$`)
)
