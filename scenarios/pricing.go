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

// HasMonth reports whether there is a month to make bills for.
func (p *Pricing) HasMonth() bool { return p.RequestsPerMonth > 0 || p.FlowsPerMonth > 0 }

// pricing reads what the bill is made for. Without requests_per_month or flows_per_month
// there is no bill.
func (in *input) pricing(v document.Value, s *Scenario) {
	f := in.fields(v, "region", "requests_per_month", "flows_per_month", "hours_per_month", "cold_share", "init", socketsOfMonth, "rates")
	for _, key := range []string{"hours_per_month", "cold_share", "init", socketsOfMonth} {
		if f.Has(key) && !f.Has("requests_per_month") && !f.Has("flows_per_month") {
			v.Problem("%s is about a bill: it needs \"requests_per_month\"", key)
			break
		}
	}
	switch flows := f.Get("flows_per_month"); {
	case flows.Node == nil:
	case f.Has("requests_per_month"):
		flows.Problem("a month is stated in requests or in flows: remove one of them")
	case !in.Recorded && in.Key("flows") == nil:
		flows.Problem("the scenario has no flows: state requests_per_month")
	}
	s.Pricing.FlowsPerMonth = f.Get("flows_per_month").Whole(1, 1e15)
	s.Pricing.Region = f.region("region")
	s.Pricing.RequestsPerMonth = f.Get("requests_per_month").Whole(1, 1e15)
	s.Pricing.HoursPerMonth = f.WholeOr("hours_per_month", 1, 744, defaultHours)
	if share, ok := f.Get("cold_share").In(document.Share).Exact(); ok {
		s.Pricing.ColdShare = document.Decimal(share)
	}
	s.Pricing.Init = f.Get("init").Duration(0, 10*time.Minute)
	s.Pricing.Sockets = in.socketMonth(f.Get(socketsOfMonth))
	f.Get("rates").Decode(&s.Pricing.Rates)
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

// Prices are what each request of a run may cost at most, and what the run reserves
// for the rest.
type Prices struct {
	Requests [][]int64     // by target, by request, in picodollars
	Reserved pricing.Money // for reading metrics, logs and traces afterwards, and for probes
}

// Prices prices each request of the plan, as high as the High of its [Estimate].
func (p *Plan) Prices(book *pricing.Book) (Prices, error) {
	book = p.Scenario.Book(book)
	var prices Prices
	for target, t := range p.Scenario.Targets {
		row := make([]int64, len(p.Sent))
		prices.Requests = append(prices.Requests, row)
		if t.Lab {
			continue
		}
		var highest pricing.Money
		for i, r := range p.Sent {
			if r.Elsewhere() {
				continue // not behind the front door
			}
			_, most := r.At(&t).bodySizes(p.Seed)
			price, err := p.priceOf(target, book, most)
			if err != nil {
				return Prices{}, err
			}
			if row[i] = price.Picos(); price.Cmp(highest) > 0 {
				highest = price
			}
		}
		prices.Reserved = prices.Reserved.Add(p.estimateWatching(target, book).High).Add(highest.Times(pricing.Whole(p.announced(t.Name).Requests)))
	}
	return prices, nil
}

// priceOf is what one request with a body of that size costs, if all that are
// planned at the target are such.
func (p *Plan) priceOf(target int, book *pricing.Book, body int64) (pricing.Money, error) {
	traffic := p.traffic(target, highGuess)
	if traffic.Requests.Quantity.Sign() == 0 {
		return pricing.Money{}, nil
	}
	traffic.RequestBytes = pricing.Point(body+requestHead, pricing.Assumed, "guess before the run")
	if !traffic.MessageBytes.Empty() {
		traffic.MessageBytes = pricing.Point(max(body, highGuess.response), pricing.Assumed, "guess before the run")
	}
	cost, err := p.costOf(p.Scenario.Targets[target], book, traffic)
	return cost.Times(pricing.Whole(1).Div(traffic.Requests.Quantity)), err
}
