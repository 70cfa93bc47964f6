package results

import (
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/pricing"
	"tollgate/targets"
)

// sent is a run of one target: n requests of 200 bytes with answers of the
// given size, of which some were refused.
func sent(n, refused, bytes int64) *Run {
	run := memory(n-refused, 0, 40*time.Millisecond)
	s := &run.Seconds[0]
	s.Status = map[int]int64{200: n - refused, 429: refused}
	s.Ended[Throttled], s.Opened, s.Out, s.In = refused, 4, 200*n, bytes*n
	run.Sizes = map[SizeKey]*Sizes{{Response: true}: {}, {}: {}}
	run.Sizes[SizeKey{Response: true}].Record(bytes, n)
	run.Sizes[SizeKey{}].Record(200, n)
	return run
}

func watch(run *Run, role targets.Role, total map[string]float64) {
	if run.Observed == nil {
		run.Observed = &Observed{Targets: []ObservedDoc{{Target: "rest"}}}
	}
	o := &run.Observed.Targets[0]
	o.Metrics = append(o.Metrics, ObservedMetric{Role: string(role), Total: total, Points: []ObservedPoint{{Values: total}}})
}

var rest = targets.Target{Name: "rest", Kind: &targets.RESTAPI, Function: targets.Function{MemoryMB: 1024, Architecture: "arm64"}}

func TestTrafficIsScaledToTheMonth(t *testing.T) {
	run := sent(1000, 100, 1500)
	watch(run, targets.RoleInvocations, map[string]float64{"Sum": 900})
	watch(run, targets.RoleDuration, map[string]float64{"Average": 10, "SampleCount": 900})
	got := Traffic(run, 0, rest, Month{Requests: 10_000_000, Hours: 720, ColdShare: "0.01", Init: 800 * time.Millisecond})
	for what, c := range map[string]struct {
		amount pricing.Amount
		want   string
		basis  pricing.Basis
	}{
		"requests":    {got.Requests, "10000000", pricing.Stated},
		"unbilled":    {got.Unbilled, "1000000", pricing.Measured},
		"invocations": {got.Invocations, "9000000", pricing.Reported},
		"cold starts": {got.ColdStarts, "90000", pricing.Stated},
		"connections": {got.Connections, "40000", pricing.Measured},
		"lifetime":    {got.ConnectionSeconds, "10", pricing.Assumed},
		"hours":       {got.Hours, "720", pricing.Stated},
	} {
		if c.amount.Quantity.String() != c.want || c.amount.Basis != c.basis || c.amount.Source == "" {
			t.Errorf("%s: %s %s (%q), want %s %s", what, c.amount.Quantity, c.amount.Basis, c.amount.Source, c.want, c.basis)
		}
	}
	if m := got.Duration.Mean(); m.String() != "10500" || got.Duration.Basis != pricing.Reported {
		t.Errorf("a mean duration of %s µs, %s", m, got.Duration.Basis)
	}
	if m := got.ResponseBytes.Mean(); m.String() != "1500" || got.ResponseBytes.Basis != pricing.Measured {
		t.Errorf("responses of %s bytes in the mean", m)
	}
	if got.Init.Mean().String() != "800000" || got.MemoryMB != 1024 || got.Architecture != "arm64" || len(Unpriced(got)) != 0 {
		t.Errorf("INIT %s, %d MB, %s, unpriced %q", got.Init.Mean(), got.MemoryMB, got.Architecture, Unpriced(got))
	}
}

func TestTrafficSaysWhatItAssumed(t *testing.T) {
	alone := Traffic(sent(1000, 100, 1500), 0, rest, Month{})
	if alone.Requests.Quantity.String() != "1000" || alone.Requests.Basis != pricing.Measured {
		t.Errorf("without a month: %s requests, %s", alone.Requests.Quantity, alone.Requests.Basis)
	}
	if a := alone.Invocations; a.Quantity.String() != "900" || a.Basis != pricing.Assumed || !strings.Contains(a.Source, "CloudWatch was not read") {
		t.Errorf("unobserved: %+v", a)
	}
	if d := alone.Duration; d.Basis != pricing.Assumed || !strings.Contains(d.Source, "upper bound") || d.Mean().Float() < 39_000 {
		t.Errorf("unobserved: a duration of %s µs from %q", d.Mean(), d.Source)
	}
	if u := Unpriced(alone); len(u) != 1 || !strings.Contains(u[0], "cold_share") {
		t.Errorf("cold starts that nobody stated: %q", u)
	}
	shared := sent(1000, 0, 1500)
	watch(shared, targets.RoleInvocations, map[string]float64{"Sum": 4000})
	if a := Traffic(shared, 0, rest, Month{}).Invocations; a.Quantity.String() != "1000" || a.Basis != pricing.Assumed || !strings.Contains(a.Source, "4,000 Invocations are not of these requests alone") {
		t.Errorf("a function behind four doors: %+v", a)
	}
	watch(shared, targets.RoleCacheMiss, map[string]float64{"Sum": 250})
	kept := rest
	kept.CacheGB = "0.5"
	if a := Traffic(shared, 0, kept, Month{}).Invocations; a.Quantity.String() != "250" || a.Basis != pricing.Assumed || !strings.Contains(a.Source, "misses of the cache") {
		t.Errorf("a function behind two stages, of which one has a cache: %+v", a)
	}
	if w, err := Workload(shared, 0, kept, Month{Requests: 1000}, "us-east-1"); err != nil || w.Cache.Hits.Likely.String() != "0.75" {
		t.Errorf("as a workload: %+v, %v", w.Cache, err)
	}
	http := rest
	http.Kind = &targets.HTTPAPI
	if a := Traffic(sent(1000, 100, 1500), 0, http, Month{}).Unbilled; a.Quantity.Sign() != 0 {
		t.Errorf("an HTTP API charges refused requests, yet %s are not billed", a.Quantity)
	}
	origin := rest
	origin.Kind = &targets.Origin
	if got := Traffic(sent(1000, 0, 1500), 0, origin, Month{}); got.Invocations.Quantity.Sign() != 0 || !got.Duration.Empty() {
		t.Errorf("an origin has no function: %+v", got.Invocations)
	}
	refusedConnection := sent(1000, 0, 1500)
	refusedConnection.Seconds[0].Errors = map[ErrClass]int64{ErrRefused: 10}
	refusedConnection.Seconds[0].Ended[Broken] = 10
	if a := Traffic(refusedConnection, 0, rest, Month{}).Requests; a.Quantity.String() != "1000" {
		t.Errorf("requests without a connection reached the door: %s", a.Quantity)
	}
}

