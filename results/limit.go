package results

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	numbers "tollgate/pricing/document"
)

// readLimit reads the limit of a threshold in the given unit.
func readLimit(unit, s string) (float64, error) {
	switch unit {
	case "ms":
		d, err := time.ParseDuration(s)
		if err != nil || d < 0 {
			return 0, fmt.Errorf("%q is not a time such as 250ms or 1.5s", s)
		}
		return millis(d), nil
	case "share":
		number, percent := strings.CutSuffix(s, "%")
		x, err := plainNumber(strings.TrimSpace(number))
		if percent {
			x /= 100
		}
		if err != nil || x > 1 {
			return 0, fmt.Errorf("%q is not a share such as 0.1%% or 0.001", s)
		}
		return x, nil
	case "count":
		return readAmount(s, numbers.Count, "number such as 5 or 10k")
	case "bytes":
		return readAmount(s, numbers.Bytes, "number of bytes such as 512, 4kB or 10MB")
	case "usd":
		return readAmount(strings.TrimPrefix(s, "$"), numbers.Count, "sum of US dollars such as 50 or 0.25")
	}
	number, per, ok := strings.Cut(s, "/")
	seconds := map[string]float64{"s": 1, "m": 60, "min": 60, "h": 3600}[strings.TrimSpace(per)]
	x, err := plainNumber(strings.TrimSpace(number))
	if !ok || seconds == 0 || err != nil {
		return 0, fmt.Errorf("%q is not a rate such as 100/s", s)
	}
	return x / seconds, nil
}

// readAmount reads a number as scenario files have it.
func readAmount(s string, unit numbers.Unit, what string) (float64, error) {
	n, err := numbers.Parse(s, unit)
	if err != nil || n.Sign() < 0 {
		return 0, fmt.Errorf("%q is not a %s", s, what)
	}
	x, _ := n.Float64()
	if math.IsInf(x, 0) {
		return 0, fmt.Errorf("%q is too large", s)
	}
	return x, nil
}

// plainNumber reads a number that is not negative and has no exponent.
func plainNumber(s string) (float64, error) {
	if s == "" || strings.Trim(s, "0123456789.") != "" {
		return 0, fmt.Errorf("%q is not a number", s)
	}
	x, err := strconv.ParseFloat(s, 64)
	if err == nil && math.IsInf(x, 0) {
		err = fmt.Errorf("%q is too large", s)
	}
	return x, err
}
