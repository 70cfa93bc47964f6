package pricing

import (
	"slices"

	"tollgate/pricing/document"
)

// Account is what the AWS account has to do with a workload's bill: what others have
// used of this month's tiers and free allowances, prices of its own, and a discount.
// Tiers and allowances are the account's, so a bill that takes them all for itself is
// too low where other workloads use it, or too high where those have reached a lower tier.
type Account struct {
	AlreadyUsed AlreadyUsed `json:"already_used"`
	Rates       Rates       `json:"rates"`
	Savings     SavingsUse  `json:"savings_plan"`
}

// AlreadyUsed is how many units others of the account have used this month, by the
// keys of the price book. The bill begins behind them.
type AlreadyUsed map[string]Quantity

// Decode reads a mapping from what is billed to a number of its units.
func (u *AlreadyUsed) Decode(v document.Value) {
	*u = AlreadyUsed{}
	for _, key := range billedKeys(v, "the units that are used, such as {lambda.requests: 3M}") {
		(*u)[key] = quantityOf(v.Fields().Get(key))
	}
}

// Rates are prices of one unit, in US dollars, by the keys of the price book.
type Rates map[string]Money

// Decode reads a mapping from what is billed to its price.
func (r *Rates) Decode(v document.Value) {
	*r = Rates{}
	for _, key := range billedKeys(v, "US dollars for one unit of it, such as {lambda.requests: 0.0000002}") {
		one := v.Fields().Get(key)
		text, ok := one.Scalar("an amount of US dollars", document.Integer, document.Float)
		if !ok {
			continue
		}
		price, err := ParseMoney(text)
		if err != nil || price.Cmp(Money{}) < 0 {
			one.Bad("is not an amount of US dollars for one unit: write a decimal number such as 0.0000035")
			continue
		}
		(*r)[key] = price
	}
}

// billedKeys are the keys of a mapping from what is billed to something.
func billedKeys(v document.Value, to string) (keys []string) {
	if v.Type != document.Mapping || len(v.Entries) == 0 {
		v.Problem("needs a mapping from what is billed to %s", to)
		return nil
	}
	known := Keys()
	for _, e := range v.Entries {
		if !slices.Contains(known, e.Key) {
			v.At(e.At(), v.Path).Problem("nothing is billed as %q%s (tollgate prices show lists what is)", e.Key, document.DidYouMean(e.Key, known))
			continue
		}
		keys = append(keys, e.Key)
	}
	return keys
}

func (a Account) stated() bool {
	return len(a.AlreadyUsed) > 0 || len(a.Rates) > 0 || a.Savings.stated()
}

// For returns the book with the prices that a workload's account has: those that it
// states, less its discount, from where others have come to in the tiers and the free
// allowances. Everything that bills a workload calls it; twice is as good as once.
func (b *Book) For(w *Workload) *Book {
	a := w.Account
	if a == nil || b.account == a {
		return b
	}
	own := *b
	if len(a.Rates) > 0 {
		own = *b.Stating([]string{w.Region}, a.Rates, "stated in the workload")
	}
	rates := map[string]Rate{}
	free := pools{}
	for _, key := range Keys() {
		r, err := own.Rate(w.Region, key)
		if err != nil {
			continue
		}
		rates[key] = a.Savings.discounted(r).behind(a.AlreadyUsed[key], free)
	}
	for key, r := range rates {
		if r.granted != nil {
			left := *r.granted
			left.Quantity = r.free(free[r.pool])
			r.granted = &left
			rates[key] = r
		}
	}
	own = *own.With(own.name, own.asOf, map[string]map[string]Rate{w.Region: rates})
	own.account = a
	return &own
}

// behind is the rate for what comes after so many units of others. Their free ones are
// noted in used.
func (r Rate) behind(units Quantity, used pools) Rate {
	r.before = r.charged(units, used[r.pool])
	used.use(r, units)
	return r
}

// accountNotes say what of the account is in the bill.
func (w *Workload) accountNotes() (notes []string) {
	if w.Account == nil {
		return nil
	}
	if len(w.Account.AlreadyUsed) > 0 {
		notes = append(notes, "the bill begins behind what is already_used this month: tiers and free allowances are what that leaves")
	}
	return append(notes, w.Account.Savings.notes()...)
}
