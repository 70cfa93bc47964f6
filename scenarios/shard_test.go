package scenarios

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/pricing"
	"tollgate/targets"
)

// A numbered is one request of a plan.
type numbered struct {
	population, turn int
	seq              uint64
}

// A due says where, when and what it is.
type due struct {
	target, pick uint16
	block        uint32
	at           time.Duration // from the start of the turn
}

// A stretchOf is the time that a turn has, and its blocks.
type stretchOf struct {
	target uint16
	length time.Duration
	blocks string
}

// sendings are the requests of a plan's open stages, the users of its closed ones, and its
// turns.
func sendings(p *Plan) (requests map[numbered]due, users map[numbered]bool, turns []stretchOf) {
	requests, users = map[numbered]due{}, map[numbered]bool{}
	for i := range p.Populations {
		one, number := &p.Populations[i], 0
		for turn := range one.Turns() {
			of := stretchOf{target: turn.Target, length: turn.For}
			loop, closed := turn.Load.(Users)
			for k := range loop.N {
				users[numbered{i, number, uint64(p.Scenario.Shard.User(uint32(k)))}] = true
			}
			for b := range turn.Blocks {
				of.blocks += fmt.Sprintf("%d %v+%v ", b.Number, b.From, b.For)
				for k, at := range b.Due {
					seq := b.Seq(uint64(k))
					requests[numbered{i, number, seq}] = due{turn.Target, one.Pick(seq), b.Number, at}
				}
				for k := range uint64(3) { // of those that users send
					if closed {
						seq := b.Seq(k)
						requests[numbered{i, number, seq}] = due{turn.Target, one.Pick(seq), b.Number, 0}
					}
				}
			}
			turns = append(turns, of)
			number++
		}
	}
	return requests, users, turns
}

func drawLoad(t *rapid.T, d time.Duration) Load {
	switch rapid.IntRange(0, 7).Draw(t, "load") {
	case 0:
		return Users{N: rapid.IntRange(1, 40).Draw(t, "users"), Think: Always(time.Second)}
	case 1:
		return Arrivals{Poisson{drawRate(1).Draw(t, "poisson")}}
	case 2:
		return Arrivals{Quiet{}}
	}
	shape, _ := drawShape(t, d)
	return Arrivals{shape}
}

// drawScenario draws populations, targets, flows and stages.
func drawScenario(t *rapid.T) *Scenario {
	s := &Scenario{Seed: rapid.Uint64().Draw(t, "seed"), Blocks: rapid.IntRange(1, 4).Draw(t, "blocks")}
	for _, name := range []string{"a", "b", "c"}[:rapid.IntRange(1, 3).Draw(t, "targets")] {
		s.Targets = append(s.Targets, targets.Target{Name: name, Kind: targets.Kinds[0]})
	}
	s.Requests = []Request{{Name: "x", Method: "GET", Weight: 1}, {Name: "y", Method: "GET", Weight: 3}}
	stages := func() (all []Stage) {
		for i := range rapid.IntRange(1, 3).Draw(t, "stages") {
			d := time.Duration(rapid.Int64Range(int64(time.Second), int64(5*time.Second)).Draw(t, "length"))
			all = append(all, Stage{Load: drawLoad(t, d), For: d, WarmUp: i == 0 && rapid.Bool().Draw(t, "warm-up")})
		}
		return all
	}
	flows := []Flow{{Name: "f", Weight: 2, Steps: []Step{{Request: 0, Repeat: Repeat{Most: 3}}, {Request: 1, Repeat: Repeat{Most: 1}}}}}
	if rapid.Bool().Draw(t, "populations") {
		for _, name := range []string{"p", "q"} {
			p := Population{Name: name, Targets: s.TargetNames(), Requests: s.Requests, Stages: stages(), Start: time.Second}
			if name == "q" {
				p.Flows = flows
			}
			s.Populations = append(s.Populations, p)
		}
		return s
	}
	s.Stages = stages()
	return s
}

