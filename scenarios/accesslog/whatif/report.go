package whatif

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"time"

	"tollgate/pricing"
)

// A Report is what would have been under other settings. Shares are from 0 to 1.
type Report struct {
	Version     int              `json:"version"`
	Requests    int64            `json:"requests"`
	Invocations int64            `json:"invocations,omitempty"` // of the functions' own log
	From        time.Time        `json:"from"`
	To          time.Time        `json:"to"`
	Door        string           `json:"front_door"`
	Month       *pricing.Money   `json:"month_usd,omitempty"` // as the traffic is, without any of the settings; nil: some price is unknown
	Assumptions []string         `json:"assumptions"`
	Worth       []string         `json:"worth_changing"`
	Throttle    []ThrottleRow    `json:"throttle,omitempty"`
	Tightest    string           `json:"tightest_throttle,omitempty"` // in words: the one that refuses nothing, and what a smaller one would
	Cache       []CacheRow       `json:"cache,omitempty"`
	Inits       *int64           `json:"inits_logged,omitempty"` // cold starts of the functions' own log; nil: there is none
	Idle        []IdleRow        `json:"cold_starts,omitempty"`
	Provisioned []ProvisionedRow `json:"provisioned,omitempty"`
	Balancer    *Balancer        `json:"load_balancer,omitempty"`

	asked asked
}

// asked are the settings that were tried because someone asked for them: their rows are
// always shown.
type asked struct {
	ttls   []float64
	idle   float64
	levels []int
}

// A CacheRow is a time to live and a size.
type CacheRow struct {
	Seconds float64        `json:"ttl_s"`
	GB      string         `json:"size,omitempty"` // "": the front door's cache has no size
	Bytes   int64          `json:"bytes_at_most"`
	Ratio   float64        `json:"hit_ratio"`                 // of GET requests
	Error   float64        `json:"hit_ratio_error,omitempty"` // by which an estimate may be off, in 19 of 20 cases
	Hits    int64          `json:"hits"`
	Least   *int64         `json:"hits_at_least,omitempty"` // as requests may lie in their seconds, if the log knows no more
	Most    *int64         `json:"hits_at_most,omitempty"`
	Month   *pricing.Money `json:"month_usd,omitempty"` // nil: the front door has no cache

	cache Cache
}

// An IdleRow is how long AWS leaves an idle environment, which it does not say.
type IdleRow struct {
	Seconds float64 `json:"idle_s"`
	Cold    int64   `json:"cold_starts"`
	Least   *int64  `json:"cold_starts_at_least,omitempty"` // as requests may lie within what the log knows of their times
	Most    *int64  `json:"cold_starts_at_most,omitempty"`
	Share   float64 `json:"share"`

	environments Environments
}

// A ProvisionedRow is a level of provisioned concurrency.
type ProvisionedRow struct {
	Environments int            `json:"environments"`
	Cold         int64          `json:"cold_starts"`
	Least        *int64         `json:"cold_starts_at_least,omitempty"`
	Most         *int64         `json:"cold_starts_at_most,omitempty"`
	Share        float64        `json:"share"`
	Month        *pricing.Money `json:"month_usd,omitempty"`

	environments Environments
}

// A Balancer is the capacity of a load balancer, hour by hour.
type Balancer struct {
	Door  string     `json:"front_door"`
	Hours []HourUsed `json:"hours"`
	Month float64    `json:"lcu_hours_a_month"`
	Cost  float64    `json:"lcu_usd_a_month"`

	Assumed []string `json:"assumed,omitempty"` // measures that the logs do not have, and what is taken for them
}

// HourUsed is the LCUs of an hour.
type HourUsed struct {
	From     time.Time `json:"from"`
	Requests int64     `json:"requests"`
	LCUs     float64   `json:"lcus"`
}

// The settings that are tried.
var (
	ttls  = []time.Duration{time.Second, 5 * time.Second, 15 * time.Second, 45 * time.Second, time.Minute, 5 * time.Minute, 15 * time.Minute, time.Hour}
	idles = []time.Duration{time.Minute, 5 * time.Minute, 10 * time.Minute, 15 * time.Minute, 30 * time.Minute, time.Hour}
)

// UsualIdle is how long an idle environment stays where one figure is needed: measurements
// of others range from 5 to 45 minutes, and AWS promises nothing.
const UsualIdle = 10 * time.Minute

const mostRates = 6

// Options say what the figures are priced by.
type Options struct {
	Book     *pricing.Book
	Workload *pricing.Workload // of the same logs
	Door     *pricing.Door     // nil: the first that has a throttle and a cache
	Init     time.Duration     // of a cold start, where no log has it

	// Settings that are tried besides the usual ones.
	TTLs      []time.Duration
	Throttles []Throttle    // without Keyed: both are shown
	Levels    []int         // of provisioned concurrency
	Idle      time.Duration // with which these are; 0: UsualIdle

	Notes []string // what the logs do not say of the workload
}

