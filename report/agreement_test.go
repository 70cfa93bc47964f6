package report

import (
	"testing"

	"tollgate/results"
)

func TestAgreementLeavesNoTargetOut(t *testing.T) {
	door := func(name, trouble string, client, aws float64, note string) Door {
		o := &results.ObservedDoc{Target: name, Error: trouble}
		if client > 0 {
			check := results.Reconciled{What: "requests", Unit: "count", Client: &client, Note: note}
			if aws > 0 {
				check.AWS = &aws
			}
			o.Checks = []results.Reconciled{{What: "latency", Unit: "ms", Client: &client}, check}
		}
		return Door{TargetDoc: results.TargetDoc{Name: name, Observed: o}}
	}
	for name, row := range map[string]struct {
		doors []Door
		want  string
	}{
		"nobody was asked":      {[]Door{{TargetDoc: results.TargetDoc{Name: "origin"}}}, ""},
		"all is well":           {[]Door{door("a", "", 10, 10, ""), door("b", "", 5, 5, "")}, "counts agree, request for request, at 2 targets"},
		"others were there too": {[]Door{door("a", "", 10, 10, ""), door("b", "", 1000, 2000, "")}, "counts agree at 1 of 2 targets; b: CloudWatch counted 2,000, the client 1,000"},
		"the same trouble is told once, with all whom it concerns": {
			[]Door{door("a", "no credentials", 0, 0, ""), door("b", "no credentials", 0, 0, "")}, "a, b: no credentials",
		},
		"one in trouble among others": {[]Door{door("a", "", 10, 10, ""), door("b", "denied", 0, 0, "")}, "counts agree, request for request, at 1 target; b: denied"},
		"nothing is published of one": {[]Door{door("a", "", 10, 0, "check its names"), door("b", "", 5, 5, "")}, "counts agree, request for request, at 1 target; a: check its names"},
	} {
		t.Run(name, func(t *testing.T) {
			if got := agreement(row.doors); got != row.want {
				t.Errorf("got  %q\nwant %q", got, row.want)
			}
		})
	}
}