func TestSizesKeepTheirSumAndTheirUnits(t *testing.T) {
	var s Sizes
	var sum, n int64
	for size, count := range map[int64]int64{300_000: 7, 524_288: 5, 524_289: 3, 5_000_001: 2, 90: 11} {
		s.Record(size, count)
		sum += size * count
		n += count
	}
	d := sizeDist(&s, sum, n+2, "test")
	units := d.Expect(func(v int64) int64 { return (v + 524_287) / 524_288 }).Mul(pricing.Whole(n + 2))
	if want := pricing.Whole(7 + 5 + 2*3 + 10*2 + 11); units.Cmp(want) != 0 {
		t.Errorf("%s units of 512 KiB, want %s", units, want)
	}
	if got := d.Sum().Float(); got < float64(sum)-float64(n) || got > float64(sum)+float64(n) {
		t.Errorf("the sum of all sizes is %v, want %d", got, sum)
	}
}

func TestRoundingUpOfADurationThatOnlyItsMeanIsKnownOf(t *testing.T) {
	for name, row := range map[string]struct {
		mean float64 // ms
		want string  // mean of the billed durations, µs
	}{
		"adds half a millisecond":            {8.34, "8840"},
		"is exact where the mean ends in .5": {7.5, "8000"},
		"never falls below one":              {0.2, "1000"},
	} {
		t.Run(name, func(t *testing.T) {
			d := pricing.Dist{Buckets: roundedUp(row.mean, 1000)}
			if got := d.Mean().String(); got != row.want {
				t.Errorf("%v ms becomes %s µs, want %s", row.mean, got, row.want)
			}
			for _, b := range d.Buckets {
				if b.Value%1000 != 0 {
					t.Errorf("%d µs is no whole millisecond: it would be rounded up again", b.Value)
				}
			}
		})
	}
	for _, bad := range []float64{0, -1, math.NaN(), math.Inf(1)} {
		if b := roundedUp(bad, 10); b != nil {
			t.Errorf("a mean of %v has durations %v", bad, b)
		}
	}
}

// The application's own 403 is charged for and invoked the function; a front door's is not. A
// web ACL is on the bill with its rules.
func TestWhoseA403IsDecidesWhatItCosts(t *testing.T) {
	run := sent(1000, 100, 1500)
	s := &run.Seconds[0]
	s.Status = map[int]int64{200: 900, 403: 100}
	s.Failures = map[Cause]int64{{Status: 403, Fault: targets.FaultBehind}: 60, {Status: 403, Fault: targets.FaultForbidden}: 40}
	guarded := rest
	guarded.WebACL = targets.WebACL{Name: "front", Rules: 3}
	got := Traffic(run, 0, guarded, Month{})
	if got.Unbilled.Quantity.String() != "40" || !strings.Contains(got.Unbilled.Source, "what AWS WAF blocks is assumed") {
		t.Errorf("%s are not billed: %s", got.Unbilled.Quantity, got.Unbilled.Source)
	}
	if got.Invocations.Quantity.String() != "960" {
		t.Errorf("%s invocations, want 960", got.Invocations.Quantity)
	}
	if got.WebACLs != 1 || got.WebACLRules != 3 {
		t.Errorf("%d web ACLs with %d rules", got.WebACLs, got.WebACLRules)
	}
	if plain := Traffic(run, 0, rest, Month{}); plain.WebACLs != 0 || strings.Contains(plain.Unbilled.Source, "WAF") {
		t.Errorf("without a web ACL: %+v", plain.Unbilled)
	}
}

func TestWhatABillLacksBecauseOfACacheIsNamed(t *testing.T) {
	cached := rest
	cached.CacheGB = "0.5"
	for _, row := range []struct {
		what     string
		hits     float64
		behind   []IntegrationDoc
		at       targets.Target
		contains string
	}{
		{"no hits", 0, nil, rest, ""},
		{"a size that is not stated", 40, nil, rest, "CloudWatch counts 40 hits, and no size is stated"},
		{"a cache that is on the bill", 40, nil, cached, ""},
		{"calls that it spared", 1, []IntegrationDoc{{Name: "SQS"}}, cached, "an upper bound: the stage's cache answered some of them (CloudWatch counts 1 hit)"},
		{"another front door", 40, nil, targets.Target{Name: "rest", Kind: &targets.HTTPAPI}, ""},
	} {
		run := sent(100, 0, 1500)
		run.Document.Targets[0].Integrations = row.behind
		watch(run, targets.RoleCacheHit, map[string]float64{"Sum": row.hits})
		if note := CacheNote(run, 0, row.at); (note == "") != (row.contains == "") || !strings.Contains(note, row.contains) {
			t.Errorf("%s: %q, want %q", row.what, note, row.contains)
		}
	}
}
