package pricing

import "strings"

// A Rate is what one dimension costs in one region.
type Rate struct {
	Key      string                 `json:"-"` // of the dimension, with its variant
	Unit     Unit                   `json:"unit" doc:"need"`
	Per      Quantity               `json:"per,omitzero" doc:"min=1"` // prices are for so many units; services quote a million
	Tiers    []Tier                 `json:"tiers" doc:"need"`         // ascending; the last has no end
	Free     map[FreeTier]Allowance `json:"free,omitempty"`
	Source   string                 `json:"source" doc:"need"`   // where the numbers were read
	AsOf     string                 `json:"as_of" doc:"need"`    // the date for which the source gives them
	Verified bool                   `json:"verified" doc:"need"` // false: from general knowledge; to be checked before it is relied on

	VerifiedTo Quantity `json:"verified_to,omitzero" doc:"min=1"` // of a verified rate: the prices of more units are from general knowledge; zero: all were read
	KnownTo    Quantity `json:"known_to,omitzero" doc:"min=1"`    // the price of more units is unknown; zero: all are known

	Stated bool `json:"-"` // by the user, for one scenario: no book has it

	granted *Allowance // subtracted before the tiers, where the book grants it
	pool    string     // the key whose allowance it is, which several rates may share

	before   Quantity // units that others of the account have paid for this month: tiers go on from there
	discount Quantity // that is off the tiers, as a share
}

// A Tier is one step of a rate. Tiers are marginal: each prices the units
// between the end of the one before and its own.
type Tier struct {
	UpTo  Quantity `json:"up_to,omitzero" doc:"min=0.000001"` // cumulative, in units of the dimension; zero: no end
	Price Money    `json:"price" doc:"need"`                  // for Rate.Per units
}

// An Allowance is what an account gets free each month.
type Allowance struct {
	Quantity Quantity `json:"quantity" doc:"need;min=0"`
	Source   string   `json:"source" doc:"need"`
	Verified bool     `json:"verified" doc:"need"`
}

// A FreeTier says which free allowances a bill subtracts.
type FreeTier string

// The free tiers. Legacy belongs to accounts created before 15 July 2025, for
// their first twelve months, and includes what is always free.
const (
	NoFreeTier FreeTier = "none"
	AlwaysFree FreeTier = "always"
	LegacyFree FreeTier = "legacy"
)

// A piece is the part of a quantity that falls into one tier.
type piece struct {
	quantity Quantity
	tier     Tier
}

// Cost returns what q units in a month cost, exactly; of units whose price is
// unknown, nothing: see [Rate.KnownTo].
func (r Rate) Cost(q Quantity) Money { return r.costAfter(q, Quantity{}) }

// costAfter is the same where others have used some of the free allowance.
func (r Rate) costAfter(q, used Quantity) (cost Money) {
	for _, p := range r.pieces(r.charged(q, used)) {
		cost = cost.Add(p.tier.Price.Times(p.quantity.Div(r.Per)))
	}
	return cost
}

func (r Rate) charged(q, used Quantity) Quantity { return positive(q.Sub(r.free(used))) }

// free is what is left of the allowance.
func (r Rate) free(used Quantity) Quantity {
	if r.granted == nil {
		return Quantity{}
	}
	return positive(r.granted.Quantity.Sub(used))
}

func positive(q Quantity) Quantity {
	if q.Sign() < 0 {
		return Quantity{}
	}
	return q
}

// knows says whether the price of every unit is known, after the free ones.
func (r Rate) knows(charged Quantity) bool {
	return r.KnownTo.Sign() == 0 || charged.Sign() <= 0 || r.before.Add(charged).Cmp(r.KnownTo) <= 0
}

// pools keeps how much of each allowance is used.
type pools map[string]Quantity

// cost prices q units, in the order of a bill.
func (p pools) cost(r Rate, q Quantity) Money {
	cost := r.costAfter(q, p[r.pool])
	p.use(r, q)
	return cost
}

func (p pools) use(r Rate, q Quantity) {
	if r.granted != nil {
		p[r.pool] = p[r.pool].Add(q)
	}
}

func (r Rate) pieces(q Quantity) (cut []piece) {
	from, to := r.before, r.before.Add(q)
	if !r.knows(q) {
		to = r.KnownTo
	}
	for _, t := range r.Tiers {
		if t.UpTo.Sign() > 0 && t.UpTo.Cmp(from) <= 0 {
			continue
		}
		left := to.Sub(from)
		if left.Sign() <= 0 {
			break
		}
		if width := t.UpTo.Sub(from); t.UpTo.Sign() > 0 && left.Cmp(width) > 0 {
			left = width
		}
		cut = append(cut, piece{left, t})
		from = t.UpTo
		if t.UpTo.Sign() == 0 {
			break
		}
	}
	return cut
}

