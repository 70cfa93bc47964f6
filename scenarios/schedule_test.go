package scenarios

import (
	"math"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"tollgate/pricing/document"
)

// drawRate draws a rate as a scenario could ask for it, none included.
func drawRate(least int64) *rapid.Generator[Rate] {
	return rapid.Custom(func(t *rapid.T) Rate {
		per := rapid.SampledFrom([]time.Duration{time.Second, 10 * time.Second, time.Minute, 7 * time.Hour}).Draw(t, "per")
		return document.NewRate(rapid.Int64Range(least, 3000*int64(per/time.Second)).Draw(t, "n"), per)
	})
}

// drawShape draws a shape of any sort, and its integral over d.
func drawShape(t *rapid.T, d time.Duration) (Shape, float64) {
	switch rapid.IntRange(0, 4).Draw(t, "sort") {
	case 0:
		r := drawRate(1).Draw(t, "rate")
		return Constant{r}, r.PerSecond() * d.Seconds()
	case 1:
		r := Ramp{drawRate(0).Draw(t, "from"), drawRate(0).Draw(t, "to")}
		return r, (r.From.PerSecond() + r.To.PerSecond()) / 2 * d.Seconds()
	case 2:
		s := Steps{rapid.SliceOfN(drawRate(0), 1, 6).Draw(t, "rates")}
		var sum float64
		for i, r := range s.Rates {
			sum += r.PerSecond() * (portion(d, i+1, len(s.Rates)) - portion(d, i, len(s.Rates))).Seconds()
		}
		return s, sum
	case 3:
		r := Replay{File: "a.csv", Instants: Instants{At: rapid.SliceOfN(rapid.Custom(func(t *rapid.T) time.Duration {
			return time.Duration(rapid.Int64Range(0, int64(6*time.Second)).Draw(t, "at"))
		}), 0, 200).Draw(t, "arrivals")}}
		slices.Sort(r.At)
		within := 0
		for _, due := range r.At {
			if due < d {
				within++
			}
		}
		return r, float64(within)
	default:
		b := Burst{rapid.Int64Range(1, 5000).Draw(t, "requests"), drawRate(0).Draw(t, "at")}
		if b.At.IsZero() {
			return b, float64(b.Requests)
		}
		return b, min(float64(b.Requests), b.At.PerSecond()*d.Seconds())
	}
}

func drawLength(t *rapid.T) time.Duration {
	return time.Duration(rapid.Int64Range(int64(time.Millisecond), int64(5*time.Second)).Draw(t, "length"))
}

func TestSchedulesAreOrderedWithinTheirTimeAndAsManyAsTheirIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawLength(t)
		shape, integral := drawShape(t, d)
		due := slices.Collect(iterate(shape.Schedule(d, 1)))
		if !slices.IsSorted(due) {
			t.Fatalf("%v: not in order", shape)
		}
		if len(due) > 0 && (due[0] < 0 || due[len(due)-1] >= d) {
			t.Fatalf("%v: due times [%v, %v] are not within [0, %v)", shape, due[0], due[len(due)-1], d)
		}
		if math.Abs(float64(len(due))-integral) > 1.000001 {
			t.Fatalf("%v: %d requests, and the integral of the rate is %g", shape, len(due), integral)
		}
		if n := count(shape, d, 1); n != int64(len(due)) {
			t.Fatalf("%v: count says %d and the schedule has %d", shape, n, len(due))
		}
	})
}

// iterate makes a plain sequence of a schedule, for the slices package.
func iterate(s Schedule) func(func(time.Duration) bool) { return s }

