package report

import (
	"fmt"
	"strconv"
)

// decadesApart says whether values spread over orders of magnitude.
func decadesApart(values []float64) bool {
	return values[0] > 0 && values[len(values)-1]/values[0] >= 10
}

// A measure is a unit that is so many of the smallest.
type measure struct {
	size float64
	name string
}

// The units that axes count in, largest first.
var (
	sizeUnits  = []measure{{1e9, " GB"}, {1e6, " MB"}, {1e3, " kB"}, {0, " B"}}
	countUnits = []measure{{1e9, "B"}, {1e6, "M"}, {1e3, "k"}, {0, ""}}
	timeUnits  = []measure{{1e3, " s"}, {0, " ms"}}
)

// axisLabel prints the values of a variable of a map.
func axisLabel(variable string) func(float64) string {
	switch variable {
	case "response_bytes":
		return sizeText
	case "hit_ratio":
		return func(v float64) string { return strconv.FormatFloat(100*v, 'g', 3, 64) + "%" }
	case "duration_ms":
		return func(v float64) string { return inUnits(v, timeUnits) }
	}
	return compact
}

// sizeText prints a size in a few characters: "10 kB".
func sizeText(v float64) string { return inUnits(v, sizeUnits) }

// compact prints a number in a few characters: "12.3M".
func compact(v float64) string { return inUnits(v, countUnits) }

// inUnits prints a value in the largest unit that it fills, in three digits.
func inUnits(v float64, units []measure) string {
	for _, u := range units {
		switch {
		case u.size == 0 && v >= 100:
			return fmt.Sprintf("%.0f%s", v, u.name)
		case u.size == 0:
			return strconv.FormatFloat(v, 'g', 3, 64) + u.name
		case v >= u.size:
			return strconv.FormatFloat(v/u.size, 'g', 3, 64) + u.name
		}
	}
	return strconv.FormatFloat(v, 'g', 3, 64)
}
