package report

import (
	"fmt"
	"strconv"
)

// decadesApart says whether values spread over orders of magnitude.
func decadesApart(values []float64) bool {
	return values[0] > 0 && values[len(values)-1]/values[0] >= 10
}

// axisLabel prints the values of a variable.
func axisLabel(variable string) func(float64) string {
	switch variable {
	case "response_bytes":
		return sizeText
	case "hit_ratio":
		return func(v float64) string { return strconv.FormatFloat(100*v, 'g', 3, 64) + "%" }
	case "duration_ms":
		return func(v float64) string {
			if v >= 1000 {
				return strconv.FormatFloat(v/1000, 'g', 3, 64) + " s"
			}
			return strconv.FormatFloat(v, 'g', 3, 64) + " ms"
		}
	}
	return compact
}

// sizeText prints a size on an axis: "10 kB".
func sizeText(v float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}} {
		if v >= u.size {
			return strconv.FormatFloat(v/u.size, 'g', 3, 64) + u.name
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64) + " B"
}

// compact prints large numbers in a few characters: "12.3M".
func compact(v float64) string {
	for _, u := range []struct {
		size float64
		name string
	}{{1e9, "B"}, {1e6, "M"}, {1e3, "k"}} {
		if v >= u.size {
			return strconv.FormatFloat(v/u.size, 'g', 3, 64) + u.name
		}
	}
	if v >= 100 {
		return fmt.Sprintf("%.0f", v)
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
