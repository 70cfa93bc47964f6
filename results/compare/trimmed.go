package compare

import "math"

// trimShare is how much of the blocks is left out at either end where a metric
// is trimmed: a stall of the machine falls into one block of one target, and
// must neither make a difference nor hide one.
const trimShare = 0.10

// A summary is the mean of a sample, trimmed, and its standard error.
type summary struct {
	mean, se float64
}

// summarise sums up n values that are sorted, of which the i'th occurs
// times[i] times (nil: once), leaving out g at either end. The error of a
// trimmed mean is that of the winsorised sample (Yuen, Biometrika 61, 1974).
func summarise(sorted []float64, times []int32, g int) summary {
	n := 0
	var sum float64
	low, high := math.Inf(-1), math.Inf(1)
	total := len(sorted)
	for i, v := range sorted {
		k := 1
		if times != nil {
			k = int(times[i])
		}
		if k == 0 {
			continue
		}
		if n <= g && g < n+k {
			low = v
		}
		if n <= total-g-1 && total-g-1 < n+k {
			high = v
		}
		in := min(n+k, total-g) - max(n, g)
		if in > 0 {
			sum += float64(in) * v
		}
		n += k
	}
	kept := float64(total - 2*g)
	winsorised := (sum + float64(g)*(low+high)) / float64(total)
	var squares float64
	for i, v := range sorted {
		k := 1.0
		if times != nil {
			k = float64(times[i])
		}
		d := min(max(v, low), high) - winsorised
		squares += k * d * d
	}
	sd := math.Sqrt(squares / float64(total-1))
	return summary{mean: sum / kept, se: sd * math.Sqrt(float64(total)) / kept}
}

// trims returns how many of n values are left out at either end.
func trims(n int, trimmed bool) int {
	if !trimmed {
		return 0
	}
	return int(trimShare * float64(n))
}
