package compare

import (
	"bytes"
	"encoding/json"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/results"
)

var run = time.Date(2026, 11, 22, 2, 0, 0, 0, time.UTC)

// played is one run of the lab's world.
func played(seed uint64, blocks, requests int, targets ...Target) *results.Run {
	w, chance := Lab(), rand.New(rand.NewPCG(seed, 1))
	return w.Run(chance, Day{Date: run}, Plan{Targets: targets, Blocks: blocks, Requests: requests})
}

func compared(t *testing.T, run *results.Run, o Options) *Comparison {
	t.Helper()
	c, err := Targets(run, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func TestVerdictsOnKnownDifferences(t *testing.T) {
	rows := []struct {
		name     string
		blocks   int
		requests int
		head     Target
		metric   Metric
		verdict  Verdict
		words    string // contained in
	}{
		{"a target that is a third slower is slower", 12, 400, Target{Slower: 0.33}, P50, Worse, "slower"},
		{"a target that is a quarter faster is faster", 12, 400, Target{Slower: -0.25}, P90, Better, "faster"},
		{"the same target is equivalent at the median, with enough blocks", 60, 400, Target{}, P50, Equivalent, "equivalent within 3 %"},
		{"a p99 that varies is not decided by a dozen blocks", 12, 400, Target{Slower: 0.01}, P99, Inconclusive, "would probably decide it"},
		{"one request in ten that fails is more errors", 12, 400, Target{Failed: 0.1}, ErrorShare, Worse, "more errors"},
		{"one request in ten that fails is less goodput", 12, 400, Target{Failed: 0.1}, Goodput, Worse, "less"},
		{"nine blocks are no verdict, whatever they say", 9, 400, Target{Slower: 1}, P50, Inconclusive, "run --continue with --decide p50:3% would probably decide it (2s, 1 more block, 800 requests)"},
		{"a p99.9 that no block carries is no verdict", 12, 400, Target{Slower: 1}, P999, Inconclusive, "inconclusive"},
	}
	for _, row := range rows {
		t.Run(row.name, func(t *testing.T) {
			row.head.Name = "head"
			c := compared(t, played(3, row.blocks, row.requests, Target{Name: "base"}, row.head), Options{})
			e := c.Pairs[0].Effect(row.metric)
			if e == nil || e.Verdict != row.verdict || !strings.Contains(e.Words, row.words) {
				t.Fatalf("%+v, want %s with %q", e, row.verdict, row.words)
			}
			if (e.Verdict == Inconclusive) == (e.Why == "") {
				t.Errorf("inconclusive without a reason, or a verdict with one: %+v", e)
			}
		})
	}
}

func TestTheSameRunIsComparedTheSameWay(t *testing.T) {
	run := played(5, 12, 400, Target{Name: "base"}, Target{Name: "head", Slower: 0.04})
	a, _ := json.Marshal(compared(t, run, Options{}))
	b, _ := json.Marshal(compared(t, run, Options{}))
	if !bytes.Equal(a, b) {
		t.Error("two comparisons of one run differ")
	}
}

func TestTheOtherBaseTurnsEveryRatioAround(t *testing.T) {
	run := played(6, 12, 400, Target{Name: "a"}, Target{Name: "b", Slower: 0.2}, Target{Name: "c"})
	c, d := compared(t, run, Options{}), compared(t, run, Options{Base: "b"})
	if c.Pairs[0].Base != "a" || c.Pairs[0].Head != "b" || d.Pairs[0].Base != "b" || d.Pairs[0].Head != "a" || len(d.Pairs) != 2 {
		t.Fatalf("pairs %s–%s and %s–%s", c.Pairs[0].Base, c.Pairs[0].Head, d.Pairs[0].Base, d.Pairs[0].Head)
	}
	for i, e := range c.Pairs[0].Effects {
		o := d.Pairs[0].Effects[i]
		if e.Scale == Ratio && e.Estimate != nil {
			near(t, string(e.Metric), *e.Estimate**o.Estimate, 1, 1e-9)
		}
	}
	for _, ratio := range c.Pairs[0].QuantileRatios {
		if ratio.Quantile == 0.5 && (math.Abs(ratio.Ratio-1.2) > 0.1 || ratio.Low == nil || *ratio.Low > 1.2 || *ratio.High < 1.2) {
			t.Errorf("the ratio of the median: %+v, want about 1.2", ratio)
		}
	}
}

// A difference of list prices needs no ten blocks; what is measured has an interval.
func TestCostsHaveAVerdictFromTwoBlocksOn(t *testing.T) {
	for _, row := range []struct {
		name    string
		blocks  int
		prices  [2]float64 // of a million requests
		varying float64    // US dollars for a million that the usage of a block varies by, up and down
		verdict Verdict
		exact   bool
	}{
		{"one block says nothing of what varies", 1, [2]float64{3.5, 1}, 0, Inconclusive, false},
		{"usage that does not vary leaves the list prices", 2, [2]float64{3.5, 1}, 0, Better, true},
		{"equal prices are equal", 2, [2]float64{1, 1}, 0, Equivalent, true},
		{"usage that varies a little does not hide them", 4, [2]float64{3.5, 1}, 0.02, Better, false},
		{"nor a higher price", 4, [2]float64{1, 3.5}, 0.02, Worse, false},
		{"usage that varies more than prices differ does", 4, [2]float64{1, 1.02}, 0.2, Inconclusive, false},
	} {
		run := played(9, row.blocks, 100, Target{Name: "rest"}, Target{Name: "http"})
		c := compared(t, run, Options{Price: func(part *results.Run, target uint16) (float64, bool) {
			sign := float64(int(part.Seconds[0].Block)%2*2 - 1)
			return row.prices[target] + sign*row.varying*float64(target), true
		}})
		e := c.Pairs[0].Effect(Dollars)
		if e.Verdict != row.verdict {
			t.Errorf("%s: %s (%s)", row.name, e.Words, e.Why)
		}
		if has := e.Low != nil; has != (row.blocks > 1) || has && row.exact != (*e.Low == *e.High) {
			t.Errorf("%s: from %v to %v", row.name, e.Low, e.High)
		}
	}
}

// Of blocks whose costs vary alike at both targets, few differences are called certain.
func TestFewBlocksRaiseFewFalseAlarmsAboutCosts(t *testing.T) {
	const trials = 4000
	chance := rand.New(rand.NewPCG(3, 4))
	block := func() (sum float64) { // the mean of 50 requests, each of which costs an exponential amount
		for range 50 {
			sum += chance.ExpFloat64() / 50
		}
		return 1 + sum
	}
	for _, blocks := range []int{2, 3, 6} {
		alarms := 0
		for range trials {
			xs := make([]float64, blocks)
			for i := range xs {
				xs[i] = math.Log(block() / block())
			}
			if e := ofFew(xs, DefaultLevel); e.p <= DefaultLevel {
				alarms++
			}
		}
		if share := float64(alarms) / trials; share > 0.06 || share < 0.03 {
			t.Errorf("%d blocks: %.1f %% of false alarms, want about 5 %%", blocks, 100*share)
		}
	}
}

func TestCostsAreComparedByBlock(t *testing.T) {
	run := played(7, 12, 100, Target{Name: "rest"}, Target{Name: "http"})
	c := compared(t, run, Options{Price: func(part *results.Run, target uint16) (float64, bool) {
		if n := len(part.Seconds); n != 1 {
			t.Errorf("%d rows in one block of one target", n)
		}
		return []float64{3.5, 1}[target], true
	}})
	e := c.Pairs[0].Effect(Dollars)
	if e == nil || e.Verdict != Better || e.Words != "cheaper" || *e.Low != *e.High {
		t.Errorf("%+v", e)
	}
	near(t, "ratio", *e.Estimate, 1/3.5, 1e-12)
}

func TestColdStartsAreComparedWhereTheyAreKnown(t *testing.T) {
	run := played(8, 12, 100, Target{Name: "a"}, Target{Name: "b"})
	if e := compared(t, run, Options{}).Pairs[0].Effect(ColdShare); e != nil {
		t.Errorf("cold starts that nobody counted: %+v", e)
	}
	observed := &results.Observed{Targets: []results.ObservedDoc{{Target: "a"}, {Target: "b"}}}
	for block := range uint32(12) {
		for i := range observed.Targets {
			o := &observed.Targets[i]
			o.Blocks = append(o.Blocks, results.ColdBlock{Block: block, Invocations: 100, Cold: int64(20 * i)})
		}
	}
	run.Observed = observed
	if e := compared(t, run, Options{}).Pairs[0].Effect(ColdShare); e == nil || e.Verdict != Worse || e.Words != "more cold starts" || *e.Base != 0 || math.Abs(*e.Head-0.2) > 1e-12 {
		t.Errorf("%+v", e)
	}
	values := ValuesOf(run)
	if v, ok := values.Value("b", ColdShare); !ok || math.Abs(v.Value-0.2) > 1e-12 {
		t.Errorf("the run's: %+v, %v", v, ok)
	}
	observed.Targets[1].Blocks = []results.ColdBlock{{Block: 3}, {Block: 99, Invocations: 5, Cold: 5}}
	if e := compared(t, run, Options{}).Pairs[0].Effect(ColdShare); e != nil && e.Blocks != 0 {
		t.Errorf("of blocks without invocations, or that never were: %+v", e)
	}
}

func TestTargetsRefusesWhatCannotBeCompared(t *testing.T) {
	if _, err := Targets(played(1, 10, 10, Target{Name: "a"}), Options{}); err == nil || !strings.Contains(err.Error(), "needs two") {
		t.Errorf("one target: %v", err)
	}
	two := played(1, 10, 10, Target{Name: "a"}, Target{Name: "b"})
	if _, err := Targets(two, Options{Base: "c"}); err == nil || !strings.Contains(err.Error(), "it has a, b") {
		t.Errorf("a base that is not there: %v", err)
	}
	two.Document.Verdict, two.Document.Reasons = results.Invalid, []string{"the generator was late"}
	if c := compared(t, two, Options{}); !strings.Contains(strings.Join(c.Notes, "\n"), "nothing follows") {
		t.Errorf("notes on an invalid run: %q", c.Notes)
	}
	spoilt := played(3, 12, 400, Target{Name: "a"}, Target{Name: "b", Slower: 1})
	spoilt.Document.Verdict = results.Invalid
	if e := compared(t, spoilt, Options{}).Pairs[0].Effect(P50); e.Verdict != Inconclusive || !strings.Contains(e.Why, "invalid") {
		t.Errorf("twice as slow, in an invalid run: %+v", e)
	}
	empty := &results.Run{Document: two.Document}
	if c := compared(t, empty, Options{}); len(c.Pairs) != 1 || len(c.Pairs[0].Effects) != 0 || c.Worst() != Equivalent {
		t.Errorf("a run without a request: %+v", c)
	}
}

func TestATargetThatAnswersNothingIsNoMatchForTheOther(t *testing.T) {
	c := compared(t, played(2, 12, 100, Target{Name: "a"}, Target{Name: "b", Failed: 1}), Options{})
	if e := c.Pairs[0].Effect(P50); e == nil || e.Verdict != Inconclusive || e.Head != nil || e.Estimate != nil || !strings.Contains(e.Why, "no value") {
		t.Errorf("p50: %+v", e)
	}
	if e := c.Pairs[0].Effect(ErrorShare); e == nil || e.Verdict != Worse || *e.Head != 1 {
		t.Errorf("errors: %+v", e)
	}
}

func TestWhatIsWrittenKeepsItsSchema(t *testing.T) {
	run := played(4, 12, 400, Target{Name: "a"}, Target{Name: "b", Slower: 0.3, Failed: 0.01})
	c := compared(t, run, Options{})
	valid(t, Schema(), c)
	valid(t, Schema(), compared(t, played(4, 3, 5, Target{Name: "a"}, Target{Name: "b"}), Options{}))
	d := Check(ValuesOf(run), nil, GateOptions{})
	valid(t, GateSchema(), d)
	valid(t, GateSchema(), CheckTargets(ValuesOf(run), c, GateOptions{}))
	apart, err := Runs(run, played(9, 12, 400, Target{Name: "a"}, Target{Name: "b"}), nil)
	if err != nil {
		t.Fatal(err)
	}
	valid(t, Schema(), apart)
}

func valid(t *testing.T, schema []byte, v any) {
	t.Helper()
	doc, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("schema.json", doc); err != nil {
		t.Fatal(err)
	}
	compiled, err := compiler.Compile("schema.json")
	if err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(v)
	if err != nil {
		t.Fatal(err)
	}
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := compiled.Validate(value); err != nil {
		t.Errorf("%v in %s", err, text)
	}
}

func TestTextsAreOneLineEach(t *testing.T) {
	run := played(4, 12, 400, Target{Name: "a\x1b[31m"}, Target{Name: "b\n", Slower: 0.3})
	c := compared(t, run, Options{})
	var b bytes.Buffer
	if err := c.Text(&b); err != nil {
		t.Fatal(err)
	}
	if strings.ContainsAny(b.String(), "\x1b") || !strings.Contains(b.String(), "b vs. a[31m:") || !strings.Contains(b.String(), "slower") || !strings.Contains(b.String(), "12 interleaved blocks") {
		t.Errorf("%s", b.String())
	}
}