func TestShardsAreDisjointAndTogetherTheRun(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := drawScenario(t)
		whole, err := NewPlan(s)
		if err != nil {
			t.Skip(err)
		}
		n := rapid.IntRange(1, 9).Draw(t, "shards")
		wanted, users, turns := sendings(whole)
		var closed int
		for _, stage := range whole.Stages {
			if _, is := stage.Load.(Users); is {
				closed++
			}
		}
		var portions pricing.Quantity
		for i := range n {
			one := *s
			one.Shard = Shard{i, n}
			p, err := NewPlan(&one)
			if err != nil {
				t.Fatalf("shard %v: %v", one.Shard, err)
			}
			requests, own, at := sendings(p)
			if len(at) != len(turns) || !slices.Equal(at, turns) {
				t.Fatalf("shard %v has turns and blocks %v, the run %v", one.Shard, at, turns)
			}
			for k, have := range requests {
				want, known := wanted[k]
				if !known && closed > 0 && have.at == 0 { // of a later request of users
					continue
				}
				if !known || want != have {
					t.Fatalf("shard %v sends %v as %v, the run has %v, %v; or another shard sent it", one.Shard, k, have, want, known)
				}
				delete(wanted, k)
			}
			for k := range own {
				if !users[k] {
					t.Fatalf("shard %v has user %v, whom the run has not, or another shard had", one.Shard, k)
				}
				delete(users, k)
			}
			var starts int64
			for k := range p.Stages {
				starts += p.Stages[k].Starts * int64(len(p.Populations[populationOf(p, k)].To))
			}
			if open := len(requests); closed == 0 && int64(open) != starts {
				t.Fatalf("shard %v says that it sends %d, and sends %d", one.Shard, starts, open)
			}
			portions = portions.Add(p.Portion())
			if p.Duration() != whole.Duration() {
				t.Fatalf("shard %v takes %v, the run %v", one.Shard, p.Duration(), whole.Duration())
			}
		}
		for k, left := range maps.All(wanted) {
			if closed == 0 || left.at > 0 {
				t.Fatalf("no shard sends %v, %v", k, left)
			}
		}
		if len(users) > 0 {
			t.Fatalf("no shard has the users %v", users)
		}
		if portions.Cmp(pricing.Whole(1)) != 0 {
			t.Fatalf("the portions of the shards add up to %v", portions)
		}
	})
}

func populationOf(p *Plan, stage int) int {
	return slices.IndexFunc(p.Populations, func(one PlannedPopulation) bool {
		return slices.ContainsFunc(one.Stages, func(s PlannedStage) bool { return s.Number == stage })
	})
}

// The same of up to 1,000 shards, for each shape by itself.
func TestAThousandShardsAreDisjointAndTogetherTheStage(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := time.Duration(rapid.Int64Range(int64(time.Second), int64(3*time.Second)).Draw(t, "length"))
		load := drawLoad(t, d)
		n := rapid.SampledFrom([]int{10, 64, 97, 999, 1000}).Draw(t, "shards")
		stage := PlannedStage{
			Stage: Stage{Load: load, For: d}, Blocks: rapid.IntRange(1, 3).Draw(t, "blocks"),
			firstSeq: rapid.Uint64Range(0, 5000).Draw(t, "first"), seed: 9,
		}
		if u, closed := load.(Users); closed {
			have := map[uint32]bool{}
			for i := range n {
				stage.shard = Shard{i, n}
				own, _ := stage.Users()
				for k := range own.N {
					have[stage.shard.User(uint32(k))] = true
				}
				for b := range stage.cut(true) {
					if (b.Seq(0)-uint64(i))%uint64(n) != 0 || b.Step != uint64(n) {
						t.Fatalf("shard %v numbers what its users send from %d by %d", stage.shard, b.FirstSeq, b.Step)
					}
				}
			}
			if len(have) != u.N || slices.Max(slices.Collect(maps.Keys(have))) != uint32(u.N-1) {
				t.Fatalf("%d shards have the users %v of %d", n, have, u.N)
			}
			return
		}
		shape := load.(Arrivals).Shape
		whole := slices.Collect(iterate(shape.Schedule(d, stage.seed)))
		if len(whole) > 3000 {
			t.Skip("slow")
		}
		seen := make([]bool, len(whole))
		for i := range n {
			stage.shard = Shard{i, n}
			count := 0
			for b := range stage.cut(false) {
				for k, at := range b.Due {
					seq := b.Seq(uint64(k))
					number := seq - stage.firstSeq
					if number >= uint64(len(whole)) || seen[number] || whole[number] != at || int(seq%uint64(n)) != i {
						t.Fatalf("shard %v sends number %d at %v", stage.shard, seq, at)
					}
					seen[number] = true
					count++
				}
			}
			if share := stage.shard.share(stage.firstSeq, uint64(len(whole))); share != uint64(count) {
				t.Fatalf("shard %v has a share of %d and sends %d", stage.shard, share, count)
			}
		}
		if i := slices.Index(seen, false); i >= 0 {
			t.Fatalf("no shard sends number %d", i)
		}
	})
}

