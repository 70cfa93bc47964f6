package chart

import (
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
)

var titles = regexp.MustCompile(`<path d="M([-0-9.]+) ?,?([-0-9.]+)h([-0-9.]+)v([-0-9.]+)h-[-0-9.]+z"><title>([^<]*)</title></path>`)

// tipsIn are the texts that a pointer finds in a picture.
func tipsIn(t *testing.T, p Picture) []string {
	t.Helper()
	svg := p.Inline("x", "chart")
	var texts []string
	for _, m := range titles.FindAllStringSubmatch(svg, -1) {
		texts = append(texts, m[5])
	}
	if n := strings.Count(svg, "z\"><title>"); n != len(texts) {
		t.Fatalf("%d of %d tips are rectangles", len(texts), n)
	}
	return texts
}

func TestEachPointHasATooltip(t *testing.T) {
	for name, wants := range map[string][]string{
		"percentiles": {"rest: 50% within 20 ms", "rest: 99.9% within 210 ms", "http: 99% within 33 ms"},
		"timeline":    {"rest, 0 s to 1.5 s: ok 480/s, 429 20/s", "http, 0 s to 1.5 s: ok 500/s"},
		"heat":        {"rest, 0 s to 1.5 s: median 10 to 20 ms, slowest 40 to 80 ms"},
		"costs":       {"rest: $35.00 at 10M requests a month", "alb: $350.00 at 1B requests a month", "2: both cost $23.10 at 6.6M requests a month"},
		"lines":       {"rest: 90 milliseconds at 800 requests/s", "limits hold to 700/s, from 660 to 740"},
		"history":     {"rest: 41 milliseconds on 2 October 2026, 03:00, run-1", "http: 32 milliseconds on 10 October 2026, 03:00", "this run"},
		"histogram":   {"cold: 8 responses between 224 and 251 ms", "warm: 1 responses between 141 and 158 ms"},
		"throttle":    {"2 s to 4 s: passed 100/s, refused 100/s; the inferred bucket allows 101/s", "8 s: 200 of 200 tokens"},
		"unthrottled": {"0 s to 1 s: passed 200/s, refused 0/s"},
		"map":         {"100M and 1MB: rest", "10k and 100B: http"},
	} {
		t.Run(name, func(t *testing.T) {
			for _, l := range []Layout{Wide, Narrow} {
				texts := strings.Join(tipsIn(t, samples[name](l)), "\n")
				for _, want := range wants {
					if name == "map" { // whose parts are told by the cell in their middle
						want = want[strings.LastIndex(want, ":"):]
					}
					if !strings.Contains(texts, want) {
						t.Errorf("%s: no tip says %q; they say\n%s", l.Name, want, texts)
					}
				}
			}
		})
	}
}

// TestTipsLieWhereTheirPointsAre reads places off the SVG: its y grows downwards.
func TestTipsLieWhereTheirPointsAre(t *testing.T) {
	p := Lines{X: "x", Y: "y", Series: []Line{{Name: "a", Points: [][2]float64{{0, 0}, {100, 100}}}}}.Picture(Wide)
	svg := p.Inline("x", "chart")
	m := titles.FindAllStringSubmatch(svg, -1)
	if len(m) != 2 {
		t.Fatalf("%d tips", len(m))
	}
	number := func(s string) (v float64) {
		if _, err := fmt.Sscan(s, &v); err != nil {
			t.Fatal(err)
		}
		return v
	}
	if x := number(m[0][1]); x > 100 {
		t.Errorf("the first point is told of at x = %v", x)
	}
	if x, y := number(m[1][1]), number(m[1][2]); x < 900 || y > 60 {
		t.Errorf("the last and highest point is told of at %v, %v", x, y)
	}
}

func TestTipsAreBoundedAndKeepExtremes(t *testing.T) {
	line := Line{Name: "a"}
	for i := range 100_000 {
		v := 10 + math.Sin(float64(i))
		if i == 77_777 {
			v = 1000
		}
		line.Points = append(line.Points, [2]float64{float64(i), v})
	}
	texts := tipsIn(t, Lines{X: "s", Y: "ms", Series: []Line{line}}.Picture(Wide))
	if len(texts) > mostTips {
		t.Errorf("%d tips", len(texts))
	}
	if !strings.Contains(strings.Join(texts, "\n"), "a: 1,000 ms at 77,777 s") {
		t.Error("no tip tells of the extreme")
	}
}
