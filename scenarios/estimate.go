package scenarios

import (
	"errors"
	"iter"
	"maps"
	"math"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// A Range is an amount of money that is not known exactly.
type Range struct {
	Low    pricing.Money `json:"low"`
	Likely pricing.Money `json:"likely"`
	High   pricing.Money `json:"high"`
}

func (r Range) plus(o Range) Range {
	return Range{r.Low.Add(o.Low), r.Likely.Add(o.Likely), r.High.Add(o.High)}
}

// An Estimate is what a run itself will cost at list price, without free tiers.
type Estimate struct {
	Book    string
	Targets []TargetEstimate
	Total   Range // of the targets whose cost is known
}

// A TargetEstimate is what a run will cost at one target. Targets of the lab,
// and origins, cost nothing.
type TargetEstimate struct {
	Target   string
	Load     Range // the front door, the function and what they send
	Watching Range // reading metrics, logs and traces at AWS afterwards
	Unknown  error // why it could not be priced; it is not in the total
}

// Unknown says why some target has no price, nil if all have one.
func (e *Estimate) Unknown() error {
	var all []error
	for _, t := range e.Targets {
		all = append(all, t.Unknown)
	}
	return errors.Join(all...)
}

// Sum is all that a run will cost at the target.
func (t TargetEstimate) Sum() Range { return t.Load.plus(t.Watching) }

// A guess is what is not known before a run.
type guess struct {
	work     time.Duration // of the function, for each request
	cold     int64         // of a thousand invocations, those that start an environment
	init     time.Duration // of such a start
	response int64         // bytes, headers included
	latency  time.Duration // of an answer, as users of the closed model see it
	reads    int64         // of CloudWatch, every 20 s until two in a row agree, for 5 min at most
	evidence evidenceGuess

	requests func(Extent) float64 // of a flow
	asks     float64              // preflights of a browser for a request that may have one
	sockets  socketGuess
}

// The guesses: a function that answers at once, a usual one, and one that
// takes its time. In the closed model a fast answer means more requests, and
// so a more expensive run: the latencies go the other way.
var (
	lowGuess    = guess{work: 2 * time.Millisecond, response: 512, latency: time.Second, reads: 2, evidence: leastEvidence, sockets: noneComes, requests: func(e Extent) float64 { return e.Least }}
	likelyGuess = guess{work: 100 * time.Millisecond, cold: 10, init: 400 * time.Millisecond, response: 2 << 10, latency: 100 * time.Millisecond, reads: 4, evidence: someEvidence, sockets: oneComes, requests: func(e Extent) float64 { return e.Likely }, asks: 0.5}
	highGuess   = guess{work: time.Second, cold: 50, init: 3 * time.Second, response: 64 << 10, latency: 5 * time.Millisecond, reads: 17, evidence: mostEvidence, sockets: everyoneGets, requests: func(e Extent) float64 { return e.Most }, asks: 1}
)

// requestHead is about what a request has besides its body.
const requestHead = 500

// Estimate says what running p will cost.
func (p *Plan) Estimate(book *pricing.Book) *Estimate {
	book = p.Scenario.Book(book)
	e := &Estimate{Book: book.String()}
	for i, t := range p.Scenario.Targets {
		at := TargetEstimate{Target: t.Name}
		if !t.Lab {
			at.Load, at.Unknown = p.estimateLoad(i, book)
			at.Watching = p.estimateWatching(i, book)
		}
		if at.Unknown == nil {
			e.Total = e.Total.plus(at.Sum())
		}
		e.Targets = append(e.Targets, at)
	}
	return e
}

func (p *Plan) estimateLoad(target int, book *pricing.Book) (r Range, err error) {
	for _, c := range []struct {
		guess guess
		cost  *pricing.Money
	}{{lowGuess, &r.Low}, {likelyGuess, &r.Likely}, {highGuess, &r.High}} {
		if *c.cost, err = p.costOf(p.Scenario.Targets[target], book, p.traffic(target, c.guess)); err != nil {
			return Range{}, err
		}
	}
	return r, nil
}

// costOf prices some traffic at one target, without what is paid anyway.
func (p *Plan) costOf(t targets.Target, book *pricing.Book, traffic pricing.Traffic) (pricing.Money, error) {
	billed := slices.DeleteFunc(slices.Clone(t.Door().Billed), func(d pricing.Dimension) bool { return d.Standing })
	usage := pricing.Measure(billed, traffic)
	if len(usage) == 0 {
		return pricing.Money{}, nil
	}
	bill, err := book.Price(t.Region, usage)
	return bill.Month, err
}

// traffic is the planned load on one target as a door's meters would see it,
// with the length of the run for the month.
func (p *Plan) traffic(target int, g guess) pricing.Traffic {
	t := p.Scenario.Targets[target]
	const source = "guess before the run"
	amount := func(n int64) pricing.Amount {
		return pricing.Amount{Quantity: pricing.Whole(n), Basis: pricing.Assumed, Source: source}
	}
	announced := p.announced(t.Name)
	asked := int64(math.Round(p.asks(target, g) * float64(p.guessed(target, g))))
	n := p.guessed(target, g) + asked + announced.Requests + p.trials(t.Name)
	connections, open := p.Scenario.Engine.guessedConnections(t, n)
	traffic := pricing.Traffic{
		Requests:      amount(n),
		RequestBytes:  p.requestBytes(target, source),
		ResponseBytes: pricing.Point(g.response, pricing.Assumed, source),
		Connections:   amount(connections), ConnectionSeconds: amount(open),
		Rules: t.Rules, Zones: t.Zones, EndpointZones: t.EndpointZones, CacheGB: t.CacheGB,
		WebACLs: t.WebACL.Billed(), WebACLRules: t.WebACL.Rules,
		Hours: pricing.Amount{Quantity: pricing.Ratio(int64(p.PerTarget(target)+announced.For), int64(time.Hour)), Basis: pricing.Assumed, Source: source},
	}
	atEdge(t, &traffic)
	if t.Door().HasFunction() {
		invoked := n
		if t.Kind.OwnPreflights {
			invoked -= asked
		}
		traffic.Invocations, traffic.ColdStarts = amount(invoked), amount(invoked*g.cold/1000)
		for _, a := range []*pricing.Amount{&traffic.Invocations, &traffic.ColdStarts} {
			a.Quantity = a.Quantity.Mul(p.invoking(target))
		}
		traffic.Duration = pricing.Point(g.work.Microseconds(), pricing.Assumed, source)
		traffic.Init = pricing.Point(g.init.Microseconds(), pricing.Assumed, source)
		traffic.MemoryMB, traffic.Architecture, traffic.Streaming = t.Function.MemoryMB, t.Function.Architecture, t.Function.Streaming
	}
	traffic.Called = p.called(target, traffic.Requests, g)
	t.State(&traffic)
	if t.Kind.OnlyMessages {
		p.messages(&traffic, target, n, g)
	}
	return traffic
}

// guessed is how many requests a target receives, closed stages included.
func (p *Plan) guessed(target int, g guess) (n int64) {
	for i := range p.Populations {
		if p.Populations[i].sends(target) {
			n += p.Populations[i].guessed(g)
		}
	}
	return n
}

// guessed is how many requests of the population one of its targets receives: not those that
// go to other hosts.
func (p *PlannedPopulation) guessed(g guess) (n int64) {
	for _, stage := range p.Stages {
		each, there := g.requests(stage.Each), g.requests(stage.There)
		n += int64(math.Round(float64(stage.Starts) * there))
		if u, closed := stage.Users(); closed && u.N > 0 {
			n += int64(u.rate(g, each, stage.Each.Mean) * there / each * stage.Own().Seconds())
		}
	}
	return n
}

// rate is how many requests users send in a second, all together, where each walks
// through so many and thinks in between and afterwards.
func (u Users) rate(g guess, requests float64, thinks time.Duration) float64 {
	return float64(u.N) * requests / (time.Duration(requests*float64(g.latency)) + thinks + u.Think.Mean()).Seconds()
}

// requestBytes are the sizes of what a target receives: of each population's requests
// by their weights, and of several populations by how much they are likely to send.
func (p *Plan) requestBytes(target int, source string) pricing.Dist {
	d := pricing.Dist{Basis: pricing.Assumed, Source: source}
	for r, n := range p.weighed(target) {
		mean, _ := r.bodySizes(p.Seed)
		d.Buckets = append(d.Buckets, pricing.Bucket{Value: mean + requestHead, Count: n})
	}
	return d
}

// weighed are the requests that a target receives, as it receives them, with their shares as
// counts.
func (p *Plan) weighed(target int) iter.Seq2[*Request, int64] {
	return func(yield func(*Request, int64) bool) {
		all := float64(p.guessed(target, likelyGuess))
		for i := range p.Populations {
			population := &p.Populations[i]
			if !population.sends(target) {
				continue
			}
			of := func(weight int) int64 { return int64(weight) }
			if len(p.Populations) > 1 {
				scale := million * float64(population.guessed(likelyGuess)) / all / float64(totalWeight(population.Requests))
				of = func(weight int) int64 { return max(1, int64(math.Round(scale*float64(weight)))) }
			}
			for j := range population.Requests {
				if r := &population.Requests[j]; !r.Elsewhere() && !yield(r.At(&p.Scenario.Targets[target]), of(max(1, r.Weight))) {
					return
				}
			}
		}
	}
}

// called are the calls in place of a function among so many requests to a target.
func (p *Plan) called(target int, n pricing.Amount, g guess) (all []pricing.Call) {
	t := p.Scenario.Targets[target]
	var sum int64
	counts := map[string]int64{}
	calls := map[string]pricing.Call{}
	for r, weight := range p.weighed(target) {
		sum += weight
		i, without := t.IntegrationAt(r.Method, r.Path)
		if !without {
			continue
		}
		c, known := calls[i.Called()]
		if !known {
			c = i.Call()
			c.ResponseBytes = pricing.Point(g.response, pricing.Assumed, n.Source)
			c.Duration = pricing.Point(g.work.Microseconds(), pricing.Assumed, n.Source)
		}
		mean, _ := r.bodySizes(p.Seed)
		c.RequestBytes.Buckets = append(c.RequestBytes.Buckets, pricing.Bucket{Value: mean + requestHead, Count: weight})
		calls[c.Of] = c
		counts[c.Of] += weight
	}
	for _, name := range slices.Sorted(maps.Keys(calls)) {
		c := calls[name]
		c.RequestBytes.Basis = pricing.Assumed
		c.Requests = n
		c.Requests.Quantity = n.Quantity.Mul(pricing.Ratio(counts[name], sum))
		all = append(all, c)
	}
	return all
}

// invoking is the share of the requests to a target that lead to a function.
func (p *Plan) invoking(target int) pricing.Quantity {
	var all, invoking int64
	for r, n := range p.weighed(target) {
		all += n
		if _, without := p.Scenario.Targets[target].IntegrationAt(r.Method, r.Path); !without {
			invoking += n
		}
	}
	if all == 0 {
		return pricing.Whole(1)
	}
	return pricing.Ratio(invoking, all)
}

// Share is the share of the requests to a target for which something holds of their method
// and path; of none it is all.
func (p *Plan) Share(target int, holds func(method, path string) bool) float64 {
	var all, some int64
	for r, n := range p.weighed(target) {
		all += n
		if holds(r.Method, r.Path) {
			some += n
		}
	}
	if all == 0 {
		return 1
	}
	return float64(some) / float64(all)
}

// million is how many requests stand for those of several populations.
const million = 1_000_000

func totalWeight(all []Request) (n int) {
	for _, r := range all {
		if !r.Elsewhere() {
			n += max(1, r.Weight)
		}
	}
	return max(n, 1)
}

// Missing says what has no price, and why.
func (e *Estimate) Missing() string {
	lacks := pricing.Lacks(e.Unknown())
	if len(lacks) == 0 {
		return e.Unknown().Error()
	}
	return "the price book " + e.Book + " has no prices for " + LacksText(lacks)
}

// LacksText names what has no price.
func LacksText(lacks []pricing.Lack) string {
	texts := make([]string, len(lacks))
	for i, l := range lacks {
		texts[i] = l.String()
	}
	return strings.Join(texts, " and ")
}

// NoBill begins what is said before a run that will have no bill; afterwards the bill itself,
// or why there is none, takes its place.
const NoBill = "there will be no monthly bill"

// Unbillable names the targets of which a month could not be billed after the run, and says
// why: what has no price, or is unknown. There is none if the scenario asks for no bill.
func (p *Plan) Unbillable(book *pricing.Book) (names []string, err error) {
	if !p.Scenario.Pricing.HasMonth() {
		return nil, nil
	}
	book = p.Scenario.Book(book)
	var all []error
	for i, t := range p.Scenario.Targets {
		_, err := book.Price(p.Scenario.BillRegion(t), pricing.Measure(t.Door().Billed, p.traffic(i, highGuess)))
		if err != nil {
			names, all = append(names, t.Name), append(all, err)
		}
	}
	return names, errors.Join(all...)
}

// Remedy says how to get what has no price.
func (e *Estimate) Remedy() string {
	if lacks := pricing.Lacks(e.Unknown()); len(lacks) > 0 {
		return pricing.Remedy(lacks)
	}
	return "correct that"
}
