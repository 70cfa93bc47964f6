package summary

import (
	"fmt"
	"math"
	"time"

	"tollgate/pricing"
)

// Longest is the time from the first request to the last that is kept: a month, which is
// what bills are for, and a day at each end.
const Longest = 33 * 24 * time.Hour

const (
	hour  = int64(time.Hour)
	month = 730 // hours, as pricing assumes
)

// hours counts requests by the second.
type hours struct {
	from, to    int64 // the window that was asked for; 0: open at that end
	pages       map[int64]*[3600]uint32
	n, outside  int64
	unplaced    int64         // that have no time
	resolution  time.Duration // the coarsest
	first, last int64         // of what arrived and counts
	stray       int64         // the last that arrived and does not count
}

// add counts a request; false where it is outside the time that is kept.
func (h *hours) add(at int64, resolution time.Duration) bool {
	if at == 0 {
		h.unplaced++
		return h.from == 0 && h.to == 0
	}
	switch {
	case at < h.from || h.to != 0 && at >= h.to:
		h.outside++
		return false
	case h.n == 0:
		h.first, h.last = at, at
	case !h.fixed() && max(h.last, at)-min(h.first, at) > int64(Longest):
		h.outside, h.stray = h.outside+1, at
		return false
	}
	h.n++
	h.first, h.last = min(h.first, at), max(h.last, at)
	h.resolution = max(h.resolution, resolution)
	page := h.pages[at/hour]
	if page == nil {
		page = new([3600]uint32)
		if h.pages == nil {
			h.pages = map[int64]*[3600]uint32{}
		}
		h.pages[at/hour] = page
	}
	page[at%hour/int64(time.Second)]++
	return true
}

// fixed says whether the window that was asked for has both ends.
func (h *hours) fixed() bool { return h.from != 0 && h.to != 0 }

// covered is the time that the logs cover: the window that was asked for or, without one,
// from the first arrival to the last and a mean gap more, since n arrivals have n-1 gaps
// between them. Logs are cut at full hours, and the clocks of a log are off by as much as a
// request takes, so an end that is close to a full hour is taken for it. Close is three mean
// gaps, at least a minute, and at most a hundredth of the time, by which the month can be
// wrong for that. A window that is open at an end has that end by the arrivals.
func (h *hours) covered() (from, to int64) {
	if h.fixed() {
		return h.from, h.to
	}
	gap := int64(0)
	if h.n > 1 {
		gap = (h.last - h.first) / (h.n - 1)
	}
	from, to = h.first, h.last+gap
	tolerance := min(max(int64(time.Minute), 3*gap), (to-from)/100)
	snap := func(at int64) int64 {
		if full := (at + hour/2) / hour * hour; max(at-full, full-at) <= tolerance {
			return full
		}
		return at
	}
	if from = snap(from); h.from != 0 {
		from = h.from
	}
	if to = snap(to); h.to != 0 {
		to = h.to
	}
	return from, to
}

// A hole is a time of full hours that have no line.
type hole struct {
	hours    int64 // in all holes
	longest  int64 // hours of the longest one
	from, to int64 // of that
}

// leastBusy is the mean number of requests in an hour above which one without any is worth
// a word: at 20, a Poisson process leaves out an hour of 5 · 10^8.
const leastBusy = 20

// holes looks for missing logs; a service that is idle at night has holes too.
func (h *hours) holes() (all hole) {
	from, to := h.covered()
	if float64(h.n) < leastBusy*float64(len(h.pages)) {
		return hole{}
	}
	empty := int64(0)
	for number := (from + hour - 1) / hour; number <= to/hour; number++ {
		if number < to/hour && h.pages[number] == nil {
			empty++
			continue
		}
		if all.hours += empty; empty > all.longest {
			all.longest, all.from, all.to = empty, (number-empty)*hour, number*hour
		}
		empty = 0
	}
	return all
}

