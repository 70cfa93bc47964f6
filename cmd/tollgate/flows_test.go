package main

import (
	"slices"
	"sync"
	"testing"
	"time"

	"tollgate/results"
	"tollgate/scenarios"
	"tollgate/scenarios/load"
	"tollgate/scenarios/load/engines"
	"tollgate/targets/lab"
)

// The flows of the library do at the lab what they say: its truth has a token for each
// login, a call for each that was allowed, an object for each upload.
func TestTheLibrarysFlowsAgainstTheLabsTruth(t *testing.T) {
	for name, want := range map[string]func(completed int64) lab.ShopTruth{
		"login":              func(n int64) lab.ShopTruth { return lab.ShopTruth{Tokens: n, Calls: 3 * n} },
		"create-read-delete": func(n int64) lab.ShopTruth { return lab.ShopTruth{Created: n, Read: n, Deleted: n} },
		"pagination":         func(n int64) lab.ShopTruth { return lab.ShopTruth{Pages: 5 * n} },
		"sign-up":            func(n int64) lab.ShopTruth { return lab.ShopTruth{Tokens: n, Calls: n} },
		"upload":             func(n int64) lab.ShopTruth { return lab.ShopTruth{Signed: n, Objects: n} },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			walked, truth := walkAtLab(t, name, "200ms")
			if slices.Contains(walked, 0) { // a busy machine began too late
				walked, truth = walkAtLab(t, name, "3s")
			}
			if len(walked) < 2 {
				t.Fatalf("%d targets", len(walked))
			}
			for i, n := range walked {
				if d := truth.Doors[i]; name == "sign-up" && d.Preflights != 2*n || name != "sign-up" && d.Preflights != 0 {
					t.Errorf("%d flows at %s, and the lab saw %d preflights", n, d.Name, d.Preflights)
				}
				if got := truth.Doors[i].Shop; n == 0 || got == nil || *got != want(n) {
					t.Errorf("%d flows at %s, and the lab saw %+v", n, truth.Doors[i].Name, got)
				}
			}
		})
	}
}

// walkAtLab walks the flows of a library scenario at a lab for a moment, and counts those
// that were completed at each target. Any other end is an error.
func walkAtLab(t *testing.T, name, length string) (completed []int64, truth lab.Truth) {
	t.Helper()
	file, data, err := scenarios.Find(name)
	if err != nil {
		t.Fatal(err)
	}
	s, err := scenarios.ParseOverridden(file, data, scenarios.Overrides{For: length}, func(string) (string, bool) { return "", false })
	if err != nil {
		t.Fatal(err)
	}
	sv := serve(s, labConfig(s))
	l, err := lab.Start(sv.config)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = l.Close() }()
	for i := range s.Targets {
		if err := atDoor(&s.Targets[i], l.Doors()[sv.doors[s.Targets[i].Name]], l.Opened()); err != nil {
			t.Fatal(err)
		}
	}
	if s.Hosts, err = atStore(s.Hosts, l.Opened()); err != nil {
		t.Fatal(err)
	}
	p, err := scenarios.NewPlan(s)
	if err != nil {
		t.Fatal(err)
	}
	count := &walkCount{t: t, flows: uint16(len(p.Sent)), completed: make([]int64, len(s.Targets))}
	epoch := time.Now()
	e, _, err := engines.All.Open(load.Job{
		Epoch: epoch, Targets: s.Targets, Hosts: s.Hosts, Requests: p.Sent, Pick: p.Populations[0].Pick, Seed: p.Seed,
		Flows: p.Flows(), Stride: p.Stride, FlowNumber: count.flows, Grace: 30 * time.Second, Asked: p.Asked, Shard: func() load.Shard { return count },
	})
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = e.Close() }()
	for turn := range p.Populations[0].Turns() {
		if err := e.Run(t.Context(), turn, time.Since(epoch)); err != nil {
			t.Fatal(err)
		}
	}
	return count.completed, l.Truth()
}

// A walkCount counts the walks that were completed.
type walkCount struct {
	t     *testing.T
	flows uint16 // their first number

	mu        sync.Mutex
	completed []int64
}

// Record implements load.Shard.
func (c *walkCount) Record(s *results.Sample) {
	c.mu.Lock()
	defer c.mu.Unlock()
	switch {
	case s.Outcome() != results.OK:
		c.t.Errorf("request %d: %d %v %s", s.Request, s.Code, s.Err, s.Check)
	case s.Request >= c.flows:
		c.completed[s.Target]++
	}
}
