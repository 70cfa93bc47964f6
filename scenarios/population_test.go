package scenarios

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"tollgate/targets"
)

// populated is base with populations in the place of its load.
const populated = `populations:
  free: {requests: [predict], load: [{constant: {rate: 20/s, for: 10s}}]}
  burst: {targets: [rest], start: 5s, load: [{burst: {requests: 100, at: 500/s}}, {closed: {users: 3, for: 2s}}]}
`

const baseLoad = "load:\n  - constant: {rate: 200/s, for: 30s}\n"

// populationRows are rows about populations; what stands in place of %s is one of them.
func populationRows() (all []row) {
	add := func(name, one, want string, deeper bool) {
		all = append(all, row{name: name, old: baseLoad, new: fmt.Sprintf("populations:\n  free: %s\n  pro: {load: [{constant: {rate: 1/s, for: 1s}}]}\n", one), want: want, deeper: deeper})
	}
	const load = "load: [{constant: {rate: 1/s, for: 1s}}]"
	add("a population", "{"+load+"}", "", false)
	add("a population of everything", "{targets: [rest], requests: {predict: 3}, start: 10s, auth: {api_key: \"${env:KEY}\"}, "+load+"}", "", false)
	add("a population that proves nothing", "{auth: none, "+load+"}", "", false)
	add("a population without load", "{targets: [rest]}", `populations.free: needs "load"`, false)
	add("a population of an unknown target", "{targets: [rets], "+load+"}", `populations.free.targets[0]: the scenario has no target "rets"; did you mean "rest"?`, true)
	add("a population that lists a target twice", "{targets: [rest, rest], "+load+"}", `"rest" is listed twice`, false)
	add("a population of an unknown request", "{requests: [heath], "+load+"}", `the scenario has no request "heath"; did you mean "health"?`, true)
	add("a population that lists a request twice", "{requests: [health, health], "+load+"}", `"health" is listed twice`, false)
	add("a population of no requests", "{requests: [], "+load+"}", "requests: is empty", false)
	add("a population with a weight of nothing", "{requests: {health: 0}, "+load+"}", "populations.free.requests.health: ", false)
	add("a population with a key that is written down", "{auth: {api_key: secret}, "+load+"}", "does not belong in a file", false)
	add("a population with two proofs", "{auth: {api_key: \"${env:K}\", bearer: \"${env:K}\"}, "+load+"}", "needs exactly one of api_key, bearer, iam, oauth2 or cognito", false)
	add("a signing population at a kind that checks no signatures", "{auth: {iam: true}, "+load+"}", "target lab-alb is of kind alb, which does not check AWS signatures: send it to other targets", true)
	add("a population with limits", "{thresholds: ['p(99) < 1s', 'rest/predict@1: max < 1s', '@1: error_share < 1%'], "+load+"}", "", false)
	add("a population with a limit on another's request", "{requests: [health], thresholds: ['/predict: max < 1s'], "+load+"}", `the scenario has no request "free/predict"`, true)
	add("a population with a limit at a target that it does not send to", "{targets: [rest], thresholds: ['lab-alb: max < 1s'], "+load+"}", "population free sends nothing to lab-alb", true)
	add("a population with a limit on an unknown stage", "{thresholds: ['@2: max < 1s'], "+load+"}", `the scenario has no stage "free/2"; did you mean "free/1"? (it has free/1, pro/1)`, true)
	add("a population with a limit on a bill", "{thresholds: [month_usd < 5], "+load+"}", "month_usd is known of a target, not of one of its populations: leave out free", true)
	add("a population with a limit that is none", "{thresholds: [fast], "+load+"}", "want a metric, a comparison and a limit", false)
	add("a population with users at its top", "{users: 3, "+load+"}", `unknown key "users"`, false)
	return append(all,
		row{name: "populations and load", old: "load:", new: populated + "load:", want: "a scenario has load or populations"},
		row{name: "no population", old: baseLoad, new: "populations: {}\n", want: "needs a mapping from names to populations"},
		row{name: "a warm-up of populations that all begin with a burst", old: baseLoad, new: "warm_up: 3s\npopulations:\n  free: {load: [{burst: {requests: 9}}]}\n", want: "the load does not begin with a steady rate", deeper: true},
		row{name: "a warm-up of a population that has one", old: baseLoad, new: "warm_up: 3s\npopulations:\n  free: {load: [{constant: {rate: 1/s, for: 1s}, warm_up: true}, {constant: {rate: 1/s, for: 1s}}]}\n", want: "the first stage of population free is a warm-up already", deeper: true},
		row{name: "a population named as a target", old: baseLoad, new: "populations:\n  rest: {" + load + "}\n", want: `"rest" is the name of a target`, deeper: true},
		row{name: "a target in no population", old: baseLoad, new: "populations:\n  free: {targets: [rest], " + load + "}\n", want: "target lab-alb is in none of them", deeper: true},
		row{name: "thresholds and populations", old: baseLoad, new: populated + "thresholds: [max < 1s, \"rest/free/predict: max < 1s\"]\n"},
		row{name: "thresholds and rules of populations", old: baseLoad, new: populated + "thresholds: ['free: max < 1s', 'rest/free/predict@1: max < 1s', '@burst/2: error_share < 1%']\nabort: ['burst: error_share > 50% for 5s']\n"},
		row{name: "a threshold of an unknown population", old: baseLoad, new: populated + "thresholds: ['fre: max < 1s']\n", want: `the scenario has no target or population "fre"; did you mean "free"?`, deeper: true},
		row{name: "a rule of an unknown population", old: baseLoad, new: populated + "abort: ['fre: error_share > 50% for 5s']\n", want: `the scenario has no target or population "fre"; did you mean "free"?`, deeper: true},
		row{name: "a threshold on a request that the population does not send", old: baseLoad, new: populated + "thresholds: [\"rest/free/health: max < 1s\"]\n", want: `the scenario has no request "free/health"`, deeper: true},
	)
}

