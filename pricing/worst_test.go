package pricing_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/santhosh-tekuri/jsonschema/v6"
	"pgregory.net/rapid"

	"tollgate/pricing"
)

// protected is a workload with layers of protection.
type protected struct {
	Rate, Burst, Quota, Keys, Concurrency, Attack int64
	Duration, Bytes, WAF, Opened                  int64
	Of                                            string // what the attack is on
}

// attacked are what the months of properties are of: requests, requests through a
// distribution, requests next to a WebSocket API, and a WebSocket API alone.
var attacked = map[string]string{
	"requests":   "requests_per_month: 1M\n",
	"cloudfront": "requests_per_month: 1M\ncloudfront: {viewers: us, hit_ratio: 50%, function_share: 20%}\n",
	"mixed":      "requests_per_month: 1M\nwebsocket: {connections: 1k, lifetime: 60s, messages: 5k, message_bytes: 70_000}\n",
	"websocket":  "websocket: {connections: 1k, lifetime: 60s, messages: 5k, message_bytes: 70_000}\n",
}

func drawProtected(t *rapid.T) protected {
	return protected{
		Rate: rapid.Int64Range(1, 20_000).Draw(t, "rate"), Burst: rapid.Int64Range(0, 50_000).Draw(t, "burst"),
		Quota: rapid.Int64Range(1, 1e10).Draw(t, "quota"), Keys: rapid.Int64Range(1, 100).Draw(t, "keys"),
		Concurrency: rapid.Int64Range(1, 5000).Draw(t, "concurrency"), Attack: rapid.Int64Range(1, 100_000).Draw(t, "attack"),
		Duration: rapid.Int64Range(1, 20_000).Draw(t, "duration"), Bytes: rapid.Int64Range(100, 900_000).Draw(t, "bytes"),
		WAF: rapid.Int64Range(1, 1000).Draw(t, "waf"), Opened: rapid.Int64Range(1, 1000).Draw(t, "opened"),
		Of: rapid.SampledFrom(slices.Sorted(maps.Keys(attacked))).Draw(t, "of"),
	}
}

func (p protected) text() string {
	return fmt.Sprintf(`name: attacked
region: us-east-1
%sresponse_bytes: {histogram: [[100, 9], [%d, 1]]}
function: {memory: 1024MB, duration: {histogram: [[1ms, 9], [%dms, 1]]}}
protection:
  stage: {rate: %d/s, burst: %d}
  usage_plan: {quota_per_month: %d, keys: %d}
  rate_based_rule: {rate: 10/s, addresses: %d}
  concurrency: %d
  new_connections: %d/s
`, attacked[p.Of], p.Bytes, p.Duration, p.Rate, p.Burst, p.Quota, p.Keys, p.WAF, p.Concurrency, p.Opened)
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
	"opened":      func(p *protected, n int64) { p.Opened += n },
}

