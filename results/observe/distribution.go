package observe

import (
	"tollgate/results"
	"tollgate/targets"
)

// A thoroughfare is what other targets sent to what one target's requests come to, where a
// distribution and what is behind it are both targets of a run.
type thoroughfare struct {
	requests, responses int64
	note                string // "" without any
}

// through is that of a target: of a distribution, what came to its origin.
func through(run *results.Run, ts []targets.Target, target int) (t thoroughfare) {
	role := func(i int) targets.Role {
		if ts[i].Distribution != nil {
			return targets.RoleOriginCount
		}
		return targets.RoleCount
	}
	var names []int
	for i := range ts {
		if i == target || role(i) == role(target) && role(i) == targets.RoleCount || !sameMetric(ts[target], role(target), ts[i], role(i)) {
			continue
		}
		names = append(names, i)
		switch v := viewOf(run, map[uint16]bool{uint16(i): true}); ts[i].Distribution {
		case nil:
			t.requests, t.responses = t.requests+v.requests, t.responses+v.responses-v.status4xx
		default:
			t.requests, t.responses = t.requests+v.passedOn, t.responses+v.passedOn
		}
	}
	t.note = named("with what came there from ", ts, target, names)
	return t
}

// distribution compares what responses said of a distribution's cache with what CloudWatch
// counted there, and at what is behind it.
func (r *reconciler) distribution() {
	if r.target.Distribution == nil || r.client.cached == 0 {
		return
	}
	if theirs := r.aws.count(targets.RoleOriginCount); theirs != nil {
		passed := r.client.passedOn
		if blocked := r.aws.count(targets.RoleWAFBlocked); blocked != nil { // before the cache
			passed -= results.HiddenBlocks(int64(*blocked), r.client.refused, r.client.failed)
		}
		r.compare(results.CheckOrigin, passed+r.through.requests, targets.RoleOriginCount, r.explainOrigin)
	}
	for _, m := range r.aws[targets.RoleHitRate] {
		if rate, known := m.Total["Average"]; known && r.client.kept > 0 {
			mine := 100 * float64(r.client.hits) / float64(r.client.kept)
			r.row("cache hit rate", "percent", &mine, &rate, nil, "of GET and HEAD, without errors")
		}
	}
}

func (r *reconciler) explainOrigin(gap float64) string {
	if gap < 0 {
		return "errors of the distribution's own, and requests without a response, are taken to have reached the origin"
	}
	return "other clients, or the distribution for requests of others, used what is behind it too"
}

// cache adds what responses said of a cache.
func (v *clientView) cache(s *results.Second) {
	for a, n := range s.Cached {
		switch a := targets.CacheAnswer(a); {
		case a == targets.CacheUnsaid:
			continue
		default:
			v.cachedBy(a, n)
		}
	}
}

func (v *clientView) cachedBy(a targets.CacheAnswer, n int64) {
	v.cached += n
	if a.PassedOn() {
		v.passedOn += n
	}
	switch a {
	case targets.CacheError:
		v.failed += n
	case targets.CacheRefused:
		v.refused += n
	case targets.CacheHit:
		v.hits += n
		v.kept += n
	case targets.CacheMiss, targets.CacheRefresh:
		v.kept += n
	}
}
