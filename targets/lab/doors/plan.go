package doors

import (
	"time"

	"tollgate/targets"
)

// A planKey is an API key in a usage plan: what it may still do.
type planKey struct {
	all     *bucket
	methods map[string]*bucket // by "/path/METHOD"; in place of all
	quota   *quota             // nil: none
}

// plans are the usage plans of a door.
func (d DoorConfig) plans() (all []UsagePlan) {
	if d.UsagePlan != nil {
		all = append(all, *d.UsagePlan)
	}
	return append(all, d.MorePlans...)
}

// newPlanKeys readies the keys of all plans: each has buckets of its own.
func newPlanKeys(plans []UsagePlan, now time.Time) map[string]*planKey {
	keys := map[string]*planKey{}
	for _, p := range plans {
		for _, key := range p.Keys {
			keys[key] = p.ready(now)
		}
	}
	return keys
}

func (p *UsagePlan) ready(now time.Time) *planKey {
	k := &planKey{all: newBucket(p.Throttle, now), methods: map[string]*bucket{}}
	for method, limit := range p.Methods {
		k.methods[method] = newBucket(limit, now)
	}
	if p.Quota != nil {
		k.quota = &quota{Quota: *p.Quota}
	}
	return k
}

// admit applies a plan's limits: that of the method or of the key, then the
// quota. That a throttled request leaves the quota alone is assumed.
func (k *planKey) admit(d *door, x *exchange, it *route) bool {
	limit := k.all
	if len(k.methods) > 0 {
		if own := k.methods[it.Path+"/"+x.request.Method]; own != nil {
			limit = own
		}
	}
	if !limit.take(x.ready) {
		d.refuse(x, targets.FaultThrottled, byPlan)
		return false
	}
	if k.quota != nil && !k.quota.take(x.ready) {
		d.refuse(x, targets.FaultQuota, byQuota)
		return false
	}
	return true
}
