package chart

import (
	"bytes"
	"encoding/xml"
	"flag"
	"image/color"
	"image/png"
	"io"
	"maps"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// samples are one small chart of each sort.
var samples = map[string]func(Layout) Picture{
	"percentiles": Percentiles{Title: "Latency", Desc: "by percentile", Panels: []PercentilePanel{
		{Title: "Response time", Curves: []Curve{
			{Name: "rest", Series: 0, Points: []Point{{0, 8}, {0.5, 20}, {0.9, 30}, {0.99, 45}, {0.999, 210}}},
			{Name: "http", Series: 1, Points: []Point{{0, 6}, {0.5, 15}, {0.9, 21}, {0.99, 33}}},
		}},
		{Title: "Service time", Curves: []Curve{
			{Name: "rest", Series: 0, Points: []Point{{0, 8}, {0.5, 19}, {0.9, 29}, {0.99, 44}, {0.999, 205}}},
		}},
	}}.Picture,
	"timeline": Timeline{Title: "Outcomes", Desc: "over time", Panels: []TimelinePanel{
		{Title: "rest", Outcomes: []string{"ok", "429"}, Bins: []Bin{{0, 1.5, []float64{480, 20}}, {1.5, 3, []float64{500, 0}}}},
		{Title: "http", Outcomes: []string{"ok"}, Bins: []Bin{{0, 1.5, []float64{500}}}},
	}}.Picture,
	"costs": Costs{Title: "Cost", Desc: "by requests", Month: 1e7, Curves: []CostCurve{
		{Name: "rest", Series: 0, Points: []CostPoint{{1e5, 0.35}, {1e7, 35}, {1e9, 2_900}}},
		{Name: "alb", Series: 1, Points: []CostPoint{{1e5, 22}, {1e7, 24}, {1e9, 350}}},
	}, Crossings: []Crossing{{6.5e6, 23, "1"}, {6.6e6, 23.1, "2"}}}.Picture,
	"bars": Bars{Title: "Bill", Desc: "by line", Axis: "US dollars", Sign: "$", Label: dollars, Parts: []string{"door", "function"}, Rows: []Bar{
		{"rest", []float64{35, 3.5}, at(36.2), at(41)}, {"a name that is too long to be drawn in full here", []float64{0, 3.5}, nil, nil},
	}}.Picture,
	"heat": Heat{Title: "Latency over time", Desc: "by range", Edges: []float64{5, 10, 20, 40, 80}, Panels: []HeatPanel{
		{Title: "rest", Columns: []HeatColumn{{0, 1.5, []float64{0, 0.6, 0.395, 0.005}}, {1.5, 3, []float64{0, 0.2, 0.2, 0.02}}}},
		{Title: "http", Columns: []HeatColumn{{0, 1.5, []float64{0.9, 0.1, 0, 0}}}},
	}}.Picture,
	"forest": Forest{Title: "Comparison", Desc: "with intervals", Axis: "ratio to rest", Rows: []ForestRow{
		{"http against rest: p50", "12% faster, 10% to 14%", 0.88, at(0.86), at(0.9), Better},
		{"alb against rest: p99 of a name that is too long for its place here", "40% slower", 1.4, at(1.1), at(1.7), Worse},
		{"function against rest: p99", "inconclusive", 1.01, nil, nil, Neutral},
	}}.Picture,
	"lines": Lines{Title: "Saturation", Desc: "p99 against rate", X: "offered rate (requests/s)", Y: "milliseconds", Series: []Line{
		{Name: "rest", Series: 0, Points: [][2]float64{{100, 20}, {200, 21}, {400, 30}, {800, 90}}},
		{Name: "as much as was offered", Series: 7, Points: [][2]float64{{100, 10}, {800, 80}}, Dashed: true},
		{Name: "throttled", Series: 2, Points: [][2]float64{{500, 10}, {450, 40}, {700, 60}}},
	}, Events: []Event{{At: 650, Label: "knee 650/s"}, {At: 700, Label: "limits hold to 700/s", Low: at(660), High: at(740)}}}.Picture,
	"history": Lines{Title: "p99 over the nights", Desc: "night by night", X: "night, UTC", Y: "milliseconds", Since: time.Date(2026, 10, 1, 3, 0, 0, 0, time.UTC), Series: []Line{
		{Name: "rest", Series: 0, Points: [][2]float64{{0, 40}, {1, 41}, {2, 40.5}, {3, 48}, {4, 48.2}, {9, 47}}, Notes: []string{"run-0", "run-1"}},
		{Name: "http", Series: 1, Points: [][2]float64{{0, 33}, {1, 33}, {2, 34}, {3, 33}, {4, 33.5}, {9, 32}}},
	}, Events: []Event{{At: 3, Label: "change 1"}, {At: 3.1, Label: "change 2"}, {At: 9, Label: "this run"}}}.Picture,
	"histogram": Histogram{Title: "Cold starts", Desc: "cold and warm apart", X: "service time (ms)", Y: "responses", Panels: []HistogramPanel{
		{Title: "cold", Bins: []HistogramBin{{178, 200, 3}, {200, 224, 1}, {224, 251, 8}}, Marks: []Event{{At: 230, Label: "p50 230 ms", Low: at(190), High: at(245)}}},
		{Title: "warm", Bins: []HistogramBin{{10, 11.2, 40}, {11.2, 12.6, 300}, {12.6, 14.1, 48}, {141, 158, 1}}, Marks: []Event{{At: 12, Label: "p50 12 ms"}, {At: 13, Label: "p99 13 ms"}}},
	}}.Picture,
	"throttle": Throttle{Title: "Throttling", Desc: "with its bucket", Burst: 200, Tokens: [][2]float64{{0, 200}, {2, 0}, {6, 0}, {8, 200}}, Bins: []ThrottleBin{
		{0, 1, 200, 0, 200}, {1, 2, 195, 5, 198}, {2, 4, 100, 100, 101}, {4, 6, 99, 101, 100}, {6, 7, 0, 0, 0}, {7, 8, 20, 0, 20},
	}}.Picture,
	"unthrottled": Throttle{Title: "Throttling", Desc: "without a bucket", Bins: []ThrottleBin{{0, 1, 200, 0, 0}, {1, 2, 195, 0, 0}}}.Picture,
	"waterfall": Waterfall{Title: "Where the time goes", Desc: "part by part", Axis: "mean milliseconds of a request", Label: Time, Parts: []WaterfallPart{
		{Name: "TCP handshake", Value: 0.1},
		{Name: "network and client", Value: 1.2, Low: at(1.0), High: at(1.4)},
		{Name: "gateway", Value: 4},
		{Name: "function", Value: 12, Low: at(11), High: at(13)},
		{Name: "unexplained", Value: -0.4},
		{Name: "all together", Value: 16.9, Low: at(16), High: at(17.5), Total: true},
	}}.Picture,
	"map":   sampleMap().Picture,
	"empty": Percentiles{Title: "Nothing", Desc: "at all"}.Picture,
}

func at(v float64) *float64 { return &v }

// sampleMap has three areas: one below a slope, one above it, and one of large
// sizes; the first two are close around their border.
func sampleMap() Map {
	m := Map{
		Title: "The cheapest", Desc: "over two variables", X: "requests per month", Y: "bytes of a response", LogX: true, LogY: true,
		XLabel: Short, YLabel: func(v float64) string { return Short(v) + "B" }, CloseNote: "another is within 2%",
		Areas: []MapArea{{"http", 1}, {"alb", 3}, {"rest", 0}},
		Edges: []MapPoint{{2e6, 1e4, "1"}, {3e7, 3e5, "2"}}, Own: &MapPoint{1e6, 2000, "this run: 1M, 2 kB"},
	}
	for i := range 40 {
		m.XAt = append(m.XAt, 1e4*math.Pow(10, float64(i)/39*4))
		m.YAt = append(m.YAt, 100*math.Pow(10, float64(i)/39*4))
	}
	for j := range 40 {
		cells, near := make([]int, 40), make([]bool, 40)
		for i := range 40 {
			switch {
			case j > 33 && i > 20:
				cells[i] = 2
			case i > 18+j/4:
				cells[i] = 1
			}
			near[i] = j < 34 && i > 16+j/4 && i < 21+j/4
		}
		m.Cells, m.Close = append(m.Cells, cells), append(m.Close, near)
	}
	return m
}

func TestChartsLookAsTheirGoldenFiles(t *testing.T) {
	for name, picture := range samples {
		for _, l := range []Layout{Wide, Narrow} {
			t.Run(name+"-"+l.Name, func(t *testing.T) {
				var b bytes.Buffer
				if err := picture(l).SVG(&b); err != nil {
					t.Fatal(err)
				}
				wellFormed(t, b.Bytes())
				golden(t, name+"-"+l.Name+".svg", b.String())
			})
		}
	}
}

func golden(t *testing.T, name, got string) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if why := differs(got, string(want)); why != "" {
		t.Errorf("%s is not what it was (run with -update if it should not be): %s", name, why)
	}
}

