package pricing_test

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"sync"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"

	"tollgate/pricing"
	"tollgate/pricing/books"
)

func latestBook(t testing.TB) *pricing.Book {
	t.Helper()
	b, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func example(t testing.TB, name string) *pricing.Workload {
	t.Helper()
	data, err := os.ReadFile(filepath.Join("examples", name+".yaml"))
	if err != nil {
		t.Fatal(err)
	}
	w, err := pricing.ReadWorkload(name, data)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

var compared sync.Map // by the name of an example

// compare compares an example once for all tests, which only read the result.
func compare(t testing.TB, name string) *pricing.Comparison {
	t.Helper()
	once, _ := compared.LoadOrStore(name, sync.OnceValue(func() *pricing.Comparison { return compareAnew(t, name) }))
	c := once.(func() *pricing.Comparison)()
	if c == nil {
		t.FailNow() // the test that compared it says why
	}
	return c
}

func compareAnew(t testing.TB, name string) *pricing.Comparison {
	t.Helper()
	c, err := latestBook(t).Compare(example(t, name))
	if err != nil {
		t.Error(err)
	}
	return c
}

func month(c *pricing.Comparison, door string) string {
	for _, d := range c.Doors {
		if d.Name == door {
			return d.Month.P50.String()
		}
	}
	return "ruled out"
}

func TestTheExamplesCostWhatTheySay(t *testing.T) {
	for _, row := range []struct{ example, door, want string }{
		{"sample-application-requests", "rest-api", "$0.11"}, // guides: $0.105 + $0.006, "~$0.12"
		{"sample-application-requests", "http-api", "$0.04"},
		{"sample-application-requests", "function-url", "$0.01"},
		{"chat", "websocket-api", "$13.80"},
		{"chat", "rest-api", "ruled out"},
		{"chat-rooms", "websocket-api", "$29.34"}, // 17.85 + 10.80, 2.22 M invocations 0.44 and 0.17, 0.91 GB 0.08
		{"cached", "rest-api", "$49.80"},
		{"cached", "http-api", "$12.00"},
		{"partners", "http-api", "ruled out"},
		{"private", "rest-api", "ruled out"},
		{"private", "alb", "ruled out"},
		{"private", "alb-internal", "$26.39"},
		{"private", "rest-api-private", "$65.73"},
		{"queue", "http-api", "$200.00"},
		{"queue", "function-url", "ruled out"},
		{"streamed", "http-api", "ruled out"},
		{"containers", "alb-containers", "$200.90"},
	} {
		if got := month(compare(t, row.example), row.door); got != row.want {
			t.Errorf("%s at %s: %s, want %s", row.example, row.door, got, row.want)
		}
	}
}

func TestEveryExampleIsComparedAsTheSchemaSays(t *testing.T) {
	t.Parallel()
	value, err := jsonschema.UnmarshalJSON(bytes.NewReader(pricing.ComparisonSchema()))
	if err != nil {
		t.Fatal(err)
	}
	compiler := jsonschema.NewCompiler()
	if err := compiler.AddResource("comparison.json", value); err != nil {
		t.Fatal(err)
	}
	schema, err := compiler.Compile("comparison.json")
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob("examples/*.yaml")
	if err != nil || len(files) < 8 {
		t.Fatalf("%d examples, want at least eight: %v", len(files), err)
	}
	for _, file := range files {
		name := filepath.Base(file[:len(file)-len(".yaml")])
		w := example(t, name)
		if len(w.APIs) > 0 {
			all, err := latestBook(t).CompareAPIs(w)
			if err != nil {
				t.Fatal(err)
			}
			validates(t, pricing.APIsSchema(), all)
			continue
		}
		c := compare(t, name)
		if w.Description == "" || len(c.Doors) == 0 {
			t.Errorf("%s: no description, or no door", name)
		}
		text, err := json.Marshal(c)
		if err != nil {
			t.Fatal(err)
		}
		got, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		if err := schema.Validate(got); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// A curve is made of a few values; everywhere else it must be the bill.
func TestCurvesAreTheBillsAtEveryValue(t *testing.T) {
	t.Parallel()
	b := latestBook(t)
	const parts = 7
	for _, name := range []string{"containers", "uncertain", "worldwide", "streamed"} {
		w := example(t, name)
		for _, a := range pricing.Axes {
			for _, f := range w.Able() {
				curve, bill := costs(t, b, w, a, f)
				for part := int64(0); part <= parts; part++ {
					x := a.From.Add(a.To.Sub(a.From).Mul(pricing.Ratio(part*part, parts*parts)))
					if a.Whole {
						x = pricing.Whole(int64(x.Float()))
					}
					drawn, billed := curve(x), bill(x)
					if !f.FlatRate && drawn.Cmp(billed) != 0 {
						t.Errorf("%s, %s at %s = %s: the curve has %s, the bill %s", name, f.Name, a.Name, x, drawn.Text(9), billed.Text(9))
					}
				}
			}
		}
	}
}

// Where a bill has an unknown price, no crossing is seen: Frankfurt's price of a REST
// request is known up to 333 million a month.
func TestNoCrossingIsSeenWhereAPriceIsUnknown(t *testing.T) {
	t.Parallel()
	b, w := latestBook(t), example(t, "containers")
	a := axis(t, "requests")
	points, err := b.BreakEven(w, a, w.Able())
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range points {
		if rest := "rest-api"; (p.Before == rest || p.After == rest) && p.At.Cmp(pricing.Whole(333_000_000)) > 0 {
			t.Errorf("%s and %s cross at %s requests, where the price of one is unknown", p.Before, p.After, p.At)
		}
	}
	rest, err := pricing.DoorNamed("rest-api")
	if err != nil {
		t.Fatal(err)
	}
	_, exact, err := b.Costs(w, a, rest)
	if err != nil {
		t.Fatal(err)
	}
	for n, known := range map[int64]bool{333_000_000: true, 333_000_001: false} {
		if _, err := exact(pricing.Whole(n)); (err == nil) != known || known != (len(pricing.Lacks(err)) == 0) {
			t.Errorf("the price of %d requests: %v, want it known: %v", n, err, known)
		}
	}
}

// On both sides of every crossing the doors must be in the order it says.
func TestCrossingsAreWhereTheCheaperDoorChanges(t *testing.T) {
	t.Parallel()
	b := latestBook(t)
	count := 0
	for _, name := range []string{"containers", "worldwide", "queue", "streamed"} {
		w := example(t, name)
		bills := map[string]func(pricing.Quantity) pricing.Money{}
		for _, a := range pricing.Axes {
			for _, f := range w.Able() {
				_, bills[a.Name+f.Name] = costs(t, b, w, a, f)
			}
		}
		for _, p := range compare(t, name).BreakAt {
			a, err := pricing.AxisNamed(p.Variable)
			if err != nil {
				t.Fatal(err)
			}
			count++
			near := p.At.Mul(pricing.Ratio(1, 1_000_000_000))
			if a.Whole {
				near = pricing.Whole(1)
			}
			for _, side := range []struct {
				x                  pricing.Quantity
				cheaper, expensive string
			}{{p.At.Sub(near), p.Before, p.After}, {p.At.Add(near), p.After, p.Before}} {
				low, high := bills[a.Name+side.cheaper](side.x), bills[a.Name+side.expensive](side.x)
				if low.Cmp(high) > 0 {
					t.Errorf("%s: at %s of %s, %s is $%s and %s $%s; crossing %+v", name, side.x, a.Name, side.cheaper, low.Text(9), side.expensive, high.Text(9), p)
				}
			}
		}
	}
	if count < 20 {
		t.Errorf("only %d crossings were looked at", count)
	}
}

// costs are a door's curve and its bills over an axis.
func costs(t *testing.T, b *pricing.Book, w *pricing.Workload, a pricing.Axis, f pricing.Door) (curve, bill func(pricing.Quantity) pricing.Money) {
	t.Helper()
	curve, exact, err := b.Costs(w, a, f)
	if err != nil {
		t.Fatal(err)
	}
	return curve, func(x pricing.Quantity) pricing.Money {
		m, err := exact(x)
		if len(pricing.Lacks(err)) > 0 {
			return curve(x) // no bill to compare it with
		}
		if err != nil {
			t.Fatal(err)
		}
		return m
	}
}

func TestNothingVariesHasNoInterval(t *testing.T) {
	for _, d := range compare(t, "cached").Doors {
		if d.Month.P10 != nil || d.Month.P90 != nil || d.Cheapest != nil {
			t.Errorf("%s has an interval", d.Name)
		}
	}
	var shares float64
	for _, d := range compare(t, "uncertain").Doors {
		if d.Month.P10 == nil || d.Month.P10.Cmp(d.Month.P50) >= 0 || d.Month.P50.Cmp(*d.Month.P90) >= 0 {
			t.Errorf("%s: %+v is no interval", d.Name, d.Month)
		}
		shares += *d.Cheapest
	}
	if shares != 1 {
		t.Errorf("the shares of the cheapest door sum to %v", shares)
	}
}

func TestTheSameFileHasTheSameBill(t *testing.T) {
	one, err := json.Marshal(compare(t, "uncertain"))
	if err != nil {
		t.Fatal(err)
	}
	two, err := json.Marshal(compareAnew(t, "uncertain"))
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(one, two) {
		t.Error("two comparisons of one file differ")
	}
}

func TestAnAxisHasItsNameAndItsKeyInJSON(t *testing.T) {
	for key, name := range map[string]string{"duration_ms": "duration", "memory_mb": "memory", "requests_per_month": "requests"} {
		if one, other := axis(t, key), axis(t, name); one.Name != name || other.Name != name || other.Key != key {
			t.Errorf("%s is %+v, and %s is %+v", key, one, name, other)
		}
	}
	var schema struct {
		Defs struct{ Variable struct{ Enum []string } } `json:"$defs"`
	}
	if err := json.Unmarshal(pricing.ComparisonSchema(), &schema); err != nil {
		t.Fatal(err)
	}
	var keys []string
	for _, a := range pricing.Axes {
		keys = append(keys, a.Key)
	}
	if !slices.Equal(schema.Defs.Variable.Enum, keys) {
		t.Errorf("the schema has %v, and the axes %v", schema.Defs.Variable.Enum, keys)
	}
	if _, err := pricing.AxisNamed(""); err == nil {
		t.Error("no name names an axis")
	}
}

func BenchmarkBreakEvenOfAWorkload(b *testing.B) {
	book, w := latestBook(b), example(b, "containers")
	a := axis(b, "requests")
	for b.Loop() {
		if _, err := book.BreakEven(w, a, w.Able()); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkComparison(b *testing.B) {
	book, w := latestBook(b), example(b, "uncertain")
	for b.Loop() {
		if _, err := book.Compare(w); err != nil {
			b.Fatal(err)
		}
	}
}
