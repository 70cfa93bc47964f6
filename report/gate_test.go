package report

import (
	"bytes"
	"encoding/xml"
	"strings"
	"testing"

	"tollgate/results/compare"
)

func decided() *compare.Decision {
	f := func(v float64) *float64 { return &v }
	return &compare.Decision{
		Version: compare.Version, State: compare.StateArmed, StateWhy: "finds changes from p50 +7 % on", Runs: 30, Needed: 10,
		Against: "history", Outcome: compare.Regression, Notes: []string{"left out: 2 <b>runs</b>"},
		Gates: []compare.Gate{
			{Target: "rest", Metric: compare.P50, Unit: "ms", Value: f(12), Expected: f(11.9), Limit: f(14), P: f(0.4), Why: "12 ms"},
			{Target: "rest", Metric: compare.P99, Unit: "ms", Value: f(80), Expected: f(40), Limit: f(50), P: f(0.0001), Alarm: true, Why: "80 ms, twice the 40 ms | of 30 runs"},
			{Target: "http", Metric: compare.ErrorShare, Unit: "share", Value: f(0), Why: "learning 3/10"},
		},
	}
}

func TestJUnitHasACaseForEachGate(t *testing.T) {
	r := frontDoors(t)
	r.Gate = decided()
	var b bytes.Buffer
	if err := writeJUnit(&b, r); err != nil {
		t.Fatal(err)
	}
	var got junitSuites
	if err := xml.Unmarshal(b.Bytes(), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Suites) != 2 {
		t.Fatalf("%d suites", len(got.Suites))
	}
	gate := got.Suites[1]
	if gate.Tests != 5 || gate.Failures != 1 || gate.Skipped != 1 || len(gate.Cases) != 5 || gate.Properties[0] != (junitProperty{"state", "armed 30/10: finds changes from p50 +7 % on"}) {
		t.Errorf("%d tests, %d failures, %d skipped", gate.Tests, gate.Failures, gate.Skipped)
	}
	if c := gate.Cases[3]; c.Class != "rest" || c.Name != "p99 against history" || c.Failure == nil || !strings.Contains(string(c.Failure.Text), "the limit is 50") {
		t.Errorf("%+v", c)
	}
	r.Gate.Limits = []compare.LimitResult{{Threshold: "change(p(99)) < 10%", Target: "rest", Why: "+100.0 % (+60.0 % to +160.0 %)"}}
	for format, want := range map[string]string{
		"junit": `<testcase classname="rest" name="change(p(99)) &lt; 10%">` + "\n      <failure", "md": "> **A threshold on a change failed**\n> - change(p(99)) &lt; 10% at rest: +100.0%",
		"html": "Thresholds on changes",
	} {
		if got := written(t, format, r); !strings.Contains(got, want) {
			t.Errorf("%s lacks %q", format, want)
		}
	}
	r.Gate = &compare.Decision{State: compare.StateBlind, StateWhy: "nothing counts", Outcome: compare.Refused, Notes: []string{"the run is not valid"}}
	b.Reset()
	if err := writeJUnit(&b, r); err != nil || !strings.Contains(b.String(), "the run is not valid") || !strings.Contains(b.String(), `<skipped message="blind: nothing counts">`) {
		t.Errorf("a run that is not judged: %v\n%s", err, b.String())
	}
}

func TestAGateReadsAsMarkdown(t *testing.T) {
	var b bytes.Buffer
	if err := WriteGate(&b, decided()); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{"### Gate: armed, regression\n\nArmed 30/10: finds changes from p50 +7 % on", "| **ALARM** | rest | p99, ms | 80.0 | 40.0 | 50.0 |", "| learning | http |"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
	if strings.Contains(b.String(), "<b>") || strings.Count(b.String(), "\n|") != 5 {
		t.Errorf("names became markup:\n%s", b.String())
	}
}

func TestABlindGateIsAWarningInMarkdown(t *testing.T) {
	r := frontDoors(t)
	r.Gate = &compare.Decision{State: compare.StateBlind, StateWhy: "nothing counts", Outcome: compare.Learning, Against: "history"}
	for what, write := range map[string]func(*bytes.Buffer) error{
		"the job's page": func(b *bytes.Buffer) error { return WriteGate(b, r.Gate) },
		"the report":     func(b *bytes.Buffer) error { return writeMarkdown(b, r) },
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil || !strings.Contains(b.String(), "blind, learning") || !strings.Contains(b.String(), "\n\n> [!WARNING]\n> **The gate is blind**\n> - nothing counts\n") {
			t.Errorf("%s: %v\n%s", what, err, b.String())
		}
	}
}
