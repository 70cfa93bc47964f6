package doors

import (
	"fmt"
	"slices"
)

// checkPlans checks the usage plans of a door. A key is in one of them only, as
// API Gateway has it for the plans of a stage.
func (d DoorConfig) checkPlans(at string, rest bool, faults *faultList) {
	if d.UsagePlan == nil && len(d.MorePlans) > 0 {
		faults.add("%s.more_usage_plans: the first plan belongs into usage_plan", at)
	}
	var before []string
	for i, p := range d.plans() {
		place := at + ".usage_plan"
		if i > 0 {
			place = fmt.Sprintf("%s.more_usage_plans[%d]", at, i-1)
		}
		p.check(place, rest, faults)
		for n, key := range p.Keys {
			if slices.Contains(before, key) {
				faults.add("%s.keys[%d]: this key is in another plan of the stage already", place, n)
			}
		}
		before = append(before, p.Keys...)
	}
}

func (p UsagePlan) check(at string, rest bool, faults *faultList) {
	if !rest {
		faults.add("%s: only REST APIs have usage plans", at)
	}
	faults.throttle(at, p.Throttle)
	for method, limit := range p.Methods {
		if !planMethod.MatchString(method) {
			faults.add(`%s.methods: %q must be like "/predict/POST"`, at, method)
		}
		faults.throttle(at+".methods["+method+"]", limit)
	}
	if q := p.Quota; q != nil {
		if q.Limit < 1 {
			faults.add("%s.quota.limit: %d must be at least 1", at, q.Limit)
		}
		if q.Period != "DAY" && q.Period != "WEEK" && q.Period != "MONTH" {
			faults.add("%s.quota.period: %q must be DAY, WEEK or MONTH", at, q.Period)
		}
	}
	for i, key := range p.Keys {
		switch { // a key is a secret: no message repeats it
		case key == "" || len(key) > 128:
			faults.add("%s.keys[%d]: a key has 1 to 128 characters, this one %d", at, i, len(key))
		case slices.Contains(p.Keys[:i], key):
			faults.add("%s.keys[%d]: this key is in the list already", at, i)
		}
	}
}
