package report

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"tollgate/results"
)

// probeOrder is the order of the page: what concerns everybody first.
var probeOrder = []string{"cold-start", "coldstart", "usage-plan", "throttling", "cache", "saturation", "limits"}

// A Section is the findings of one probe, at each target that was asked.
type Section struct {
	ID, Title string
	Findings  []Finding
}

// A Finding is what a probe concluded about one target, with its pictures.
type Finding struct {
	results.Finding
	Charts []NamedPicture
}

// sections groups findings by probe.
func sections(all []results.Finding) (out []Section) {
	at := map[string]int{}
	for _, f := range all {
		i, ok := at[f.Probe]
		if !ok {
			i = len(out)
			at[f.Probe] = i
			out = append(out, Section{ID: "probe-" + fmt.Sprint(i+1) + "-" + slug(f.Probe), Title: titleOf(f)})
		}
		s := &out[i]
		s.Findings = append(s.Findings, Finding{f, pictured(fmt.Sprintf("%s-%d", s.ID, len(s.Findings)+1), f)})
	}
	rank := func(s Section) int {
		if i := slices.Index(probeOrder, s.Findings[0].Probe); i >= 0 {
			return i
		}
		return len(probeOrder)
	}
	slices.SortStableFunc(out, func(a, b Section) int { return cmp.Compare(rank(a), rank(b)) })
	return out
}

func titleOf(f results.Finding) string {
	if f.Title != "" {
		return capital(f.Title)
	}
	return capital(strings.ReplaceAll(f.Probe, "-", " "))
}

// inUnit prints a value of a finding or a comparison with its unit.
func inUnit(v float64, unit string) string {
	if math.Abs(v) >= 1e15 {
		return strconv.FormatFloat(v, 'g', 3, 64) + " " + unit
	}
	switch unit {
	case "share":
		return share(v)
	case "per_s":
		return digits(v) + "/s"
	case "usd":
		return inDollars(v)
	case "usd_per_million":
		return inDollars(v) + " per million"
	case "bytes":
		return bytesText(int64(v))
	case "count", "requests":
		if v == math.Trunc(v) {
			return count(int64(v))
		}
		return digits(v)
	}
	return strings.TrimSpace(digits(v) + " " + unit)
}

// inDollars puts the sign before the currency: −$0.12, <$0.001.
func inDollars(v float64) string {
	text := digits(math.Abs(v))
	if rest, tiny := strings.CutPrefix(text, "<"); tiny {
		text = "<$" + rest
	} else if text != none {
		text = "$" + text
	}
	if v < 0 {
		return "−" + text
	}
	return text
}

// valueText is a value with its interval.
func valueText(v results.Value) string {
	text := inUnit(v.Value, v.Unit)
	if v.Low != nil && v.High != nil {
		text += ", from " + inUnit(*v.Low, v.Unit) + " to " + inUnit(*v.High, v.Unit)
	}
	return text
}
