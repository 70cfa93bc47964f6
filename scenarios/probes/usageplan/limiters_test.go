package usageplan

import (
	"fmt"
	"strings"
	"testing"

	"tollgate/results"
	"tollgate/scenarios/probes/simulate"
)

// A limiterRow is a limiter, and what the probe may conclude about it.
type limiterRow struct {
	name    string
	limiter func(seed uint64) simulate.Limiter
	front   simulate.Front // what else its path does
	says    string         // the conclusion must say it, unless it says that the rule cannot be told
	strange bool           // or it may say that the limit follows none of the known rules
	truth   map[string]float64
}

// What conclusions say that name no rule.
const (
	undecided   = "by which rule cannot be told"
	noneOfThese = "by none of the known rules"
)

func tokens(rate, burst float64) func(uint64) simulate.Limiter {
	return func(uint64) simulate.Limiter { return simulate.NewTokens(rate, burst) }
}

func bucketOf(rate, burst float64) map[string]float64 {
	return map[string]float64{"rate": rate, "burst": burst}
}

func windowOf(length, count float64) map[string]float64 {
	return map[string]float64{"window": length, "window_requests": count}
}

func (row *limiterRow) finding(t *testing.T, seed uint64) results.Finding {
	t.Helper()
	f := simulate.NewFront(row.limiter(seed), seed)
	f.Service, f.Spread, f.Jitter = row.front.Service, row.front.Spread, row.front.Jitter
	f.RefusedAfter, f.RefusedBefore, f.Lost, f.Others = row.front.RefusedAfter, row.front.RefusedBefore, row.front.Lost, row.front.Others
	if f.Jitter == 0 {
		f.Jitter = 3e-4
	}
	finding, _ := play(t, "usage-plan: {}", f.Respond)
	return finding
}

// wrong says what is false of a finding; "" if nothing is.
func (row *limiterRow) wrong(f results.Finding) (string, bool) {
	if strings.Contains(f.Conclusion, undecided) {
		return "", false
	}
	if row.strange && strings.Contains(f.Conclusion, noneOfThese) {
		return "", true
	}
	if !strings.Contains(f.Conclusion, row.says) {
		return "it is said to be another rule", true
	}
	for name, truth := range row.truth {
		v, there := f.Values[name]
		switch {
		case !there:
			return "there is no " + name, true
		case truth < *v.Low || truth > *v.High:
			return fmt.Sprintf("%s is %.5g (%.5g to %.5g), and in truth %.5g", name, v.Value, *v.Low, *v.High, truth), true
		}
	}
	return "", true
}

func fixedWindow(count, length float64) func(uint64) simulate.Limiter {
	return func(seed uint64) simulate.Limiter {
		return &simulate.Fixed{Length: length, Count: count, Phase: -length * float64(seed%7) / 7}
	}
}

func concurrency(most int) func(uint64) simulate.Limiter {
	return func(uint64) simulate.Limiter { return &simulate.Concurrency{Most: most} }
}

func charging(debt float64) func(uint64) simulate.Limiter {
	return func(uint64) simulate.Limiter {
		return &simulate.Charging{Tokens: *simulate.NewTokens(80, 100), Debt: debt}
	}
}

func refusing(share float64) func(uint64) simulate.Limiter {
	return func(seed uint64) simulate.Limiter { return simulate.NewRandom(share, seed) }
}

// The long form of this table is behind the build tag probes.
func TestLimitersAreNamedForWhatTheyAre(t *testing.T) {
	for _, row := range []limiterRow{
		{name: "a bucket near a step of the search", limiter: tokens(12, 3), says: "A token bucket", truth: bucketOf(12, 3)},
		{name: "a sliding window of one, which is a bucket of one", limiter: func(uint64) simulate.Limiter { return &simulate.Sliding{Length: 0.1, Count: 1} }, says: "slides is the same rule", truth: bucketOf(10, 1)},
		{name: "a limit on concurrency", limiter: concurrency(10), front: simulate.Front{Service: 0.05}, says: "A limit on concurrency", truth: map[string]float64{"concurrency": 10}},
		{name: "all refused", limiter: refusing(1), says: "Every request was refused"},
		{name: "none refused", limiter: refusing(0), says: "none was refused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f := row.finding(t, 3)
			if what, said := row.wrong(f); what != "" || !said {
				t.Errorf("%s: %s", what, f.Conclusion)
			}
		})
	}
}

// A first admits so many requests, and then none.
type first struct{ left int }

func (f *first) Admit(float64, float64) bool {
	f.left--
	return f.left >= 0
}

// A seldom refuses a few requests.
type seldom struct{ n int }

func (s *seldom) Admit(float64, float64) bool {
	s.n++
	return s.n%4000 != 50
}

func TestNoLimitIsConcludedOnlyWhereNothingWasRefused(t *testing.T) {
	for _, row := range []struct {
		name    string
		limiter simulate.Limiter
		says    string
	}{
		{"a few refused", &seldom{}, undecided},
		{"a hundred admitted, and no more", &first{100}, "requests were refused"},
		{"half refused", simulate.NewRandom(0.5, 3), "Requests are refused at random: 50 %"},
		{"all refused", simulate.NewRandom(1, 3), "Every request was refused"},
	} {
		t.Run(row.name, func(t *testing.T) {
			t.Parallel()
			f, _ := play(t, "usage-plan: {most: 300/s}", simulate.NewFront(row.limiter, 3).Respond)
			if f.Values["refused"].Value == 0 || !strings.Contains(f.Conclusion, row.says) || strings.Contains(strings.ToLower(f.Conclusion), "no limit") {
				t.Errorf("%v refused: %s", f.Values["refused"].Value, f.Conclusion)
			}
			if row.says != "Every request was refused" && strings.Contains(f.Conclusion, "Every request") {
				t.Errorf("some passed: %s", f.Conclusion)
			}
		})
	}
}
