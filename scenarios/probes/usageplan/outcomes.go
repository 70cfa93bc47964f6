package usageplan

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/scenarios/probes/limiter"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// outcomes count requests as a question about a limit sees them: those that failed
// for another reason neither passed nor were throttled.
type outcomes struct {
	good, throttled, failed int64
	status                  map[int]int64 // of those that failed; 0 without a response
}

func outcomesOf(h probe.History) outcomes {
	o := outcomes{status: map[int]int64{}}
	for _, m := range h {
		for i := range m.Samples {
			switch s := &m.Samples[i]; {
			case probe.Throttled(s):
				o.throttled++
			case s.Outcome() == results.OK:
				o.good++
			default:
				o.failed++
				o.status[s.Code]++
			}
		}
	}
	return o
}

func (o *outcomes) sent() int64 { return o.good + o.throttled + o.failed }

// allFailed says whether no request says anything about a limit.
func (o *outcomes) allFailed() bool { return o.failed > 0 && o.failed == o.sent() }

func (o *outcomes) text() string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(o.status)) {
		how := fmt.Sprintf("with status %d", code)
		if code == 0 {
			how = "without a response"
		}
		all = append(all, fmt.Sprintf("%d %s", o.status[code], how))
	}
	return strings.Join(all, ", ")
}

// mostFailed is the share of requests that may fail before a finding about the
// others is suspect.
const mostFailed = 0.01

// add adds the failures to a finding. A key that is accepted at first and then
// forbidden has met a rule of AWS WAF: its rate-based rules block with 403.
// Source: AWS WAF developer guide, "Rate-based rule statement".
func (o *outcomes) add(f *results.Finding) {
	if float64(o.failed) <= mostFailed*float64(o.sent()) {
		return
	}
	f.Verdict = probe.Worse(f.Verdict, results.Suspect)
	f.Reasons = append(f.Reasons, fmt.Sprintf("%d of %d requests failed for another reason than a limit (%s)", o.failed, o.sent(), o.text()))
	if o.status[403] > 0 {
		f.Assumptions = append(f.Assumptions, fmt.Sprintf("%d requests were forbidden although the same key was accepted for others, as AWS WAF does; they are left out of the bucket", o.status[403]))
	}
}

// blocked says whether a request was forbidden before it reached a bucket.
func blocked(s *results.Sample) bool {
	return s.Code == 403 && slices.Contains([]targets.Fault{"", targets.FaultBehind, targets.FaultForbidden, targets.FaultWAF}, s.Mark.Fault)
}

// enforcerOf names what throttled, by most throttled responses, and says what that
// assumes.
func enforcerOf(h probe.History, t targets.Target) (name string, assumed []string) {
	counts := map[string]int{}
	for _, s := range throttledOf(h) {
		counts[enforcer(s, t)]++
	}
	if len(counts) == 0 {
		return "nobody", nil
	}
	names := slices.SortedFunc(maps.Keys(counts), func(a, b string) int { return cmp.Or(cmp.Compare(counts[b], counts[a]), cmp.Compare(a, b)) })
	if len(names) > 1 {
		assumed = append(assumed, "these throttled too: "+strings.Join(names[1:], ", "))
	}
	return names[0], append(assumed, "what throttled is derived from status code and body alone; the throttles of a key, a stage and an account answer alike")
}

func throttledOf(h probe.History) (all []*results.Sample) {
	for _, m := range h {
		for i := range m.Samples {
			if s := &m.Samples[i]; probe.Throttled(s) {
				all = append(all, s)
			}
		}
	}
	return all
}

// refusedBy counts the throttled requests with a status code.
func refusedBy(h probe.History, code int) (n int) {
	for _, s := range throttledOf(h) {
		if s.Code == code {
			n++
		}
	}
	return n
}

// enforcer names what throttled one request.
func enforcer(s *results.Sample, t targets.Target) string {
	keyed := !t.Auth.APIKey.IsZero() || t.Lab
	switch {
	case s.Mark.Fault == targets.FaultQuota:
		return "the quota of the key's usage plan"
	case s.Mark.Fault == targets.FaultConcurrency:
		return "Lambda (the function's concurrency)"
	case s.Mark.Fault == targets.FaultThrottled && t.Kind.OnlyMessages:
		return "the account's limit of new connections, or its throttle of requests"
	case s.Mark.Fault == targets.FaultThrottled && t.Kind.UsagePlans && keyed:
		return "the key's usage plan, or the stage's or the account's throttle"
	case s.Mark.Fault == targets.FaultThrottled && t.Kind.ThrottledBy != "":
		return t.Kind.ThrottledBy
	case s.Mark.Fault == targets.FaultThrottled:
		return "the stage's or the account's throttle"
	case s.Code == 429 && t.Kind.OnAWS():
		return "something other than the front door, such as AWS WAF or the application"
	}
	return fmt.Sprintf("the server itself (status %d)", s.Code)
}

// configured names what throttled more exactly than responses tell, where limits
// are known: the limit that is set to what was measured. The throttles of a key, a
// stage and a method answer alike.
func configured(h probe.History, name string, fit *limiter.Fit, limits []probe.ConfiguredLimit) (exact string, assumed []string) {
	throttled := throttledOf(h)
	own := slices.DeleteFunc(slices.Clone(throttled), func(s *results.Sample) bool { return s.Mark.Fault != targets.FaultThrottled })
	if len(limits) == 0 || 2*len(own) <= len(throttled) { // most are not the front door's own throttle
		return name, nil
	}
	var same, all []string
	for _, l := range limits {
		all = append(all, l.String())
		if hasRate(fit, l.Rate) && hasBurst(fit, l.Burst) {
			same = append(same, l.String())
		}
	}
	if len(same) == 0 {
		return name, []string{"none of the limits that API Gateway has for the stage is what was measured: it has " + strings.Join(all, "; ")}
	}
	return strings.Join(same, ", or "), []string{"of the limits that API Gateway has for the stage, the one that is set to what was measured is taken as the one that throttled"}
}
