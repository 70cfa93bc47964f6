package compare

import (
	"math"

	"github.com/aclements/go-moremath/stats"
)

// studentQuantile returns what the share p of Student's t lies below.
func studentQuantile(p, freedom float64) float64 {
	if p < 0.5 {
		return -studentQuantile(1-p, freedom)
	}
	if p == 0.5 {
		return 0
	}
	return stats.InvCDF(stats.TDist{V: freedom})(p)
}

// studentAbove returns the share of Student's t that lies above t.
func studentAbove(t, freedom float64) float64 {
	switch {
	case math.IsInf(t, 1):
		return 0
	case math.IsInf(t, -1):
		return 1
	}
	return stats.TDist{V: freedom}.CDF(-t)
}

// normalQuantile returns what the share p of a normal distribution lies below.
func normalQuantile(p float64) float64 { return stats.StdNormal.InvCDF(p) }