func populatedPlan(t *testing.T, populations string) *Plan {
	t.Helper()
	s, err := Parse("x.yaml", []byte(with(t, baseLoad, populations)), func(name string) (string, bool) { return "value of " + name, true })
	if err != nil {
		t.Fatal(err)
	}
	return planOf(t, s)
}

// Each block, sequence number and request of a run belongs to one population alone.
func TestPopulationsShareNothingThatIsNumbered(t *testing.T) {
	p := populatedPlan(t, populated)
	blocks, seqs := map[uint32]string{}, map[uint64]string{}
	for i := range p.Populations {
		one := &p.Populations[i]
		for turn := range one.Turns() {
			if !slices.Contains(one.To, int(turn.Target)) {
				t.Errorf("%s has a turn at target %d", one.Name, turn.Target)
			}
			for b := range turn.Blocks {
				if of, known := blocks[b.Number]; known && of != one.Name {
					t.Errorf("block %d is of %s and of %s", b.Number, of, one.Name)
				}
				blocks[b.Number] = one.Name
				for k := range max(1, len(b.Due)) {
					seq := b.FirstSeq + uint64(k)
					if of, known := seqs[seq]; known && of != one.Name {
						t.Errorf("request %d is of %s and of %s", seq, of, one.Name)
					}
					seqs[seq] = one.Name
					if name := p.Sent[one.Pick(seq)].Name; !strings.HasPrefix(name, one.Name+"/") {
						t.Errorf("%s sends %s", one.Name, name)
					}
				}
			}
		}
	}
	if names := requestNames(p.Sent); !slices.Equal(names, []string{"free/predict", "burst/health", "burst/predict"}) {
		t.Errorf("requests %v", names)
	}
}

// Two populations with the same load do not send at the same moments by chance alone: each
// has arrivals of its own.
func TestPopulationsHaveArrivalsOfTheirOwn(t *testing.T) {
	p := populatedPlan(t, "populations:\n  a: {load: [{poisson: {rate: 50/s, for: 2s}}]}\n  b: {load: [{poisson: {rate: 50/s, for: 2s}}]}\n")
	var due [2][]time.Duration
	for i := range due {
		for turn := range p.Populations[i].Turns() {
			for b := range turn.Blocks {
				due[i] = append(due[i], b.Due...)
			}
			break
		}
	}
	if slices.Equal(due[0], due[1]) || len(due[0]) == 0 {
		t.Errorf("both are due at %v", due[0])
	}
}

