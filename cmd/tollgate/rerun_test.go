package main

import (
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

func TestARerunInTheSameHourSaysThatItCannotRefuteASlowHour(t *testing.T) {
	run := &results.Run{Document: results.Document{Started: time.Date(2026, 11, 29, 3, 0, 0, 0, time.UTC), Seconds: 120}}
	for after, says := range map[time.Duration]string{
		30 * time.Second: "it cannot refute that", 59 * time.Minute: "it cannot refute that", time.Hour: "", 24 * time.Hour: "",
	} {
		again := &results.Run{Document: results.Document{Started: run.Document.Started.Add(2*time.Minute + after)}}
		if got := sameHour(run, again); (got == "") != (says == "") || !strings.Contains(got, says) {
			t.Errorf("a rerun %v after the run: %q, want %q", after, got, says)
		}
	}
	run.Dir, run.Document.Targets = "runs/one", []results.TargetDoc{{Name: "stable"}, {Name: "canary"}}
	if got := sameHour(run, &results.Run{Document: run.Document}); !strings.Contains(got, "tollgate check runs/one --against stable") {
		t.Errorf("a run of two targets: %q", got)
	}
}
