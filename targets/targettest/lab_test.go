package targettest

import (
	"strconv"
	"testing"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab"
)

func quick() *lab.LogNormal { return &lab.LogNormal{Median: lab.Duration(20 * time.Microsecond)} }

func start(t *testing.T, c lab.Config) []targets.Target {
	t.Helper()
	l, err := lab.Start(c)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := l.Close(); err != nil {
			t.Error(err)
		}
	})
	var doors []targets.Target
	for _, d := range l.Doors() {
		target, err := d.Target()
		if err != nil {
			t.Fatal(err)
		}
		doors = append(doors, target)
	}
	return doors
}

func TestTheLabsDoorsConform(t *testing.T) {
	c := lab.Config{Function: lab.Function{Init: quick(), Warm: quick()}}
	for _, kind := range targets.Kinds {
		c.Doors = append(c.Doors, lab.DoorConfig{Kind: kind.Name})
	}
	for _, target := range start(t, c) {
		t.Run(target.Kind.Name, func(t *testing.T) { Conform(t, target) })
	}
}

func TestARESTAPIWithPlanAndCacheConformsAsWell(t *testing.T) {
	c := lab.Config{
		Function: lab.Function{Init: quick(), Warm: quick()},
		Doors: []lab.DoorConfig{{
			Kind: "rest-api", Stage: "v1", Cache: &lab.Cache{},
			UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 1000, Burst: 1000}},
		}},
	}
	Conform(t, start(t, c)[0])
}

// provoke are the labs in which each fault is certain. A second request meets
// what only the second can meet.
var provoke = map[targets.Fault]func() lab.Config{
	targets.FaultConcurrency: func() lab.Config {
		return lab.Config{Function: lab.Function{Scaling: &lab.Throttle{Rate: 0.001, Burst: 1}, Init: quick(), Warm: quick(), Idle: 1}}
	},
	targets.FaultThrown: func() lab.Config { return lab.Config{Function: lab.Function{Init: quick(), Warm: quick(), Thrown: 1}} },
	targets.FaultMalformed: func() lab.Config {
		return lab.Config{Function: lab.Function{Init: quick(), Warm: quick(), Malformed: 1}}
	},
	targets.FaultTimeout: func() lab.Config {
		f := lab.Function{Init: quick(), Warm: &lab.LogNormal{Median: lab.Duration(time.Minute)}}
		short := lab.Duration(5 * time.Millisecond)
		own := f
		own.Timeout = short
		return lab.Config{Function: f, Doors: []lab.DoorConfig{
			{Kind: "rest-api", Timeout: short},
			{Kind: "http-api", Timeout: short},
			{Kind: "function-url", Function: &own},
			{Kind: "alb", Function: &own},
		}}
	},
	targets.FaultThrottled: func() lab.Config {
		c := lab.Config{Account: &lab.Throttle{Rate: 0.001, Burst: 2}, Function: lab.Function{Init: quick(), Warm: quick()}}
		shut := lab.Function{Concurrency: new(0)}
		c.Doors = []lab.DoorConfig{{Kind: "rest-api"}, {Kind: "http-api"}, {Kind: "function-url", Function: &shut}}
		return c
	},
	targets.FaultForbidden: func() lab.Config {
		return lab.Config{Doors: []lab.DoorConfig{{
			Kind: "rest-api", UsagePlan: &lab.UsagePlan{Throttle: lab.Throttle{Rate: 1000, Burst: 1000}},
		}}}
	},
}

func TestTheSameFaultAtFourDoors(t *testing.T) {
	for _, fault := range Faults() {
		t.Run(fault.Name, func(t *testing.T) {
			doors := start(t, provoke[fault.Fault]())
			byKind := map[*targets.Kind]targets.Target{}
			for _, d := range doors {
				d.Auth = targets.Auth{}
				byKind[d.Kind] = d
				if _, err := Send(d, "GET", "/", ""); err != nil {
					t.Fatal(err)
				}
			}
			for _, want := range fault.Shown {
				t.Run(want.Kind.Name, func(t *testing.T) { want.compare(t, byKind[want.Kind]) })
			}
		})
	}
}

func (s Shown) compare(t *testing.T, target targets.Target) {
	t.Helper()
	got, err := Send(target, "GET", "/", "")
	if err != nil {
		t.Fatal(err)
	}
	if got.Status != s.Status || got.Body != s.Body {
		t.Errorf("%d %q, want %d %q", got.Status, got.Body, s.Status, s.Body)
	}
	if value, _ := got.Value("Content-Type"); value != s.Type {
		t.Errorf("Content-Type %q, want %q", value, s.Type)
	}
	if value, _ := got.Value("x-amzn-ErrorType"); value != s.Error {
		t.Errorf("x-amzn-ErrorType %q, want %q", value, s.Error)
	}
	if value, _ := got.Value("Content-Length"); value != strconv.Itoa(len(s.Body)) {
		t.Errorf("Content-Length %q, want %d", value, len(s.Body))
	}
}

func TestALoadBalancersPagesHaveTheLengthsSeenOnAWS(t *testing.T) {
	for title, want := range map[string]int{"502 Bad Gateway": 122, "413 Request Entity Too Large": 148} {
		if got := len(page(title)); got != want {
			t.Errorf("%s has %d bytes, want %d", title, got, want)
		}
	}
}
