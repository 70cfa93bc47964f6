package whatif

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"time"

	"tollgate/pricing"
)

// A ThrottleRow is a rate of a token bucket for all requests together.
type ThrottleRow struct {
	Rate    float64 `json:"rate_per_second"`
	Burst   int64   `json:"burst_that_refuses_none"`
	AtBurst int64   `json:"burst"` // for which the others are: as many as come in a second
	Refused int64   `json:"refused"`
	Least   *int64  `json:"refused_at_least,omitempty"` // as requests may lie within what is known of their times
	Most    *int64  `json:"refused_at_most,omitempty"`
	Users   int     `json:"keys_refused_together,omitempty"` // API keys that these requests are of
	AtKeys  *int64  `json:"refused_by_key,omitempty"`        // if each API key has such a bucket
	LeastAt *int64  `json:"refused_by_key_at_least,omitempty"`
	MostAt  *int64  `json:"refused_by_key_at_most,omitempty"`
	Keys    int     `json:"keys_refused,omitempty"`
	Worst   string  `json:"worst_minute,omitempty"`
	InWorst int64   `json:"refused_in_worst_minute,omitempty"`

	Month *pricing.Money `json:"month_usd,omitempty"`
}

// throttles tries rates from the mean to that of the busiest second.
func (l *Log) throttles(p *pricer) error {
	if l.n < 2 {
		return nil
	}
	tried := slices.Clone(p.o.Throttles)
	for _, rate := range l.rates() {
		tried = append(tried, Throttle{Rate: rate, Burst: int64(math.Ceil(rate))})
	}
	slices.SortStableFunc(tried, func(a, b Throttle) int { return cmp.Compare(a.Rate, b.Rate) })
	for _, one := range tried {
		row := ThrottleRow{Rate: one.Rate, Burst: l.BurstFor(one.Rate), AtBurst: one.Burst}
		l.refuse(&row)
		var err error
		row.Month, err = p.month(func(w *pricing.Workload) {
			w.Refused = pricing.Exactly(l.refusedWith(w.Refused.Likely, row.Refused))
		})
		if err != nil {
			return err
		}
		p.report.Throttle = append(p.report.Throttle, row)
	}
	return nil
}

// refusedWith is the share of the requests that the front door refuses with a throttle. What
// it answered 429 in the log was refused by one, which the other replaces; of what it refused
// for other reasons (401, 403) the throttle refuses its part.
func (l *Log) refusedWith(logged pricing.Quantity, refused int64) pricing.Quantity {
	others, now := logged.Sub(share(l.replaced, l.n)), share(refused, l.n)
	if others.Sign() <= 0 {
		return now
	}
	return others.Add(now).Sub(others.Mul(now))
}

// tightest is the throttle that refuses nothing and lets the fewest requests pass in a minute
// of an attack: the rate for a minute, and the burst. nil: there is none.
func (r *Report) tightest() (least *ThrottleRow) {
	for i := range r.Throttle {
		if row := &r.Throttle[i]; least == nil || row.inMinute() < least.inMinute() {
			least = row
		}
	}
	return least
}

func (row *ThrottleRow) inMinute() float64 { return 60*row.Rate + float64(row.Burst) }

func (row *ThrottleRow) throttle() Throttle { return Throttle{Rate: row.Rate, Burst: row.AtBurst} }

// halve makes a row of the tightest throttle with half of its burst, once.
func (p *pricer) halve() {
	if least := p.report.tightest(); p.half == nil && least != nil && least.Burst > 1 {
		p.half = &ThrottleRow{Rate: least.Rate, AtBurst: least.Burst / 2}
	}
}

// tightest names the throttle, and what half of its burst would have refused.
func (p *pricer) tightest() {
	least := p.report.tightest()
	if least == nil {
		return
	}
	text := fmt.Sprintf("%s/s with a burst of %s, which lets at most %s pass in any minute", figure(least.Rate), pricing.Count(least.Burst), pricing.Counted(int64(least.inMinute()), "request"))
	if half := p.half; half != nil {
		text += fmt.Sprintf("; half of that burst would have refused %s", half.refusals())
		if half.AtKeys != nil {
			text += fmt.Sprintf(", and %s if each API key had it", ranged(*half.AtKeys, half.LeastAt, half.MostAt))
		}
	}
	p.report.Tightest = text
}

// refuse fills in what the row's rate and burst refuse.
func (l *Log) refuse(row *ThrottleRow) {
	t := row.throttle()
	refused := l.Refused(t)
	row.Refused, row.Users = refused.Requests, refused.Users
	if l.large() {
		least, most := l.RefusedWithin(t)
		row.Least, row.Most, row.Refused = &least, &most, min(max(row.Refused, least), most)
	}
	if refused.InWorst > 0 {
		row.Worst, row.InWorst = refused.Worst.Format(time.RFC3339), refused.InWorst
	}
	if len(l.users) > 1 {
		t.Keyed = true
		keyed := l.Refused(t)
		row.AtKeys, row.Keys = &keyed.Requests, keyed.Users
		if l.large() {
			least, most := l.RefusedWithin(t)
			*row.AtKeys = min(max(keyed.Requests, least), most)
			row.LeastAt, row.MostAt = &least, &most
		}
	}
}

// refusals are what a burst refuses: 1,204 requests of 2 API keys, 830 of them in the minute
// of 14:03. Of a large log the figure lies between two, and so does that of the minute.
func (row *ThrottleRow) refusals() string {
	text, exact := pricing.Counted(row.Refused, "request"), row.Least == nil || *row.Least == *row.Most
	if !exact {
		text = ranged(row.Refused, row.Least, row.Most) + " requests"
	}
	if row.Users > 0 {
		text += " of " + pricing.Counted(row.Users, "API key")
	}
	at, err := time.Parse(time.RFC3339, row.Worst)
	when := at.Format("the minute of 15:04 UTC on 2 January 2006")
	switch {
	case err != nil:
	case !exact:
		text += ", more of them in " + when + " than in any other"
	case row.Refused == 1:
		text += ", in " + when
	case row.InWorst == row.Refused:
		text += ", all of them in " + when
	default:
		text += fmt.Sprintf(", %s of them in %s, more than in any other", pricing.Count(row.InWorst), when)
	}
	return text
}

// rates are those between the mean and the busiest second, each with two digits.
func (l *Log) rates() (all []float64) {
	mean := float64(l.n) / max(float64(l.last-l.first)/1e9, 1)
	peak := l.busiest()
	low, high := math.Log(max(mean, 0.1)), math.Log(max(float64(peak), mean, 0.2))
	for i := range mostRates {
		rate := rounded(math.Exp(low + (high-low)*float64(i)/(mostRates-1)))
		if !slices.Contains(all, rate) {
			all = append(all, rate)
		}
	}
	return all
}

// busiest is how many requests came within a second at most.
func (l *Log) busiest() (most int) {
	var recent []int64 // of the last second, and before gone older ones
	gone := 0
	l.arrivals(true, func(at int64, _ uint32) {
		recent = append(recent, at)
		for recent[gone] <= at-int64(time.Second) {
			gone++
		}
		most = max(most, len(recent)-gone)
		if gone > len(recent)/2 {
			recent, gone = append(recent[:0], recent[gone:]...), 0
		}
	})
	return most
}

// rounded rounds up to two digits.
func rounded(x float64) float64 {
	unit := math.Pow(10, math.Floor(math.Log10(x))-1)
	return math.Round(math.Ceil(x/unit-1e-9)*unit*1000) / 1000
}
