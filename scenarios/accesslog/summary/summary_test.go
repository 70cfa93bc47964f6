package summary

import (
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/pricing"
	"tollgate/pricing/books"
	"tollgate/scenarios/accesslog"
)

// Whatever is counted, the pairs have the same number and the same sum, and any metering in
// units of a power of two comes to the same.
func TestPairsMeterAsTheValuesDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		var c Counts
		values := rapid.SliceOfN(rapid.Int64Range(0, 8<<20), 1, 200).Draw(t, "values")
		unit := int64(1) << rapid.IntRange(12, 19).Draw(t, "unit")
		n, sum, units := int64(0), int64(0), int64(0)
		for _, v := range values {
			c.Add(v)
			sum += v
			if v <= 16*unit {
				units += (v + unit - 1) / unit
			}
		}
		metered := int64(0)
		for _, p := range c.Pairs() {
			n += p.Count
			sum -= p.Value * p.Count
			if p.Value <= 16*unit {
				metered += (p.Value + unit - 1) / unit * p.Count
			}
		}
		if n != int64(len(values)) || sum != 0 || metered != units {
			t.Fatalf("%d of %d values, the sum is off by %d, %d units and not %d of %d", n, len(values), sum, metered, units, unit)
		}
	})
}

func TestCountsMergeAndKnowQuantiles(t *testing.T) {
	var a, b, both Counts
	for i := range int64(5000) {
		v := i * i % 100_003
		both.Add(v)
		if i%3 == 0 {
			a.Add(v)
		} else {
			b.Add(v)
		}
	}
	a.Merge(&b)
	a.Add(accesslog.Unknown)
	if fmt.Sprint(a.Pairs()) != fmt.Sprint(both.Pairs()) || a.N() != 5000 || a.Mean() != both.Mean() {
		t.Error("merged counts are not those of all values")
	}
	if median := float64(a.Quantile(0.5)); math.Abs(median/50_000-1) > 1./16 {
		t.Errorf("the median is %.0f, want about 50,000", median)
	}
}

const start = int64(1_796_000_400) * int64(time.Second) // 2026-11-30T01:00:00Z, a Monday

// entry is a request as a load balancer logs it.
func entry(at time.Duration, path string, status int64) *accesslog.Entry {
	return &accesslog.Entry{
		What: accesslog.Request, Arrived: start + int64(at), Resolution: time.Microsecond, Took: 20 * time.Millisecond, Backend: 15 * time.Millisecond,
		Method: []byte("GET"), Path: []byte(path), Host: []byte("api.example.com"), Status: status, BackendStatus: status, In: 300, Out: 1000,
		Group: []byte("arn:aws:elasticloadbalancing:eu-central-1:1:targetgroup/a/b"), Init: accesslog.Unknown, Billed: accesslog.Unknown, Handshake: accesslog.Unknown,
	}
}

// workloadOf writes the workload of a summary, and reads it.
func workloadOf(t *testing.T, s *Summary) (Workload, *pricing.Workload) {
	t.Helper()
	if err := s.Err(); err != nil {
		t.Fatal(err)
	}
	made, err := s.Workload("logged", "eu-central-1")
	if err != nil {
		t.Fatal(err)
	}
	w, err := pricing.ReadWorkload("made.yaml", made.Text)
	if err != nil || w.Notes != nil {
		t.Fatalf("%v, %v, of\n%s", err, w, made.Text)
	}
	return made, w
}

