package results

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/targets"
)

// A used is what a target was used for, which a run may measure and a workload
// may state.
type used struct {
	target                   targets.Target
	sent, refused, opened    int64
	requestBytes, replyBytes int64
	durationMS, coldPerMille int64
	initMS, hits             int64
	month, hours             int64
}

// everyTarget are targets of every kind that AWS bills for, public and private, but for
// those of messages.
func everyTarget() (all []targets.Target) {
	for _, k := range targets.Kinds {
		if !k.OnAWS() || k.OnlyMessages {
			continue
		}
		if k.HasOrigin {
			all = append(all, everyDistribution(k)...)
			continue
		}
		all = append(all, targets.Target{Name: "rest", Kind: k, Zones: 2})
		if k.Private != nil {
			all = append(all, targets.Target{Name: "rest", Kind: k, EndpointZones: 3})
		}
	}
	return all
}

// everyDistribution are distributions in front of every kind that can be behind one, paid by
// usage and under a plan that carries any month that is drawn, or none.
func everyDistribution(k *targets.Kind) (all []targets.Target) {
	for _, behind := range targets.Kinds {
		if !behind.CanBeOrigin || !behind.OnAWS() {
			continue
		}
		all = append(all, targets.Target{Name: "rest", Kind: k, Zones: 2, Distribution: &targets.Distribution{
			Origin: &targets.Target{Kind: behind, Zones: 2},
			Use: pricing.CDNUse{
				Viewers:       pricing.Viewers{"us": pricing.Ratio(1, 4), "europe": pricing.Ratio(3, 4)},
				FunctionShare: pricing.Exactly(pricing.Ratio(1, 3)),
				Edge:          pricing.EdgeUse{Share: pricing.Exactly(pricing.Ratio(1, 7)), Duration: pricing.Shape{Range: pricing.Exactly(pricing.Whole(5))}, MemoryMB: 128},
			},
		}})
	}
	return all
}

func drawUsed(t *rapid.T, at targets.Target) used {
	whole := func(what string, least, most int64) int64 { return rapid.Int64Range(least, most).Draw(t, what) }
	u := used{
		target: at, sent: whole("sent", 1, 100_000), requestBytes: whole("request bytes", 1, 6<<20), replyBytes: whole("response bytes", 1, 12<<20),
		durationMS: whole("ms", 1, 900_000), coldPerMille: whole("cold per mille", 0, 1000), initMS: whole("INIT", 1, 9_999),
		month: whole("requests a month", 1, 10_000_000_000), hours: whole("hours", 1, 744),
	}
	u.refused, u.opened = whole("refused", 0, u.sent), whole("opened", 1, u.sent)
	u.target.Function = targets.Function{MemoryMB: whole("memory", 128, 10_240), Architecture: rapid.SampledFrom([]string{"x86_64", "arm64"}).Draw(t, "architecture")}
	u.target.Rules = whole("rules", 0, 100)
	if at.Distribution != nil {
		u.refused, u.hits = 0, whole("hits", 0, u.sent) // which share of the refused could have been hits no workload states
	}
	if u.target.Kind.UsagePlans {
		u.target.CacheGB = rapid.SampledFrom(append([]string{""}, pricing.RESTCacheHours.Variants...)).Draw(t, "cache")
	}
	if at := u.serving(); at.Kind.Door.Bills(pricing.LambdaWebCPU) {
		exactly := func(what string) pricing.Range { return pricing.Exactly(pricing.Whole(whole(what, 1, 1000))) }
		at.Web.Use = pricing.WebFunctionUse{CPU: pricing.Shape{Range: exactly("CPU")}, Environments: exactly("environments"), MemoryMB: whole("MB", 1, 2048)}
	}
	return u
}

// serving is the target, or what is behind its distribution.
func (u *used) serving() *targets.Target {
	if d := u.target.Distribution; d != nil {
		return d.Origin
	}
	return &u.target
}

// webRates are made up: AWS has published none.
func webRates(t testing.TB, book *pricing.Book) *pricing.Book {
	t.Helper()
	rates := pricing.Rates{}
	for i, d := range []pricing.Dimension{pricing.LambdaWebRequests, pricing.LambdaWebCPU, pricing.LambdaWebMemory, pricing.LambdaWebTransfer} {
		rates[d.ID] = pricing.Money(pricing.Ratio(int64(i+1), 1000))
	}
	return book.Stating([]string{"us-east-1"}, rates, "made up")
}

