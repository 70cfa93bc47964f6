package pricelist

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/pricing"
)

// An Offer is a product with its on-demand price.
type Offer struct {
	service string
	product productJSON
	term    termJSON
}

// String names the offer: "AWSLambda ABC123 (EU-Request)".
func (o Offer) String() string {
	return fmt.Sprintf("%s %s (%s)", o.service, o.product.SKU, o.product.Attributes["usagetype"])
}

// The JSON of price lists, as far as it is read.
type (
	productJSON struct {
		SKU        string            `json:"sku"`
		Family     string            `json:"productFamily"`
		Attributes map[string]string `json:"attributes"`
	}
	termJSON struct {
		Code       string `json:"offerTermCode"`
		Effective  string `json:"effectiveDate"`
		Dimensions map[string]struct {
			Unit  string            `json:"unit"`
			Begin string            `json:"beginRange"`
			End   string            `json:"endRange"`
			Price map[string]string `json:"pricePerUnit"`
		} `json:"priceDimensions"`
	}
)

// onDemand is the code of the ordinary on-demand terms.
const onDemand = "JRTCKXETXF"

// offer joins a product and its terms. Of several terms the ordinary one
// counts, or else the one that holds since the latest date.
func offer(service string, p productJSON, terms map[string]termJSON) (Offer, bool) {
	var best *termJSON
	for _, t := range terms {
		if best == nil || better(t, *best) {
			best = &t
		}
	}
	if best == nil {
		return Offer{}, false
	}
	return Offer{service, p, *best}, true
}

func better(t, than termJSON) bool {
	if ours := t.Code == onDemand; ours != (than.Code == onDemand) {
		return ours
	}
	return t.Effective > than.Effective
}

// errFree is what an offer gets that costs nothing at all: free tiers are
// listed as products of their own.
var errFree = errors.New("costs nothing")

// rate makes a book's rate of an offer, for so many units at a time.
func (o Offer) rate(m match, per pricing.Quantity) (pricing.Rate, error) {
	r := pricing.Rate{
		Key: m.key, Unit: m.unit, Per: per, Verified: true,
		Source: fmt.Sprintf("AWS Price List, %s %s", o.service, o.product.SKU),
	}
	steps, err := o.ascending()
	if err == nil {
		r.AsOf, err = date(o.term.Effective)
	}
	if err != nil {
		return r, fmt.Errorf("%s: %w", o, err)
	}
	for i, s := range steps {
		if !slices.Contains(m.units, s.unit) {
			return r, fmt.Errorf("%s: is priced per %q, want %v", o, s.unit, m.units)
		}
		// A free allowance belongs to accounts, and not to the price: the first
		// paid step begins at nothing.
		if s.price.Cmp(pricing.Money{}) == 0 && i < len(steps)-1 {
			continue
		}
		r.Tiers = append(r.Tiers, pricing.Tier{UpTo: s.end, Price: s.price.Times(per)})
	}
	if !slices.ContainsFunc(steps, func(s step) bool { return s.price.Cmp(pricing.Money{}) != 0 }) {
		return r, errFree
	}
	return r, nil
}

// A step is one tier of an offer; the last has no end.
type step struct {
	begin, end pricing.Quantity
	unit       string
	price      pricing.Money
}

// ascending sorts the steps, which come in no order, and checks that they
// leave no gap and do not overlap.
func (o Offer) ascending() ([]step, error) {
	if n := len(o.term.Dimensions); n == 0 || n > 50 {
		return nil, fmt.Errorf("has %d price steps, want 1 to 50", n)
	}
	var steps []step
	for _, s := range o.term.Dimensions {
		n := step{unit: s.Unit}
		price, ok := s.Price["USD"]
		if !ok {
			return nil, fmt.Errorf("has no price in USD, but in %v", slices.Sorted(maps.Keys(s.Price)))
		}
		var err error
		if n.price, err = pricing.ParseMoney(price); err != nil {
			return nil, err
		}
		if len(price) > mostDigits {
			return nil, fmt.Errorf("the price %s has more than %d characters", price, mostDigits)
		}
		if n.price.Cmp(pricing.Money{}) < 0 {
			return nil, fmt.Errorf("the price %s is negative", price)
		}
		if n.begin, err = edge(s.Begin); err != nil {
			return nil, err
		}
		if s.End != "Inf" {
			if n.end, err = edge(s.End); err != nil {
				return nil, err
			}
		}
		steps = append(steps, n)
	}
	slices.SortFunc(steps, func(a, b step) int { return a.begin.Cmp(b.begin) })
	var from pricing.Quantity
	for i, s := range steps {
		last := i == len(steps)-1
		switch {
		case s.begin.Cmp(from) != 0:
			return nil, fmt.Errorf("a price step begins at %s, the one before ends at %s", s.begin, from)
		case last != (s.end.Sign() == 0) || (!last && s.end.Cmp(s.begin) <= 0):
			return nil, fmt.Errorf("a price step from %s must end above it, and the last must not end", s.begin)
		}
		from = s.end
	}
	return steps, nil
}

// mostDigits is how long a price may be: real ones have ten decimals.
const mostDigits = 25

func edge(text string) (pricing.Quantity, error) {
	n, err := strconv.ParseInt(text, 10, 64)
	if err != nil || n < 0 {
		return pricing.Quantity{}, fmt.Errorf("%.40q is not a whole number that a price step could begin or end at", text)
	}
	return pricing.Whole(n), nil
}

func date(stamp string) (string, error) {
	day, _, _ := strings.Cut(stamp, "T")
	t, err := time.Parse(time.DateOnly, day)
	if err != nil || t.Year() < 2000 || t.Year() > 2099 {
		return "", fmt.Errorf("effectiveDate %.40q is no date", stamp)
	}
	return day, nil
}
