package observe

import (
	"slices"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// A clientView is what the client itself counted of some targets.
type clientView struct {
	requests                        int64 // without those that the generator itself failed to send
	responses                       int64
	status4xx, status403, status429 int64
	status5xx                       int64
	timeouts, broken                int64         // no response, and a target may or may not have seen the request
	abandoned                       int64         // under way when the run was interrupted
	retried                         int64         // sent again, because a kept connection had gone stale; of all targets
	service                         time.Duration // mean over the responses
	timed                           int64         // responses that the mean is over

	cached, passedOn int64 // responses that say what a cache did, and of these, those that reached what is behind it
	hits, kept       int64 // of hits, misses and what was confirmed, the hits and all
	failed, refused  int64 // that say that there was an error, and that the distribution refused
}

// viewOf adds up the given targets of a run.
func viewOf(run *results.Run, chosen map[uint16]bool) clientView {
	var v clientView
	for _, h := range run.Health {
		v.retried += int64(h.Retried)
	}
	h := run.Histogram(func(k results.Key) bool { return timed(run, chosen, k) })
	for _, t := range run.Document.Trial {
		v.trial(run, chosen, t, h)
	}
	for _, s := range run.Sent() { // AWS counts those of the warm-up and of probes too
		if !chosen[s.Target] {
			continue
		}
		for o, n := range s.Ended {
			if results.Outcome(o) != results.OwnFault {
				v.requests += n
			}
		}
		v.timeouts += s.Ended[results.TimedOut]
		v.broken += s.Ended[results.Broken]
		v.requests -= s.Errors[results.ErrBlocked] // these were never sent
		v.broken -= s.Errors[results.ErrBlocked]
		v.abandoned += s.Errors[results.ErrCancelled]
		for code, n := range s.Status {
			v.status(code, n)
		}
		v.cache(&s)
	}
	for k, probed := range run.ProbeSeries {
		if timed(run, chosen, k) {
			h.Merge(probed)
		}
	}
	for _, aside := range run.Aside() {
		h.Merge(aside.Histogram(func(k results.Key) bool { return timed(run, chosen, k) }))
	}
	v.service, v.timed = h.Mean(), h.Count()
	return v
}

// timed says whether a series is of service times at the chosen targets.
func timed(run *results.Run, chosen map[uint16]bool, k results.Key) bool {
	return chosen[k.Target] && k.Clock == results.Service && answered(k.Outcome) && !run.Document.Posted(k.Target, k.Request)
}

// trial adds a request that was sent before the load: AWS counts it too.
func (v *clientView) trial(run *results.Run, chosen map[uint16]bool, t results.Trial, service *results.Histogram) {
	i := slices.IndexFunc(run.Document.Targets, func(d results.TargetDoc) bool { return d.Name == t.Target })
	if i < 0 || !chosen[uint16(i)] || t.Error == results.ErrGenerator.String() {
		return
	}
	v.requests++
	if a, known := targets.CacheAnswerNamed(t.Cache); known && a != targets.CacheUnsaid {
		v.cachedBy(a, 1)
	}
	switch {
	case t.Status > 0:
		v.status(t.Status, 1)
		service.Record(time.Duration(t.Service * float64(time.Millisecond)))
	case t.Error == results.ErrTimeout.String():
		v.timeouts++
	default:
		v.broken++
	}
}

func (v *clientView) status(code int, n int64) {
	v.responses += n
	switch {
	case code >= 500:
		v.status5xx += n
	case code >= 400:
		v.status4xx += n
	}
	switch code {
	case 403:
		v.status403 += n
	case 429:
		v.status429 += n
	}
}

// answered says whether requests of this outcome got a whole response.
func answered(o results.Outcome) bool {
	switch o {
	case results.OK, results.Throttled, results.ClientError, results.ServerError, results.Unexpected:
		return true
	}
	return false
}
