package main

import (
	"strings"
	"testing"
	"time"

	"tollgate/results/compare"
)

func TestChangesOfLevelHaveTheirUnitOnce(t *testing.T) {
	day := time.Date(2026, 11, 20, 3, 0, 0, 0, time.UTC)
	var b strings.Builder
	err := printChangePoints(&b, 30, []compare.ChangePoint{
		{Metric: compare.P50, Unit: "ms", Target: "api", Date: day, Run: "one", Scale: compare.Ratio, Before: 20, After: 24, Size: 1.2, Low: 1.15, High: 1.25},
		{Metric: compare.ErrorShare, Unit: "share", Target: "api", Date: day, Run: "two", Scale: compare.Difference, Before: 0.001, After: 0.021, Size: 0.02, Low: 0.015, High: 0.025},
	})
	if err != nil {
		t.Fatal(err)
	}
	got := strings.Join(strings.Fields(b.String()), " ")
	want := "since target metric before after change 95 % of it run " +
		"2026-11-20 api p50 ms 20 24 +20.0 % +15.0 % to +25.0 % one " +
		"2026-11-20 api errors % 0.1 2.1 +2 points +1.5 points to +2.5 points two"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}
