package pricing

import (
	"cmp"
	"math"
	"math/big"
	"math/bits"
	"strconv"
)

// A fraction is exact. Nearly every number of a bill fits two int64s, whose arithmetic
// takes no memory; a workload with ranges is priced a thousand times, and rationals of
// math/big alone made that several times slower. What does not fit is a big.Rat.
// A number has one form, and the zero value is 0. A fraction is never changed in place.
type fraction struct {
	num, den int64    // in lowest terms; a den of 0 stands for 1
	long     *big.Rat // the number, where it does not fit; else nil
}

// fits is a whole number whose negative and absolute value are int64s, too.
func fits(n *big.Int) bool { return n.IsInt64() && n.Int64() != math.MinInt64 }

// fractionOf takes r, which must not be changed afterwards.
func fractionOf(r *big.Rat) fraction {
	if !fits(r.Num()) || !fits(r.Denom()) {
		return fraction{long: r}
	}
	return lowest(r.Num().Int64(), r.Denom().Int64())
}

// wholeFraction takes n, which must not be changed afterwards.
func wholeFraction(n *big.Int) fraction { return fractionOf(new(big.Rat).SetInt(n)) }

// ratio returns n/d; d must not be zero.
func ratio(n, d int64) fraction {
	if n == math.MinInt64 || d == math.MinInt64 {
		return fractionOf(big.NewRat(n, d))
	}
	if d < 0 {
		n, d = -n, -d
	}
	g := gcd(abs(n), d)
	return lowest(n/g, d/g)
}

// lowest is n/d in its one form: d is positive, and they share no factor.
func lowest(n, d int64) fraction {
	if d == 1 {
		d = 0
	}
	return fraction{num: n, den: d}
}

func (x fraction) rat() *big.Rat {
	if x.long != nil {
		return x.long
	}
	return big.NewRat(x.num, x.under())
}

func (x fraction) under() int64 { return max(x.den, 1) }

func (x fraction) add(y fraction) fraction {
	if x.long == nil && y.long == nil {
		if z, ok := sum(x, y); ok {
			return z
		}
	}
	return fractionOf(new(big.Rat).Add(x.rat(), y.rat()))
}

// sum adds as Knuth does (The Art of Computer Programming, volume 2, section 4.5.1):
// only the common divisor of the denominators can be common to the sum's terms.
func sum(x, y fraction) (fraction, bool) {
	b, d := x.under(), y.under()
	g := gcd(b, d)
	left, ok1 := times(x.num, d/g)
	right, ok2 := times(y.num, b/g)
	n, ok3 := plus(left, right)
	if !ok1 || !ok2 || !ok3 {
		return fraction{}, false
	}
	if n == 0 {
		return fraction{}, true
	}
	common := gcd(abs(n), g)
	under, ok := times(b/g, d/common)
	return lowest(n/common, under), ok
}

func (x fraction) neg() fraction {
	if x.long != nil {
		return fractionOf(new(big.Rat).Neg(x.long))
	}
	return fraction{num: -x.num, den: x.den}
}

func (x fraction) mul(y fraction) fraction {
	if x.long == nil && y.long == nil {
		if z, ok := product(x.num, x.under(), y.num, y.under()); ok {
			return z
		}
	}
	return fractionOf(new(big.Rat).Mul(x.rat(), y.rat()))
}

// div divides by y, which must not be zero.
func (x fraction) div(y fraction) fraction {
	if x.long == nil && y.long == nil && y.num != 0 {
		over, under := y.under(), y.num
		if under < 0 {
			over, under = -over, -under
		}
		if z, ok := product(x.num, x.under(), over, under); ok {
			return z
		}
	}
	return fractionOf(new(big.Rat).Quo(x.rat(), y.rat()))
}

// product is a/b × c/d, each in lowest terms.
func product(a, b, c, d int64) (fraction, bool) {
	if a == 0 || c == 0 {
		return fraction{}, true
	}
	g, h := gcd(abs(a), d), gcd(abs(c), b)
	n, ok1 := times(a/g, c/h)
	under, ok2 := times(b/h, d/g)
	return lowest(n, under), ok1 && ok2
}

