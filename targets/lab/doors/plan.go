package doors

import (
	"fmt"
	"slices"
	"sync"
	"time"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A UsagePlan asks for an API key and limits each key on its own.
type UsagePlan struct {
	Throttle
	Methods map[string]Throttle `json:"methods,omitempty"` // by "/path/METHOD", for each key
	Quota   *Quota              `json:"quota,omitempty"`
	Keys    []string            `json:"keys,omitempty"` // none: one is made up, see Door.APIKey
}

// A Quota is how many requests a key may send in a day, a week or a month.
type Quota struct {
	Limit  int    `json:"limit"`
	Period string `json:"period"` // "DAY", "WEEK" or "MONTH"
}

func (d DoorConfig) plans() (all []UsagePlan) {
	if d.UsagePlan != nil {
		all = append(all, *d.UsagePlan)
	}
	return append(all, d.MorePlans...)
}

// filled makes a key up where a plan names none.
func (p UsagePlan) filled(name string, seed uint64) UsagePlan {
	if len(p.Keys) == 0 {
		p.Keys = []string{identifier(name, seed, 40)}
	}
	return p
}

var planMethod = document.Form(`^/.*/[A-Z]{1,16}$`)

// checkPlans checks the usage plans of a door. A key is in one of them only, as
// API Gateway has it for the plans of a stage. A key is a secret: no message
// repeats it.
func (d DoorConfig) checkPlans(at string, p *problems) {
	if d.UsagePlan == nil && len(d.MorePlans) > 0 {
		p.add("%s.more_usage_plans: the first plan belongs into usage_plan", at)
	}
	var before []string
	for i, plan := range d.plans() {
		place := at + ".usage_plan"
		if i > 0 {
			place = fmt.Sprintf("%s.more_usage_plans[%d]", at, i-1)
		}
		p.throttle(place, &plan.Throttle)
		for method, limit := range plan.Methods {
			if !planMethod().MatchString(method) {
				p.add(`%s.methods: %q must be like "/predict/POST"`, place, method)
			}
			p.throttle(place+".methods["+method+"]", &limit)
		}
		if q := plan.Quota; q != nil {
			if q.Limit < 1 {
				p.add("%s.quota.limit: %d must be at least 1", place, q.Limit)
			}
			if q.Period != "DAY" && q.Period != "WEEK" && q.Period != "MONTH" {
				p.add("%s.quota.period: %q must be DAY, WEEK or MONTH", place, q.Period)
			}
		}
		for n, key := range plan.Keys {
			switch {
			case key == "" || len(key) > 128:
				p.add("%s.keys[%d]: a key has 1 to 128 characters, this one %d", place, n, len(key))
			case slices.Contains(plan.Keys[:n], key):
				p.add("%s.keys[%d]: this key is in the list already", place, n)
			case slices.Contains(before, key):
				p.add("%s.keys[%d]: this key is in another plan of the stage already", place, n)
			}
		}
		before = append(before, plan.Keys...)
	}
}

// checkKeys checks the API key of a request, where asked says that its route asks for
// one, and applies the limits of the key's plan: that of the method or of the key, then the
// quota. That a throttled request leaves the quota alone is assumed.
func checkKeys(plans []UsagePlan, now time.Time, asked func(*exchange) (path string, keyed bool)) stage {
	keys := map[string]*planKey{}
	for i, p := range plans {
		for n, key := range p.Keys {
			keys[key] = newPlanKey(p, now)
			keys[key].number = i + 1
			keys[key].id = identifier(fmt.Sprintf("API key %d of plan %d", n+1, i+1), 0, 10) // nothing of the key is in it
		}
	}
	return func(x *exchange) bool {
		path, keyed := asked(x)
		if !keyed {
			return true
		}
		key, valid := keys[x.request.Header.Get("X-Api-Key")]
		if !valid {
			return x.refuse(targets.FaultForbidden, noKey)
		}
		x.plan, x.keyID = key.number, key.id
		switch {
		case !key.limit(path, x.request.Method).take(x.ready):
			return x.refuse(targets.FaultThrottled, byPlan)
		case key.quota != nil && !key.quota.take(x.ready):
			return x.refuse(targets.FaultQuota, byQuota)
		}
		return true
	}
}

type planKey struct {
	number  int // of its plan, from 1
	id      string
	all     *bucket
	methods map[string]*bucket // by "/path/METHOD"; in place of all
	quota   *quota             // nil: none
}

func newPlanKey(p UsagePlan, now time.Time) *planKey {
	k := &planKey{all: newBucket(p.Throttle, now), methods: map[string]*bucket{}}
	for method, limit := range p.Methods {
		k.methods[method] = newBucket(limit, now)
	}
	if p.Quota != nil {
		k.quota = &quota{Quota: *p.Quota}
	}
	return k
}

func (k *planKey) limit(path, method string) *bucket {
	if len(k.methods) > 0 {
		if own := k.methods[path+"/"+method]; own != nil {
			return own
		}
	}
	return k.all
}

// A quota counts the requests of one key. A period starts at midnight UTC, a
// week on Sunday (assumed: AWS calls its quotas best effort and does not say;
// some have seen a day that rolls along).
type quota struct {
	Quota

	mu   sync.Mutex
	from time.Time
	used int
}

func (q *quota) take(now time.Time) bool {
	from := q.start(now.UTC())
	q.mu.Lock()
	defer q.mu.Unlock()
	if from.After(q.from) {
		q.from, q.used = from, 0
	}
	if q.used >= q.Limit {
		return false
	}
	q.used++
	return true
}

func (q *quota) start(now time.Time) time.Time {
	year, month, day := now.Date()
	switch q.Period {
	case "MONTH":
		day = 1
	case "WEEK":
		day -= int(now.Weekday())
	}
	return time.Date(year, month, day, 0, 0, 0, 0, time.UTC)
}
