package values

import (
	"math"
	"regexp"
	"strconv"
	"testing"
	"time"
)

func generatedTexts(g Generator, n int) (all []string) {
	v := New(g, 7, "name")
	for i := range n {
		b, _ := v.Append(nil, &Sending{Iteration: uint64(i), Seq: 3 * uint64(i), At: int64(i) * int64(time.Hour)})
		all = append(all, string(b))
	}
	return all
}

func TestUUIDsAreOfVersion4AndDiffer(t *testing.T) {
	form := regexp.MustCompile(`^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$`)
	seen := map[string]bool{}
	for _, id := range generatedTexts(UUID{}, 10_000) {
		if !form.MatchString(id) || seen[id] {
			t.Fatalf("%s, seen before: %v", id, seen[id])
		}
		seen[id] = true
	}
	// Each of the bits that are free is set in about half of them.
	for _, digit := range []int{0, 12, 15, 20, 35} {
		set := 0
		for id := range seen {
			v, _ := strconv.ParseUint(id[digit:digit+1], 16, 8)
			set += int(v & 1)
		}
		if set < 4700 || set > 5300 {
			t.Errorf("the last bit of digit %d is set in %d of 10000", digit, set)
		}
	}
}

func TestNamedValuesStayTheSameInAFlowAndInlineOnesDiffer(t *testing.T) {
	first, second := &Sending{Seq: 10, Iteration: 4}, &Sending{Seq: 11, Iteration: 4, Nth: 1}
	text := func(v Value, s *Sending) string { b, _ := v.Append(nil, s); return string(b) }
	order := New(UUID{}, 1, "order")
	if text(order, first) != text(order, second) {
		t.Error("a named value differs between the steps of a flow")
	}
	if text(order, first) == text(New(UUID{}, 1, "other"), first) || text(order, first) == text(New(UUID{}, 2, "order"), first) {
		t.Error("values of other names and seeds are the same")
	}
	a, b := NewInline(UUID{}, 1, "uuid", 0), NewInline(UUID{}, 1, "uuid", 1)
	if text(a, first) == text(b, first) || text(a, first) == text(a, second) || text(a, first) != text(NewInline(UUID{}, 1, "uuid", 0), first) {
		t.Error("inline values are the same at two places or in two requests, or differ at one")
	}
}

func TestNumbersAreOfTheirDistribution(t *testing.T) {
	const n = 20_000
	mean := func(g Generator) (mean, least, most float64) {
		least, most = math.Inf(1), math.Inf(-1)
		for _, s := range generatedTexts(g, n) {
			x, err := strconv.ParseFloat(s, 64)
			if err != nil || len(s) > g.Longest() {
				t.Fatalf("%q, %v; at most %d bytes", s, err, g.Longest())
			}
			mean, least, most = mean+x/n, min(least, x), max(most, x)
		}
		return mean, least, most
	}
	if m, least, most := mean(Integer{-3, 6}); math.Abs(m-1.5) > 0.1 || least != -3 || most != 6 {
		t.Errorf("integers: mean %v from %v to %v", m, least, most)
	}
	// The mean of Zipf's law over 100 numbers is 100/H(100) = 100/5.18738.
	if m, least, most := mean(Ranks{NewZipf(100, 1)}); math.Abs(m-19.28) > 0.6 || least != 1 || most != 100 {
		t.Errorf("ranks: mean %v from %v to %v", m, least, most)
	}
	law := LogNormal{100, 1000}
	m, least, most := mean(Amounts{law})
	if want := law.Mean(); math.Abs(m-want) > 0.04*want || least < math.Floor(law.Least()) || most > math.Ceil(law.Most()) {
		t.Errorf("amounts: mean %v from %v to %v, want a mean of %v", m, least, most, want)
	}
	if got := generatedTexts(Integer{math.MinInt64, math.MaxInt64}, 2); got[0] == got[1] {
		t.Errorf("all integers: %q", got)
	}
}

func TestTextsHaveTheirSizes(t *testing.T) {
	plain := regexp.MustCompile(`^[A-Za-z0-9_-]*$`)
	for _, size := range []float64{0, 1, 9, 10, 11, 1000} {
		for _, s := range generatedTexts(Text{LogNormal{size, size}}, 3) {
			if len(s) != int(size) || !plain.MatchString(s) {
				t.Errorf("%d bytes: %q", int(size), s)
			}
		}
	}
	over, g := 0, Text{LogNormal{100, 400}}
	for _, s := range generatedTexts(g, 10_000) {
		if len(s) > 400 {
			over++
		}
		if len(s) > g.Longest() {
			t.Fatalf("%d bytes, more than %d", len(s), g.Longest())
		}
	}
	if over < 60 || over > 140 {
		t.Errorf("%d of 10000 are above the 99th percentile", over)
	}
}

func TestTimesAreThoseOfTheRequest(t *testing.T) {
	at := &Sending{At: time.Date(2026, 11, 30, 23, 59, 58, 7_000_000, time.UTC).UnixNano()}
	for layout, want := range map[string]string{
		Milliseconds: "2026-12-01T00:59:58.007Z", time.DateOnly: "2026-12-01", UnixSeconds: "1796086798", UnixMillis: "1796086798007",
	} {
		if b, _ := New(Time{layout, time.Hour}, 1, "x").Append(nil, at); string(b) != want {
			t.Errorf("%s: got %s, want %s", layout, b, want)
		}
	}
	if b, _ := New(Time{UnixSeconds, 0}, 1, "x").Append(nil, &Sending{At: -1}); string(b) != "-1" {
		t.Errorf("a nanosecond before 1970 is %s", b)
	}
}

func TestChoicesHaveTheirWeights(t *testing.T) {
	counts := map[string]int{}
	for _, s := range generatedTexts(NewChoice([]string{"a", "b", "c"}, []uint64{1, 3, 6}), 10_000) {
		counts[s]++
	}
	for text, want := range map[string]int{"a": 1000, "b": 3000, "c": 6000} {
		if math.Abs(float64(counts[text]-want)) > 5*math.Sqrt(float64(want)) {
			t.Errorf("%s was chosen %d times, want about %d", text, counts[text], want)
		}
	}
}

func TestUsersAreNumberedFromOne(t *testing.T) {
	if b, _ := NewInline(Number{}, 1, "user", 0).Append(nil, &Sending{User: 7}); string(b) != "8" {
		t.Errorf("user 7 of those from 0 is %s", b)
	}
}
