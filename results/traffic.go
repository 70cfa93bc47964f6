package results

import (
	"cmp"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// A Month is what a bill is made for, as the scenario states it.
type Month struct {
	Requests  int64         // that users send, without preflights; 0: as many as the run sent
	Flows     int64         // in place of requests, see At; 0: those are stated
	Hours     int64         // 0: pricing's own default
	ColdShare string        // decimal share of invocations that run INIT; "": not stated
	Init      time.Duration // of a cold start; 0: not stated
	Sockets   SocketMonth   // zero: as many connections for each message as the run had
}

// Traffic turns what a run measured at its target number i into a month of
// traffic, scaled to the month's requests. Counts and sizes are the client's,
// what happened at the function is CloudWatch's where it was observed, and
// every amount says which, or what was assumed.
func Traffic(run *Run, i int, t targets.Target, m Month) pricing.Traffic {
	return usageOfRun(run, i, t).traffic(m)
}

// usageOfRun is the usage of a target over a whole run.
func usageOfRun(run *Run, i int, t targets.Target) usage {
	all := total(run)
	u := usageOf(all.received(i), t)
	u.behind = sharingOf(run, i, t, func(names []string) *part { return run.Document.calling(all, i, names) })
	u.watched, u.seconds, u.slots = watchedMetrics(run, t.Name), run.Document.Seconds, run.slots()
	u.sockets, u.shared = run.Document.Targets[i].Sockets, len(run.Document.Targets) > 1
	u.opened += run.openedWarmingUp(uint16(i), t)
	if u.sockets != nil { // their counts are of the warm-up, too
		u.invoked(run, all, i)
		u.reached += run.reachedWarmingUp(uint16(i))
	}
	return u
}

// traffic is the month that has the usage of u.
func (u usage) traffic(m Month) pricing.Traffic {
	traffic := pricing.Traffic{
		Requests:      pricing.Amount{Quantity: pricing.Whole(u.reached), Basis: pricing.Measured, Source: "client's count"},
		Unbilled:      u.unbilled(),
		RequestBytes:  u.requestBytes,
		ResponseBytes: u.replyBytes,
		Rules:         u.target.Rules,
		Zones:         u.target.Zones,
		EndpointZones: u.target.EndpointZones,
		CacheGB:       u.target.CacheGB,
		WebACLs:       u.target.WebACL.Billed(),
		WebACLRules:   u.target.WebACL.Rules,
		Connections:   pricing.Amount{Quantity: pricing.Whole(u.opened), Basis: pricing.Measured, Source: "client's count of new connections"},

		ConnectionSeconds: u.lifetime(),
	}
	if u.target.ZonesAssumed {
		traffic.ZonesBasis = pricing.Assumed
	}
	if m.Hours > 0 {
		traffic.Hours = pricing.Amount{Quantity: pricing.Whole(m.Hours), Basis: pricing.Stated, Source: "the scenario's hours per month"}
	}
	if u.target.Distribution != nil {
		traffic.Edge = u.edge(traffic.Requests)
	}
	if u.door().HasFunction() {
		u.function(&traffic, m)
	}
	if u.sockets != nil {
		u.socketTraffic(&traffic, m.Requests > 0)
	}
	traffic.Watching.CustomMetrics = int64(len(u.target.Detailed)) * u.door().OfRoute(u.target.CacheGB != "")
	u.target.State(&traffic)
	if m.Requests > 0 {
		traffic = traffic.Scale(pricing.Whole(m.Requests).Mul(u.each()))
		traffic.Requests.Basis, traffic.Requests.Source = pricing.Stated, "the scenario's requests per month"+u.asked()
	}
	if u.sockets != nil && m.Sockets.Connections > 0 {
		u.stateSockets(&traffic, m.Sockets)
	}
	return traffic
}

// Unpriced says what a bill of t leaves out because it was neither stated nor observed.
func Unpriced(t pricing.Traffic) []string {
	var out []string
	if t.Invocations.Quantity.Sign() > 0 && (t.ColdStarts.Quantity.Sign() == 0 || t.Init.Empty()) && t.ColdStarts.Basis != pricing.Stated {
		out = append(out, "the INIT of cold starts is billed but not in this bill: state the share of cold starts and their INIT under pricing (cold_share, init)")
	}
	if t.Sockets.Basis == pricing.Measured && t.Requests.Basis == pricing.Stated && t.FromClients.Quantity.Sign() > 0 {
		each := t.Sockets.Quantity.Mul(t.SocketSeconds.Quantity).Div(t.FromClients.Quantity).Float()
		out = append(out, fmt.Sprintf("connections are open for %.3g s for each message of a client, and each carries %.3g of these, as in the run: a longer run opens fewer connections for as many messages, and users who stay connected and are silent cost more; state the month's connections and their lifetime under pricing (websocket)", each, t.FromClients.Quantity.Div(t.Sockets.Quantity).Float()))
	}
	return out
}

// CacheNote is what a bill lacks because of a stage's cache, as CloudWatch counts its hits: its
// size where the scenario does not state that, or which calls of integrations it spared; "":
// nothing.
func CacheNote(run *Run, i int, t targets.Target) string {
	if t.Kind == nil || !t.Door().Bills(pricing.RESTCacheHours) {
		return ""
	}
	n := int64(watchedMetrics(run, t.Name)[targets.RoleCacheHit].Total["Sum"])
	hits := pricing.Counted(n, "hit")
	switch {
	case n <= 0:
		return ""
	case t.CacheGB == "":
		return fmt.Sprintf("the stage's cache is not in this bill: CloudWatch counts %s, and no size is stated: state cache (%s, in GB) at the target", hits, strings.Join(pricing.RESTCacheHours.Variants, ", "))
	case len(run.Document.Targets[i].Integrations) > 0:
		return fmt.Sprintf("each request is taken to call what its route leads to, an upper bound: the stage's cache answered some of them (CloudWatch counts %s), and which is not known", hits)
	}
	return ""
}

// usage is one target's use of what is billed, over a run or a part of it.
type usage struct {
	target  targets.Target
	seconds float64 // of the run
	slots   int64   // requests that were in flight at most; 0: not known
	watched map[targets.Role]ObservedMetric

	sockets *SocketDoc // nil: requests were sent
	shared  bool       // the time of the run, with other targets

	calls *socketCalls // of a function of some routes; nil: this is the target

	unanswered bool // messages, of which none has a reply

	behind *sharing // several functions; nil: there is one

	reached      int64         // requests that came to the door
	preflights   int64         // of those, what browsers asked
	unmet        int64         // of these, refused
	refused      int64         // of those, answered by 403 and 429
	opened       int64         // connections
	open         time.Duration // those, if they never rested
	cached       cacheCounts   // what responses say of a cache in front of the target
	requestBytes pricing.Dist
	replyBytes   pricing.Dist
	service      pricing.Dist // µs, of good responses
}

// usageOf reads what the client saw off a part of a run.
func usageOf(p *part, t targets.Target) usage {
	u := usage{target: t, reached: p.reached(), preflights: p.preflights, unmet: p.unmet, refused: p.refused(), opened: p.sum.Opened, open: p.open(), cached: p.sum.Cached}
	u.requestBytes = sizeDist(&p.requestSizes, p.sum.Out, u.reached, "client's count of each request's bytes")
	u.replyBytes = sizeDist(&p.replySizes, p.sum.In, u.reached, "client's count of each response's bytes")
	u.service = pricing.Dist{Basis: pricing.Assumed, Source: "the client's service time, an upper bound: CloudWatch was not read"}
	u.service.Buckets = latencyBuckets(p.good(Service))
	return u
}

// each is how many requests come to the door for one that a page or a program sends, with
// preflights. A month is stated without these, as that of a workload is.
func (u usage) each() pricing.Quantity {
	own := u.reached - u.preflights
	if u.preflights == 0 || own <= 0 {
		return pricing.Whole(1)
	}
	return pricing.Ratio(u.reached, own)
}

func (u usage) asked() string {
	if u.preflights == 0 || u.reached == u.preflights {
		return ""
	}
	return fmt.Sprintf(", and %s preflights for 1,000 of them as in the run", pricing.Count((u.preflights*1000+(u.reached-u.preflights)/2)/(u.reached-u.preflights)))
}

// ownPreflights are those that the front door answered by itself, without the refused.
func (u usage) ownPreflights() int64 {
	if k := u.answering(); k != nil && k.OwnPreflights {
		return u.preflights - u.unmet
	}
	return 0
}

// door is the front door that is billed; a recorded target may be of no kind.
func (u usage) door() pricing.Door {
	if u.target.Kind == nil {
		return pricing.Door{}
	}
	return u.target.Door()
}

// reached counts the requests that came to the door: all that ended, without
// those for which there was no connection to it.
func (p *part) reached() int64 {
	return max(0, p.sent()-p.sum.Errors[ErrDNS]-p.sum.Errors[ErrRefused]-p.sum.Errors[ErrTLS])
}

// refused counts 403 and 429, without those that are known to be the application's own, or a
// distribution's.
func (p *part) refused() int64 {
	return p.sum.Status[403] + p.sum.Status[429] - p.ownForbidden() - p.sum.Cached[targets.CacheRefused]
}

// unbilled counts what the front door refuses without a charge. A 429 that the function
// itself sent would be charged, but looks the same from outside.
func (u usage) unbilled() pricing.Amount {
	if !u.door().FreeRefusals || u.refused == 0 {
		return pricing.Amount{}
	}
	source := "client's count of 403 and 429, taken to be the gateway's own"
	if u.target.WebACL.Name != "" { // AWS's list of what is free does not name these
		source += "; that API Gateway charges nothing for what AWS WAF blocks is assumed"
	}
	return pricing.Amount{Quantity: pricing.Whole(u.refused), Basis: pricing.Measured, Source: source}
}

// watchedMetrics returns a target's metrics by role; of several with one role,
// such as an ALB's 4xx of its own and of its targets, the first.
func watchedMetrics(run *Run, target string) map[targets.Role]ObservedMetric {
	found := map[targets.Role]ObservedMetric{}
	if run.Observed == nil {
		return found
	}
	for _, o := range run.Observed.Targets {
		if o.Target != target || o.Error != "" {
			continue
		}
		for _, m := range o.Metrics {
			if _, ok := found[targets.Role(m.Role)]; !ok && len(m.Total) > 0 {
				if targets.Role(m.Role) == targets.RoleInvocations {
					m.Total = maps.Clone(m.Total)
					m.Total["Sum"] = max(0, m.Total["Sum"]-run.invokedApart(target, m.Total["Sum"]))
				}
				m.Points = run.afterWarmUp(m.Points)
				found[targets.Role(m.Role)] = m
			}
		}
	}
	return found
}

// invokedApart is how often something else than the load that is billed has invoked a
// target's function, of so many invocations in all. Of messages the trial and probes alone
// have: the counts that their bill is made of have the warm-up in them. An older run does not
// know the trial's, and nothing is left out.
func (r *Run) invokedApart(target string, all float64) (n float64) {
	i := slices.IndexFunc(r.Document.Targets, func(t TargetDoc) bool { return t.Name == target })
	if i < 0 || r.Document.Targets[i].Sockets == nil {
		return r.Document.Tried(target) + r.warmedUp(target)
	}
	t := &r.Document.Targets[i]
	if apart := bothSockets(t.TrialSockets, t.ProbeSockets); apart != nil {
		n = apart.invoked(t.Sockets, all)
	}
	return n
}

// warmedUp is how often requests of the warm-up have invoked a target's function: as
// those of the trial, they are no part of the month.
func (r *Run) warmedUp(target string) (n float64) {
	if r.WarmUp == nil {
		return 0
	}
	for i := range r.WarmUp.Seconds {
		s := &r.WarmUp.Seconds[i]
		if int(s.Target) >= len(r.Document.Targets) || r.Document.Targets[s.Target].Name != target {
			continue
		}
		for code, of := range s.Status {
			if code != http.StatusForbidden && code != http.StatusTooManyRequests {
				n += float64(of)
			}
		}
	}
	return n
}

// afterWarmUp leaves out the minutes of a metric that lie in the warm-up as a whole.
func (r *Run) afterWarmUp(points []ObservedPoint) []ObservedPoint {
	if r.WarmUp == nil || len(r.Seconds) == 0 {
		return points
	}
	first := slices.MinFunc(r.Seconds, func(a, b Second) int { return cmp.Compare(a.FirstDue, b.FirstDue) })
	began := r.Document.Started.Add(first.FirstDue)
	for len(points) > 1 && !points[1].At.After(began) {
		points = points[1:]
	}
	return points
}

// sizeDist makes a distribution of n sizes of which s holds those that are not
// nothing, and whose sum is known exactly. Each bucket's value is moved down
// from its upper end by the same share of the bucket's width, so that the sum
// is right; no value leaves its bucket, so every rounding to metered units is too.
func sizeDist(s *Sizes, sum, n int64, source string) pricing.Dist {
	d := pricing.Dist{Basis: pricing.Measured, Source: source}
	if none := n - s.Count(); none > 0 && s.Count() > 0 {
		d.Buckets = append(d.Buckets, pricing.Bucket{Value: 0, Count: none})
	}
	var high, width float64
	for v, c := range s.Buckets() {
		high += float64(v) * float64(c)
		width += float64(widthOf(v)) * float64(c)
	}
	share := 0.0
	if width > 0 {
		share = max(0, min(1, (high-float64(sum))/width))
	}
	for v, c := range s.Buckets() {
		d.Buckets = append(d.Buckets, pricing.Bucket{Value: v - int64(share*float64(widthOf(v))+0.5), Count: c})
	}
	return d
}

// widthOf returns by how much a size can lie below v, the largest of its bucket.
func widthOf(v int64) int64 { return v - 1 - sizes.lower(sizes.index(v-1)) }