func TestTheWorstMonthGrowsWithEveryLayerAndWithTheAttack(t *testing.T) {
	checked, doors := 0, map[string]bool{}
	rapid.Check(t, func(rt *rapid.T) {
		p := drawProtected(rt)
		before := months(p.worst(t, nil))
		name := rapid.SampledFrom(slices.Sorted(maps.Keys(raised))).Draw(rt, "what")
		more := p
		raised[name](&more, rapid.SampledFrom([]int64{1, 7, 100}).Draw(rt, "more"))
		for door, month := range months(more.worst(t, nil)) {
			checked, doors[door] = checked+1, true
			if month.Cmp(before[door]) < 0 {
				rt.Fatalf("%s: with more %s the worst month is %s, and was %s", door, name, month.Plain(), before[door].Plain())
			}
		}
	})
	for _, door := range []string{"rest-api", "websocket-api", "cloudfront", "cloudfront-rest-api", "cloudfront-plan-http-api"} {
		if checked < 200 || !doors[door] {
			t.Errorf("%d months compared, at %v", checked, doors)
		}
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
	all := protected{Rate: 10, Burst: 20, Quota: 1000, Keys: 2, Concurrency: 10, Attack: 100, Duration: 50, Bytes: 500, WAF: 5, Opened: 5, Of: "cloudfront"}.worst(t, &limit)
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

// lines are the quantities of a worst month, as texts.
func worstLines(t *testing.T, text string, d pricing.Door, attack int64) (lines map[string]string, worst pricing.Worst) {
	t.Helper()
	all, err := latestBook(t).Worst(statedWorkload(t, text), []pricing.Door{d}, pricing.Whole(attack), nil)
	if err != nil || len(all.Doors) != 1 {
		t.Fatalf("%v: %+v", err, all)
	}
	lines = map[string]string{}
	for _, l := range all.Doors[0].Lines {
		lines[l.Dimension] = l.Quantity.String()
	}
	return lines, all.Doors[0]
}

// A month of 744 h has 2,678,400 s.
func TestTheWorstMonthsOfWebSocketsAndDistributionsByHand(t *testing.T) {
	const (
		sockets = "name: chat\nregion: us-east-1\nwebsocket: {connections: 1k, lifetime: 60s, messages: 5k, message_bytes: 70_000}\n"
		pages   = "name: pages\nregion: us-east-1\nrequests_per_month: 1M\nrequest_bytes: 1024\nresponse_bytes: 10_240\ncloudfront: {viewers: us, hit_ratio: 90%}\nfunction: {memory: 1024MB, duration: 100ms}\n"
		rule    = "protection: {rate_based_rule: {rate: 10/s, addresses: 100}}\n"
	)
	for _, row := range []struct {
		what, text string
		door       pricing.Door
		attack     int64
		want       map[string]string
	}{
		// 500 of the 1,000/s open connections of 120 minutes; the others are messages of 3
		// units, each with an answer.
		{"WebSockets", sockets, pricing.WebSocketAPI, 1000, map[string]string{
			"apigateway.websocket.minutes": "160704000000", "apigateway.websocket.messages": "8035200000", "lambda.requests": "",
		}},
		// Of 20,000/s the account admits 10,000/s and 5,000; the other 26,783,995,000 are
		// charged as messages without an answer: (2 × 25,444,805,000 + 26,783,995,000) × 3.
		{"more than an account may have", sockets, pricing.WebSocketAPI, 20_000, map[string]string{"apigateway.websocket.messages": "233020815000"}},
		// Two invocations for each connection and one for each message: 2 × 100 + 900 a second
		// are bounded by 10 a second of each of 50 environments, and by as many at once.
		{"and a function behind them", sockets + "function: {memory: 128MB, duration: 1ms}\nprotection: {new_connections: 100/s, concurrency: 50}\n", pricing.WebSocketAPI, 1000, map[string]string{
			"apigateway.websocket.minutes": "32140800000", "lambda.requests": "1339200500",
		}},
		// No request is answered by the cache: all 5,000/s pass, each of 1 kB to the origin.
		{"a distribution", pages, pricing.CloudFrontREST, 5000, map[string]string{
			"cloudfront.requests.us": "13392000000", "cloudfront.origin.us": "12771.606445313", "apigateway.rest.requests": "13392000000",
		}},
		// AWS WAF lets 1,000/s pass: CloudFront and WAF see 5,000/s, the API and its transfer 1,000/s.
		{"with a rate-based rule", pages + rule, pricing.CloudFrontREST, 5000, map[string]string{
			"cloudfront.requests.us": "13392000000", "waf.requests": "13392000000", "cloudfront.origin.us": "2554.321289063", "apigateway.rest.requests": "2678400000",
		}},
		{"an HTTP API behind it charges what passes alone", pages + rule, pricing.CloudFrontHTTP, 5000, map[string]string{"apigateway.http.requests": "2678400000"}},
		// 300,000/s are more than a distribution takes, which is 250,000/s.
		{"and its quota", pages, pricing.CloudFront, 300_000, map[string]string{"cloudfront.requests.us": "803520000000", "cloudfront.origin.us": "638580.322265625"}},
		{"a flat-rate plan", pages, pricing.CloudFrontPlanHTTP, 5000, map[string]string{
			"cloudfront.plan.free": "1", "cloudfront.requests.us": "", "apigateway.http.requests": "13392000000",
		}},
	} {
		t.Run(row.what, func(t *testing.T) {
			lines, worst := worstLines(t, row.text, row.door, row.attack)
			for key, want := range row.want {
				if lines[key] != want {
					t.Errorf("%s is %s, want %s", key, lines[key], want)
				}
			}
			if worst.Month.Cmp(worst.Admitted) < 0 {
				t.Errorf("%s, and %s without what is refused", worst.Month, worst.Admitted)
			}
		})
	}
}

// An attack on containers over WebSockets is bounded by what they hold, which no
// workload states; one on requests next to a WebSocket API leaves that as it is.
func TestWhatNoWorstMonthIsToldOfIsSaid(t *testing.T) {
	p := protected{Rate: 10, Burst: 20, Quota: 1000, Keys: 2, Concurrency: 10, Attack: 100, Duration: 50, Bytes: 500, WAF: 5, Opened: 5, Of: "websocket"}
	w := statedWorkload(t, p.text()+"containers: {tasks: 2, vcpu: 1, memory: 2GB}\n")
	all, err := latestBook(t).Worst(w, []pricing.Door{pricing.ContainerALB}, pricing.Whole(10), nil)
	if err != nil || len(all.LeftOut) != 1 || !strings.Contains(all.LeftOut[0].Reasons[0], "how many the containers can hold") {
		t.Errorf("%v: %+v", err, all)
	}
	p.Of = "mixed"
	for _, d := range p.worst(t, nil).Doors {
		for _, l := range d.Lines {
			if l.Dimension == "apigateway.websocket.messages" && l.Quantity.String() != "15000" { // 5,000 of 3 units
				t.Errorf("%s: %s messages", d.Name, l.Quantity)
			}
		}
	}
}

// Where responses have no bytes, a refusal is larger: more admitted requests must not
// cost less for that.
func TestResponsesAreNoSmallerThanRefusals(t *testing.T) {
	text := "name: direct\nregion: us-east-1\nintegration: direct\nrequests_per_month: 1M\nresponse_bytes: 0\nprotection: {stage: {rate: %d/s, burst: 0}}\n"
	_, few := worstLines(t, fmt.Sprintf(text, 10), pricing.HTTPAPI, 1000)
	_, many := worstLines(t, fmt.Sprintf(text, 900), pricing.HTTPAPI, 1000)
	if many.Month.Cmp(few.Month) < 0 {
		t.Errorf("%s with 900/s and %s with 10/s", many.Month, few.Month)
	}
}

func TestAnUnknownPriceLeavesAFrontDoorOutOfWorstMonths(t *testing.T) {
	w := statedWorkload(t, "name: there\nregion: sa-east-1\nintegration: direct\nrequests_per_month: 1M\nrates: {transfer.out: 0.15, apigateway.rest.requests: 0.00000425}\n")
	all, err := latestBook(t).Worst(w, []pricing.Door{pricing.RESTAPI, pricing.HTTPAPI}, pricing.Whole(10), nil)
	if err != nil || len(all.Doors) != 1 || all.Doors[0].Name != "rest-api" || !slices.Equal(all.Unknown, []string{"apigateway.http.requests"}) {
		t.Fatalf("%v: %+v", err, all)
	}
	if got := all.LeftOut[0].Reasons; !slices.Equal(got, []string{"some prices are unknown: HTTP API requests"}) {
		t.Error(got)
	}
}