func TestThePlanOfPopulationsIsTheirSum(t *testing.T) {
	p := populatedPlan(t, populated)
	if d := p.Duration(); d != 20*time.Second {
		t.Errorf("it takes %v, want the 20s of the longest: two targets, 10s each", d)
	}
	if n := p.Requests(); n != 2*200+100 {
		t.Errorf("%d requests are due, want 500", n)
	}
	if peak := p.Peak(); peak != 520 {
		t.Errorf("the peak is %v/s, want 20 and 500 together", peak)
	}
	if at := [2]time.Duration{p.PerTarget(0), p.PerTarget(1)}; at != [2]time.Duration{13 * time.Second, 10 * time.Second} {
		t.Errorf("the targets receive load for %v", at)
	}
	if n := p.guessed(1, likelyGuess); n != 200 {
		t.Errorf("%d requests are guessed at the target of one population, want 200", n)
	}
	if titles := []string{p.Stages[0].Title(), p.Stages[2].Title()}; titles[0] != "stage 1 of free" || titles[1] != "stage 2 of burst" {
		t.Errorf("stages are called %q", titles)
	}
}

func TestARateLimitHoldsForAllPopulationsTogether(t *testing.T) {
	p := populatedPlan(t, "populations:\n  a: {load: [{constant: {rate: 60/s, for: 2s}}]}\n  b: {load: [{constant: {rate: 50/s, for: 2s}}]}\n")
	for _, c := range []struct {
		limit int64
		want  string
	}{
		{110, ""},
		{109, "the 2 populations together may send up to 110 a second, more than the 109/s that TOLLGATE_MAX_RATE allows"},
		{55, "stage 1 of a (constant 60/s) sends up to 60 a second, more than the 55/s"},
	} {
		var texts []string
		for _, err := range (Limit{Rated: "TOLLGATE_MAX_RATE", MaxRate: PerSecond(c.limit)}).refusals(p) {
			if err != nil {
				texts = append(texts, err.Error())
			}
		}
		if got := strings.Join(texts, "\n"); (got == "") != (c.want == "") || !strings.Contains(got, c.want) || len(texts) > 1 {
			t.Errorf("a limit of %d/s: %q, want %q once", c.limit, got, c.want)
		}
	}
	if _, peak := p.mostAt(func(targets.Target) bool { return true }); peak != 110 {
		t.Errorf("the owner of an origin is asked about %v/s, want 110", peak)
	}
}

// Connections are those of populations that send over them: requests, or messages.
func TestConnectionsAreDividedAmongThosePopulationsThatUseThem(t *testing.T) {
	const text = `name: x
targets:
  http: {kind: http-api, url: lab}
  ws: {kind: websocket-api, url: lab}
requests: [{name: a, path: /, message: {send: a}}]
populations:
  both: {load: [{constant: {rate: 10/s, for: 1s}}]}
  chat: {targets: [ws], load: [{constant: {rate: 30/s, for: 1s}}]}
  web: {targets: [http], load: [{constant: {rate: 10/s, for: 1s}}]}
engine: {connections: 8}
websocket: {connections: 20}
`
	s, err := Parse("x.yaml", []byte(text), environment)
	if err != nil {
		t.Fatal(err)
	}
	p := planOf(t, s)
	for i, want := range [][2]int{{4, 5}, {0, 15}, {4, 0}} {
		if e := p.EngineFor(i); e.Connections != want[0] || e.Sockets.Connections != want[1] {
			t.Errorf("%s has %d connections for requests and %d for messages, want %v", p.Populations[i].Name, e.Connections, e.Sockets.Connections, want)
		}
	}
	if n := p.held(1); n != 20 {
		t.Errorf("%d connections are held for messages, want 20", n)
	}
}

func TestTheEnginesOfPopulationsShareTheLimitsOfTheScenario(t *testing.T) {
	p := populatedPlan(t, populated+"engine: {connections: 10, max_connections: 40, max_in_flight: 2}\n")
	var connections, most, flying int
	for i := range p.Populations {
		e := p.EngineFor(i)
		connections, most, flying = connections+e.Connections, most+e.MaxConnections, flying+e.MaxInFlight
		if e.MaxConnections < 1 || e.MaxInFlight < 1 {
			t.Errorf("%s may open %d connections and have %d requests in flight", p.Populations[i].Name, e.MaxConnections, e.MaxInFlight)
		}
	}
	if connections != 10 || most != 40 || flying != 2 {
		t.Errorf("together %d, %d and %d; want 10, 40 and 2", connections, most, flying)
	}
	// 20/s at 100 ms are 2 requests at a time, and 500/s are 50.
	if a, b := p.EngineFor(0).MaxConnections, p.EngineFor(1).MaxConnections; a != 2 || b != 38 {
		t.Errorf("%d and %d connections; want 2 and 38", a, b)
	}
	p.Scenario.Engine.MaxInFlight = 1
	if _, err := NewPlan(p.Scenario); err == nil || !strings.Contains(err.Error(), "max_in_flight: 1 is less than one for each of the 2 populations") {
		t.Errorf("one request in flight for two populations: %v", err)
	}
}