// A Peak is the most requests in any second, and when.
type Peak struct {
	Requests int64
	At       time.Time
}

func (h *hours) peak() (p Peak) {
	for number, page := range h.pages {
		for second, n := range page {
			at := time.Unix(number*3600+int64(second), 0).UTC()
			if int64(n) > p.Requests || int64(n) == p.Requests && at.Before(p.At) {
				p = Peak{int64(n), at}
			}
		}
	}
	return p
}

// A profile is how a month is made of the hours that were logged.
type profile struct {
	Key   string    // of the workload's profile: day, week or hourly; "" where all hours are alike
	Rates []float64 // requests an hour, of each hour of which enough was logged
	mean  float64   // requests an hour of a month
}

// leastLogged is how much has to be logged for a month.
const leastLogged = int64(time.Minute)

// tooShort says whether too little was logged for a month.
func (h *hours) tooShort() bool {
	switch {
	case h.fixed():
		return false
	case h.from == 0 && h.to == 0:
		return h.last-h.first < leastLogged
	}
	from, to := h.covered()
	return to-from < leastLogged
}

// short says how little was logged.
func (h *hours) short() string {
	switch {
	case h.n == 1:
		return "the logs have one request"
	case h.last-h.first < int64(time.Second):
		return fmt.Sprintf("the %s of the logs arrived within a second", pricing.Counted(h.n, "request"))
	}
	return "the logs have " + words(time.Duration(h.last-h.first))
}

// profile makes the month. Hours of the day or the week that were logged twice count once;
// otherwise each hour counts for as much of it as was logged. The form is that of hours of
// which at least half was logged, if there are any: a few seconds of one say little.
func (h *hours) profile() profile {
	from, to := h.covered()
	begin, end := from/hour, max((to-1)/hour, from/hour)
	p, slots := profile{Key: "hourly"}, int(end-begin)+1
	slot := func(number int64) int { return int(number - begin) }
	switch span := time.Duration(to - from); {
	case span >= 28*24*time.Hour:
	case span >= 7*24*time.Hour:
		p.Key, slots = "week", 7*24
		slot = func(number int64) int { return int((number + 3*24) % (7 * 24)) } // 1 January 1970 was a Thursday
	case span >= 24*time.Hour:
		p.Key, slots = "day", 24
		slot = func(number int64) int { return int(number % 24) }
	}
	counts, logged := make([]float64, slots), make([]int64, slots)
	for number := begin; number <= end; number++ {
		logged[slot(number)] += max(0, min(to, (number+1)*hour)-max(from, number*hour))
	}
	for number, page := range h.pages {
		i := slot(min(max(number, begin), end)) // ends that were taken for full hours
		for _, n := range page {
			counts[i] += float64(n)
		}
	}
	for _, least := range []int64{hour / 2, 1} {
		for i, n := range counts {
			if logged[i] >= least {
				p.Rates = append(p.Rates, n*float64(hour)/float64(logged[i]))
			}
		}
		if p.Rates != nil {
			break
		}
	}
	if p.mean = float64(h.n) * float64(hour) / float64(max(to-from, 1)); p.Key != "hourly" {
		p.mean = mean(p.Rates)
	}
	if len(p.Rates) <= 1 {
		p.Key = ""
	}
	return p
}

func mean(of []float64) float64 {
	sum := 0.0
	for _, x := range of {
		sum += x
	}
	return sum / float64(max(len(of), 1))
}

// month is the requests of a month of such hours.
func (p profile) month() float64 { return p.mean * month }

// weights are the rates as whole numbers.
func (p profile) weights() (all []int64) {
	most := 0.0
	for _, rate := range p.Rates {
		most = max(most, rate)
	}
	scale := 1.0
	for most > 0 && most*scale < 1000 {
		scale *= 10
	}
	for _, rate := range p.Rates {
		all = append(all, int64(math.Round(rate*scale)))
	}
	return all
}