// measured is the month at a target of which a run measured the usage.
func (u used) measured() pricing.Traffic {
	run := sent(u.sent, u.refused, u.replyBytes)
	s := &run.Seconds[0]
	s.Opened, s.Out = u.opened, u.requestBytes*u.sent
	run.Sizes[SizeKey{}] = &Sizes{}
	run.Sizes[SizeKey{}].Record(u.requestBytes, u.sent)
	if u.target.Distribution != nil {
		s.Cached[targets.CacheHit], s.Cached[targets.CacheMiss] = u.hits, u.sent-u.hits
	}
	watch(run, targets.RoleInvocations, map[string]float64{"Sum": float64(u.sent - u.refused - u.hits)})
	watch(run, targets.RoleDuration, map[string]float64{"Average": float64(u.durationMS), "SampleCount": float64(u.sent)})
	return Traffic(run, 0, u.target, Month{
		Requests: u.month, Hours: u.hours, ColdShare: fmt.Sprintf("0.%03d", u.coldPerMille%1000), Init: time.Duration(u.initMS) * time.Millisecond,
	})
}

// stated is a workload with the same numbers.
func (u used) stated(seconds float64) *pricing.Workload {
	exactly := func(n, d int64) pricing.Range {
		q := pricing.Ratio(n, d)
		return pricing.Range{Low: q, Likely: q, High: q}
	}
	size := func(n int64) pricing.Shape { return pricing.Shape{Range: exactly(n, 1)} }
	var cdn pricing.CDNUse
	if d := u.target.Distribution; d != nil {
		cdn = d.Use
		cdn.Hits = exactly(u.hits, u.sent)
	}
	return &pricing.Workload{
		CDN:    cdn,
		Region: "us-east-1", Requests: exactly(u.month, 1), Hours: pricing.Whole(u.hours), Refused: exactly(u.refused, u.sent), RefusedBytes: size(u.replyBytes),
		RequestBytes: size(u.requestBytes), ResponseBytes: size(u.replyBytes),
		Function: pricing.FunctionUse{
			// CloudWatch has the mean alone, of which rounding up adds half a millisecond.
			Duration: pricing.Shape{Buckets: []pricing.Bucket{{Value: u.durationMS * 1000, Count: 1}, {Value: (u.durationMS + 1) * 1000, Count: 1}}},
			Init:     size(u.initMS), ColdShare: exactly(u.coldPerMille%1000, 1000),
			MemoryMB: u.target.Function.MemoryMB, Architecture: u.target.Function.Architecture,
		},
		Cache:       pricing.CacheUse{GB: u.target.CacheGB},
		Connections: pricing.ConnectionUse{Requests: exactly(u.sent, u.opened), Seconds: exactly(int64(seconds), 1)},
		Balancer:    pricing.BalancerUse{Zones: &u.target.Zones, Rules: u.target.Rules},
		Private:     pricing.PrivateUse{Zones: u.target.EndpointZones},
		WebFunction: u.serving().Web.Use,
	}
}

func TestARunAndAWorkloadOfTheSameUsageHaveTheSameBill(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	book = webRates(t, book)
	for _, at := range everyTarget() {
		t.Run(at.Door().Name, func(t *testing.T) {
			rapid.Check(t, func(t *rapid.T) {
				u := drawUsed(t, at)
				door := u.target.Door()
				run, err := book.Price("us-east-1", pricing.Measure(door.Billed, u.measured()))
				if err != nil {
					t.Fatal(err)
				}
				workload, err := book.Bill(u.stated(10), door)
				if err != nil {
					t.Fatal(err)
				}
				if run.Month.Cmp(workload.Month) != 0 || len(run.Lines) != len(workload.Lines) {
					t.Fatalf("the run's month costs %s\n%+v\nthe workload's %s\n%+v", run.Month, run.Lines, workload.Month, workload.Lines)
				}
				for i, line := range run.Lines {
					if other := workload.Lines[i]; line.Title != other.Title || line.Cost.Cmp(other.Cost) != 0 {
						t.Errorf("%s costs %s in a run, and %s costs %s in a workload", line.Title, line.Cost, other.Title, other.Cost)
					}
				}
			})
		})
	}
}

