package document

import (
	"errors"
	"fmt"
	"math/big"
	"regexp"
	"strings"
	"time"
)

// A Unit is what a number counts, and so how it may be written. See the package's
// documentation.
type Unit string

// The units, each named by what a parsed number is in.
const (
	Count     Unit = ""      // 5, 0.2, 3_000_000, 1e9, 500k, 10M, 20G
	Bytes     Unit = "bytes" // 512, 4kB, 10MB, 1GB, 1MiB
	Megabytes Unit = "MB"    // 512MB, 1GB: as AWS sells them, 1,024 to the next
	Gigabytes Unit = "GB"    // the same in GB
	Millis    Unit = "ms"    // 400ms, 1m30s
	Seconds   Unit = "s"     // the same in seconds
	Share     Unit = "share" // 0.2 or 20%
)

// numberForm has the groups number and unit.
var numberForm = regexp.MustCompile(`^([-+]?(?:[0-9](?:_?[0-9])*(?:\.[0-9]+)?|\.[0-9]+)(?:[eE][-+]?[0-9]{1,2})?) ?([A-Za-zµ%]*)$`)

var hexForm = regexp.MustCompile(`^0[xob][0-9a-fA-F]+$`)

// steps are the suffixes of each unit, with what one of them is.
var steps = map[Unit]map[string]*big.Rat{
	Count:     {"": power(10, 0), "k": power(10, 3), "M": power(10, 6), "G": power(10, 9)},
	Share:     {"": power(10, 0), "%": big.NewRat(1, 100)},
	Megabytes: {"MB": power(2, 0), "GB": power(2, 10), "MiB": power(2, 0), "GiB": power(2, 10)},
	Gigabytes: {"MB": big.NewRat(1, 1<<10), "GB": power(2, 0), "MiB": big.NewRat(1, 1<<10), "GiB": power(2, 0)},
	Bytes: {
		"": power(10, 0), "B": power(10, 0), "k": power(10, 3), "M": power(10, 6), "G": power(10, 9),
		"kB": power(10, 3), "MB": power(10, 6), "GB": power(10, 9), "KiB": power(2, 10), "MiB": power(2, 20), "GiB": power(2, 30),
	},
}

// rules say how to write a number of each unit.
var rules = map[Unit]string{
	Count:     "is not a number: write it as 5, 0.2, 500k, 10M or 1e9",
	Share:     "is not a share: write it as 0.01 or 1%, from 0 to 1",
	Bytes:     "is not a number of bytes: write it as 512, 4kB, 10MB or 1MiB",
	Megabytes: "is not a size: write it as 512MB or 1GB",
	Gigabytes: "is not a size: write it as 512MB or 1GB",
	Millis:    "is not a time: write it as 30s, 1m30s, 500ms or 2h",
	Seconds:   "is not a time: write it as 30s, 1m30s, 500ms or 2h",
}

func power(base, exponent int64) *big.Rat {
	return new(big.Rat).SetInt(new(big.Int).Exp(big.NewInt(base), big.NewInt(exponent), nil))
}

// Parse reads a number that is written in a unit. Errors do not repeat the text,
// which may hold a secret.
func Parse(text string, unit Unit) (*big.Rat, error) {
	if unit == Millis || unit == Seconds {
		d, err := ParseDuration(text)
		per := map[Unit]time.Duration{Millis: time.Millisecond, Seconds: time.Second}[unit]
		return big.NewRat(int64(d), int64(per)), err
	}
	if hexForm.MatchString(text) {
		if n, ok := new(big.Int).SetString(text, 0); ok {
			return new(big.Rat).SetInt(n), nil
		}
	}
	m := numberForm.FindStringSubmatch(text)
	if m == nil || len(text) > 64 {
		return nil, errors.New(rules[unit])
	}
	step, known := steps[unit][m[2]]
	if !known {
		return nil, wrongSuffix(m[1], m[2], unit)
	}
	number, _ := new(big.Rat).SetString(strings.ReplaceAll(m[1], "_", "")) // its form was matched
	if unit == Share && (number.Sign() < 0 || number.Cmp(new(big.Rat).Inv(step)) > 0) {
		return nil, errors.New(rules[unit])
	}
	return number.Mul(number, step), nil
}

// wrongSuffix says what to write in place of an unknown suffix.
func wrongSuffix(number, suffix string, unit Unit) error {
	switch {
	case suffix == "":
		return fmt.Errorf("has no unit: write %sMB or %sGB", number, number)
	case suffix == "B" && unit == Count:
		return fmt.Errorf("is not a number: B no longer means billion, write %sG or %se9", number, number)
	}
	for known := range steps[unit] {
		if strings.EqualFold(known, suffix) {
			return fmt.Errorf("%s; did you mean %s%s?", rules[unit], number, known)
		}
	}
	return errors.New(rules[unit])
}

var durationForm = regexp.MustCompile(`^([0-9]+(\.[0-9]+)?(ns|us|µs|ms|s|m|h))+$`)

// ParseDuration reads a length of time such as 30s, 1m30s or 500ms.
func ParseDuration(text string) (time.Duration, error) {
	d, err := time.ParseDuration(text)
	switch m := numberForm.FindStringSubmatch(text); {
	case text == "0":
		return 0, nil
	case m != nil && m[2] == "":
		return 0, fmt.Errorf("has no unit: write %ss, or %sms", m[1], m[1])
	case err != nil || !durationForm.MatchString(text):
		return 0, errors.New(rules[Millis])
	}
	return d, nil
}

// Decimal prints a number with up to nine decimals.
func Decimal(r *big.Rat) string {
	return strings.TrimSuffix(strings.TrimRight(r.FloatString(9), "0"), ".")
}