var numbers = regexp.MustCompile(`-?\d+(\.\d+)?(e[-+]\d+)?`)

// differs compares two drawings: the same elements, and numbers within a
// tenth of a pixel, since floating point differs between processors.
func differs(got, want string) string {
	if numbers.ReplaceAllString(got, "#") != numbers.ReplaceAllString(want, "#") {
		return "other elements or texts"
	}
	a, b := numbers.FindAllString(got, -1), numbers.FindAllString(want, -1)
	for i := range a {
		x, _ := strconv.ParseFloat(a[i], 64)
		y, _ := strconv.ParseFloat(b[i], 64)
		if math.Abs(x-y) > 0.11 {
			return a[i] + " instead of " + b[i]
		}
	}
	return ""
}

func wellFormed(t *testing.T, svg []byte) {
	t.Helper()
	for d := xml.NewDecoder(bytes.NewReader(svg)); ; {
		if _, err := d.Token(); err == io.EOF {
			return
		} else if err != nil {
			t.Fatalf("not XML: %v", err)
		}
	}
}

func TestEveryColorInAPageIsAVariable(t *testing.T) {
	for name, picture := range samples {
		svg := picture(Wide).Inline("x", "chart")
		if m := regexp.MustCompile(`(fill|stroke):#`).FindString(svg); m != "" {
			t.Errorf("%s has a fixed color", name)
		}
		if strings.Contains(svg, "Liberation Sans;") {
			t.Errorf("%s names the font of the machine it was drawn on", name)
		}
	}
}

