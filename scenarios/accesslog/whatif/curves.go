package whatif

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"

	"tollgate/pricing"
)

// cacheSizes are those that AWS sells, by how files spell them. Source: API Gateway
// developer guide, "Enabling API caching"; 1 GB is taken for 1,000 MB, the smaller reading.
var cacheSizes = []struct {
	name  string
	bytes int64
}{
	{"0.5", 500e6}, {"1.6", 1600e6}, {"6.1", 6100e6}, {"13.5", 13500e6}, {"28.4", 28400e6}, {"58.2", 58200e6}, {"118", 118000e6}, {"237", 237000e6},
}

// caches tries times to live, if the front door has a cache; sizes where it has them, and the
// smallest too little room.
func (l *Log) caches(p *pricer) error {
	if !p.has("caching") || !slices.ContainsFunc(l.requests, func(r request) bool { return r.get }) || l.mostlyPathless() { // or none of the sample
		return nil
	}
	for _, ttl := range with(ttls, p.o.TTLs...) {
		if p.has("cdn") {
			whole := Cache{TTL: ttl, Whole: true}
			if err := l.cacheRow(p, whole, "", l.Cached(whole)); err != nil {
				return err
			}
			continue
		}
		all, fits := l.Cached(Cache{TTL: ttl}), false
		size := cacheSizes[0]
		for _, one := range cacheSizes {
			if size = one; all.Peak <= one.bytes {
				fits = true
				break
			}
		}
		kept := Cache{TTL: ttl}
		if !fits {
			kept.Bytes = size.bytes
			all = l.Cached(kept)
		}
		if err := l.cacheRow(p, kept, size.name, all); err != nil {
			return err
		}
		if size != cacheSizes[0] {
			room := Cache{TTL: ttl, Bytes: cacheSizes[0].bytes}
			if err := l.cacheRow(p, room, cacheSizes[0].name, l.Cached(room)); err != nil {
				return err
			}
		}
	}
	return nil
}

// mostlyPathless says whether the paths of more than a hundredth of the GET requests are not
// known: which of them asked for the same cannot be told then.
func (l *Log) mostlyPathless() bool { return l.pathless*100 > l.pathless+l.gets }

// shortest names the shortest time to live that saves nine tenths of what the best saves:
// responses are fresher for it.
func (p *pricer) shortest() {
	saved := func(row CacheRow) float64 {
		if row.Month == nil || p.report.Month == nil {
			return 0
		}
		return p.report.Month.Sub(*row.Month).Float()
	}
	most := 0.0
	for _, row := range p.report.Cache {
		most = max(most, saved(row))
	}
	for _, row := range p.report.Cache {
		if most <= 0 || saved(row) < 0.9*most {
			continue
		}
		text := fmt.Sprintf("a cache%s with TTL %s: %s of GET requests are hits%s at %s", row.ofSize(), words(row.Seconds), row.percent(), changed(p.report.Month, row.Month), p.door.Title)
		if last := p.report.Cache[len(p.report.Cache)-1]; last.Month != nil && saved(last) > saved(row) {
			text += fmt.Sprintf(" (TTL %s: %s, %s)", words(last.Seconds), last.percent(), strings.TrimPrefix(changed(p.report.Month, last.Month), ", "))
		}
		p.worth("%s", text)
		return
	}
}

// ofSize says of which size the cache is; "" where it has none.
func (row *CacheRow) ofSize() string {
	if row.GB == "" {
		return ""
	}
	return " of " + row.GB + " GB"
}

// Saves says by how much a month differs from one without the cache; "" where that is not
// known.
func (row *CacheRow) Saves(month *pricing.Money) string {
	return strings.TrimPrefix(changed(month, row.Month), ", ")
}

// percent writes the share of hits, and by how much it may be off.
func (row *CacheRow) percent() string {
	if row.Error > 0 {
		return fmt.Sprintf("%.1f ± %.1f %%", 100*row.Ratio, 100*row.Error)
	}
	return fmt.Sprintf("%.1f %%", 100*row.Ratio)
}

// cacheRow prices a cache of the front door.
func (l *Log) cacheRow(p *pricer, c Cache, size string, h Hits) error {
	row := CacheRow{cache: c, Seconds: c.TTL.Seconds(), GB: size, Bytes: h.Peak, Ratio: h.Ratio(), Error: h.Error, Hits: h.Hits}
	hits := pricing.Exactly(share(h.Hits, l.n))
	month, err := p.month(func(w *pricing.Workload) {
		if size == "" {
			w.CDN.Hits = hits
		} else {
			w.Cache = pricing.CacheUse{GB: size, Hits: hits}
		}
	})
	if err != nil {
		return err
	}
	row.Month = month
	p.report.Cache = append(p.report.Cache, row)
	return nil
}

