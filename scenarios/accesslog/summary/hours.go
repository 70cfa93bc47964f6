package summary

import (
	"math"
	"time"
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
	from, to    int64 // the first and the last arrival, or the window that was asked for
	fixed       bool  // it was
	pages       map[int64]*[3600]uint32
	n, outside  int64
	unplaced    int64         // that have no time
	resolution  time.Duration // the coarsest
	first, last int64         // of what arrived
}

// add counts a request; false where it is outside the time that is kept.
func (h *hours) add(at int64, resolution time.Duration) bool {
	if at == 0 {
		h.unplaced++
		return !h.fixed
	}
	switch {
	case h.fixed && (at < h.from || at >= h.to):
		h.outside++
		return false
	case h.n == 0:
		h.first, h.last = at, at
	case max(h.last, at)-min(h.first, at) > int64(Longest):
		h.outside++
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

// span is the time that was logged. Without a window that was asked for it is from the first
// request to the last, and the second of the last one.
func (h *hours) span() (from, to int64) {
	if h.fixed {
		return h.from, h.to
	}
	return h.first, max(h.last, h.first+int64(time.Second))
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
	Key     string    // of the workload's profile: day, week or hourly; "" where all hours are alike
	Rates   []float64 // requests an hour
	Skipped int       // hours of which too little was logged
}

// leastLogged is how much of an hour has to be logged for its rate to count, and how much in
// all for a month.
const leastLogged = int64(time.Minute)

// profile makes the month.
func (h *hours) profile() profile {
	from, to := h.span()
	p, slots := profile{Key: "hourly"}, int(to/hour-from/hour)+1
	slot := func(number int64) int { return int(number - from/hour) }
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
	for number := from / hour; number <= to/hour; number++ {
		i := slot(number)
		logged[i] += max(0, min(to, (number+1)*hour)-max(from, number*hour))
		if page := h.pages[number]; page != nil {
			for _, n := range page {
				counts[i] += float64(n)
			}
		}
	}
	for i, n := range counts {
		if logged[i] == 0 || logged[i] < leastLogged && to-from > hour {
			p.Skipped++
			continue
		}
		p.Rates = append(p.Rates, n*float64(hour)/float64(max(logged[i], 1)))
	}
	if len(p.Rates) == 1 {
		p.Key = ""
	}
	return p
}

// month is the requests of a month of such hours.
func (p profile) month() float64 {
	sum := 0.0
	for _, rate := range p.Rates {
		sum += rate
	}
	return sum / float64(max(len(p.Rates), 1)) * month
}

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