func TestAShardIsWrittenFromOne(t *testing.T) {
	for text, want := range map[string]string{
		"3/8": "", "1/1": "", "10000/10000": "",
		"0/8":     "shards are counted from 1",
		"9/8":     "shards are counted from 1",
		"1/0":     "a run has from 1 to 10000 shards",
		"1/10001": "a run has from 1 to 10000 shards",
		"3":       "is not a shard: write which shard of how many, such as 3/8",
		"a/8":     "is not a shard",
		"3/8/2":   "is not a shard",
		"-1/8":    "shards are counted from 1",
	} {
		s, err := ParseShard(text)
		switch {
		case want == "" && (err != nil || s.String() != text):
			t.Errorf("%s is read as %v, %v", text, s, err)
		case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
			t.Errorf("%s: %v, want %q", text, err, want)
		}
	}
}

func TestWhatShardsDivide(t *testing.T) {
	stages := []Stage{{Load: Arrivals{Constant{PerSecond(1000)}}, For: 10 * time.Second}}
	base := Scenario{
		Targets: []targets.Target{{Name: "a", Kind: targets.Kinds[0]}}, Requests: []Request{{Name: "x", Method: "GET", Weight: 1}}, Stages: stages,
		Engine: Engine{Connections: 10, MaxConnections: 11, MaxInFlight: 12},
	}
	var sum Engine
	for i := range 8 {
		s := base
		s.Shard = Shard{i, 8}
		p, err := NewPlan(&s)
		if err != nil {
			t.Fatal(err)
		}
		e := p.EngineFor(0)
		sum.Connections, sum.MaxConnections, sum.MaxInFlight = sum.Connections+e.Connections, sum.MaxConnections+e.MaxConnections, sum.MaxInFlight+e.MaxInFlight
		if e.MaxConnections < 1 || e.MaxInFlight < 1 {
			t.Errorf("shard %v may have %d connections and %d requests in flight, where 0 means any number", s.Shard, e.MaxConnections, e.MaxInFlight)
		}
		if p.Peak() != 125 || p.Requests() != 1250 {
			t.Errorf("shard %v sends up to %v/s and %d in all", s.Shard, p.Peak(), p.Requests())
		}
	}
	if sum.Connections != 10 || sum.MaxConnections != 11 || sum.MaxInFlight != 12 {
		t.Errorf("the shards together have %+v", sum)
	}
	refused := func(want string, change func(*Scenario)) {
		t.Helper()
		s := base
		s.Shard = Shard{0, 12}
		s.Engine.MaxConnections = 0
		change(&s)
		if _, err := NewPlan(&s); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %q", err, want)
		}
	}
	refused("max_in_flight: 11 is less than one for each of the 12 shards", func(s *Scenario) { s.Engine.MaxInFlight = 11 })
	refused("a run in shards has no probes", func(s *Scenario) { s.Probes = []Probe{{}} })
	refused("a run in shards has a fixed length", func(s *Scenario) { s.Decide.Margin = 0.05 })
	refused("max_in_flight: 13 is less than one for each of the 2 populations in each of the 12 shards: allow 24 or more", func(s *Scenario) {
		s.Engine.MaxInFlight, s.Engine.Connections = 13, 0
		for _, name := range []string{"p", "q"} {
			s.Populations = append(s.Populations, Population{Name: name, Targets: []string{"a"}, Requests: s.Requests, Stages: stages})
		}
		s.Stages = nil
	})
}
