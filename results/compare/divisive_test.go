package compare

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"
	"time"
)

// nile is the annual flow of the Nile at Aswan from 1871 to 1970, in 10⁸ m³: it
// falls after 1898 (Cobb, Biometrika 65, 1978, table 1).
var nile = []float64{
	1120, 1160, 963, 1210, 1160, 1160, 813, 1230, 1370, 1140, 995, 935, 1110, 994, 1020, 960, 1180, 799, 958, 1140,
	1100, 1210, 1150, 1250, 1260, 1220, 1030, 1100, 774, 840, 874, 694, 940, 833, 701, 916, 692, 1020, 1050, 969,
	831, 726, 456, 824, 702, 1120, 1100, 832, 764, 821, 768, 845, 864, 862, 698, 845, 744, 796, 1040, 759,
	781, 865, 845, 944, 984, 897, 822, 1010, 771, 676, 649, 846, 812, 742, 801, 1040, 860, 874, 848, 890,
	744, 749, 838, 1050, 918, 986, 797, 923, 975, 815, 1020, 906, 901, 1170, 912, 746, 919, 718, 714, 740,
}

func TestChangesAreThoseThatWerePublished(t *testing.T) {
	for name, row := range map[string]struct {
		series []float64
		want   []int // of the first value at each new level
	}{
		"the Nile falls after 1898":                     {nile, []int{28}},
		"Apache Otava's first series halves":            {[]float64{1.02, 0.95, 0.99, 1.00, 1.12, 0.90, 0.50, 0.51, 0.48, 0.48, 0.55}, []int{6}},
		"Apache Otava's second series falls by a tenth": {[]float64{2.02, 2.03, 2.01, 2.04, 1.82, 1.85, 1.79, 1.81, 1.80, 1.76, 1.78}, []int{4}},
		"Apache Otava's stairs": {
			[]float64{1, 1, 1, 1, 1, 5, 5, 5, 5, 5, 5, 5, 5, 9, 9, 9, 9, 9, 9, 9, 9, 3, 3, 3, 3, 3, 3, 3, 3, 3},
			[]int{5, 13, 21},
		},
		"a constant has none":         {slices.Repeat([]float64{7}, 40), nil},
		"too short a series has none": {[]float64{1, 1, 9, 9, 9}, nil},
		"an empty series has none":    {nil, nil},
		"one bad run is none":         {append(slices.Repeat([]float64{1, 1.01, 0.99}, 8), 2, 1, 1.01, 0.99, 1, 1.02, 1), nil},
	} {
		t.Run(name, func(t *testing.T) {
			got := changes(row.series, changeLevel)
			if !slices.Equal(got, row.want) {
				t.Errorf("changes at %v, want %v", got, row.want)
			}
		})
	}
}

// The prefix sums give the very statistic that the definition gives.
func TestGapIsTheEnergyDistanceOfItsDefinition(t *testing.T) {
	chance := rand.New(rand.NewPCG(3, 4))
	zs := make([]float64, 17)
	for i := range zs {
		zs[i] = chance.NormFloat64()
	}
	w := &workspace{}
	w.fill(zs)
	for at := minSegment; at <= len(zs)-minSegment; at++ {
		for end := at + minSegment; end <= len(zs); end++ {
			if got, want := w.gap(at, end), byDefinition(zs[:at], zs[at:end]); math.Abs(got-want) > 1e-9 {
				t.Fatalf("split at %d, end %d: %v, want %v", at, end, got, want)
			}
		}
	}
}

func byDefinition(x, y []float64) float64 {
	between := func(a, b []float64, same bool) float64 {
		var sum, n float64
		for i := range a {
			for j := range b {
				if !same || i != j {
					sum += math.Abs(a[i] - b[j])
					n++
				}
			}
		}
		return sum / n
	}
	n, m := float64(len(x)), float64(len(y))
	return n * m / (n + m) * (2*between(x, y, false) - between(x, x, true) - between(y, y, true))
}

// A year of runs with four planted points: each is dated within three runs,
// and at most one date is false.
func TestAYearOfRunsHasItsChangePointsDated(t *testing.T) {
	t.Parallel()
	planted, days := map[int]float64{70: 0.15, 150: -0.10, 230: 0.20, 300: 0.12}, 365
	if raceEnabled {
		planted, days = map[int]float64{70: 0.15}, 100
	}
	w, chance := Lab(), rand.New(rand.NewPCG(2026, 1))
	slower, runs := 0.0, []RunValues{}
	for day := range days {
		if by, ok := planted[day]; ok {
			slower = (1+slower)*(1+by) - 1
		}
		today := w.Today(chance, time.Date(2026, 1, 1, 2, 0, 0, 0, time.UTC).AddDate(0, 0, day))
		runs = append(runs, ValuesOf(w.Run(chance, today, Plan{
			Targets: []Target{{Name: "api", Slower: slower}}, Blocks: 10, Requests: 100,
		})))
	}
	for _, s := range SeriesOf(runs) {
		if s.Metric != P50 && s.Metric != P90 {
			continue
		}
		points := ChangePoints(s)
		dated, wrong := map[int]bool{}, 0
		for _, point := range points {
			t.Logf("%s: run %d (%s), %.1f to %.1f ms, %+.1f %% [%+.1f, %+.1f]", s.Metric, point.Index, point.Date.Format(time.DateOnly),
				point.Before, point.After, 100*(point.Size-1), 100*(point.Low-1), 100*(point.High-1))
			near := false
			for day, by := range planted {
				if d := point.Index - day; d >= -3 && d <= 3 {
					near, dated[day] = true, true
					if point.Low > 1+by+0.03 || point.High < 1+by-0.03 {
						t.Errorf("%s: the change of %+.0f %% on day %d is reported as [%.3f, %.3f]", s.Metric, 100*by, day, point.Low, point.High)
					}
				}
			}
			if !near {
				wrong++
			}
		}
		if len(dated) != len(planted) || wrong > 1 {
			t.Errorf("%s: %d of %d change points dated within three runs, %d false dates", s.Metric, len(dated), len(planted), wrong)
		}
	}
}

func TestTheSameSeriesHasTheSameChangePoints(t *testing.T) {
	s := Series{Target: "api", Metric: P50}
	for i, v := range nile {
		s.Points = append(s.Points, Point{At: time.Unix(int64(i)*86400, 0), Value: v})
	}
	a, b := ChangePoints(s), ChangePoints(s)
	if len(a) != 1 || !slices.Equal(a, b) || a[0].Index != 28 || a[0].P > 1e-6 {
		t.Errorf("%+v, then %+v", a, b)
	}
}

func TestAnUnknownMetricHasNoChangePoints(t *testing.T) {
	if points := ChangePoints(Series{Metric: "p42", Points: make([]Point, 40)}); points != nil {
		t.Errorf("%+v", points)
	}
}

func TestSmallChangesOfLevelAreNoChangePoints(t *testing.T) {
	s := Series{Target: "api", Metric: Dollars}
	for i := range 40 {
		s.Points = append(s.Points, Point{At: time.Unix(int64(i)*86400, 0), Value: 3.50})
	}
	for by, want := range map[float64]int{1.01: 0, 1.03: 1} {
		for i := 20; i < 40; i++ {
			s.Points[i].Value = 3.50 * by
		}
		if points := ChangePoints(s); len(points) != want {
			t.Errorf("×%v: %d change points, want %d", by, len(points), want)
		}
	}
}