func TestLeavingOutTargetsLeavesOutTheirPopulations(t *testing.T) {
	p := populatedPlan(t, populated)
	p.Scenario.KeepTargets([]string{"lab-alb"})
	left := planOf(t, p.Scenario)
	if len(left.Populations) != 1 || left.Populations[0].Name != "free" || !slices.Equal(left.Populations[0].To, []int{0}) {
		t.Errorf("%+v are left", left.Populations)
	}
}

// The sizes that a bill is guessed from are those of what the populations send together.
func TestSizesAreThoseOfAllPopulations(t *testing.T) {
	p := populatedPlan(t, "populations:\n  a: {requests: [health], load: [{constant: {rate: 10/s, for: 10s}}]}\n  b: {requests: [predict], load: [{constant: {rate: 30/s, for: 10s}}]}\n")
	d := p.requestBytes(0, "test")
	if len(d.Buckets) != 2 || d.Buckets[0].Count != 250_000 || d.Buckets[1].Count != 750_000 {
		t.Errorf("%+v, want a quarter and three quarters", d.Buckets)
	}
}

func TestAllPopulationsAreTried(t *testing.T) {
	p := populatedPlan(t, populated)
	want := []Trial{{1, 0, 1}}
	if !slices.Equal(p.Trials, want) {
		t.Errorf("%v are tried, want %v: predict is not idempotent", p.Trials, want)
	}
	p.Scenario.Trial = TrialAll
	if all := planOf(t, p.Scenario).Trials; len(all) != 4 {
		t.Errorf("%d requests are tried, want 2 of free and 2 of burst", len(all))
	}
}

func TestFlagsReplaceWhatAPopulationSends(t *testing.T) {
	const load = "load: [{constant: {rate: 1/s, for: 1s}}]"
	for _, c := range []struct{ populations, want string }{
		{"{free: {" + load + "}}", ""},
		{"{free: {" + load + "}, pro: {" + load + "}}", "the scenario has 2 stages: name the values to replace: --set populations.free.load[0].constant.rate=5/s --set populations.pro.load[0].constant.rate=5/s"},
	} {
		s, err := ParseOverridden("x.yaml", []byte(with(t, baseLoad, "populations: "+c.populations+"\n")), Overrides{Rate: "5/s"}, environment)
		if (err != nil) != (c.want != "") || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: %v, want %q", c.populations, err, c.want)
		}
		if err == nil && s.Populations[0].Stages[0].Load.String() != "constant 5/s" {
			t.Errorf("%s sends %v", c.populations, s.Populations[0].Stages[0].Load)
		}
	}
}

func TestPopulationsWarmUpSideBySide(t *testing.T) {
	p := populatedPlan(t, "warm_up: 3s\npopulations:\n  a: {load: [{constant: {rate: 10/s, for: 10s}}]}\n  b: {load: [{closed: {users: 3, for: 10s}}]}\n  c: {load: [{burst: {requests: 9}}]}\n")
	for i, want := range []string{"constant 10/s", "closed, 3 users", "quiet"} {
		one := p.Populations[i]
		if first := one.Stages[0]; !first.WarmUp || first.For != 3*time.Second || first.Name != one.Name+"/warm-up" || first.Load.String() != want {
			t.Errorf("%s begins with %+v, want %s", one.Name, first, want)
		}
	}
}

func TestWarningsOfThresholdsKnowPopulations(t *testing.T) {
	const load = "load: [{constant: {rate: 10/s, for: 10s}}]"
	for _, c := range []struct{ free, want string }{
		{"{thresholds: [p(50) < 1s, error_share < 1%], " + load + "}", ""},
		{"{thresholds: [p(99) < 1s, error_share < 1%], " + load + "}", `threshold "free: p(99) < 1s" needs 368 requests at each target to be decided, and 100 are planned`},
		{"{thresholds: [p(50) < 1s], " + load + "}", `threshold "free: p(50) < 1s" counts good responses only`},
	} {
		p := populatedPlan(t, "populations:\n  free: "+c.free+"\n  pro: {thresholds: [error_share < 1%], "+load+"}\n")
		text := fmt.Sprint(p.Warning())
		if strings.Contains(text, "threshold") != (c.want != "") || !strings.Contains(text, c.want) {
			t.Errorf("%s: %s\nwant %q", c.free, text, c.want)
		}
	}
}
