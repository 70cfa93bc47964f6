package whatif

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"tollgate/scenarios/accesslog"
)

// clustered are requests that come in clusters, in pairs, and alone, a few a second.
func clustered(seed uint64) (all []accesslog.Entry) {
	chance, at := rand.New(rand.NewPCG(seed, 9)), start
	for len(all) < 1200 {
		for range 1 + chance.IntN(4)*chance.IntN(5) {
			all = append(all, accesslog.Entry{
				What: accesslog.Request, Arrived: at, Resolution: time.Microsecond, Status: 200, BackendStatus: 200,
				Method: []byte("GET"), Path: fmt.Appendf(nil, "/%d", chance.IntN(40)*chance.IntN(40)), Out: 900, Backend: time.Duration(20+chance.IntN(150)) * time.Millisecond,
				User: fmt.Appendf(nil, "key-%d", len(all)%3),
			})
			at += chance.Int64N(int64(60 * time.Millisecond))
		}
		at += int64(chance.ExpFloat64() * float64(1500*time.Millisecond))
	}
	return all
}

// cut is the log of requests whose times are cut to a unit.
func cut(all []accesslog.Entry, unit time.Duration) *Log {
	l := New()
	for _, e := range all {
		e.Arrived -= e.Arrived % int64(unit)
		e.Resolution = unit
		l.Add(&e)
	}
	return l
}

// A log of whole seconds, or of milliseconds, says between which figures the truth lies, or
// nearly so: not more than 2 % outside. A burst that refuses nothing does so for the requests
// as they came.
func TestWhatATimeLeavesOpenIsStated(t *testing.T) {
	for seed := range uint64(3) {
		all := clustered(seed)
		true := cut(all, time.Microsecond)
		exact := report(t, true)
		inside := func(unit time.Duration, what string, n, figure int64, least, most *int64) {
			if least == nil {
				least, most = &figure, &figure
			}
			if near := max(1, n/50); n < *least-near || n > *most+near || figure < *least || figure > *most {
				t.Errorf("log %d in units of %v: %d %s, from %d to %d, and the truth is %d", seed, unit, figure, what, *least, *most, n)
			}
		}
		for _, row := range exact.Idle {
			if row.Least != nil {
				t.Errorf("microseconds leave something open: %+v", row)
			}
		}
		for _, unit := range []time.Duration{time.Second, time.Millisecond} {
			l := cut(all, unit)
			r := report(t, l)
			validated(t, r)
			for i, row := range exact.Idle {
				inside(unit, "cold starts", row.Cold, r.Idle[i].Cold, r.Idle[i].Least, r.Idle[i].Most)
			}
			for _, row := range r.Provisioned {
				inside(unit, "cold starts with provisioned environments", true.Started(row.environments).Cold, row.Cold, row.Least, row.Most)
			}
			for _, row := range r.Throttle {
				inside(unit, "refusals", true.Refused(row.throttle()).Requests, row.Refused, row.Least, row.Most)
				keyed := Throttle{Rate: row.Rate, Burst: row.AtBurst, Keyed: len(true.users) > 0}
				inside(unit, "refusals by key", true.Refused(keyed).Requests, *row.AtKeys, row.LeastAt, row.MostAt)
				if n := true.Refused(Throttle{Rate: row.Rate, Burst: row.Burst}).Requests; unit == time.Second && n > 0 {
					t.Errorf("log %d: a burst of %d at %v/s refuses %d of the requests as they came", seed, row.Burst, row.Rate, n)
				}
			}
			if unit == time.Second {
				for i, row := range exact.Cache {
					if row.Seconds >= 5 {
						inside(unit, "hits", row.Hits, r.Cache[i].Hits, r.Cache[i].Least, r.Cache[i].Most)
					}
				}
			}
			var out bytes.Buffer
			if err := r.Text(&out); err != nil {
				t.Fatal(err)
			}
			if text := "the log knows the second alone, and not in which order"; strings.Contains(out.String(), text) != (unit == time.Second) {
				t.Errorf("in units of %v, %q in\n%s", unit, text, out.String())
			}
		}
	}
}

// A log that has routes and no paths, as those of API Gateway's presets, has no curve of a
// cache, but where routes are fixed.
func TestRoutesAloneMakeNoHits(t *testing.T) {
	for route, wanted := range map[string]bool{"/users/{id}": false, "$default": false, "": false, "/health": true} {
		l := New()
		for i := range 500 {
			l.Add(&accesslog.Entry{
				What: accesslog.Request, Arrived: start + int64(i)*int64(time.Second), Resolution: time.Millisecond, Status: 200, BackendStatus: 200,
				Method: []byte("GET"), Route: []byte(route), Out: 900, Backend: 20 * time.Millisecond,
			})
		}
		r := report(t, l)
		text := strings.Join(r.Assumptions, "\n")
		if (len(r.Cache) > 0) != wanted || strings.Contains(text, "hits are not shown: the log has the route of 500 GET requests") == wanted || !wanted && strings.Contains(strings.Join(r.Worth, "\n"), "cache") {
			t.Errorf("route %q: %d rows of a cache, and %s\n%s", route, len(r.Cache), r.Worth, text)
		}
	}
}
