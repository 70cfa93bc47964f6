package probes

import (
	"errors"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/targets"
)

// keyedPlans is a question about several API keys of one target. Each key is
// asked by itself, one after the other, as the only key of a target would be;
// then each key's bucket is emptied in turn while the others are looked at:
// those that are refused too draw on the same one.
type keyedPlans struct {
	keys     []*keyPlan
	all      []scenarios.Request // the scenario's with the first key, then with the second, and so on
	each     int                 // requests of each key among them
	requests int64               // announced
	length   time.Duration
}

// A keyPlan is the question about one key.
type keyPlan struct {
	name string
	plan *usagePlan
	sent []scenarios.Request // the scenario's, with this key
}

const mostKeys = 10

func parseKeys(o *scenarios.Options, about About, every *usagePlan) Question {
	k := &keyedPlans{each: len(about.Scenario.Requests)}
	var refused error
	names, secrets := map[string]bool{}, map[string]string{}
	for _, e := range o.List("keys", mostKeys, "name", "key", "expect") {
		e.Need("name", "key")
		name, secret := e.Name("name"), e.Secret("key")
		if before, twice := secrets[secret.Reveal()]; twice && !secret.IsZero() {
			e.Problem("key", "is the key of %q too: what one key meets cannot be set beside itself", before)
		}
		if names[name] && name != "" {
			e.Problem("name", "%q is the name of another key", name)
		}
		names[name], secrets[secret.Reveal()] = true, name
		key := newKeyPlan(name, secret, *every, about.Scenario.Requests)
		key.plan.readExpected(e)
		key.plan.announce()
		k.add(key)
		refused = errors.Join(refused, key.plan.refused(about, "the key "+name))
	}
	if n := len(k.keys); n == 1 {
		o.Problem("keys", "has one key: give it to the target as auth: {api_key: …}, or name another one to set beside it")
	}
	if !about.Target.Kind.UsagePlans {
		o.Problem("keys", "only REST APIs ask for API keys, and target %q is none", about.Target.Name)
	}
	k.announceSharing()
	return Question{
		Requests: k.requests, For: k.length, Peak: k.peak(), Plan: k.plan, Refused: refused,
		Wants: Wants{Limits: true},
		Weigh: func(h History, told Told) results.Finding { return weighed(k.conclude(h, told.Limits), told) },
	}
}

// peak is the highest of all keys, which are asked about one after the other.
func (k *keyedPlans) peak() (peak float64) {
	for _, key := range k.keys {
		peak = max(peak, key.plan.peak())
	}
	return peak
}

// newKeyPlan is the question about a key, with what is said of every one.
func newKeyPlan(name string, secret targets.Secret, every usagePlan, requests []scenarios.Request) *keyPlan {
	key := &keyPlan{name: name, plan: &every}
	key.plan.target.Auth.APIKey = secret
	for _, r := range requests {
		r.APIKey = secret
		key.sent = append(key.sent, r)
	}
	return key
}

func (k *keyedPlans) add(key *keyPlan) {
	k.keys = append(k.keys, key)
	k.all = append(k.all, key.sent...)
	k.requests += key.plan.requests
	k.length += key.plan.length
}

// own is what was sent with a key alone, by the names that stages have where
// there is one key.
func (key *keyPlan) own(h History) (own History) {
	for _, m := range h {
		if name, is := strings.CutPrefix(m.Name, key.name+": "); is {
			m.Name = name
			own = append(own, m)
		}
	}
	return own
}

// rough guesses the key's bucket, for planning.
func (key *keyPlan) rough(h History) (bucketModel, bool) {
	m, _, ok := roughBucket(decisions(measuring(key.own(h))))
	return m, ok
}

// plan is the next stage: of the first key that is not done yet, or else of the
// search for shared buckets.
func (k *keyedPlans) plan(h History) (Stage, bool) {
	for i, key := range k.keys {
		own := key.own(h)
		if rest, needed := k.refill("pause before "+key.name, h, k.keys[:i]); needed && len(own) == 0 {
			return rest, true // or a bucket that is shared would not be full
		}
		if stage, more := key.plan.plan(own); more {
			stage.Name, stage.Requests = key.name+": "+stage.Name, key.sent
			return stage, true
		}
	}
	return k.planSharing(h)
}

// refill is a pause in which the buckets of keys become full, once.
func (k *keyedPlans) refill(name string, h History, keys []*keyPlan) (Stage, bool) {
	if len(h.Named(name)) > 0 {
		return Stage{}, false
	}
	longest := 0.0
	for _, key := range keys {
		if m, ok := key.rough(h); ok {
			longest = max(longest, fillTimes*(m.Burst+1)/m.Rate+0.1)
		}
	}
	if longest == 0 {
		return Stage{}, false
	}
	return Quiet(name, asTime(min(longest, longestFill))).within(h, k.requests, k.length)
}
