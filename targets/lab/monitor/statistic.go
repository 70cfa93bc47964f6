package monitor

import (
	"fmt"
	"strconv"
	"strings"
)

// A statistic reads one number off a bucket that is not empty, and says whether
// it can be read.
type statistic func(*bucket) (float64, bool)

// statisticNamed finds a statistic by CloudWatch's name for it.
// Source: CloudWatch user guide, "CloudWatch statistics definitions".
func statisticNamed(name string) (statistic, error) {
	if s, ok := basicStatistic(name); ok {
		return s, nil
	}
	if s, ok := percentile(name); ok {
		return s, nil
	}
	return nil, fmt.Errorf("must be SampleCount, Sum, Average, Minimum, Maximum or a percentile such as p99.9, and not %q", name)
}

func basicStatistic(name string) (statistic, bool) {
	var read func(*bucket) float64
	switch name {
	case "SampleCount":
		read = func(b *bucket) float64 { return b.count }
	case "Sum":
		read = func(b *bucket) float64 { return b.sum }
	case "Average":
		read = func(b *bucket) float64 { return b.sum / b.count }
	case "Minimum":
		read = func(b *bucket) float64 { return b.min }
	case "Maximum":
		read = func(b *bucket) float64 { return b.max }
	default:
		return nil, false
	}
	return func(b *bucket) (float64, bool) { return read(b), true }, true
}

// percentile reads names such as p99.9.
func percentile(name string) (statistic, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || len(digits) > 14 || strings.Trim(digits, "0123456789.") != "" {
		return nil, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	return func(b *bucket) (float64, bool) { return b.quantile(p / 100) }, err == nil && p <= 100
}
