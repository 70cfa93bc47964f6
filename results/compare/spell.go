package compare

import (
	"fmt"
	"math"
	"strconv"
)

// spell prints a value with its unit.
func spell(v float64, unit string) string {
	switch unit {
	case "ms":
		return digits(v) + " ms"
	case "share":
		return digits(100*v) + " %"
	case "per_s":
		return digits(v) + "/s"
	}
	return "$" + digits(v)
}

// digits prints three significant digits, without an exponent.
func digits(v float64) string {
	if v == 0 {
		return "0"
	}
	places := max(0, 2-int(math.Floor(math.Log10(math.Abs(v)))))
	return strconv.FormatFloat(v, 'f', min(places, 9), 64)
}

func spellChange(t trait, change float64) string {
	if t.scale == Difference {
		return fmt.Sprintf("%+.3g points from", 100*change)
	}
	return fmt.Sprintf("%+.1f %% from", 100*change)
}
