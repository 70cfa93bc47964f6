package pricing

import (
	"slices"
	"strings"

	"tollgate/pricing/document"
)

// Areas are those that CloudFront has prices for: the United States, Mexico and Canada;
// Europe, Israel and Türkiye; Japan; South Africa, Kenya, Nigeria and the Middle East; South
// America; Australia and New Zealand; Hong Kong, Indonesia, the Philippines, Singapore, South
// Korea, Taiwan, Thailand, Malaysia and Vietnam; India. China's have a price list of their own.
// Source: Amazon CloudFront pricing page, "Regional data transfer out to internet".
var Areas = []string{"us", "europe", "japan", "middle-east-africa", "south-america", "australia", "asia-pacific", "india"}

// Viewers are where the viewers of a distribution are: for each area the share of the
// requests that come from there. None: there is no distribution.
type Viewers map[string]Quantity

// ViewersIn are viewers who are all in one area.
func ViewersIn(area string) Viewers { return Viewers{area: Whole(1)} }

// near are the areas of regions, by what their names begin with. Source: CloudFront pricing
// page (the areas); where a region is, its name says.
var near = []struct{ region, area string }{
	{"us-", "us"},
	{"ca-", "us"},
	{"mx-", "us"},
	{"eu-", "europe"},
	{"eusc-", "europe"},
	{"il-", "europe"},
	{"ap-northeast-1", "japan"},
	{"ap-northeast-3", "japan"},
	{"ap-northeast-2", "asia-pacific"},
	{"ap-east-", "asia-pacific"},
	{"ap-southeast-2", "australia"}, // Sydney
	{"ap-southeast-4", "australia"}, // Melbourne
	{"ap-southeast-6", "australia"}, // Auckland
	{"ap-southeast-", "asia-pacific"},
	{"ap-south-", "india"},
	{"sa-", "south-america"},
	{"af-", "middle-east-africa"},
	{"me-", "middle-east-africa"},
}

// ViewersNear are viewers in the area that a region is in; nil where no price of that area
// is known.
func ViewersNear(region string) Viewers {
	for _, n := range near {
		if strings.HasPrefix(region, n.region) {
			return ViewersIn(n.area)
		}
	}
	return nil
}

// Decode reads an area, or a mix such as {us: 60%, europe: 40%}.
func (all *Viewers) Decode(v document.Value) {
	if v.Type != document.Mapping {
		if area := v.Choice(Areas...); area != "" {
			*all = ViewersIn(area)
		}
		return
	}
	*all = Viewers{}
	var sum Quantity
	f := v.Fields(Areas...)
	for _, area := range Areas {
		if !f.Has(area) {
			continue
		}
		share := quantityOf(f.Get(area).In(document.Share))
		(*all)[area], sum = share, sum.Add(share)
	}
	if !v.Failed() && sum.Cmp(Whole(1)) != 0 {
		v.Problem("the shares of the areas must add up to 1, and add up to %s", Figure(sum))
	}
}

// String names the areas.
func (all Viewers) String() string {
	var names []string
	for _, area := range Areas {
		if all[area].Sign() > 0 {
			names = append(names, area)
		}
	}
	return strings.Join(names, " and ")
}

// byViewers is a dimension with a rate for each area that viewers are in; nothing
// of it is billed where the distribution does not pay as it goes. On a bill it stands
// once for each area: see [inAreas]. What is free of it is for all areas together
// (Amazon CloudFront pricing page, "Free tier").
func byViewers(id, title string, unit Unit, meter Meter) Dimension {
	return Dimension{ID: id, Title: title, Unit: unit, Variants: Areas, Allowance: id + "." + Areas[0], Meter: func(t Traffic) Reading {
		if len(t.Edge.Viewers) == 0 || t.Edge.Plan != "" {
			return Reading{}
		}
		r := meter(t)
		r.Variant = Areas[slices.IndexFunc(Areas, func(area string) bool { return t.Edge.Viewers[area].Sign() > 0 })]
		return r
	}}
}

// inAreas is each dimension for every area, with what viewers there have of it. Requests
// from all areas are taken to be alike in size, and as often answered by the cache.
func inAreas(of ...Dimension) (all []Dimension) {
	for _, d := range of {
		for _, area := range Areas {
			all = append(all, d.in(area))
		}
	}
	return all
}

func (d Dimension) in(area string) Dimension {
	whole := d.Meter
	d.Meter = func(t Traffic) Reading {
		share := t.Edge.Viewers[area]
		if share.Sign() == 0 {
			return Reading{}
		}
		t.Edge.Viewers = ViewersIn(area)
		r := whole(t)
		if share.Cmp(Whole(1)) != 0 && r.Quantity.Sign() > 0 {
			r.Quantity = r.Quantity.Mul(share)
			r.Derivation += derivation("; %s of it in %s = %s", percentText(share), area, r.Quantity)
		}
		return r
	}
	return d
}