func TestTheMonthIsMadeOfTheHoursThatWereLogged(t *testing.T) {
	const h = time.Hour
	for _, row := range []struct {
		name    string
		length  time.Duration
		each    func(at time.Duration) int // requests in the minute that begins there
		month   float64
		profile string
	}{
		{"half an hour", h / 2, func(time.Duration) int { return 2 }, 2 * 60 * 730, ""},
		{"five hours, of which one is busy", 5 * h, func(at time.Duration) int { return 1 + 9*int(at/h/4) }, (4*60 + 600) / 5. * 730, "hourly: [600, 600, 600, 600, 6000"},
		{"a day and a half, whose nights count once", 36 * h, func(at time.Duration) int { return 1 + 4*int((at/h+1)%24/12) }, (12*60 + 12*300) / 24. * 730, "day: ["},
		{"eight days with a weekend", 8 * 24 * h, func(at time.Duration) int {
			if day := (at + h) / (24 * h) % 7; day >= 5 {
				return 1
			}
			return 4
		}, (5*4 + 2) / 7. * 60 * 730, "week: [\n"},
		{"thirty days", 30 * 24 * h, func(at time.Duration) int { return 1 + int(at/(24*h)%2) }, 90 * 730, "hourly: ["},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := New(Options{From: time.Unix(0, start), To: time.Unix(0, start+int64(row.length))})
			s.From(accesslog.Formats()[0], true)
			for at := time.Duration(0); at < row.length; at += time.Minute {
				for range row.each(at) {
					s.Add(entry(at, "/", 200))
				}
			}
			made, w := workloadOf(t, s)
			if got := w.Requests.Likely.Float(); math.Abs(got/row.month-1) > 1e-3 {
				t.Errorf("%v requests a month, want %v", got, row.month)
			}
			if !strings.Contains(string(made.Text), row.profile) || (row.profile == "") != (w.Profile == nil) {
				t.Errorf("the profile is not %q:\n%s", row.profile, made.Text)
			}
		})
	}
}

func TestOutcomesAreDistinguished(t *testing.T) {
	s := New(Options{})
	s.From(accesslog.Formats()[0], true)
	add := func(n int, status, backend int64, out int64) {
		for i := range n {
			e := entry(time.Duration(i)*time.Second, "/users/17", status)
			e.BackendStatus, e.Out = backend, out
			s.Add(e)
		}
	}
	add(100, 200, 200, 1000)
	add(20, 429, 0, 31) // refused by the front door
	add(10, 403, 403, 50)
	add(5, 500, 500, 60)
	add(5, 0, 0, 0) // the client left
	for i := range 14 {
		e := entry(time.Duration(i)*time.Second, "/users/18", 204)
		e.Method = []byte("OPTIONS")
		s.Add(e)
	}
	made, w := workloadOf(t, s)
	for what, is := range map[string]bool{
		"refused_share":  math.Abs(w.Refused.Likely.Float()-20./140) < 1e-9,
		"error_share":    math.Abs(w.Errors.Likely.Float()-20./120) < 1e-9,
		"preflights":     math.Abs(w.Preflights.Likely.Float()-14./140) < 1e-9,
		"requests":       math.Abs(w.Requests.Likely.Float()/(140*730*36)-1) < 0.02,
		"classes":        strings.Contains(string(made.Text), "GET /users/{id}") && !strings.Contains(string(made.Text), "17"),
		"response_bytes": strings.Contains(string(made.Text), "response_bytes: 1000"),
	} {
		if !is {
			t.Errorf("%s is wrong in\n%s", what, made.Text)
		}
	}
}

// A load balancer logs 0.000 for what a target answered within half a millisecond.
func TestTimesThatAreRoundedToNothingAreBilledAMillisecond(t *testing.T) {
	s := New(Options{})
	s.From(accesslog.Formats()[0], true)
	for i := range 3 {
		e := entry(time.Duration(i)*time.Hour, "/", 200)
		e.Backend = 0
		s.Add(e)
	}
	if made, _ := workloadOf(t, s); !strings.Contains(string(made.Text), "duration: 1ms") {
		t.Errorf("no millisecond is in\n%s", made.Text)
	}
}

func TestAMonthIsNotMadeOfSeconds(t *testing.T) {
	s := New(Options{})
	s.From(accesslog.Formats()[0], true)
	s.Add(entry(0, "/", 200))
	s.Add(entry(20*time.Second, "/", 200))
	if _, err := s.Workload("short", "eu-central-1"); err == nil || !strings.Contains(err.Error(), "the logs have 20 seconds: a month cannot be made of so little; --from and --to") {
		t.Error(err)
	}
}

