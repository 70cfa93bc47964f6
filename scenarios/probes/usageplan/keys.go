package usageplan

import (
	"errors"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// keys is a question about several API keys of one target.
type keys struct {
	all      []*key
	requests []scenarios.Request // the scenario's with the first key, then with the second, and so on
	each     int                 // requests of each key among them
	most     probe.Question      // what is announced
}

// A key is the question about one key.
type key struct {
	name     string
	question *question
	requests []scenarios.Request // the scenario's, with this key
}

const mostKeys = 10

func parseKeys(o document.Fields, about probe.About, every *question) probe.Question {
	k := &keys{each: len(about.Scenario.Requests)}
	names, secrets := map[string]bool{}, map[string]string{}
	for _, item := range o.Get("keys").List(mostKeys) {
		e := item.Fields("name", "key", "expect")
		e.Need("name", "key")
		name, secret := e.Get("name").Name(), targets.NewSecret(e.Get("key").Secret())
		if before, twice := secrets[secret.Reveal()]; twice && !secret.IsZero() {
			e.ProblemAt("key", "is also the key of %q: name each key once", before)
		}
		if names[name] && name != "" {
			e.ProblemAt("name", "%q is the name of another key", name)
		}
		names[name], secrets[secret.Reveal()] = true, name
		one := newKey(name, secret, *every, about.Scenario.Requests)
		one.question.readExpected(e)
		one.question.announce()
		k.add(one)
		k.most.Refused = errors.Join(k.most.Refused, one.question.refused(about, "the key "+name))
	}
	if len(k.all) == 1 {
		o.ProblemAt("keys", "has one key: give it to the target as auth: {api_key: …}, or name another one to compare it with")
	}
	if !about.Target.Kind.UsagePlans {
		o.ProblemAt("keys", "only REST APIs have API keys, and target %q is not one", about.Target.Name)
	}
	k.announceSharing()
	q := k.most
	q.Plan, q.Wants, q.Work, q.Suffices = k.plan, probe.Wants{Limits: true}, work, k.suffices
	q.Conclude = func(h probe.History, e probe.Evidence) results.Finding {
		f := k.conclude(h, e.Limits)
		f.Assumptions = append(f.Assumptions, e.Troubles...)
		return f
	}
	return q
}

func newKey(name string, secret targets.Secret, every question, requests []scenarios.Request) *key {
	one := &key{name: name, question: &every}
	one.question.target.Auth.APIKey = secret
	for _, r := range requests {
		r.APIKey = secret
		one.requests = append(one.requests, r)
	}
	return one
}

func (k *keys) add(one *key) {
	k.all = append(k.all, one)
	k.requests = append(k.requests, one.requests...)
	k.most.Requests += one.question.requests
	k.most.For += one.question.length
	spare := one.question.spare()
	k.most.Spare.Requests += spare.Requests
	k.most.Spare.For += spare.For
	k.most.Peak = max(k.most.Peak, one.question.peak())
}

// suffices says whether a history shows the limit of every key.
func (k *keys) suffices(h probe.History) bool {
	return !slices.ContainsFunc(k.all, func(one *key) bool { return !suffices(one.own(h)) })
}

// own is what was sent with a key alone, under the names that stages have if there
// is one key.
func (one *key) own(h probe.History) (own probe.History) {
	for _, m := range h {
		if name, is := strings.CutPrefix(m.Name, one.name+": "); is {
			m.Name = name
			own = append(own, m)
		}
	}
	return own
}

// bucket estimates the key's bucket; false if it has none.
func (one *key) bucket(h probe.History) (limiter.Rough, bool) { return estimateOf(one.own(h)) }

// plan is the next stage: of the first key that is not done yet, then of the search
// for shared buckets.
func (k *keys) plan(h probe.History) (probe.Stage, bool) {
	for i, one := range k.all {
		own := one.own(h)
		if rest, needed := k.refill("pause before "+one.name, h, k.all[:i]); needed && len(own) == 0 {
			return rest, true // or a shared bucket would not be full
		}
		if stage, more := one.question.plan(own); more {
			stage.Name, stage.Requests = one.name+": "+stage.Name, one.requests
			return stage, true
		}
	}
	return k.planSharing(h)
}

// refill is a pause in which the buckets of some keys become full, once.
func (k *keys) refill(name string, h probe.History, some []*key) (probe.Stage, bool) {
	if len(h.Named(name)) > 0 {
		return probe.Stage{}, false
	}
	s := probe.Quiet(name, 0)
	s.Afresh = true
	for _, one := range some {
		if b, ok := one.bucket(h); ok {
			s.For = max(s.For, fillTime(b))
		}
	}
	if s.For == 0 {
		return s, false
	}
	return s.Within(h, k.most.Requests, k.most.For)
}
