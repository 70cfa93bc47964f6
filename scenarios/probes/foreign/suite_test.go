//go:build foreign && linux

package foreign

import (
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"text/tabwriter"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets"
)

// A system is one that others wrote, set up so that its truth is known.
type system struct {
	name  string
	quick bool          // a part of `make interop`
	sure  bool          // it has to be named
	alone bool          // it needs both processors
	kind  *targets.Kind // that the scenario calls it; nil: an origin
	probe string        // as a scenario has it
	truth string        // in words
	start func(t *testing.T) running
}

// A running is a system that was started.
type running struct {
	url *url.URL
	is  func(t *testing.T, run *results.Run) []statement // that are true, after a run
}

// known is a running system whose truth no run changes.
func known(u *url.URL, all ...statement) running {
	return running{u, func(*testing.T, *results.Run) []statement { return all }}
}

// attempts is how often a system is measured at most.
const attempts = 3

func TestForeignSystems(t *testing.T) {
	var all table
	t.Run("alone", func(t *testing.T) { each(t, &all, true) })
	t.Run("together", func(t *testing.T) { each(t, &all, false) })
	if len(all.rows) == 0 {
		t.Fatal("no system matches: see systems_test.go for their names")
	}
	t.Log("\n" + all.text())
	if n := all.count[disturbed]; 2*n > len(all.rows) {
		t.Errorf("%d of %d systems could not be measured: something else uses this machine", n, len(all.rows))
	}
	if unlikely(all.missed, all.stated) {
		t.Errorf("%d of %d intervals of 95 %% miss the truth", all.missed, all.stated)
	}
}

func each(t *testing.T, all *table, alone bool) {
	for _, s := range systems() {
		if s.alone != alone || testing.Short() && !s.quick {
			continue
		}
		t.Run(s.name, func(t *testing.T) {
			if !alone {
				t.Parallel()
			}
			s.measure(t, all)
		})
	}
}

// measure evaluates a system, and again where that may come out otherwise. What was
// measured undisturbed counts.
func (s *system) measure(t *testing.T, all *table) {
	var f results.Finding
	var j evaluation
	n := 0
	for again := true; again && n < attempts; {
		n++
		next, at := s.once(t)
		t.Logf("attempt %d, %s %s: %s %q (%.1f s, %d requests, %s)", n, at.verdict, at.why, next.Conclusion, next.Reasons, next.Seconds, next.Requests, next.Verdict)
		if n == 1 || at.verdict != disturbed {
			f, j = next, at
		}
		again = at.verdict == disturbed || at.verdict == wrong && next.Verdict == results.Suspect || at.verdict == knows && s.sure
	}
	all.add(s, f, j, n)
	switch {
	case j.verdict == wrong:
		t.Errorf("%s is WRONG about %s: %s", f.Probe, s.truth, j.why)
	case j.verdict == knows && s.sure:
		t.Errorf("%s cannot tell %s", f.Probe, s.truth)
	}
}

// once starts a system, asks it by its probe, and evaluates the finding. Logs and runs of
// all attempts are kept if the test fails in the end.
func (s *system) once(t *testing.T) (results.Finding, evaluation) {
	t.Helper()
	r := s.start(t)
	run := s.ask(t, r.url)
	j, err := evaluate(run.Findings[0], r.is(t, run))
	if err != nil {
		t.Fatal(err)
	}
	return run.Findings[0], j
}

// ask runs a scenario of one probe.
func (s *system) ask(t *testing.T, u *url.URL) *results.Run {
	t.Helper()
	kind := s.kind
	if kind == nil {
		kind = &targets.Origin
	}
	text := fmt.Sprintf("name: foreign\ntargets:\n  door: {kind: %s, url: %q, region: us-east-1}\nrequests:\n  - {name: item, path: /}\nprobes:\n  - %s\n", kind.Name, u, s.probe)
	scenario, err := scenarios.Parse("foreign.yaml", []byte(text), func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	run, err := session.Run(t.Context(), session.Config{Scenario: scenario, Out: folder(t)})
	if run == nil || len(run.Findings) != 1 {
		t.Fatal(errors.Join(errors.New("no finding"), err))
	}
	return run
}

// A table is what was concluded about all systems.
type table struct {
	lock           sync.Mutex
	rows           []string
	count          map[verdict]int
	stated, missed int
}

func (a *table) add(s *system, f results.Finding, j evaluation, attempts int) {
	a.lock.Lock()
	defer a.lock.Unlock()
	said := claim("nothing")
	if j.verdict != disturbed {
		said, _ = claimOf(f) // evaluate has understood it
	}
	if a.count == nil {
		a.count = map[verdict]int{}
	}
	a.count[j.verdict]++
	a.stated, a.missed = a.stated+j.stated, a.missed+j.missed
	a.rows = append(a.rows, fmt.Sprintf("%s\t%s\t%s\t%s%s\t%s\t%.0f s\t%d", s.name, s.truth, j.verdict, said, valuesText(f), f.Verdict, f.Seconds, attempts))
}

// headlines are the values that the table shows; statements are about them.
var headlines = []string{
	"rate", "burst", "other_refused", "slow_rate", "slow_burst", "fast_rate", "fast_burst", "window", "window_requests",
	"concurrency", "charging_rate", "charging_burst", "refill_interval", "refill_requests", "refill_burst", "first_rate", "first_burst", "second_concurrency",
	"refused_share", "hit_ratio", "ttl", "ttl_at_least", "capacity",
	"capacity_at_least", "cold_starts", "cold_share", "init_p50", "idle_expiry", "highest_rate",
}

func valuesText(f results.Finding) string {
	var all []string
	for _, name := range headlines {
		if v, there := f.Values[name]; there {
			all = append(all, name+" "+valueText(v))
		}
	}
	if len(all) == 0 {
		return ""
	}
	return ": " + strings.Join(all, ", ")
}

func (a *table) text() string {
	slices.Sort(a.rows)
	var b strings.Builder
	w := tabwriter.NewWriter(&b, 0, 4, 2, ' ', 0)
	fmt.Fprintln(w, "system\ttruth\tverdict\tanswer\tvalidity\ttime\tattempts")
	for _, row := range a.rows {
		fmt.Fprintln(w, row)
	}
	_ = w.Flush() // a builder takes everything
	fmt.Fprintf(&b, "%d systems: %d right, %d known to be unknown, %d WRONG, %d disturbed; %d of %d intervals of 95 %% miss the truth by a little\n",
		len(a.rows), a.count[right], a.count[knows], a.count[wrong], a.count[disturbed], a.missed, a.stated)
	return b.String()
}
