package usageplan

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
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

// text lists how requests failed.
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
	return s.Code == 403 && (s.Mark.Fault == "" || s.Mark.Fault == targets.FaultForbidden)
}
