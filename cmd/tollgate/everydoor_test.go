package main

import (
	"context"
	"slices"
	"testing"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/results"
	"tollgate/results/observe"
	"tollgate/scenarios"
	"tollgate/scenarios/session"
	"tollgate/targets/lab"
)

// Seven front doors receive the same work side by side. What the run counted at each is what
// the lab counted, to the last request, message and connection, and so is what CloudWatch
// says; and the lines of each bill that follow from counts alone are those of the lab's
// counts, to the cent.
func TestSevenFrontDoorsSideBySide(t *testing.T) {
	t.Parallel()
	const each, month = 40, 10_000_000
	run, truth := runInLab(t, "every-door", scenarios.Overrides{Rate: "40/s", For: "1s", Set: []string{"blocks=1", "websocket.connections=3"}})
	if len(run.Document.Targets) != 7 {
		t.Fatalf("%d targets", len(run.Document.Targets))
	}
	for _, d := range run.Document.Targets {
		at := truth.Doors[slices.IndexFunc(truth.Doors, func(o lab.DoorTruth) bool { return o.Name == d.Name })]
		if d.Requests != each || d.Failed > 0 || len(d.ByRequest) != 2 {
			t.Errorf("%s: %d sent, %d failed, of %d sorts", d.Name, d.Requests, d.Failed, len(d.ByRequest))
		}
		behind := at.Requests // the front door, as invocations
		if d.Messages {
			s := d.Sockets
			if at.Sockets.Opened != s.Opened || at.Sockets.MessagesIn != s.Sent || at.Sockets.MessagesOut != s.Received || s.Sent != each || s.Received != each || s.Pushes > 0 {
				t.Errorf("%s: %+v, truth %+v", d.Name, s, at.Sockets)
			}
			behind = at.Sockets.MessagesIn
		} else if at.Requests != each {
			t.Errorf("%s: %d requests, truth %d", d.Name, d.Requests, at.Requests)
		}
		if at.Distribution != nil {
			behind = at.Distribution.Origin
		}
		for _, c := range d.Observed.Checks {
			if c.What == "requests" || c.What == "messages" || c.What == "connections" || c.What == results.CheckOrigin {
				if c.AWS != nil && *c.AWS != *c.Client || c.AWS == nil && d.Kind != "lambda-web" {
					t.Errorf("%s: %s as CloudWatch has it: %+v", d.Name, c.What, c)
				}
			}
		}
		own := map[string]string{"rest-api": "$35.00", "http-api": "$10.00", "alb": "$16.43", "websocket-api": "$20.00", "cloudfront": "$10.00"}[d.Kind]
		if d.Bill == nil {
			if d.Kind != "lambda-web" {
				t.Errorf("%s has no bill", d.Name)
			}
			continue
		}
		invoked := pricing.Ratio(behind*month, each)
		if d.Messages { // $connect and $disconnect of the connections that the scenario states
			invoked = invoked.Add(pricing.Whole(200_000))
		}
		invoked = invoked.Div(pricing.Whole(5_000_000)) // at $0.20 a million
		costs := map[string]string{}
		for _, line := range d.Bill.Lines {
			costs[line.Dimension] = line.Cost.String()
		}
		if want := pricing.Money(invoked).String(); costs[pricing.LambdaRequests.ID] != want {
			t.Errorf("%s: invocations cost %s, want %s", d.Name, costs[pricing.LambdaRequests.ID], want)
		}
		if first := d.Bill.Lines[0]; own != "" && first.Cost.String() != own {
			t.Errorf("%s: %s costs %s, want %s", d.Name, first.Title, first.Cost, own)
		}
	}
}

// The functions behind the routes of the chat are invoked as often as messages and connections
// say, and a month has the connections that it states.
func TestTheChatsFunctionsByRoute(t *testing.T) {
	t.Parallel()
	run, truth := runInLab(t, "chat", scenarios.Overrides{Rate: "40/s", For: "1s", Set: []string{"websocket.connections=5"}})
	d, sockets := run.Document.Targets[0], truth.Doors[0].Sockets
	if sockets.Opened != 5 || d.Sockets.Opened != 5 || sockets.MessagesIn != 40 || d.Sockets.Sent != 40 || d.Bill == nil {
		t.Fatalf("%+v, truth %+v", d.Sockets, sockets)
	}
	month := map[string]string{"chat": "1350000", "chat-connect": "720000", "chat-send": "150000"} // of 1.5 M messages and 360,000 connections
	for name, want := range map[string]float64{"chat": 36, "chat-connect": 10, "chat-send": 4} {
		o := d.Observed.ObservedFunction(name)
		if o == nil {
			t.Errorf("%s was not observed", name)
			continue
		}
		if n, known := o.Invocations(); !known || n != want {
			t.Errorf("%s was invoked %v times, want %v", name, n, want)
		}
	}
	for _, line := range d.Bill.Lines {
		for _, part := range line.Parts {
			if line.Dimension == pricing.LambdaRequests.ID && part.Quantity.String() != month[part.Of] {
				t.Errorf("%s has %s invocations a month, want %s", part.Of, part.Quantity, month[part.Of])
			}
		}
		if line.Dimension == pricing.WebSocketMinutes.ID && line.Cost.String() != "$10.80" || line.Dimension == pricing.LambdaRequests.ID && len(line.Parts) != 3 {
			t.Errorf("%s: %s, %d parts", line.Title, line.Cost, len(line.Parts))
		}
	}
}

// runInLab runs a library scenario in a lab of this process.
func runInLab(t *testing.T, name string, o scenarios.Overrides) (*results.Run, lab.Truth) {
	t.Helper()
	file, data, err := scenarios.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.ParseOverridden(file, data, o, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	s.Trial = scenarios.TrialNone
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	sv := serve(s, labConfig(s))
	var l *lab.Lab
	start := func(_ context.Context, s *scenarios.Scenario) (session.Lab, error) {
		if l, err = lab.Start(sv.config); err != nil {
			return session.Lab{}, err
		}
		ts := slices.Clone(s.Targets)
		for i := range ts {
			if err := atDoor(&ts[i], l.Doors()[sv.doors[ts[i].Name]], l.Opened()); err != nil {
				return session.Lab{}, err
			}
		}
		return session.Lab{Targets: ts, Close: l.Close}, nil
	}
	run, err := session.Run(t.Context(), session.Config{Scenario: s, Out: t.TempDir(), Lab: start, Book: book, Observer: observe.Observer{Lab: observe.LabPace(0)}})
	if run == nil || l == nil {
		t.Fatal(err)
	}
	return run, l.Truth()
}