func TestEveryRoleHasAColorOfItsOwn(t *testing.T) {
	all := slices.Concat([]Color{textColor, faintColor, gridColor, axisColor, paperColor}, seriesColors, partColors, shadeColors, slices.Collect(maps.Values(outcomeColors)))
	roles, colors := map[string]bool{}, map[color.NRGBA]bool{}
	for _, c := range all {
		roles[c.Role], colors[c.NRGBA] = true, true
	}
	if len(roles) != len(all) || len(colors) != len(all) {
		t.Errorf("%d roles and %d colors of %d", len(roles), len(colors), len(all))
	}
}

// TestSeriesContrastWithPaper checks WCAG's 3:1 for graphics.
func TestSeriesContrastWithPaper(t *testing.T) {
	for _, i := range seriesColors {
		if c := 1.05 / (luminance(i.NRGBA) + 0.05); c < 3 {
			t.Errorf("%s has a contrast of %.2f with paper", i.Role, c)
		}
	}
}

func luminance(c color.NRGBA) float64 {
	linear := func(v uint8) float64 {
		x := float64(v) / 255
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c.R) + 0.7152*linear(c.G) + 0.0722*linear(c.B)
}

func TestPixelsShowWhatTheDrawingDoes(t *testing.T) {
	var b bytes.Buffer
	p := samples["percentiles"](Wide)
	if err := p.PNG(&b); err != nil {
		t.Fatal(err)
	}
	img, err := png.Decode(&b)
	if err != nil {
		t.Fatal(err)
	}
	if w := img.Bounds().Dx(); w != 2*int(Wide.Width) {
		t.Errorf("the picture is %d pixels wide", w)
	}
	for _, want := range []Color{Series(0), Series(1)} {
		seen := 0
		for y := range img.Bounds().Dy() {
			for x := range img.Bounds().Dx() {
				if color.NRGBAModel.Convert(img.At(x, y)) == want.NRGBA {
					seen++
				}
			}
		}
		if seen < 500 {
			t.Errorf("%d pixels have the color of %s", seen, want.Role)
		}
	}
}

func TestNamesAreEscapedAndLegible(t *testing.T) {
	nasty := "</g></svg><script>alert(1)</script> \x1b[31m\u202e style=\"fill:#0072b2\" & \xff"
	p := Bars{Title: nasty, Desc: nasty, Axis: nasty, Label: plain, Parts: []string{nasty}, Rows: []Bar{{Label: nasty, Values: []float64{1}}}}.Picture(Wide)
	svg := p.Inline("x", "chart")
	wellFormed(t, []byte(svg))
	if strings.Contains(svg, "<script") || strings.Contains(svg, `" style="fill:#0072b2"`) || strings.ContainsAny(svg, "\x1b\u202e") {
		t.Error(svg)
	}
	for in, want := range map[string]string{"": "", " a\n b ": "a  b", "abcdef": "abc…", "\u202eab": "ab", "\x00": ""} {
		if got := Legible(in, 4); got != want {
			t.Errorf("Legible(%q, 4) = %q, want %q", in, got, want)
		}
	}
}

func TestTicksAreRound(t *testing.T) {
	for _, row := range []struct {
		lo, hi, wantLo, wantHi float64
	}{{3, 450, 2, 500}, {1, 1, 0.5, 2}, {0.013, 0.014, 0.01, 0.05}, {7, 70_000, 5, 100_000}} {
		if lo, hi := logRange(row.lo, row.hi); lo > row.lo || hi < row.hi || hi/lo < 4-1e-9 {
			t.Errorf("the range of %v … %v is %v … %v", row.lo, row.hi, lo, hi)
		}
	}
	ts := steps(530, 3, plain)
	if len(ts) < 3 || ts[0].Label != "0" || ts[1].Label != "200" {
		t.Errorf("steps to 530: %v", ts)
	}
	for v, want := range map[float64]string{1e3: "1k", 2.5e6: "2.5M", 1e11: "100B", 20: "20"} {
		if got := Short(v); got != want {
			t.Errorf("Short(%v) = %q, want %q", v, got, want)
		}
	}
}
