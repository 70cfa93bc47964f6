package report

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"tollgate/report/chart"
	"tollgate/results"
)

// drawnOf is a finding's pictures as SVG.
func drawnOf(t testing.TB, f results.Finding) (svgs []string) {
	t.Helper()
	for _, p := range pictured("x", f) {
		var b bytes.Buffer
		if err := p.Picture(chart.Wide).SVG(&b); err != nil {
			t.Fatal(err)
		}
		svgs = append(svgs, b.String())
	}
	return svgs
}

func TestEachSortOfFindingHasItsPicture(t *testing.T) {
	fixtures := findings("rest", "function")
	for _, row := range []struct {
		name    string
		finding results.Finding
		charts  int
		wants   []string
	}{
		{"throttling, with the bucket over it", fixtures[0], 1, []string{"passed", "allowed by the inferred bucket", "tokens in the inferred bucket", " of 201 tokens"}},
		{"each of several keys, one with a bucket", results.Finding{
			Probe: "usage-plan", Title: "Throttling", Target: "rest", Values: map[string]results.Value{"gold.rate": results.Exactly(10, "per_s", ""), "gold.burst": results.Exactly(5, "requests", "")},
			Series: []results.Series{
				{Name: "gold: sent", X: "time (s)", Y: "requests so far", Points: [][2]float64{{0, 5}, {1, 25}}},
				{Name: "gold: passed", X: "time (s)", Y: "requests so far", Points: [][2]float64{{0, 5}, {1, 15}}},
				{Name: "free: sent", X: "time (s)", Y: "requests so far", Points: [][2]float64{{0, 5}, {1, 25}}},
				{Name: "free: passed", X: "time (s)", Y: "requests so far", Points: [][2]float64{{0, 5}, {1, 25}}},
			},
		}, 2, []string{"Throttling: rest, gold", "Throttling: rest, free", " of 5 tokens", "Requests per second at rest, free that passed and that were refused."}},
		{"cold starts apart from warm ones", fixtures[1], 1, []string{">cold, responses<", ">warm, responses<", "warm: 70 responses between"}},
		{"hits apart from misses, with their medians", results.Finding{
			Probe: "cache", Target: "rest", Values: map[string]results.Value{"hit_p50": results.Between(7, 6, 8, "ms", "")},
			Series: []results.Series{{Name: "hit", X: "service time (ms)", Y: "responses", Points: [][2]float64{{6.3, 10}, {7.1, 30}}}, {Name: "miss", X: "service time (ms)", Y: "responses", Points: [][2]float64{{90, 3}}}},
		}, 1, []string{"p50 7.00 ms, from 6 to 8", "miss: 3 responses between"}},
		{"saturation, with knee and limit", results.Finding{
			Probe: "saturation", Target: "rest", Values: map[string]results.Value{"knee": results.Exactly(400, "per_s", ""), "highest_rate": results.Between(450, 440, 460, "per_s", "")},
			Series: []results.Series{
				{Name: "goodput", X: "offered rate (requests/s)", Y: "good responses/s", Points: [][2]float64{{100, 100}, {400, 400}, {800, 455}}},
				{Name: "p99", X: "offered rate (requests/s)", Y: "response time (ms)", Points: [][2]float64{{100, 20}, {400, 30}, {800, 900}}},
			},
		}, 2, []string{"knee 400/s", "limits hold to 450/s", "as much as was offered", "p99: 900 ms at 800 requests/s"}},
		{"overhead, part by part", results.Finding{
			Probe: "overhead", Target: "rest", Values: map[string]results.Value{
				"tls": results.Exactly(0.5, "ms", ""), "gateway": results.Exactly(4, "ms", ""), "function": results.Between(9, 8, 10, "ms", ""), "total": results.Between(15, 14, 16, "ms", ""),
			},
		}, 1, []string{"TLS handshake: 0.500 ms", "function: 9.00 ms (8.00 ms to 10.0 ms)", "unattributed: 1.50 ms", "all together: 15.0 ms"}},
		{"anything else as lines", results.Finding{
			Probe: "own", Target: "rest", Series: []results.Series{{Name: "a", X: "days", Y: "eggs", Points: [][2]float64{{1, 2}, {3, 4}}}, {Name: "none", X: "days", Y: "eggs"}},
		}, 1, []string{"a: 4 eggs at 3 days"}},
		{"nothing", results.Finding{Probe: "limits", Target: "rest"}, 0, nil},
	} {
		t.Run(row.name, func(t *testing.T) {
			svgs := drawnOf(t, row.finding)
			if len(svgs) != row.charts {
				t.Errorf("%d charts", len(svgs))
			}
			all := strings.Join(svgs, "\n")
			for _, want := range row.wants {
				if !strings.Contains(all, want) {
					t.Errorf("they lack %q", want)
				}
			}
		})
	}
}

