package main

import (
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/session"
)

func TestProgressSaysWhatIsWaitedFor(t *testing.T) {
	at := session.Progress{Step: session.Loading, Under: []session.Underway{{Target: "api"}}, Total: 4 * time.Second, Elapsed: 2 * time.Second, Planned: 200, Ended: 100, Failed: 3}
	for _, c := range []struct {
		name   string
		change func(*session.Progress)
		want   string
	}{
		{"within its time", func(*session.Progress) {}, "loading   2 s of 4 s, api, 100 requests of 200, 3 failed"},
		{"beyond it, with responses to come", func(p *session.Progress) { p.Elapsed = 6 * time.Second }, "loading   6 s, api, waiting for the last responses: 100 requests of 200 ended, 3 failed"},
		{"beyond it, and complete", func(p *session.Progress) { p.Elapsed, p.Ended = 6*time.Second, 200 }, "loading   6 s of 4 s, api, 200 requests of 200, 3 failed"},
	} {
		p := at
		c.change(&p)
		if got := new(progress).sentence(p); got != c.want {
			t.Errorf("%s: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestALongEvaluationIsAnnouncedInALineOfItsOwn(t *testing.T) {
	var out strings.Builder
	p := &progress{w: &out}
	p.tell(session.Progress{Step: session.Probing, Probe: "usage-plan, stage more"})
	p.tell(session.Progress{Step: session.Evaluating, Probe: "usage-plan: fitting all kinds of limiter to 4,213 responses"})
	if got := out.String(); got != "probing\nusage-plan: fitting all kinds of limiter to 4,213 responses\n" {
		t.Errorf("%q", got)
	}
}

func TestAVariableOfASwitchIsTrueOrFalse(t *testing.T) {
	t.Setenv("TOLLGATE_YES", "maybe")
	run, _, err := newRoot().Find([]string{"run"})
	if err != nil {
		t.Fatal(err)
	}
	if err := flagsFromEnvironment(run, nil); err == nil || err.Error() != "TOLLGATE_YES=maybe: say true or false" {
		t.Errorf("%v", err)
	}
}
