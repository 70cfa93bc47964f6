package document

import (
	"errors"
	"fmt"
	"math"
	"math/big"
	"math/bits"
	"strconv"
	"strings"
	"time"
)

// MaxRate is the highest arrival rate of a stage, in requests per second. It
// bounds what a block holds in memory, and lies well above what one machine
// can send.
const MaxRate = 1_000_000

// A Rate is an exact arrival rate. The zero value is no arrivals at all.
type Rate struct {
	n   int64         // requests
	per time.Duration // in this time
}

// NewRate is the rate of n requests in each stretch of time.
func NewRate(n int64, per time.Duration) Rate { return Rate{n, per}.reduced() }

// PerSecond is the rate of n requests per second.
func PerSecond(n int64) Rate { return NewRate(n, time.Second) }

// Rounded is the rate of x requests per second, to a millionth of a request per
// second, and no more than MaxRate.
func Rounded(x float64) Rate {
	const parts = 1_000_000
	if !(x > 0) {
		return Rate{}
	}
	return NewRate(int64(math.Round(min(x, MaxRate)*parts)), parts*time.Second)
}

var rateUnits = map[string]time.Duration{"s": time.Second, "m": time.Minute, "h": time.Hour}

var (
	errNotRate  = errors.New("is not a rate: write requests per second, minute or hour, such as 200/s, 30/m or 0.5/s")
	errFastRate = fmt.Errorf("is more than a machine can send: the highest rate is %d/s", MaxRate)
)

// rateOf reads a number of requests and the time in which they arrive.
func rateOf(text string) (n *big.Rat, per time.Duration, err error) {
	number, unit, _ := strings.Cut(text, "/")
	per, known := rateUnits[unit]
	n, err = Parse(number, Count)
	switch {
	case !known || err != nil || n.Sign() < 0:
		return nil, 0, errNotRate
	case n.Cmp(big.NewRat(MaxRate*int64(per/time.Second), 1)) > 0:
		return nil, 0, errFastRate
	}
	return n, per, nil
}

// ParseRate reads a rate such as "200/s", "10k/m" or "0.5/s". Errors do not repeat
// the text, which may hold a secret.
func ParseRate(text string) (Rate, error) {
	n, per, err := rateOf(text)
	if err != nil {
		return Rate{}, err
	}
	if n.Denom().Cmp(big.NewInt(finestRate)) > 0 {
		return Rate{}, errNotRate
	}
	return NewRate(n.Num().Int64(), per*time.Duration(n.Denom().Int64())), nil
}

// ParsePerSecond reads a rate as the nearest number of requests per second.
func ParsePerSecond(text string) (float64, error) {
	n, per, err := rateOf(text)
	if err != nil {
		return 0, err
	}
	x, _ := n.Float64()
	return x / per.Seconds(), nil
}

// finestRate is in how many parts a request per unit of time may be divided.
const finestRate = 1_000_000

// MarshalText writes r as files have it.
func (r Rate) MarshalText() ([]byte, error) { return []byte(r.String()), nil }

// UnmarshalText reads r.
func (r *Rate) UnmarshalText(text []byte) (err error) {
	if *r, err = ParseRate(string(text)); err != nil {
		err = fmt.Errorf("%q %w", text, err)
	}
	return err
}

func (r Rate) reduced() Rate {
	if r.n == 0 {
		return Rate{}
	}
	a, b := r.n, int64(r.per)
	for b != 0 {
		a, b = b, a%b
	}
	return Rate{r.n / a, r.per / time.Duration(a)}
}

// IsZero says whether nothing arrives.
func (r Rate) IsZero() bool { return r.n == 0 }

// PerSecond returns the nearest float64.
func (r Rate) PerSecond() float64 {
	if r.n == 0 {
		return 0
	}
	return float64(r.n) / r.per.Seconds()
}

// Due is when the i'th arrival (from 0) is due: i/rate, rounded down to the
// nanosecond, and not the sum of i gaps, so that it cannot drift.
func (r Rate) Due(i int64) time.Duration {
	return time.Duration(Scale(uint64(i), uint64(r.per), uint64(r.n)))
}

// Arrivals is how many arrivals are due in [0, d).
func (r Rate) Arrivals(d time.Duration) int64 {
	if r.n == 0 || d <= 0 {
		return 0
	}
	hi, lo := bits.Mul64(uint64(d), uint64(r.n))
	quotient, rest := bits.Div64(hi, lo, uint64(r.per))
	if rest > 0 {
		quotient++
	}
	return int64(quotient)
}

// String says it as scenario files do, in the first unit that is whole.
func (r Rate) String() string {
	if r.n == 0 {
		return "0/s"
	}
	for _, unit := range []string{"s", "m", "h"} {
		if per := rateUnits[unit]; r.per > 0 && per%r.per == 0 {
			return strconv.FormatInt(r.n*int64(per/r.per), 10) + "/" + unit
		}
	}
	return strconv.FormatFloat(r.PerSecond(), 'g', -1, 64) + "/s"
}

// Rat is the rate as requests per nanosecond.
func (r Rate) Rat() *big.Rat {
	if r.n == 0 {
		return new(big.Rat)
	}
	return big.NewRat(r.n, int64(r.per))
}

// Scale is a×b/c rounded down, without overflow on the way.
func Scale(a, b, c uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	quotient, _ := bits.Div64(hi, lo, c)
	return quotient
}
