package cache

import (
	"strings"
	"testing"

	"tollgate/scenarios/probes/simulate"
)

// What a client's max-age=0 and a flush do is told for what it is, with headers and without,
// and what cannot be told is not.
func TestChangesOfACacheAreToldForWhatTheyAre(t *testing.T) {
	t.Parallel()
	renewing := func(how string, flushes float64, header string) func(*simulate.CacheFront) {
		return func(f *simulate.CacheFront) { f.Renews, f.Flushes, f.Header = how, flushes, header }
	}
	const both = ", renew: true, flush: true"
	for _, row := range []struct {
		system
		renewed, flushed string // "all", "none", "some"; "": it is not told
	}{
		{system{name: "renewed and flushed, by latency", front: cached(renewing("always", 1, ""), *varnish(60, 0))}, "all", "all"},
		{system{name: "renewed and flushed, by a header", front: cached(renewing("always", 1, "X-Cache"), *varnish(60, 0))}, "all", "all"},
		{system{name: "neither, as Varnish and nginx do", front: cached(renewing("", 0, ""), *varnish(60, 0))}, "none", "none"},
		{system{name: "a client that may not", front: cached(renewing("refused", 1, ""), *varnish(60, 0))}, "", "all"},
		{system{name: "a flush that empties half", front: cached(renewing("always", 0.5, "X-Cache"), *varnish(60, 0))}, "all", "some"},
		{system{name: "entries that expire before the flush", front: cached(renewing("always", 0, ""), *varnish(4, 0))}, "all", ""},
		{system{name: "no cache", front: uncached(renewing("always", 1, ""))}, "", ""},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			row.keys, row.rate, row.seconds, row.more = 50, 100, 4, both
			f, _ := row.finding(t, 5)
			for name, want := range map[string]string{"renewed": row.renewed, "flushed": row.flushed} {
				v, told := f.Values[name]
				got := ""
				switch {
				case told && *v.Low > 0.8:
					got = "all"
				case told && *v.High < 0.2:
					got = "none"
				case told:
					got = "some"
				}
				if got != want {
					t.Errorf("%s: %q (%+v), want %q: %s", name, got, v, want, f.Conclusion)
				}
			}
			if row.renewed == "all" && *f.Values["hits_after_renewal"].Low < 0.8 {
				t.Errorf("after a renewal: %+v", f.Values["hits_after_renewal"])
			}
			if refused := f.Values["renewals_refused"].Value; (refused > 0) != strings.Contains(row.name, "may not") {
				t.Errorf("%v renewals were refused", refused)
			}
		})
	}
}

// A flush changes what others get, so it needs a confirmation at AWS, and a stage's cache.
func TestAFlushIsConfirmed(t *testing.T) {
	t.Parallel()
	const live = `kind: rest-api, url: "https://a1b2c3d4e5.execute-api.us-east-1.amazonaws.com/prod"`
	for _, row := range []struct {
		target, options string
		yes             bool
		want            string // "": it may be asked
	}{
		{live, "flush: true", false, "empties the cache of the stage once (FlushStageCache)"},
		{live, "flush: true", true, ""},
		{live, "renew: true", false, ""},
		{"kind: rest-api, url: lab", "flush: true", false, ""},
		{"kind: http-api, url: lab", "flush: true", true, "only the cache of a REST API's stage can be flushed"},
		{live, "renew: true, list: [a, b]", true, "they do not go with a list"},
	} {
		q, err := simulate.ParseAt(t, Probe(), row.target, `cache: {path: "/?key={key}", `+row.options+`}`, row.yes)
		if (err == nil) != (row.want == "") || err != nil && !strings.Contains(err.Error(), row.want) {
			t.Errorf("%s at %s: %v, want %q", row.options, row.target, err, row.want)
		}
		if err == nil && strings.Contains(row.options, "flush") != (q.Announced().Changes != "") {
			t.Errorf("%s announces %q", row.options, q.Announced().Changes)
		}
	}
}
