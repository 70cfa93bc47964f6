package probes

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/targets"
)

// fates are what became of requests, as a question about a limit sees it: what
// failed for another reason neither passed nor was refused for its rate.
type fates struct {
	good, refused, failed int64
	status                map[int]int64 // of those that failed; 0 without a response
}

func fatesOf(h History) fates {
	f := fates{status: map[int]int64{}}
	for _, m := range h {
		for i := range m.Samples {
			switch s := &m.Samples[i]; {
			case refusalOf(s):
				f.refused++
			case s.Outcome() == results.OK:
				f.good++
			default:
				f.failed++
				f.status[s.Code]++
			}
		}
	}
	return f
}

// answered are those that say something of a limit.
func (f *fates) answered() int64 { return f.good + f.refused }

func (f *fates) sent() int64 { return f.good + f.refused + f.failed }

// text says how the failed ones failed.
func (f *fates) text() string {
	var all []string
	for _, code := range slices.Sorted(maps.Keys(f.status)) {
		if code == 0 {
			all = append(all, fmt.Sprintf("%d without a response", f.status[code]))
			continue
		}
		all = append(all, fmt.Sprintf("%d with status %d", f.status[code], code))
	}
	return strings.Join(all, ", ")
}

// mostFailed is the share of requests that may fail before a finding about the
// others is suspect.
const mostFailed = 0.01

// tell adds what failed to a finding. A key that is accepted at first and
// forbidden then has met a rule of AWS WAF: a rule by rate blocks with 403.
// Source: AWS WAF developer guide, "Rate-based rule statement".
func (f *fates) tell(to *results.Finding) {
	if float64(f.failed) <= mostFailed*float64(f.sent()) {
		return
	}
	to.Verdict = worse(to.Verdict, results.Suspect)
	to.Reasons = append(to.Reasons, fmt.Sprintf("%d of %d requests failed for no limit that is known (%s)", f.failed, f.sent(), f.text()))
	if f.status[403] > 0 {
		to.Assumptions = append(to.Assumptions, fmt.Sprintf("%d requests were forbidden although the same key was accepted for others: AWS WAF blocks so; they are left out of the bucket", f.status[403]))
	}
}

// blocked says whether a request was forbidden, so that no bucket was asked.
func blocked(s *results.Sample) bool {
	return s.Code == 403 && (s.Mark.Fault == "" || s.Mark.Fault == targets.FaultForbidden)
}
