package compare

import (
	"math"
	"slices"
	"strings"
)

// Added is by how much a percentile is longer at head than at base, in ms, with a 95 %
// interval: what a front door adds to a server, or a part to a front door. It is the
// trimmed mean of the differences of blocks, with Student's interval (Yuen, Biometrika 61,
// 1974); the tests count how often that leaves out the truth. Rejected: a bootstrap, which
// takes 7 ms for each. There is no verdict on it, which the ratio has, and none in a run
// that goes on until it is decided, where an interval for one look would be too narrow.
type Added struct {
	MS     float64 `json:"ms"`
	LowMS  float64 `json:"low_ms"`
	HighMS float64 `json:"high_ms"`
}

// added are the differences in ms of a percentile that is compared by its ratio.
func (s *sides) added() *Added {
	if s.quantile == 0 || len(s.base) < MinBlocks {
		return nil
	}
	xs := make([]float64, len(s.base))
	for i := range xs {
		xs[i] = math.Exp(s.head[i]) - math.Exp(s.base[i])
	}
	g := trims(len(xs), s.trim)
	l := locate(slices.Sorted(slices.Values(xs)), nil, g)
	e := student(l.mean, l.se, float64(len(xs)-2*g-1), DefaultLevel)
	return &Added{MS: e.at, LowMS: e.low, HighMS: e.high}
}

// String prints what is added with its interval: "+6.22 ms (5.95 to 6.51)".
func (a *Added) String() string {
	sign := map[bool]string{true: "+"}[a.MS >= 0]
	return sign + signed(a.MS) + " ms (" + signed(a.LowMS) + " to " + signed(a.HighMS) + ")"
}

func signed(v float64) string {
	if v < 0 {
		return "−" + digits(-v)
	}
	return digits(v)
}

// AddedText is what head adds, after a comma; "" where that is not known.
func (e *Effect) AddedText() string {
	if e.Added == nil {
		return ""
	}
	return ", " + e.Added.String()
}

// addedText is what head adds to each percentile; "" where that is not known.
func (p *Pair) addedText() string {
	var all []string
	for _, e := range p.Effects {
		if text := e.AddedText(); text != "" {
			all = append(all, string(e.Metric)+strings.TrimPrefix(text, ","))
		}
	}
	return strings.Join(all, ", ")
}
