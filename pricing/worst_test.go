package pricing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"tollgate/pricing"
)

// protected is a workload with layers of protection.
type protected struct {
	Rate, Burst, Quota, Keys, Concurrency, Attack int64
	Duration, Bytes, WAF                          int64
}

func drawProtected(t *rapid.T) protected {
	return protected{
		Rate: rapid.Int64Range(1, 20_000).Draw(t, "rate"), Burst: rapid.Int64Range(0, 50_000).Draw(t, "burst"),
		Quota: rapid.Int64Range(1, 1e10).Draw(t, "quota"), Keys: rapid.Int64Range(1, 100).Draw(t, "keys"),
		Concurrency: rapid.Int64Range(1, 5000).Draw(t, "concurrency"), Attack: rapid.Int64Range(1, 100_000).Draw(t, "attack"),
		Duration: rapid.Int64Range(1, 20_000).Draw(t, "duration"), Bytes: rapid.Int64Range(100, 900_000).Draw(t, "bytes"),
		WAF: rapid.Int64Range(1, 1000).Draw(t, "waf"),
	}
}

func (p protected) text() string {
	return fmt.Sprintf(`name: attacked
region: us-east-1
requests_per_month: 1M
response_bytes: {histogram: [[100, 9], [%d, 1]]}
function: {memory: 1024MB, duration: {histogram: [[1ms, 9], [%dms, 1]]}}
protection:
  stage: {rate: %d/s, burst: %d}
  usage_plan: {quota_per_month: %d, keys: %d}
  rate_based_rule: {rate: 10/s, addresses: %d}
  concurrency: %d
`, p.Bytes, p.Duration, p.Rate, p.Burst, p.Quota, p.Keys, p.WAF, p.Concurrency)
}

func (p protected) worst(t testing.TB, limit *pricing.Money) *pricing.Worsts {
	t.Helper()
	all, err := latestBook(t).Worst(statedWorkload(t, p.text()), pricing.Doors, pricing.Whole(p.Attack), limit)
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func months(all *pricing.Worsts) map[string]pricing.Money {
	by := map[string]pricing.Money{}
	for _, d := range all.Doors {
		by[d.Name] = d.Month
	}
	return by
}

var raised = map[string]func(*protected, int64){
	"rate":        func(p *protected, n int64) { p.Rate += n },
	"burst":       func(p *protected, n int64) { p.Burst += n },
	"quota":       func(p *protected, n int64) { p.Quota += n },
	"keys":        func(p *protected, n int64) { p.Keys += n },
	"concurrency": func(p *protected, n int64) { p.Concurrency += n },
	"attack":      func(p *protected, n int64) { p.Attack += n },
	"duration":    func(p *protected, n int64) { p.Duration += n },
	"addresses":   func(p *protected, n int64) { p.WAF += n },
}

func TestTheWorstMonthGrowsWithEveryLayerAndWithTheAttack(t *testing.T) {
	checked := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProtected(rt)
		before := months(p.worst(t, nil))
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(raised))).Draw(rt, "what")
		more := p
		raised[name](&more, rapid.SampledFrom([]int64{1, 7, 100}).Draw(rt, "more"))
		for door, month := range months(more.worst(t, nil)) {
			checked++
			if month.Cmp(before[door]) < 0 {
				rt.Fatalf("%s: with more %s the worst month is %s, and was %s", door, name, month.Plain(), before[door].Plain())
			}
		}
	})
	if checked < 200 {
		t.Errorf("only %d months compared", checked)
	}
}

// held changes what a hold is about.
var held = map[string]func(*protected, int64){
	"stage rate, with a burst of the same number unless one is stated": func(p *protected, n int64) { p.Rate = n },
	"stage burst, with the stated rate":                                func(p *protected, n int64) { p.Burst = n },
	"usage plan quota of each key a month":                             func(p *protected, n int64) { p.Quota = n },
	"reserved concurrency of the function":                             func(p *protected, n int64) { p.Concurrency = n },
}