func TestConnectionsAreFollowedInASample(t *testing.T) {
	c := connections{seed: New(Options{}).conns.seed}
	const number = 200_000
	for i := range number {
		for j := range int64(3) {
			c.add(fmt.Appendf(nil, "TID_%d", i), start+j*int64(10*time.Second))
		}
	}
	if len(c.seen) > mostSampled {
		t.Errorf("%d connections are in memory", len(c.seen))
	}
	// A sample of n has a standard error of 1/sqrt(n), 0.8 % at the least size of 16,384.
	if got := c.number(); math.Abs(got/number-1) > 0.04 || c.life() != 20*time.Second {
		t.Errorf("%.0f connections of %v, want %d of 20 s", got, c.life(), number)
	}
}

// The bill of a workload is that of the requests: priced one after the other, as each hour
// had them.
func TestTheBillIsThatOfTheRequests(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 2))
	const n = 5000
	s := New(Options{From: time.Unix(0, start), To: time.Unix(0, start+int64(730*time.Hour))})
	s.From(accesslog.Formats()[0], true)
	units, ms, bytes := int64(0), int64(0), int64(0)
	const unit = 512 << 10
	for i := range n {
		e := entry(time.Duration(i)*(730*time.Hour/n), "/", 200)
		e.In, e.Out = chance.Int64N(2000), int64(math.Exp(chance.NormFloat64()*2+8))
		units += max(1, (e.Out+unit-1)/unit) // an HTTP API meters the larger of the two
		bytes += e.Out
		s.Add(e)
		took := time.Duration(math.Exp(chance.NormFloat64()+4) * float64(time.Millisecond))
		ms += int64((took + time.Millisecond - 1) / time.Millisecond)
		s.Add(&accesslog.Entry{What: accesslog.Invocation, Arrived: e.Arrived, Backend: took, Init: accesslog.Unknown, Billed: accesslog.Unknown, MemoryMB: 512})
	}
	_, w := workloadOf(t, s)
	book, err := books.Latest()
	if err != nil {
		t.Fatal(err)
	}
	bill, err := book.Bill(w, pricing.HTTPAPI)
	if err != nil {
		t.Fatal(err)
	}
	for what, want := range map[string]float64{"apigateway.http.requests": float64(units), "lambda.duration": float64(ms) / 1000 / 2, "transfer.out": float64(bytes) / (1 << 30)} {
		got := 0.0
		for _, line := range bill.Lines {
			if strings.HasPrefix(line.Dimension, what) {
				got = line.Quantity.Float()
			}
		}
		if math.Abs(got/want-1) > 1e-9 {
			t.Errorf("%s is %v, want %v", what, got, want)
		}
	}
}

func TestTheSameRequestIsNotCountedTwice(t *testing.T) {
	s := New(Options{})
	all := accesslog.Formats()
	s.From(all[0], true)
	s.From(all[1], false)
	s.Add(entry(0, "/", 200))
	if err := s.Err(); err != nil {
		t.Error(err)
	}
	s.From(all[3], true)
	if err := s.Err(); err == nil || !strings.Contains(err.Error(), "may be in both") {
		t.Errorf("the log of a distribution and of the balancer behind it: %v", err)
	}
}

