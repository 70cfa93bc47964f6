package results

import (
	"strings"
	"testing"

	"tollgate/targets"
)

// A month is not billed for failures, and a bill that is made of many of them says so.
func TestAMonthIsNotMadeOfFailures(t *testing.T) {
	t.Parallel()
	refused := Cause{Status: 400}
	for _, row := range []struct {
		name           string
		good, failed   int64
		cause          Cause
		unbilled, note string // "": none
	}{
		{name: "no load"},
		{name: "all good", good: 100},
		{name: "a twentieth is good", good: 5, failed: 95, cause: refused, note: "only 5% of the run's requests were answered as expected"},
		{name: "half is good", good: 50, failed: 50, cause: refused},
		{name: "none, with a status", failed: 1200, cause: refused, unbilled: "because none of 1,200 requests was answered as expected (most often: status 400)"},
		{name: "next to none", good: 4, failed: 96, cause: Cause{Err: ErrTimeout}, unbilled: "because only 4 of 100 requests were answered as expected (most often: timeout)"},
		{name: "none passed its check", failed: 1, cause: Cause{Status: 200, Check: "body"}, unbilled: `because none of 1 request was answered as expected (most often: status 200, which failed the check "body")`},
	} {
		run := newRun()
		run.Document.Targets, run.Document.Requests = []TargetDoc{{Name: "rest"}}, []string{"get"}
		if row.good+row.failed > 0 {
			s := Second{Status: map[int]int64{}, Errors: map[ErrClass]int64{}, Failures: map[Cause]int64{}, Failed: row.failed}
			s.Ended[OK], s.Ended[ClientError] = row.good, row.failed
			if row.failed > 0 {
				s.Failures[row.cause] = row.failed
			}
			run.Seconds = []Second{s}
		}
		unbilled, note := Unbilled(run, 0), FailureCost(run, 0)
		if !strings.Contains(unbilled, row.unbilled) || (unbilled == "") != (row.unbilled == "") {
			t.Errorf("%s: there is no bill, because %q; want %q", row.name, unbilled, row.unbilled)
		}
		if unbilled == "" && (!strings.HasPrefix(note, row.note) || (note == "") != (row.note == "")) {
			t.Errorf("%s: the bill notes %q, want %q", row.name, note, row.note)
		}
		if row.unbilled == "" {
			continue
		}
		if _, err := Workload(run, 0, targets.Target{Name: "rest", Kind: &targets.RESTAPI}, Month{Requests: 1000}, "us-east-1"); err == nil || !strings.Contains(err.Error(), row.unbilled) {
			t.Errorf("%s: as a workload: %v", row.name, err)
		}
		run.Document.Targets[0].Unbilled = unbilled
		run.Document.Targets[0].Kind = targets.RESTAPI.Name
		if _, err := monthUSD(Threshold{}, evidence{run: run}); err == nil || !strings.Contains(err.Error(), row.unbilled) {
			t.Errorf("%s: a threshold on it: %v", row.name, err)
		}
	}
}
