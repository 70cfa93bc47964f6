package pricing

import (
	"math"
	"math/big"
	"testing"

	"pgregory.net/rapid"
)

// drawFraction draws numbers of every size: those that fit two int64s, those that just
// do not, and zero, with what they are as a rational.
func drawFraction(t *rapid.T, name string) (fraction, *big.Rat) {
	edges := []int64{0, 1, -1, 3, 1000, 1 << 30, 1e12, 1e18, math.MaxInt64, math.MaxInt64 - 1, -math.MaxInt64, math.MinInt64}
	number := rapid.OneOf(rapid.SampledFrom(edges), rapid.Int64(), rapid.Int64Range(-1000, 1000))
	r := new(big.Rat).SetInt64(number.Draw(t, name))
	if d := number.Draw(t, name+" is divided by"); d != 0 {
		r.Quo(r, new(big.Rat).SetInt64(d))
	}
	if rapid.Bool().Draw(t, name+" is long") {
		r.Mul(r, new(big.Rat).SetInt64(number.Draw(t, name+" times")))
	}
	return fractionOf(new(big.Rat).Set(r)), r
}

func TestFractionsCalculateAsRationalsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, a := drawFraction(t, "x")
		y, b := drawFraction(t, "y")
		results := map[string][2]any{
			"sum":        {x.add(y), new(big.Rat).Add(a, b)},
			"product":    {x.mul(y), new(big.Rat).Mul(a, b)},
			"difference": {x.add(y.neg()), new(big.Rat).Sub(a, b)},
			"floor":      {x.floor(), new(big.Rat).SetInt(new(big.Int).Div(a.Num(), a.Denom()))},
		}
		if b.Sign() != 0 {
			results["quotient"] = [2]any{x.div(y), new(big.Rat).Quo(a, b)}
		}
		for name, pair := range results {
			got, want := pair[0].(fraction), pair[1].(*big.Rat)
			if got.rat().Cmp(want) != 0 || got.key() != fractionOf(want).key() {
				t.Errorf("the %s of %s and %s is %s as %+v", name, a, b, got.rat(), got)
			}
		}
		if x.cmp(y) != a.Cmp(b) || x.sign() != a.Sign() || x.whole() != a.IsInt() {
			t.Errorf("%s and %s: compared %d, sign %d, whole %t", a, b, x.cmp(y), x.sign(), x.whole())
		}
		whole, ok := x.int64()
		if ok != (a.IsInt() && a.Num().IsInt64()) || ok && whole != a.Num().Int64() {
			t.Errorf("%s is the whole number %d, %t", a, whole, ok)
		}
	})
}

func TestFractionsPrintAsRationalsDo(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		x, r := drawFraction(t, "x")
		decimals := rapid.IntRange(0, 40).Draw(t, "decimals")
		if got, want := x.text(decimals), r.FloatString(decimals); got != want {
			t.Errorf("%s with %d decimals is %s, want %s", r, decimals, got, want)
		}
		if nearest, _ := r.Float64(); x.float() != nearest {
			t.Errorf("%s is %v, want %v", r, x.float(), nearest)
		}
	})
}

func TestARatioIsInLowestTerms(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		n, d := rapid.Int64().Draw(t, "n"), rapid.Int64().Filter(func(d int64) bool { return d != 0 }).Draw(t, "d")
		if got, want := ratio(n, d), fractionOf(big.NewRat(n, d)); got.key() != want.key() {
			t.Errorf("%d/%d is %+v, want %+v", n, d, got, want)
		}
	})
}
