package scenarios

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing/document"
)

const (
	maxStages    = 100
	maxSteps     = 1000
	maxUsers     = 100_000
	longestStage = 7 * 24 * time.Hour
	maxThink     = time.Hour
	minWarmUp    = time.Millisecond
)

// The keys of a stage other than its load.
const (
	stageName   = "name"
	stageWarmUp = "warm_up"
)

// A way is one of the ways that load can arrive: a key of a stage in a
// scenario file. Growing by one is a file and a line here.
type way struct {
	name string
	read func(fields) Stage
}

func ways() []way {
	return []way{
		{"constant", readConstant},
		{"ramp", readRamp},
		{"steps", readSteps},
		{"burst", readBurst},
		{"poisson", readPoisson},
		{"replay", readReplay},
		{"closed", readClosed},
	}
}

// stages reads a list of stages.
func (in *input) stages(v document.Value) (stages []Stage) {
	var names []string
	for _, w := range ways() {
		names = append(names, w.name)
	}
	for i, item := range v.List(maxStages) {
		f := in.fields(item, append(names, stageName, stageWarmUp)...)
		if item.Type == document.Mapping && len(loadsOf(item.Node)) != 1 {
			item.Problem("needs exactly one of %s", strings.Join(names, ", "))
			continue
		}
		for _, w := range ways() {
			if load := f.Get(w.name); load.Node != nil {
				stage := w.read(fields{document.Fields{Value: load}, in})
				stage.Name, stage.WarmUp = f.stageName(i, stages), f.yes(stageWarmUp)
				stages = append(stages, stage)
			}
		}
	}
	warmUpsFirst(v, stages)
	return stages
}

// yes is a key that is true or false; false where it is absent.
func (f fields) yes(key string) bool { return f.Has(key) && f.Get(key).Yes() }

// loadsOf are the entries of a stage that say what its load is: one, where it is right.
func loadsOf(stage *document.Node) []document.Entry {
	return slices.DeleteFunc(slices.Clone(stage.Entries), func(e document.Entry) bool { return e.Key == stageName || e.Key == stageWarmUp })
}

// stageName is the name of the i'th stage: its number, unless it has one. The number
// stays when the rate is changed, and is short in a threshold.
func (f fields) stageName(i int, earlier []Stage) string {
	number := strconv.Itoa(i + 1)
	v := f.Get(stageName)
	if v.Node == nil {
		return number
	}
	name := v.Name()
	if _, err := strconv.ParseUint(name, 10, 64); err == nil && name != number {
		v.Bad("is the number of another stage: begin the name with a letter")
	}
	if slices.Contains(stageNames(earlier), name) {
		v.Bad("is the name of an earlier stage")
	}
	return name
}

// known checks the keys of a stage, all of which but the optional ones are needed.
func (f fields) known(needed []string, optional ...string) fields {
	checked := f.in.fields(f.Value, append(needed, optional...)...)
	checked.Need(needed...)
	return checked
}

// length is the key "for".
func (f fields) length() time.Duration { return f.Get("for").Duration(time.Millisecond, longestStage) }

func readConstant(f fields) Stage {
	f = f.known([]string{"rate", "for"})
	return Stage{Load: Arrivals{Constant{Rate: f.Get("rate").Rate()}}, For: f.length()}
}

func readPoisson(f fields) Stage {
	f = f.known([]string{"rate", "for"})
	return Stage{Load: Arrivals{Poisson{Rate: f.Get("rate").Rate()}}, For: f.length()}
}

func readRamp(f fields) Stage {
	f = f.known([]string{"from", "to", "for"})
	r := Ramp{From: f.Get("from").RateOrZero(), To: f.Get("to").RateOrZero()}
	f.someLoad(r)
	return Stage{Load: Arrivals{r}, For: f.length()}
}

func readSteps(f fields) Stage {
	f = f.known([]string{"rates", "for"})
	var s Steps
	for _, item := range f.Get("rates").List(maxSteps) {
		s.Rates = append(s.Rates, item.RateOrZero())
	}
	f.someLoad(s)
	return Stage{Load: Arrivals{s}, For: f.length()}
}

// someLoad reports a shape of which each rate may be zero, and all are.
func (f fields) someLoad(shape Shape) {
	if peak(shape) == 0 && !f.in.Failed() {
		f.Problem("is no load at all: one of its rates must be positive")
	}
}

// readBurst: a burst without a length ends when its requests have been sent.
func readBurst(f fields) Stage {
	f = f.known([]string{"requests"}, "at", "for")
	b := Burst{Requests: f.Get("requests").Whole(1, maxBlockRequests), At: f.Get("at").Rate()}
	stage := Stage{Load: Arrivals{b}, For: b.span()}
	if f.Has("for") {
		stage.For = f.length()
	}
	if stage.For > longestStage {
		f.Problem("takes %v, more than %v: raise the rate", stage.For, longestStage)
	}
	return stage
}

func readClosed(f fields) Stage {
	f = f.known([]string{"users", "for"}, "think")
	return Stage{Load: Users{N: int(f.Get("users").Whole(1, maxUsers)), Think: f.think()}, For: f.length()}
}

// think is how long users think: always equally long, or as two quantiles say.
func (f fields) think() Distribution {
	v := f.Get("think")
	if v.Node == nil || v.Type != document.Mapping {
		return Always(v.Duration(0, maxThink))
	}
	q := v.Fields("p50", "p99")
	q.Need("p50", "p99")
	d := Distribution{P50: q.Get("p50").Duration(time.Millisecond, maxThink), P99: q.Get("p99").Duration(time.Millisecond, maxThink)}
	if d.P99 < d.P50 && d.P99 > 0 {
		q.Get("p99").Bad("is less than p50")
	}
	return d
}