// starts tries idle times, and levels of provisioned concurrency.
func (l *Log) starts(p *pricer) error {
	if !l.Invoked() {
		return nil
	}
	init, known := l.meanInit()
	if !known {
		init = p.o.Init
	}
	for _, idle := range with(idles, p.o.idle()) {
		e := Environments{Idle: idle, Init: init}
		s := l.Started(e)
		p.report.Idle = append(p.report.Idle, IdleRow{Seconds: idle.Seconds(), Cold: s.Cold, Share: float64(s.Cold) / float64(s.Invocations), environments: e})
	}
	if l.invocations.n > 0 {
		p.report.Inits = &l.inits
	}
	most := l.Started(Environments{Idle: p.o.idle(), Init: init})
	for _, n := range with(levels(most.Peak), p.o.Levels...) {
		e := Environments{Idle: p.o.idle(), Provisioned: n, Init: init}
		s := l.Started(e)
		row := ProvisionedRow{environments: e, Environments: n, Cold: s.Cold, Share: float64(s.Cold) / float64(s.Invocations)}
		if p.door.HasFunction() {
			month, err := p.month(func(w *pricing.Workload) { provision(w, s, n, init) })
			if err != nil {
				return err
			}
			row.Month = month
		}
		p.report.Provisioned = append(p.report.Provisioned, row)
	}
	return nil
}

// provision puts the outcome into a workload.
func provision(w *pricing.Workload, s Starts, n int, init time.Duration) {
	w.Function.ColdShare = pricing.Exactly(share(s.Cold, s.Invocations))
	if s.Cold > 0 && init > 0 && len(w.Function.Init.Buckets) == 0 && w.Function.Init.Range.High.Sign() == 0 {
		w.Function.Init = pricing.Shape{Range: pricing.Exactly(pricing.Ratio(int64(init), int64(time.Millisecond)))}
	}
	if n == 0 {
		w.Function.Provisioned = pricing.ProvisionedUse{}
		return
	}
	w.Function.Provisioned = pricing.ProvisionedUse{
		Environments: pricing.Exactly(pricing.Whole(int64(n))), Share: pricing.Exactly(share(s.Provisioned, s.Invocations)),
	}
}

// with adds settings to the usual ones, each once.
func with[T cmp.Ordered](usual []T, more ...T) []T {
	all := append(slices.Clone(usual), more...)
	slices.Sort(all)
	return slices.Compact(all)
}

// levels are those from none to the most that were busy at once.
func levels(peak int) (all []int) {
	for _, n := range []int{0, 1, 2, 5, 10, 20, 50, 100, 200, 500, 1000} {
		if n < peak {
			all = append(all, n)
		}
	}
	return append(all, max(peak, 1))
}

// counted writes its cold starts.
func (row *ProvisionedRow) counted() string {
	if row.Least == nil {
		return pricing.Counted(row.Cold, "cold start")
	}
	return ranged(row.Cold, row.Least, row.Most) + " cold starts"
}

// provisioning says what the level costs that leaves a tenth of the cold starts.
func (l *Log) provisioning(p *pricer) {
	rows := p.report.Provisioned
	if len(rows) == 0 || rows[0].Cold == 0 {
		return
	}
	for _, row := range rows[1:] {
		if row.Cold*10 <= rows[0].Cold {
			p.worth("%s: %s in place of %s%s", pricing.Counted(row.Environments, "provisioned environment"), row.counted(), ranged(rows[0].Cold, rows[0].Least, rows[0].Most), changed(rows[0].Month, row.Month))
			return
		}
	}
}

