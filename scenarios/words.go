package scenarios

import (
	"math"
	"strconv"
)

// plural counts things: "1 user", "2 users".
func plural(n int, thing string) string {
	if n != 1 {
		thing += "s"
	}
	return thousands(int64(n)) + " " + thing
}

// thousands writes a number as people read it: 1,000,000.
func thousands(n int64) string {
	s := strconv.FormatInt(n, 10)
	for i := len(s) - 3; i > 0 && s[i-1] != '-'; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// rounded is thousands of a number of requests that need not be whole.
func rounded(x float64) string { return thousands(int64(math.Ceil(x))) }
