package scenarios

import (
	"cmp"
	"slices"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/targets"
)

// defaultHours are the month of AWS's own calculator.
const defaultHours = 730

// LabRegion is whose prices front doors of the lab are billed with where a
// scenario names no region: AWS's own examples are priced there. It is the only
// region that is ever assumed, and the bill says so.
const LabRegion = "us-east-1"

// pricing reads what the bill is made for. Without requests_per_month there is
// no bill.
func (in *input) pricing(n *node, s *Scenario) {
	s.Pricing.HoursPerMonth = defaultHours
	if n == nil {
		return
	}
	f := in.fields(n, "pricing", "region", "requests_per_month", "hours_per_month", "cold_share", "init", "rates")
	for _, key := range []string{"hours_per_month", "cold_share", "init"} {
		if f.has(key) && !f.has("requests_per_month") {
			in.problem(n, "pricing: %s is about a bill: it needs \"requests_per_month\"", key)
			break
		}
	}
	s.Pricing.Region = f.region("region")
	s.Pricing.RequestsPerMonth = f.amount("requests_per_month")
	if f.has("hours_per_month") {
		s.Pricing.HoursPerMonth = f.whole("hours_per_month", 1, 744)
	}
	s.Pricing.ColdShare = f.share("cold_share")
	if f.has("init") {
		s.Pricing.Init = f.duration("init", 0, 10*time.Minute)
	}
	if rates := f.get("rates"); rates != nil {
		s.Pricing.Rates = in.rates(rates, f.at("rates"))
	}
}

// rates reads what somebody states one unit of each dimension to cost.
func (in *input) rates(n *node, path string) map[string]pricing.Money {
	known := pricing.Keys()
	f := fields{in, n, path}
	if n.sort != mapping || len(n.entries) == 0 {
		in.problem(n, "%s: needs a mapping from what is billed to US dollars for one unit of it, such as {lambda.requests: 0.0000002}", path)
		return nil
	}
	rates := map[string]pricing.Money{}
	for _, e := range n.entries {
		if !slices.Contains(known, e.key) {
			in.problem(&node{line: e.line, column: e.column}, "%s: nothing is billed as %q%s (tollgate prices show lists what is)", path, e.key, document.DidYouMean(e.key, known))
			continue
		}
		v, ok := f.scalar(e.key, "an amount of US dollars", integer, float)
		if !ok {
			continue
		}
		price, err := pricing.ParseMoney(v.text)
		if err != nil || price.Cmp(pricing.Money{}) < 0 {
			f.bad(v, e.key, "is not an amount of US dollars for one unit: write a decimal number such as 0.0000035")
			continue
		}
		rates[e.key] = price
	}
	return rates
}

// BillRegion is the region with whose prices a month at t is billed: the one
// that pricing names, or else the target's own.
func (s *Scenario) BillRegion(t targets.Target) string { return cmp.Or(s.Pricing.Region, t.Region) }

// BilledByDefault says whether a month at t is billed in a region that the
// scenario does not name.
func (s *Scenario) BilledByDefault(t targets.Target) bool {
	return t.Lab && s.BillRegion(t) == LabRegion && s.Pricing.Region == ""
}

// Book returns b with the rates that the scenario states in place of its own, in
// every region of the scenario. A nil book stays nil.
func (s *Scenario) Book(b *pricing.Book) *pricing.Book {
	if b == nil || len(s.Pricing.Rates) == 0 {
		return b
	}
	var regions []string
	for _, t := range s.Targets {
		for _, region := range []string{t.Region, s.Pricing.Region} {
			if region != "" && !slices.Contains(regions, region) {
				regions = append(regions, region)
			}
		}
	}
	return b.Stating(regions, s.Pricing.Rates, "stated in the scenario")
}