// capacity bills each logged hour at a load balancer, by itself.
func (l *Log) capacity(p *pricer) error {
	able := p.o.Workload.Able()
	i := slices.IndexFunc(able, func(d pricing.Door) bool { return d.HasBalancer() })
	if i < 0 || l.n == 0 {
		return nil
	}
	b := Balancer{Door: able[i].Name, Assumed: p.o.Workload.AssumedCapacity()}
	used := func(w *pricing.Workload) (float64, float64, error) {
		bill, err := p.o.Book.KnownBill(w, able[i])
		hours, cost := 0.0, 0.0
		for _, line := range bill.Lines {
			if line.Unit == pricing.LCUHours {
				hours, cost = hours+line.Quantity.Float(), cost+line.Cost.Float()
			}
		}
		return hours, cost, err
	}
	for hour, n := range l.hours {
		w := *p.o.Workload
		w.Requests, w.Hours, w.Profile = pricing.Exactly(pricing.Whole(n)), pricing.Whole(1), nil
		lcus, _, err := used(&w)
		if err != nil {
			return err
		}
		b.Hours = append(b.Hours, HourUsed{time.Unix(hour*3600, 0).UTC(), n, lcus})
	}
	slices.SortFunc(b.Hours, func(a, b HourUsed) int { return a.From.Compare(b.From) })
	var err error
	b.Month, b.Cost, err = used(p.o.Workload)
	p.report.Balancer = &b
	return err
}

// assumptions are what every figure depends on.
func (l *Log) assumptions(p *pricer) (all []string) {
	say := func(format string, args ...any) { all = append(all, fmt.Sprintf(format, args...)) }
	say("figures are for the requests that were logged: API Gateway logs no floods of 429, no 413 and no unmapped paths, function URLs log nothing, and no client is taken to try again")
	l.ofLarge(say)
	if l.throttled > 0 {
		say("%s were answered 429 in the log, by a limit that was in force: they count as arrivals, and without it others might have come", pricing.Counted(l.throttled, "request"))
	}
	l.ofTiming(p.report, say)
	if l.unplaced > 0 {
		say("%s without a time are left out", pricing.Counted(l.unplaced, "line"))
	}
	l.ofCache(p, say)
	if len(p.report.Idle) > 0 {
		say("an invocation takes the idle environment that was used last; none is there when the log begins; provisioned levels are for %s until an idle one is given up", words(p.o.idle().Seconds()))
		if l.invocations.n == 0 {
			say("the time of an invocation is what the front door waited: the log of the function would tell it, and INIT")
		}
	}
	if r := p.report; r.Inits != nil && r.Month != nil && len(r.Provisioned) > 0 && r.Provisioned[0].Month != nil && r.Provisioned[0].Month.Cmp(*r.Month) != 0 {
		say("the month at the top has the INITs that were logged, the rows of provisioned environments have those of the model: compare rows with each other")
	}
	if len(p.unknown) > 0 {
		say("months without a figure have a price that is not known (%s): tollgate prices update --region %s gets it, and --prices uses it", strings.Join(p.unknown, ", "), p.o.Workload.Region)
	}
	say("a month is made of the logged hours, as tollgate import logs does; bills are those of %s at list prices", p.door.Title)
	return append(all, p.o.Notes...)
}

// ofCache says what hits depend on, or why there are none to show.
func (l *Log) ofCache(p *pricer, say func(format string, args ...any)) {
	if l.gets+l.pathless == 0 {
		return
	}
	if !p.has("caching") {
		say("%s has no cache: no hits are shown%s", p.door.Title, p.cached())
		return
	}
	switch {
	case l.pathless > 0 && l.mostlyPathless():
		say("hits are not shown: the log has the route of %s and not the path, so which of them asked for the same cannot be told; $context.path in the format of the stage's access log would tell", pricing.Counted(l.pathless, "GET request"))
	case l.pathless > 0:
		say("hits leave out %s of which the log has no path", pricing.Counted(l.pathless, "GET request"))
	}
	if len(p.report.Cache) == 0 {
		return
	}
	say("a cache keeps responses to GET with 200, by host, path and query; it drops what was used longest ago, and a response that was logged as it is stays so for the TTL")
	if l.queries == 0 {
		say("no path has a query in the log: if the log leaves queries out, as those of API Gateway do, and responses differ by them, there are fewer hits")
	}
	if p.has("cdn") {
		say("all viewers share one cache: each of CloudFront's locations has its own, so there are fewer hits, and a response that may not be cached is not known")
	} else {
		say("a GB of the sizes that AWS sells is taken for 1,000 MB, the smaller reading, and an entry takes %d bytes besides its body", entryBytes)
	}
}

// cached names a front door that has a cache and can serve the traffic.
func (p *pricer) cached() string {
	text := "; CloudFront in front of it would have one, and its own log says of which viewers"
	for _, d := range p.o.Workload.Able() {
		if slices.Contains(d.Features, "caching") && !slices.Contains(d.Features, "cdn") {
			return fmt.Sprintf("; %s has one: --door %s", d.Title, d.Name) + text
		}
	}
	return text
}
