package results

import (
	"strings"
	"testing"

	"tollgate/targets"
)

func TestWhatACacheDidInWords(t *testing.T) {
	for _, row := range []struct {
		name    string
		counts  map[string]int64
		blocked int64
		want    string
	}{
		{"nothing that says so", nil, 0, ""},
		{"hits and misses", map[string]int64{"hit": 3, "miss": 1}, 0, "1 of 4 requests reached the origin; of 4 responses to GET and HEAD without errors 75.0% were hits"},
		{"a method that is not kept", map[string]int64{"passed": 1}, 0, "1 of 1 request reached the origin; 1 were of methods that are not kept"},
		{"some do not say it", map[string]int64{"hit": 3, "unknown": 2}, 0, "0 of 3 requests reached the origin; of 3 responses to GET and HEAD without errors 100.0% were hits; 2 do not say what the cache did, or contradict themselves"},
		{"some were blocked before it", map[string]int64{"miss": 1, "error": 3}, 2, "2 of 4 requests reached the origin; of 1 response to GET and HEAD without errors 0.0% were hits; 1 were errors, which are taken to be the origin's; 2 were blocked by AWS WAF"},
		{"pages of the distribution", map[string]int64{"miss": 1, "error": 3, "refused": 4}, 0, "4 of 8 requests reached the origin; of 1 response to GET and HEAD without errors 0.0% were hits; 4 were refused by the distribution itself; 3 were errors, which are taken to be the origin's"},
		{"pages for what was blocked", map[string]int64{"miss": 1, "error": 3, "refused": 4}, 4, "4 of 8 requests reached the origin; of 1 response to GET and HEAD without errors 0.0% were hits; 3 were errors, which are taken to be the origin's; 4 were blocked by AWS WAF"},
		{"none says it", map[string]int64{"unknown": 2}, 0, "none of 2 responses says what the cache did"},
	} {
		if got := (&Figures{Cache: row.counts}).CacheText(row.blocked); got != row.want {
			t.Errorf("%s: %q, want %q", row.name, got, row.want)
		}
	}
}

func TestTheTypeOfAnErrorIsPartOfItsCause(t *testing.T) {
	c := (&Sample{Code: 502, ErrorType: "Runtime." + strings.Repeat("A", 40)}).Cause()
	if again, ok := parseCause(c.String()); !ok || again != c || c.Fault == "" {
		t.Errorf("%v became %v", c, again)
	}
	if own := (&Sample{Code: 502}).Cause(); own == c {
		t.Error("an error of the application has the same cause")
	}
}

func TestWhatIsBlockedBeforeADistributionDoesNotReachWhatIsBehindIt(t *testing.T) {
	cdn := targets.Target{WebACL: targets.WebACL{Name: "acl"}}
	for _, row := range []struct {
		name                  string
		miss, errors, refused int64
		blocked               float64
		passed, refusedBehind int64
	}{
		{"no page says so, as all were customised", 10, 30, 0, 20, 20, 50},
		{"every page says so", 10, 30, 20, 20, 40, 30},
		{"some pages say so", 10, 30, 15, 20, 35, 35},
		{"more were blocked than there are errors: others' too", 10, 5, 0, 20, 10, 50},
	} {
		u := usage{target: cdn, reached: row.miss + row.errors + row.refused, watched: map[targets.Role]ObservedMetric{targets.RoleWAFBlocked: {Total: map[string]float64{"Sum": row.blocked}}}}
		u.cached[targets.CacheMiss], u.cached[targets.CacheError], u.cached[targets.CacheRefused] = row.miss, row.errors, row.refused
		if got := u.passedOn(); got != row.passed {
			t.Errorf("%s: %d passed on, want %d", row.name, got, row.passed)
		}
		var p part
		p.sum.Status, p.sum.Cached = map[int]int64{403: 50}, u.cached
		if got := p.refused(); got != row.refusedBehind {
			t.Errorf("%s: %d refused behind it, want %d", row.name, got, row.refusedBehind)
		}
	}
}