func TestTheSettingThatHoldsABillIsTheGreatestOne(t *testing.T) {
	inverted := 0
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProtected(rt)
		limit := pricing.Money(pricing.Whole(rapid.Int64Range(10, 50_000).Draw(rt, "cap")))
		for _, d := range p.worst(t, &limit).Doors {
			for _, h := range d.Holds {
				if h.Any || h.Most == nil {
					continue
				}
				inverted++
				at, over := p, p
				held[h.Setting](&at, *h.Most)
				held[h.Setting](&over, *h.Most+1)
				if m := months(at.worst(t, nil))[d.Name]; m.Cmp(limit) > 0 || m.Cmp(h.Month) != 0 {
					rt.Fatalf("%s: %s of %d costs %s, more than %s, or not %s", d.Name, h.Setting, *h.Most, m, limit, h.Month)
				}
				if m := months(over.worst(t, nil))[d.Name]; m.Cmp(limit) <= 0 {
					rt.Fatalf("%s: %s of %d costs %s, and %s allows it", d.Name, h.Setting, *h.Most+1, m, limit)
				}
			}
		}
	})
	if inverted < 20 {
		t.Errorf("only %d settings inverted", inverted)
	}
}

func TestTheSchemaOfWorstMonthsHasWhatIsWritten(t *testing.T) {
	limit := pricing.Money(pricing.Whole(500))
	all := protected{Rate: 10, Burst: 20, Quota: 1000, Keys: 2, Concurrency: 10, Attack: 100, Duration: 50, Bytes: 500, WAF: 5}.worst(t, &limit)
	if len(all.Doors) == 0 || len(all.Doors[0].Holds) == 0 {
		t.Fatal("nothing to check")
	}
	validates(t, pricing.WorstSchema(), all)
}

// validates checks that a value is written as a published schema says.
func validates(t *testing.T, schema []byte, value any) {
	t.Helper()
	parsed, err := jsonschema.UnmarshalJSON(bytes.NewReader(schema))
	if err != nil {
		t.Fatal(err)
	}
	c := jsonschema.NewCompiler()
	if err := c.AddResource("schema.json", parsed); err != nil {
		t.Fatal(err)
	}
	text, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	written, err := jsonschema.UnmarshalJSON(bytes.NewReader(text))
	if err != nil {
		t.Fatal(err)
	}
	if err := c.MustCompile("schema.json").Validate(written); err != nil {
		t.Error(err)
	}
}

func TestAWorstMonthByHand(t *testing.T) {
	// 100/s for 744 h and a burst of 1,000 are 267,841,000 of the 20,000/s that come.
	text := "name: hand\nregion: us-east-1\nrequests_per_month: 1M\nresponse_bytes: 0\nfunction: {memory: 1024MB, duration: 100ms}\nprotection: {stage: {rate: 100/s, burst: 1000}, concurrency: 5}\n"
	all, err := latestBook(t).Worst(statedWorkload(t, text), []pricing.Door{pricing.RESTAPI, pricing.FunctionURL}, pricing.Whole(20_000), nil)
	if err != nil {
		t.Fatal(err)
	}
	for _, d := range all.Doors {
		want := map[string]string{"lambda.requests": "133920000"} // 5 × 2,678,400 s ÷ 0.1 s
		if d.Name == "rest-api" {
			want["apigateway.rest.requests"] = "267841000"
		}
		for _, l := range d.Lines {
			if q := want[l.Dimension]; q != "" && l.Quantity.String() != q {
				t.Errorf("%s: %s of %s, want %s", d.Name, l.Quantity, l.Dimension, q)
			}
			// 5 environments busy all month have 13,392,000 s, of 1 GB each.
			if l.Title == "Lambda duration, x86_64" && (l.Quantity.Cmp(pricing.Whole(13_392_000)) < 0 || l.Quantity.Cmp(pricing.Whole(13_392_005)) > 0) {
				t.Errorf("%s: %s GB-seconds", d.Name, l.Quantity)
			}
		}
	}
}