func (x fraction) cmp(y fraction) int {
	if x.long != nil || y.long != nil {
		return x.rat().Cmp(y.rat())
	}
	if s, t := x.sign(), y.sign(); s != t || s == 0 {
		return cmp.Compare(s, t)
	}
	high, low := bits.Mul64(uint64(abs(x.num)), uint64(y.under()))
	high2, low2 := bits.Mul64(uint64(abs(y.num)), uint64(x.under()))
	if high == high2 {
		high, high2 = low, low2
	}
	return x.sign() * cmp.Compare(high, high2)
}

func (x fraction) sign() int {
	if x.long != nil {
		return x.long.Sign()
	}
	return cmp.Compare(x.num, 0)
}

func (x fraction) whole() bool {
	if x.long != nil {
		return x.long.IsInt()
	}
	return x.den == 0
}

// floor is the greatest whole number that is not above x.
func (x fraction) floor() fraction {
	if x.long != nil {
		return wholeFraction(new(big.Int).Div(x.long.Num(), x.long.Denom()))
	}
	n := x.num / x.under()
	if x.num%x.under() < 0 {
		n--
	}
	return fraction{num: n}
}

// int64 is the numerator of a whole number, if it fits.
func (x fraction) int64() (n int64, ok bool) {
	if x.long != nil {
		n := x.long.Num()
		return n.Int64(), x.long.IsInt() && n.IsInt64()
	}
	return x.num, x.den == 0
}

// float is the nearest float64: of two numbers that a float64 holds exactly, it is
// their quotient.
func (x fraction) float() float64 {
	const exact = 1 << 53
	if x.long == nil && abs(x.num) <= exact && x.den <= exact {
		return float64(x.num) / float64(x.under())
	}
	f, _ := x.rat().Float64()
	return f
}

// text prints x with so many decimals, rounding halves away from zero.
func (x fraction) text(decimals int) string {
	if x.long != nil || decimals > 18 {
		return x.rat().FloatString(decimals)
	}
	n, d := uint64(abs(x.num)), uint64(x.under())
	whole, rest, scale := n/d, n%d, powerOfTen(decimals)
	high, low := bits.Mul64(rest, scale)
	part, left := bits.Div64(high, low, d)
	if left >= d-left {
		part++
	}
	if part == scale {
		whole, part = whole+1, 0
	}
	var b []byte
	if x.num < 0 {
		b = append(b, '-')
	}
	b = strconv.AppendUint(b, whole, 10)
	if decimals > 0 {
		point := len(b)
		b = strconv.AppendUint(b, scale+part, 10) // with a 1 where the point belongs
		b[point] = '.'
	}
	return string(b)
}

func powerOfTen(n int) uint64 {
	p := uint64(1)
	for range n {
		p *= 10
	}
	return p
}

// A fractionKey is the same for equal fractions, and for no others.
type fractionKey struct {
	num, den int64
	long     string
}

func (x fraction) key() fractionKey {
	if x.long != nil {
		return fractionKey{long: x.long.RatString()}
	}
	return fractionKey{num: x.num, den: x.den}
}

func abs(n int64) int64 { return max(n, -n) }

// gcd is the greatest common divisor of numbers that are not negative, at least 1.
func gcd(a, b int64) int64 {
	for b != 0 {
		a, b = b, a%b
	}
	return max(a, 1)
}

// times is a × b, if it fits.
func times(a, b int64) (int64, bool) {
	high, low := bits.Mul64(uint64(abs(a)), uint64(abs(b)))
	if high != 0 || low > math.MaxInt64 {
		return 0, false
	}
	if (a < 0) != (b < 0) {
		return -int64(low), true
	}
	return int64(low), true
}

// plus is a + b, if it fits.
func plus(a, b int64) (int64, bool) {
	s := a + b
	if (a > 0 && b > 0 && s < 0) || (a < 0 && b < 0 && s >= 0) || s == math.MinInt64 {
		return 0, false
	}
	return s, true
}
