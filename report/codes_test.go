package report

import (
	"strings"
	"testing"

	"tollgate/results"
)

// failedWith is a door at which one request failed with each of the statuses.
func failedWith(statuses ...int) Door {
	d := Door{}
	for _, s := range statuses {
		d.Failures = append(d.Failures, results.FailureDoc{Status: s, Count: 1})
	}
	return d
}

func TestOutcomesOfManyCodesNameThem(t *testing.T) {
	for _, c := range []struct {
		name    string
		outcome results.Outcome
		doors   []Door
		want    string
	}{
		{"one code", results.ClientError, []Door{failedWith(404)}, ": 404"},
		{"several, of several requests", results.ClientError, []Door{failedWith(405, 404, 404, 429, 502, 0)}, ": 404, 405"},
		{"those of the server", results.ServerError, []Door{failedWith(404, 503, 502)}, ": 502, 503"},
		{"of all targets together", results.ServerError, []Door{failedWith(503), failedWith(500)}, ": 500, 503"},
		{"an outcome of one code", results.Throttled, []Door{failedWith(429)}, ""},
		{"none is known", results.ServerError, []Door{failedWith()}, ""},
	} {
		if got := codes(c.outcome, c.doors...); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestThePageNamesTheCodesOfOutcomes(t *testing.T) {
	page := written(t, "html", failedRun(t))
	for _, want := range []string{"other 4xx: 404", ">4xx: 404<", `class="show-outcome-4xx"`} {
		if !strings.Contains(page, want) {
			t.Errorf("the page has no %q", want)
		}
	}
}

func TestTheAnswerOfARunWithoutOneSuccessRanksNothing(t *testing.T) {
	got := strings.Join(hostile(t, "all-errors").Answer, " ")
	if strings.Contains(got, "often enough") || !strings.Contains(got, "no good response") {
		t.Errorf("the answer is %q", got)
	}
}