// TestBarsOfThrottlingHoldEveryRequest checks that the areas of the bars are
// the requests that passed, those that were refused, and those that a bucket of
// the right size lets pass.
func TestBarsOfThrottlingHoldEveryRequest(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		rate, burst := rapid.Float64Range(1, 500).Draw(t, "rate"), rapid.Float64Range(1, 500).Draw(t, "burst")
		sent, passed := results.Series{}, results.Series{}
		tokens, at, n, good := burst, 0.0, 0.0, 0.0
		for range rapid.IntRange(2, 200).Draw(t, "points") {
			gap := rapid.Float64Range(0, 3).Draw(t, "gap")
			batch := float64(rapid.IntRange(0, 40).Draw(t, "batch"))
			if n > 0 { // time begins with the first request, at a full bucket
				at, tokens = at+gap, min(burst, tokens+rate*gap)
			}
			pass := min(tokens, batch)
			tokens, n, good = tokens-pass, n+batch, good+pass
			sent.Points, passed.Points = append(sent.Points, [2]float64{at, n}), append(passed.Points, [2]float64{at, good})
		}
		ch, ok := throttle(sent, passed)
		if !ok {
			t.Fatal("no chart")
		}
		model(&ch, sent.Points, rate, burst)
		var p, r, m float64
		for i, b := range ch.Bins {
			if i > 0 && math.Abs(b.From-ch.Bins[i-1].To) > 1e-9 {
				t.Fatal("bars do not touch")
			}
			p, r, m = p+b.Passed*(b.To-b.From), r+b.Refused*(b.To-b.From), m+b.Model*(b.To-b.From)
		}
		if math.Abs(p-good) > 1e-6*(1+n) || math.Abs(r-(n-good)) > 1e-6*(1+n) || math.Abs(m-good) > 1e-6*(1+n) {
			t.Fatalf("of %v requests %v passed: the bars hold %v and %v, the model %v", n, good, p, r, m)
		}
		if len(ch.Bins) > throttleBins+1 || len(ch.Tokens) > 2*len(sent.Points)+2 {
			t.Fatalf("%d bars, %d tokens", len(ch.Bins), len(ch.Tokens))
		}
	})
}

// TestCountsThatMakeNoSenseAreLines: what cannot be told as passed and refused
// is drawn as it is.
func TestCountsThatMakeNoSenseAreLines(t *testing.T) {
	for name, row := range map[string][2][][2]float64{
		"more passed than were sent": {{{0, 1}, {1, 2}}, {{0, 1}, {1, 5}}},
		"other moments":              {{{0, 1}, {1, 2}}, {{0, 1}, {2, 2}}},
		"time goes back":             {{{5, 1}, {1, 2}}, {{5, 1}, {1, 2}}},
		"no end of time":             {{{0, 1}, {1e300, 2}}, {{0, 1}, {1e300, 2}}},
		"no end of requests":         {{{0, 1}, {1, 1e300}}, {{0, 1}, {1, 1}}},
		"fewer points":               {{{0, 1}, {1, 2}}, {{0, 1}}},
	} {
		f := results.Finding{Probe: "usage-plan", Values: map[string]results.Value{"rate": results.Exactly(1, "per_s", ""), "burst": results.Exactly(1, "requests", "")}, Series: []results.Series{
			{Name: "sent", X: "time (s)", Y: "requests so far", Points: row[0]}, {Name: "passed", X: "time (s)", Y: "requests so far", Points: row[1]},
		}}
		if svgs := drawnOf(t, f); len(svgs) != 1 || strings.Contains(svgs[0], "bucket") {
			t.Errorf("%s: %d charts", name, len(svgs))
		}
	}
}

// TestPicturesOfOddNumbersAreDrawn puts numbers that no probe should write into
// every sort of picture.
func TestPicturesOfOddNumbersAreDrawn(t *testing.T) {
	odd := []float64{0, -1, 1e-300, -1e300, math.MaxFloat64}
	for i, a := range odd {
		for j, b := range odd {
			v := results.Between(a, b, a, "ms", "")
			points := [][2]float64{{a, b}, {b, a}, {12, 12}}
			for _, f := range []results.Finding{
				{Probe: "overhead", Values: map[string]results.Value{"total": v, "gateway": v, "tls": results.Exactly(b, "ms", "")}},
				{Probe: "cold-start", Values: map[string]results.Value{"cold_p50": v}, Series: []results.Series{{Name: "cold", X: "service time (ms)", Y: "responses", Points: points}}},
				{Probe: "saturation", Values: map[string]results.Value{"knee": v, "highest_rate": v}, Series: []results.Series{{Name: "goodput", X: "offered rate (requests/s)", Y: "good responses/s", Points: points}}},
				{Probe: "usage-plan", Values: map[string]results.Value{"rate": v, "burst": v}, Series: []results.Series{{Name: "sent", X: "s", Y: "n", Points: points}, {Name: "passed", X: "s", Y: "n", Points: points}}},
			} {
				for _, svg := range drawnOf(t, f) {
					if strings.Contains(svg, "NaN") || strings.Contains(svg, "Inf") {
						at := max(strings.Index(svg, "NaN"), strings.Index(svg, "Inf"))
						t.Fatalf("%s of %v and %v (%d, %d) has places that are no numbers: %s", f.Probe, a, b, i, j, svg[max(0, at-60):at+10])
					}
				}
			}
		}
	}
}

func TestNamedPicturesOfAReportAreAllOfItsCharts(t *testing.T) {
	r := frontDoors(t)
	r.WithHistory(append(runs(30), valuesOfRun(r)))
	seen := map[string]bool{}
	for _, p := range r.Pictures() {
		if seen[p.Name] {
			t.Errorf("two charts are called %s", p.Name)
		}
		seen[p.Name] = true
	}
	for _, want := range []string{"latency", "heat", "timeline", "probe-1-usage-plan-1-1", "probe-2-cold-start-1-1", "waterfall", "bill", "costs", "map", "comparison", "history-p50", "history-error-share"} {
		if !seen[want] {
			t.Errorf("no chart is called %s; there are %s", want, fmt.Sprint(seen))
		}
	}
}
