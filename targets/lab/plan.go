package lab

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

func newPlan(p *UsagePlan, now time.Time) map[string]*planKey {
	plan := make(map[string]*planKey, len(p.Keys))
	for _, key := range p.Keys {
		k := &planKey{all: newBucket(p.Throttle, now), methods: map[string]*bucket{}}
		for method, limit := range p.Methods {
			k.methods[method] = newBucket(limit, now)
		}
		if p.Quota != nil {
			k.quota = &quota{Quota: *p.Quota}
		}
		plan[key] = k
	}
	return plan
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
