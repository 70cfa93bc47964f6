package session

import (
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync/atomic"
	"testing"

	"tollgate/results"
	"tollgate/targets"
)

// seen is what AWS saw of the targets t0, t1, …: a text is why there is nothing.
func seen(why ...string) observerFunc {
	return func(_ context.Context, _ *results.Run, ts []targets.Target) (*results.Observed, error) {
		o := &results.Observed{}
		for i, t := range ts {
			doc := results.ObservedDoc{Target: t.Name, Error: why[i]}
			if why[i] == "" {
				doc.Metrics = []results.ObservedMetric{{Role: "count", Name: "Count", Total: map[string]float64{"Sum": 1}, Points: []results.ObservedPoint{{}}}}
			}
			o.Targets = append(o.Targets, doc)
		}
		return o, nil
	}
}

func TestObservingAgainLosesNothing(t *testing.T) {
	t.Parallel()
	var count atomic.Int64
	address := server(t, &count).URL
	c := config(t, scenario(t, []string{address, address}, "constant: {rate: 20/s, for: 1s}", ""))
	c.Observer = seen("", "denied")
	run, err := Run(t.Context(), c)
	if run == nil {
		t.Fatal(err)
	}
	read := func() string {
		t.Helper()
		data, err := os.ReadFile(filepath.Join(run.Dir, results.FileObserved))
		if err != nil {
			t.Fatal(err)
		}
		return string(data)
	}
	first := read()

	c.Observer = seen("expired", "expired")
	if _, err := Observe(t.Context(), run.Dir, c); ReasonOf(err) != CouldNot || err.Error() != "t0, t1: expired" {
		t.Errorf("nothing can be read: %v", err)
	}
	if now := read(); now != first {
		t.Errorf("what was read before became %s", now)
	}

	c.Observer = seen("expired", "")
	again, err := Observe(t.Context(), run.Dir, c)
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range again.Observed.Targets {
		if o.Error != "" || len(o.Metrics) == 0 {
			t.Errorf("of %s there is %q, %d metrics", o.Target, o.Error, len(o.Metrics))
		}
	}
	if !slices.ContainsFunc(again.Document.Warnings, func(w string) bool {
		return strings.HasPrefix(w, "observe: t0: expired") && strings.Contains(w, "kept")
	}) {
		t.Errorf("the warnings %q do not say that t0 was not read this time", again.Document.Warnings)
	}
}

func TestEachTroubleIsReportedOnce(t *testing.T) {
	t.Parallel()
	one := 1.0
	for name, row := range map[string]struct {
		docs []results.ObservedDoc
		want string
	}{
		"none":              {[]results.ObservedDoc{{Target: "origin"}}, ""},
		"two alike":         {[]results.ObservedDoc{{Target: "a", Error: "x"}, {Target: "b", Error: "y"}, {Target: "c", Error: "x"}}, "a, c: x; b: y"},
		"metrics, no value": {[]results.ObservedDoc{{Target: "a", Metrics: []results.ObservedMetric{{}}}}, "a: CloudWatch has nothing of the run's minutes"},
		"which says why": {
			[]results.ObservedDoc{{Target: "a", Metrics: []results.ObservedMetric{{}}, Checks: []results.Reconciled{{What: "requests", Client: &one, Note: "names"}}}}, "a: names",
		},
	} {
		if got := troubles(row.docs); got != row.want {
			t.Errorf("%s: %q, want %q", name, got, row.want)
		}
	}
}
