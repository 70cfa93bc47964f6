package estimate

import (
	"math"
	"math/rand/v2"
	"testing"
)

// trialsOf are pairs of a treated and an untreated value in blocks of ten, of which a
// share of the treated is lower; the level of each block is its own.
func trialsOf(chance *rand.Rand, n int, lowered, by float64) (all []Trial) {
	for i := range n {
		level := math.Exp(0.5 * math.Sin(float64(i/5)))
		for _, treated := range []bool{true, false} {
			v := 20 * level * math.Exp(0.2*chance.NormFloat64())
			if chance.Float64() < 0.4 {
				v *= 3 // a second mode, whatever the treatment is
			}
			if treated && chance.Float64() < lowered {
				v /= by
			}
			all = append(all, Trial{Block: i / 5, Treated: treated, Value: v})
		}
	}
	return all
}

func TestATreatmentIsFoundWhereItLowersAndNowhereElse(t *testing.T) {
	for _, row := range []struct {
		name          string
		lowered, by   float64
		least, most   int // of 20 repetitions
		smallestAbove float64
	}{
		{"no effect", 0, 1, 0, 0, 0.05},
		{"all are a third", 1, 3, 20, 20, 0.05},
		{"a quarter are a hundredth", 0.25, 100, 17, 20, 0.05},
		{"all are higher", 1, 1.0 / 3, 0, 0, 0.05},
	} {
		found := 0
		for seed := range uint64(20) {
			l := Lowers(trialsOf(rand.New(rand.NewPCG(seed, 3)), 120, row.lowered, row.by), seed)
			if l.Found() {
				found++
			}
			if l.Smallest < row.smallestAbove || l.Smallest > 0.5 || l.Compared != 240 {
				t.Fatalf("%s: %+v", row.name, l)
			}
		}
		if found < row.least || found > row.most {
			t.Errorf("%s: found in %d of 20, want %d to %d", row.name, found, row.least, row.most)
		}
	}
	if l := Lowers([]Trial{{0, true, 1}, {1, false, 2}}, 1); l.Found() || l.Compared != 0 || !math.IsInf(l.Smallest, 1) {
		t.Errorf("blocks of one kind were compared: %+v", l)
	}
}

// A share of a class is found through a classifier that is wrong now and then, of whatever
// shape the classes are.
func TestSharesAreFoundThroughAClassifierThatErrs(t *testing.T) {
	covered, contaminated := 0, 0
	const n = 300
	for seed := range uint64(n) {
		chance := rand.New(rand.NewPCG(seed, 8))
		low := func() float64 { return 6 * math.Exp(0.3*chance.NormFloat64()) }
		high := func() float64 {
			if chance.Float64() < 0.5 {
				return 60 * math.Exp(0.3*chance.NormFloat64())
			}
			return 20 * math.Exp(0.3*chance.NormFloat64())
		}
		var lows, highs []float64
		for range 150 {
			lows, highs = append(lows, low()), append(highs, high())
		}
		c, ok := Learn(lows, highs)
		if !ok {
			t.Fatal("the classes are not distinguished")
		}
		if c.Contaminant {
			contaminated++
		}
		share, below := chance.Float64(), int64(0)
		for range 800 {
			v := high()
			if chance.Float64() < share {
				v = low()
			}
			if v < c.Cut {
				below++
			}
		}
		found, _ := Share(below, 800)
		if i, ok := Adjusted(found, c.Right, c.Wrong); ok && i.Holds(share) {
			covered++
		}
	}
	t.Logf("%.1f %% are covered, %d of %d labels are doubted", 100*float64(covered)/n, contaminated, n)
	if covered < 92*n/100 || contaminated > n/50 {
		t.Errorf("%d of %d are covered, %d doubted", covered, n, contaminated)
	}
}

func TestLabelsThatAreWrongAreDoubted(t *testing.T) {
	chance := rand.New(rand.NewPCG(1, 8))
	var low, high []float64
	for i := range 200 {
		high = append(high, 60*math.Exp(0.2*chance.NormFloat64()))
		if i%2 == 0 {
			low = append(low, 6*math.Exp(0.2*chance.NormFloat64()))
		} else {
			low = append(low, 60*math.Exp(0.2*chance.NormFloat64()))
		}
	}
	if c, ok := Learn(low, high); !ok || !c.Contaminant || math.Abs(c.Labelled.Value-0.5) > 0.02 || c.Right.Value < 0.95 || !c.Labelled.Holds(0.5) {
		t.Errorf("%+v", c)
	}
}

// Lives of things are bracketed although some observations are wrong, and where they are
// not equally long.
func TestLivesAreFoundThoughSomeObservationsAreWrong(t *testing.T) {
	for _, row := range []struct {
		name             string
		youngest, oldest float64
	}{{"equal lives", 4, 4}, {"lives of 4 to 5", 4, 5}} {
		covered, uneven := 0, 0
		const n = 40
		for seed := range uint64(n) {
			chance := rand.New(rand.NewPCG(seed, 2))
			var seen []Survival
			for _, age := range append(Ages(1, 9, 40), Ages(3.5, 5.5, 40)...) {
				alive := age < row.youngest+(row.oldest-row.youngest)*chance.Float64()
				if chance.Float64() < 0.05 {
					alive = !alive
				}
				seen = append(seen, Survival{age, age, alive})
			}
			l, ok := Lives(seen, 0.95, 0.05)
			if ok && l.Bracketed && l.Low <= row.youngest && l.High >= row.oldest {
				covered++
			}
			if l.Uneven {
				uneven++
			}
		}
		t.Logf("%s: %d of %d are covered, %d are said to be unequal", row.name, covered, n, uneven)
		if covered < 30 || row.youngest == row.oldest && uneven > 4 || row.youngest < row.oldest && uneven < 24 {
			t.Errorf("%s: %d of %d are covered, %d are said to be unequal", row.name, covered, n, uneven)
		}
	}
}

func TestOverdispersionIsFound(t *testing.T) {
	chance := rand.New(rand.NewPCG(4, 2))
	blocks := func(spread float64) (all []Stratum) {
		for range 20 {
			s, p := Stratum{Size: 100, Seen: 100}, 0.5+spread*(2*chance.Float64()-1)
			for range 100 {
				if chance.Float64() < p {
					s.Hits++
				}
			}
			all = append(all, s)
		}
		return all
	}
	more, less := 0, 0
	for range 200 {
		if Overdispersion(blocks(0)) > 1 {
			less++
		}
		if Overdispersion(blocks(0.3)) > 3 {
			more++
		}
	}
	if less > 20 || more < 190 {
		t.Errorf("found in %d of 200 without, and in %d with it", less, more)
	}
}
