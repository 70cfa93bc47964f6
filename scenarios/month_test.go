package scenarios

import (
	"strings"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

func TestAMonthBeforeARunHasWhatIsStatedAndTheSpanOfWhatIsGuessed(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	for _, row := range []struct{ target, line, cost, note string }{
		{"rest: {kind: rest-api, url: lab}", "REST API requests", "$35.00", "the response's size and the function's time are guesses"},
		{"http: {kind: http-api, url: lab}", "HTTP API requests", "$10.00", "the response's size and the function's time are guesses"},
		{"alb: {kind: alb, url: lab}", "Load balancer hours", "$16.43", "the prices of us-east-1"},
	} {
		s, err := Parse("s.yaml", []byte("name: x\ntargets:\n  "+row.target+"\nrequests:\n  - {name: r, path: /}\nload:\n  - constant: {rate: 1/s, for: 10s}\npricing: {requests_per_month: 10M}\n"), env())
		if err != nil {
			t.Fatal(err)
		}
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		bill, err := p.MonthBill(0, book)
		if err != nil {
			t.Fatal(err)
		}
		found := ""
		for _, l := range bill.Lines {
			if l.Title == row.line {
				found = l.Cost.String()
			}
		}
		if found != row.cost || !strings.Contains(strings.Join(bill.Warnings, "\n"), row.note) {
			t.Errorf("%s: %s costs %q, want %s; notes %q", row.target, row.line, found, row.cost, bill.Warnings)
		}
		low, high := p.monthAt(0, lowGuess), p.monthAt(0, highGuess)
		for _, d := range s.Targets[0].Door().Billed {
			if d.Meter(low).Quantity.Cmp(d.Meter(high).Quantity) > 0 {
				t.Errorf("%s: %s is more with a small guess", row.target, d.Title)
			}
		}
		if bill.Month.Cmp(pricing.Money{}) <= 0 {
			t.Errorf("%s costs %s", row.target, bill.Month)
		}
	}
}

// Connections are stated, or in proportion to messages: 10 of them for the 10 s of the
// target's own turns and a second more, for 100 messages. Other targets' turns do not count.
func TestAMonthOfMessagesBeforeARun(t *testing.T) {
	const text = `name: x
targets: {ws: {kind: websocket-api, url: lab}, http: {kind: http-api, url: lab}, url: {kind: function-url, url: lab}}
requests: [{name: r, path: /, message: {send: a}}]
load: [{constant: {rate: 10/s, for: 10s}}]
websocket: {connections: 10}
`
	for state, want := range map[string][2]pricing.Quantity{ // connections, minutes
		"pricing: {requests_per_month: 1M}\n":                                               {pricing.Whole(100_000), pricing.Ratio(1_100_000, 60)},
		"pricing: {requests_per_month: 1M, websocket: {connections: 360k, lifetime: 2h}}\n": {pricing.Whole(360_000), pricing.Whole(43_200_000)},
	} {
		s, err := Parse("s.yaml", []byte(text+state), env())
		if err != nil {
			t.Fatal(err)
		}
		s.Trial = TrialNone
		p, err := NewPlan(s)
		if err != nil {
			t.Fatal(err)
		}
		month := p.monthAt(0, likelyGuess)
		minutes := month.Sockets.Quantity.Mul(month.SocketSeconds.Quantity).Div(pricing.Whole(60))
		if month.Sockets.Quantity.Cmp(want[0]) != 0 || minutes.Cmp(want[1]) != 0 {
			t.Errorf("%s: %s connections for %s minutes, want %s and %s", state, month.Sockets.Quantity, minutes, want[0], want[1])
		}
		if n := month.Invocations.Quantity; n.Cmp(pricing.Whole(1_000_000).Add(want[0].Mul(pricing.Whole(2)))) != 0 {
			t.Errorf("%s: %s invocations", state, n)
		}
	}
}

func TestAWorkloadIsNoScenarioAndIsToldSoOnce(t *testing.T) {
	text := []byte("name: x\nregion: us-east-1\nrequests_per_month: 1M\nfunction: {memory: 512MB}\n")
	_, err := Parse("w.yaml", text, env())
	if want := "w.yaml:3:1: this is a workload, since it states requests_per_month and has no targets: tollgate price w.yaml bills it"; err == nil || err.Error() != want {
		t.Errorf("%v, want %s", err, want)
	}
	if IsScenario("w.yaml", text) || !IsScenario("s.yaml", []byte("targets: {}\n")) || IsScenario("x", []byte("\x00{")) {
		t.Error("a scenario is known by its targets")
	}
}