// What is not stated is the same in a run and in a workload, and assumed in both.
func TestWhatNobodyStatesIsAssumedInARunAsInAWorkload(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	u := used{
		target: targets.Target{Name: "rest", Kind: &targets.ALB, Zones: pricing.DefaultZones, ZonesAssumed: true, Function: targets.Function{MemoryMB: pricing.DefaultMemoryMB, MemoryAssumed: true}},
		sent:   1000, opened: 10, requestBytes: 100, replyBytes: 100, durationMS: 20, initMS: 1, month: 1_000_000,
	}
	run, err := book.Price("us-east-1", pricing.Measure(u.target.Door().Billed, u.measured()))
	if err != nil {
		t.Fatal(err)
	}
	w := u.stated(10)
	w.Hours, w.Balancer.Zones, w.Function.MemoryMB = pricing.Quantity{}, nil, 0
	workload, err := book.Bill(w, pricing.ALB)
	if err != nil {
		t.Fatal(err)
	}
	assumed := 0
	for i, line := range run.Lines {
		other := workload.Lines[i]
		if line.Dimension != other.Dimension || line.Quantity.Cmp(other.Quantity) != 0 {
			t.Errorf("a run has %s %s, and a workload %s %s", line.Quantity, line.Dimension, other.Quantity, other.Dimension)
		}
		switch line.Dimension {
		case pricing.ALBHours.ID, pricing.ALBAddresses.ID, pricing.LambdaDuration.Key("x86_64"):
			if assumed++; line.Basis != pricing.Assumed || other.Basis != pricing.Assumed {
				t.Errorf("%s is %s in a run, and %s in a workload", line.Title, line.Basis, other.Basis)
			}
		}
	}
	if assumed != 3 {
		t.Errorf("%d lines rest on defaults, want three", assumed)
	}
}

// No response tells what a Web Function uses, and no book has its prices: there is no bill
// that leaves them out.
func TestAnUnknownUseOrPriceMakesNoBill(t *testing.T) {
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	use := pricing.WebFunctionUse{CPU: pricing.Shape{Range: pricing.Exactly(pricing.Whole(4))}, Environments: pricing.Exactly(pricing.Whole(3)), MemoryMB: 300}
	for name, row := range map[string]struct {
		book *pricing.Book
		use  pricing.WebFunctionUse
		want []string
	}{
		"neither is known": {book, pricing.WebFunctionUse{}, []string{"state cpu, environments and memory under web_function", "lambdaweb.requests", "lambdaweb.cpu", "lambdaweb.memory", "lambdaweb.transfer"}},
		"prices alone":     {webRates(t, book), pricing.WebFunctionUse{}, []string{"state cpu, environments and memory under web_function"}},
		"the use alone":    {book, use, []string{"lambdaweb.requests", "lambdaweb.cpu", "lambdaweb.memory", "lambdaweb.transfer"}},
		"both":             {webRates(t, book), use, nil},
	} {
		u := used{target: targets.Target{Name: "web", Kind: &targets.LambdaWeb, Web: targets.WebFunction{Use: row.use}}, sent: 10, requestBytes: 100, replyBytes: 100, durationMS: 5, month: 1000, hours: 730, opened: 1}
		bill, err := row.book.Price("us-east-1", pricing.Measure(u.target.Door().Billed, u.measured()))
		if (err == nil) != (row.want == nil) || err != nil && bill.Month.Float() != 0 {
			t.Errorf("%s: %v, %v", name, bill.Month, err)
		}
		_, drawn := row.book.Curve("us-east-1", pricing.Candidate{Name: "web", Billed: u.target.Door().Billed, Traffic: u.measured()})
		if (drawn == nil) != (row.want == nil) || drawn != nil && !pricing.Unknowable(drawn) {
			t.Errorf("%s: its cost curve: %v", name, drawn)
		}
		for _, want := range row.want {
			if !strings.Contains(err.Error(), want) {
				t.Errorf("%s: %q does not say %q", name, err, want)
			}
		}
	}
}