func TestEveryPrefixOfAScheduleFollowsTheIntegral(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawLength(t)
		r := Ramp{drawRate(0).Draw(t, "from"), drawRate(0).Draw(t, "to")}
		a, b := r.From.PerSecond(), r.To.PerSecond()
		i := 0
		for due := range r.Schedule(d, 0) {
			at := due.Seconds()
			arrived := a*at + (b-a)*at*at/(2*d.Seconds())
			slack := 1e-6 + max(a, b)*2e-9 // a nanosecond's worth of arrivals, and float64
			if math.Abs(arrived-float64(i)) > slack {
				t.Fatalf("%v over %v: %g requests ought to have arrived when the one numbered %d is due", r, d, arrived, i)
			}
			i++
		}
	})
}

func TestShardsPartitionASchedule(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drawLength(t)
		shape, _ := drawShape(t, d)
		whole := slices.Collect(iterate(shape.Schedule(d, 3)))
		n := rapid.IntRange(1, 7).Draw(t, "shards")
		shards := make([][]time.Duration, n)
		for i := range n {
			shards[i] = slices.Collect(iterate(shape.Schedule(d, 3).Shard(i, n)))
		}
		for k, due := range whole {
			if got := shards[k%n][k/n]; got != due {
				t.Fatalf("request %d is due at %v, and shard %d says %v", k, due, k%n, got)
			}
		}
		var sum int
		for _, shard := range shards {
			sum += len(shard)
		}
		if sum != len(whole) {
			t.Fatalf("%d shards hold %d requests of %d", n, sum, len(whole))
		}
	})
}

func TestPoissonIsDecidedByItsSeed(t *testing.T) {
	s := Poisson{PerSecond(500)}.Schedule(3*time.Second, 7)
	first, again := slices.Collect(iterate(s)), slices.Collect(iterate(s))
	if !slices.Equal(first, again) {
		t.Error("ranging twice over one schedule gave two different ones")
	}
	if other := slices.Collect(iterate(Poisson{PerSecond(500)}.Schedule(3*time.Second, 8))); slices.Equal(first, other) {
		t.Error("two seeds gave one schedule")
	}
	if !slices.IsSorted(first) || first[len(first)-1] >= 3*time.Second {
		t.Error("not in order within its time")
	}
}

// The number of arrivals in a second has the mean and the variance of a
// Poisson distribution, and the gaps the mean of an exponential one.
func TestPoissonArrivesAsAPoissonProcessDoes(t *testing.T) {
	const rate, seconds = 100., 4000
	counts := make([]float64, seconds)
	for due := range (Poisson{PerSecond(int64(rate))}).Schedule(seconds*time.Second, 11) {
		counts[int(due/time.Second)]++
	}
	var mean, variance float64
	for _, c := range counts {
		mean += c / seconds
	}
	for _, c := range counts {
		variance += (c - mean) * (c - mean) / (seconds - 1)
	}
	// Five standard errors: √(λ/n) of the mean, λ√(2/n) of the variance.
	if e := 5 * math.Sqrt(rate/seconds); math.Abs(mean-rate) > e {
		t.Errorf("mean %g, want %g ± %g", mean, rate, e)
	}
	if e := 5 * rate * math.Sqrt(2./seconds); math.Abs(variance-rate) > e {
		t.Errorf("variance %g, want %g ± %g", variance, rate, e)
	}
}

func TestShapesSayWhatTheyAreInWords(t *testing.T) {
	for want, shape := range map[string]Shape{
		"constant 500/s":          Constant{PerSecond(500)},
		"ramp 0/s to 30/m":        Ramp{Rate{}, document.NewRate(1, 2*time.Second)},
		"steps 100/s, 200/s":      Steps{[]Rate{PerSecond(100), PerSecond(200)}},
		"burst of 3000 at 1500/s": Burst{3000, PerSecond(1500)},
		"burst of 3000 at once":   Burst{Requests: 3000},
		"poisson 5/h":             Poisson{document.NewRate(5, time.Hour)},
		"replay of a.csv (2 arrivals, SHA-256 0123456789ab)": Replay{"a.csv", "0123456789abcdef", Instants{At: []time.Duration{0, 1}}, Chosen{}},
	} {
		if shape.String() != want {
			t.Errorf("%q, want %q", shape, want)
		}
	}
}