// edges returns the quantities at which the price of the next unit changes, where the
// rate has the allowance for itself.
func (r Rate) edges() (at []Quantity) {
	free := r.free(Quantity{})
	if r.granted != nil {
		at = append(at, free)
	}
	for _, end := range r.ends() {
		at = append(at, end.Add(free))
	}
	return at
}

// ends are where tiers end, and where what is known of the price does.
func (r Rate) ends() (at []Quantity) {
	for _, t := range r.Tiers {
		if t.UpTo.Cmp(r.before) > 0 {
			at = append(at, t.UpTo.Sub(r.before))
		}
	}
	if r.KnownTo.Cmp(r.before) > 0 {
		at = append(at, r.KnownTo.Sub(r.before))
	}
	return at
}

// Quote prints all tiers for [Rate.Per] units: "$3.50 to 333 M, then $2.80". A ?
// marks tiers that were not read in a source, where others were.
func (r Rate) Quote() string {
	var b strings.Builder
	for i, t := range r.Tiers {
		switch {
		case i > 0 && i == len(r.Tiers)-1:
			b.WriteString(", then ")
		case i > 0:
			b.WriteString(", ")
		}
		b.WriteString(quote(t.Price))
		if r.Verified && r.VerifiedTo.Sign() > 0 && (t.UpTo.Sign() == 0 || t.UpTo.Cmp(r.VerifiedTo) > 0) {
			b.WriteString("?")
		}
		if t.UpTo.Sign() > 0 {
			b.WriteString(" to " + short(t.UpTo))
		}
	}
	if r.KnownTo.Sign() > 0 {
		b.WriteString(" to " + short(r.KnownTo) + ", then unknown")
	}
	return b.String()
}

// explain prints the way from q to dollars.
func (r Rate) explain(q, used Quantity) string {
	way, left := "", r.charged(q, used)
	if free := r.free(used); r.granted != nil {
		if left.Sign() == 0 {
			return Figure(q) + " of the free " + Figure(free) + " = $0.00"
		}
		way = Figure(q) + " − " + Figure(free) + " free = " + Figure(left) + "; "
	}
	cut := r.pieces(left)
	if len(cut) == 0 {
		cut = []piece{{Quantity{}, r.Tiers[0]}}
	}
	steps := make([]string, len(cut))
	for i, p := range cut {
		steps[i] = Figure(p.quantity) + " × " + r.quote(p.tier)
	}
	if r.before.Sign() > 0 {
		way += "after " + Figure(r.before) + " of others: "
	}
	if !r.knows(left) {
		steps = append(steps, Figure(left.Sub(positive(r.KnownTo.Sub(r.before))))+" × an unknown price")
		return way + strings.Join(steps, " + ") + " = at least " + dollars(r.costAfter(q, used))
	}
	return way + strings.Join(steps, " + ") + " = " + dollars(r.costAfter(q, used))
}

// quote prints a tier's price as price lists do: "$3.50/M".
func (r Rate) quote(t Tier) string {
	switch {
	case r.Per.Cmp(Whole(1)) == 0:
		return quote(t.Price)
	case r.Per.Cmp(Whole(1_000_000)) == 0:
		return quote(t.Price) + "/M"
	}
	return quote(t.Price) + "/" + Figure(r.Per)
}

func (r Rate) source() string {
	if r.Stated {
		return r.Source
	}
	s := r.Source + ", as of " + r.AsOf
	if r.discount.Sign() > 0 {
		s += ", less " + percentText(r.discount) + " of a savings plan"
	}
	if r.granted != nil {
		s += "; free allowance: " + r.granted.Source
	}
	return s
}

// basis is how well the price is known: "" where a price list has it, since a
// list is not what makes a bill uncertain.
func (r Rate) basis() Basis {
	if r.Stated || r.discount.Sign() > 0 {
		return Stated
	}
	return ""
}

// unverified says whether anything that the rate bills so many units with, after
// the free ones, was not read in a source.
func (r Rate) unverified(charged Quantity) bool {
	beyond := r.VerifiedTo.Sign() > 0 && r.before.Add(charged).Cmp(r.VerifiedTo) > 0
	return !r.Verified || beyond || (r.granted != nil && !r.granted.Verified)
}

// granting subtracts the allowance of a free tier: that of the rate pool, which may be
// another one.
func (r Rate) granting(f FreeTier, pool string, free map[FreeTier]Allowance) Rate {
	r.granted, r.pool = nil, pool
	if f == NoFreeTier {
		return r
	}
	if a, ok := free[f]; ok {
		r.granted = &a
	} else if a, ok := free[AlwaysFree]; ok && f == LegacyFree {
		r.granted = &a
	}
	return r
}
