package report

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// withEvents is a run whose responses at one target were read as events.
func withEvents(t *testing.T) *Report {
	m := newMaker("rest", "function")
	m.fill(0, 80*time.Millisecond, nil)
	m.fill(1, 80*time.Millisecond, nil)
	m.run.Seconds[0].Events = results.EventCounts{Streams: 400, Cut: 3, Events: 8100, Fewest: 12, Most: 31}
	for clock, d := range map[results.Clock]time.Duration{results.FirstEvent: 33, results.Gap: 7, results.LongestGap: 250} {
		h := results.New()
		h.RecordN(d*time.Millisecond, 400)
		m.run.Series[results.Key{Clock: clock}] = h
	}
	r, err := New(m.done(), nil, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestReportsShowEvents(t *testing.T) {
	r := withEvents(t)
	for format, want := range map[string]string{
		"text": "rest 400 8,100 12–31 3 33.0 33.0 7.00 7.00 250 250 250",
		"md":   "| rest | 400 | 8,100 | 12–31 | 3 | 33.0 | 33.0 | 7.00 | 7.00 | 250 | 250 | 250 |",
		"html": "Events of responses",
		"csv":  ",400,3,8100,12,31,",
	} {
		if text := strings.Join(strings.Fields(written(t, format, r)), " "); !strings.Contains(text, want) {
			t.Errorf("%s lacks %q:\n%s", format, want, text)
		}
	}
	if text := strings.Join(strings.Fields(written(t, "text", r)), " "); !strings.Contains(text, "8,100 events in 400 responses, 12 to 31 in each that was complete; 3 responses cut off before the end") {
		t.Errorf("it does not say what was cut off:\n%s", text)
	}
}