// idle is the time with which levels of provisioned concurrency are tried.
func (o *Options) idle() time.Duration { return cmp.Or(o.Idle, UsualIdle) }

// Report runs all settings.
func (l *Log) Report(o Options) (*Report, error) {
	if l.n+l.invocations.n == 0 {
		return nil, errors.New("no request of the logs says when it arrived")
	}
	l.sort()
	r := &Report{Version: 1, Requests: l.n, Invocations: l.invocations.n, asked: asked{idle: o.Idle.Seconds(), levels: o.Levels}}
	for _, ttl := range o.TTLs {
		r.asked.ttls = append(r.asked.ttls, ttl.Seconds())
	}
	from, to := l.span()
	r.From, r.To = time.Unix(0, from).UTC(), time.Unix(0, to).UTC()
	p := pricer{o: o, report: r}
	if err := p.choose(); err != nil {
		return nil, err
	}
	for _, curve := range []func(*pricer) error{l.throttles, l.caches, l.starts, l.capacity} {
		if err := curve(&p); err != nil {
			return nil, err
		}
	}
	l.vary(&p)
	p.tightest()
	p.shortest()
	l.provisioning(&p)
	r.Assumptions = l.assumptions(&p)
	return r, nil
}

// span is from the first to the last, in nanoseconds since 1970.
func (l *Log) span() (from, to int64) {
	if l.n > 0 {
		from, to = l.first, l.last
	}
	if w := &l.invocations; w.n > 0 && l.n > 0 {
		from, to = min(from, w.first), max(to, w.last)
	} else if w.n > 0 {
		from, to = w.first, w.last
	}
	return from, to
}

// A pricer prices the month of the logs, changed in one thing.
type pricer struct {
	o      Options
	report *Report
	door   pricing.Door
	half   *ThrottleRow // of the tightest throttle, with half of its burst

	unknown []string // dimensions without a price
}

// choose finds the front door whose bills are shown.
func (p *pricer) choose() (err error) {
	able := p.o.Workload.Able()
	has := func(d pricing.Door, feature string) bool { return slices.Contains(d.Features, feature) }
	switch i := slices.IndexFunc(able, func(d pricing.Door) bool { return has(d, "caching") && has(d, "throttling") }); {
	case p.o.Door != nil:
		p.door = *p.o.Door
		if has(p.door, "cdn") && len(p.o.Workload.CDN.Viewers) == 0 {
			return fmt.Errorf("the logs do not say where viewers are, by which %s is priced: CloudFront's own log does", p.door.Title)
		}
		if reasons := p.door.RuledOut(p.o.Workload); len(reasons) > 0 {
			return fmt.Errorf("%s cannot serve this traffic: %s", p.door.Name, reasons[0])
		}
	case len(able) == 0:
		return errors.New("no front door can serve this traffic: tollgate price --compare of its workload says why")
	case i >= 0:
		p.door = able[i]
	default:
		p.door = able[0]
	}
	p.report.Door = p.door.Name
	p.report.Month, err = p.month(func(*pricing.Workload) {})
	return err
}

// has says whether the front door whose bills are shown has a feature.
func (p *pricer) has(feature string) bool { return slices.Contains(p.door.Features, feature) }

// month is nil where some price of it is not known.
func (p *pricer) month(change func(*pricing.Workload)) (*pricing.Money, error) {
	w := *p.o.Workload
	change(&w)
	bill, err := p.o.Book.KnownBill(&w, p.door)
	if err != nil {
		return nil, err
	}
	for _, dimension := range bill.Unknown {
		if !slices.Contains(p.unknown, dimension) {
			p.unknown = append(p.unknown, dimension)
		}
	}
	if len(bill.Unknown) > 0 {
		return nil, nil
	}
	return &bill.Month, nil
}

// changed says by how much a month became cheaper or more expensive; "" where that is not
// known.
func changed(before, month *pricing.Money) string {
	switch {
	case month == nil || before == nil:
		return ""
	case month.Cmp(*before) < 0:
		return fmt.Sprintf(", %s a month less", before.Sub(*month).Fixed(2))
	}
	if text := month.Sub(*before).Fixed(2); text != (pricing.Money{}).Fixed(2) {
		return ", " + text + " a month more"
	}
	return ", for the same bill"
}

func share(part, whole int64) pricing.Quantity { return pricing.Ratio(part, max(whole, 1)) }

func figure(x float64) string { return fmt.Sprintf("%.4g", x) }

func (p *pricer) worth(format string, args ...any) {
	p.report.Worth = append(p.report.Worth, fmt.Sprintf(format, args...))
}

// busiest are the hours with the most LCUs, the first of equals first.
func (b *Balancer) busiest() []HourUsed {
	all := slices.Clone(b.Hours)
	slices.SortStableFunc(all, func(a, b HourUsed) int { return cmp.Compare(b.LCUs, a.LCUs) })
	return all[:min(shownHours, len(all))]
}