func TestALogWithoutRequestsSaysWhy(t *testing.T) {
	other := New(Options{Host: "www.example.com"})
	other.Add(entry(0, "/", 200))
	before := New(Options{From: time.Unix(0, start-2), To: time.Unix(0, start-1)})
	before.Add(entry(0, "/", 200))
	connections := New(Options{})
	connections.Add(&accesslog.Entry{What: accesslog.Connection})
	for want, s := range map[string]*Summary{
		"no request is of host www.example.com; there are api.example.com": other,
		"1 were before or after it":                                        before,
		"connections and no requests":                                      connections,
		"the logs hold no requests":                                        New(Options{}),
	} {
		if err := s.Err(); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestAreasOfAllAirportsAreThoseOfPrices(t *testing.T) {
	seen := map[string]bool{}
	for area, airports := range near {
		if _, err := pricing.ReadWorkload("w", fmt.Appendf(nil, "name: a\nregion: us-east-1\nrequests_per_month: 1\ncloudfront: {viewers: %s}", area)); err != nil {
			t.Error(err)
		}
		for _, code := range strings.Fields(airports) {
			if len(code) != 3 || seen[code] {
				t.Errorf("%s is wrong, or in two areas", code)
			}
			seen[code] = true
		}
	}
	if len(near) != len(pricing.Areas) {
		t.Errorf("%d areas, and prices have %d", len(near), len(pricing.Areas))
	}
}

// Without a window that was asked for, what a log covers is known by its arrivals alone.
func TestTheMonthOfALogThatIsCutAnywhere(t *testing.T) {
	const h = time.Hour
	for _, row := range []struct {
		name          string
		first, length time.Duration // from 10 o'clock
		gap           time.Duration
		month         float64
		profile       string // the beginning of it; "": none
		within        float64
	}{
		{"twenty minutes that begin just before a full hour", -2 * time.Millisecond, 20 * time.Minute, time.Second, 2_628_000, "", 1e-4},
		{"an hour of one request a second", 0, h, time.Second, 2_628_000, "", 1e-4},
		{"ten minutes of one a second", 0, 10 * time.Minute, time.Second, 2_628_000, "", 1e-4},
		{"two hours and four minutes", 0, 2*h + 4*time.Minute, time.Second, 2_628_000, "hourly: [3600, 3600]", 1e-4},
		{"half of one hour and half of the next", h / 2, h, time.Second, 2_628_000, "hourly: [3600, 3600]", 1e-4},
		{"a day from some seconds after midnight to some before the next", 14*h + 5*time.Second, 24*h - 10*time.Second, 10 * time.Second, 262_800, "day: [", 2e-4},
		{"a week of a quiet service", 14*h + 3*time.Minute, 7*24*h - 6*time.Minute, 5 * time.Minute, 8760, "week: [", 1e-3},
	} {
		t.Run(row.name, func(t *testing.T) {
			s := New(Options{})
			s.From(accesslog.Formats()[0], true)
			for at := time.Duration(0); at < row.length; at += row.gap {
				s.Add(entry(row.first+at, "/", 200))
			}
			made, w := workloadOf(t, s)
			if got := w.Requests.Likely.Float(); math.Abs(got/row.month-1) > row.within {
				t.Errorf("%v requests a month, want %v", got, row.month)
			}
			if !strings.Contains(string(made.Text), row.profile) || row.profile == "" && w.Profile != nil {
				t.Errorf("the profile is not %q:\n%s", row.profile, made.Text)
			}
		})
	}
}

func TestHoursWithoutALineAreNoted(t *testing.T) {
	s := New(Options{})
	s.From(accesslog.Formats()[0], true)
	for _, day := range []time.Duration{0, 9} {
		for i := range 8640 {
			s.Add(entry(day*24*time.Hour+14*time.Hour+time.Duration(i)*10*time.Second, "/", 200))
		}
	}
	made, _ := workloadOf(t, s)
	want := "192 hours without a line, of them 192 hours from "
	if notes := strings.Join(made.Notes, "\n"); !strings.Contains(notes, want) || !strings.Contains(notes, "would have 262,800 requests") {
		t.Errorf("no note has %q:\n%s", want, notes)
	}
}

func TestALogWhoseFirstLineHasAWrongClockSaysSo(t *testing.T) {
	s := New(Options{})
	s.From(accesslog.Formats()[0], true)
	s.Add(entry(-2000*24*time.Hour, "/", 200))
	for i := range 100 {
		s.Add(entry(time.Duration(i)*time.Minute, "/", 200))
	}
	if _, err := s.Workload("x", "us-east-1"); err == nil || !strings.Contains(err.Error(), "100 of 101 requests arrived more than 33 days from the first") {
		t.Errorf("the error is %v", err)
	}
}

// A client may send any text as Host: a name of the workload is a host's name.
func TestTheNameIsThatOfAHost(t *testing.T) {
	s := New(Options{})
	for i := range 9 {
		host := "\x1b[31mh"
		if i < 3 {
			host = "shop.example.com:8443"
		}
		s.Add(&accesslog.Entry{What: accesslog.Request, Arrived: int64(time.Hour) + int64(i), Host: []byte(host), Method: []byte("GET"), Path: []byte("/")})
	}
	if got := s.Name(); got != "shop.example.com:8443" {
		t.Errorf("the name is %q", got)
	}
}

// Other readers of the same entries take those that count in the summary.
func TestAStrayClockDoesNotCountAndIsTold(t *testing.T) {
	s := New(Options{})
	day := time.Date(2026, 11, 29, 0, 0, 0, 0, time.UTC)
	counted := 0
	for _, at := range []time.Time{day, day.Add(time.Hour), day.AddDate(-6, 0, 0), day.Add(2 * time.Hour)} {
		if s.Add(&accesslog.Entry{What: accesslog.Request, Arrived: at.UnixNano(), Method: []byte("GET"), Path: []byte("/")}) {
			counted++
		}
	}
	if counted != 3 || !strings.Contains(s.Outside(), "not counted: 1 request outside") {
		t.Errorf("%d count; %q", counted, s.Outside())
	}
}

// $default is a route and no path: a log that has nothing else says no path, and not "/".
func TestARouteThatIsNoPathIsNotTheRoot(t *testing.T) {
	s := New(Options{})
	for i := range 20 {
		for _, route := range []string{"$default", "/users/{id}"} {
			s.Add(&accesslog.Entry{What: accesslog.Request, Arrived: int64(i+1) * int64(time.Minute), Resolution: time.Second, Method: []byte("GET"), Route: []byte(route), Status: 200})
		}
	}
	var paths []string
	for _, c := range s.Classes() {
		paths = append(paths, c.Path)
	}
	if got, want := strings.Join(paths, " "), "(of route $default, whose paths were not logged) /users/{id}"; got != want {
		t.Errorf("classes are %s, want %s", got, want)
	}
}

// A window that is open at one end has that end by the arrivals.
func TestAWindowMayHaveOneEnd(t *testing.T) {
	at := func(d time.Duration) time.Time { return time.Unix(0, start+int64(d)) }
	for _, row := range []struct {
		name  string
		o     Options
		n     float64
		hours float64 // that are covered
	}{
		{"from the third hour on", Options{From: at(2 * time.Hour)}, 480, 8},
		{"from an hour before the log on", Options{From: at(-time.Hour)}, 600, 11},
		{"until the third hour", Options{To: at(2 * time.Hour)}, 120, 2},
	} {
		s := New(row.o)
		s.From(accesslog.Formats()[0], true)
		for m := range 600 {
			s.Add(entry(time.Duration(m)*time.Minute, "/", 200))
		}
		_, w := workloadOf(t, s)
		if got, want := w.Requests.Likely.Float(), row.n/row.hours*730; math.Abs(got/want-1) > 1e-3 {
			t.Errorf("%s: %v requests a month, want %v", row.name, got, want)
		}
	}
}

func TestALogThatIsTooShortSaysHowShort(t *testing.T) {
	for want, gaps := range map[string][]time.Duration{
		"the logs have one request: a month cannot be made of so little":                           {0},
		"the 3 requests of the logs arrived within a second: a month cannot be made of so little":  {0, 0, time.Millisecond},
		"the logs have 12 seconds: a month cannot be made of so little; --from and --to say which": {0, 12 * time.Second},
	} {
		s := New(Options{})
		s.From(accesslog.Formats()[0], true)
		for _, gap := range gaps {
			s.Add(entry(gap, "/", 200))
		}
		if _, err := s.Workload("w", "us-east-1"); err == nil || !strings.HasPrefix(err.Error(), want) {
			t.Errorf("%v, want %s", err, want)
		}
	}
}

func TestRequestsWithoutPathsHaveAClass(t *testing.T) {
	s := New(Options{})
	for i, route := range []string{"$default", "$default", "", "/users/{id}"} {
		e := entry(time.Duration(i)*time.Minute, "", 200)
		e.Route = []byte(route)
		s.Add(e)
	}
	var all []string
	for _, c := range s.Classes() {
		all = append(all, fmt.Sprintf("%d %s %s", c.Requests, c.Method, c.Path))
	}
	if got := strings.Join(all, ", "); got != "2 GET (of route $default, whose paths were not logged), 1 GET (of a path that was not logged), 1 GET /users/{id}" {
		t.Errorf("classes are %s", got)
	}
}
