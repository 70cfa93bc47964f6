package cloudwatch

import (
	"fmt"
	"strconv"
	"strings"
)

// A statistic reads one number off a bucket that is not empty.
type statistic func(*bucket) float64

// statisticNamed finds a statistic by CloudWatch's name for it.
// Source: CloudWatch user guide, "CloudWatch statistics definitions".
func statisticNamed(name string) (statistic, error) {
	switch name {
	case "SampleCount":
		return func(b *bucket) float64 { return b.count }, nil
	case "Sum":
		return func(b *bucket) float64 { return b.sum }, nil
	case "Average":
		return func(b *bucket) float64 { return b.sum / b.count }, nil
	case "Minimum":
		return func(b *bucket) float64 { return b.min }, nil
	case "Maximum":
		return func(b *bucket) float64 { return b.max }, nil
	}
	if p, ok := percentile(name); ok {
		return func(b *bucket) float64 { return b.quantile(p / 100) }, nil
	}
	return nil, fmt.Errorf("must be SampleCount, Sum, Average, Minimum, Maximum or a percentile such as p99.9, and not %q", name)
}

// percentile reads names such as p99.9.
func percentile(name string) (float64, bool) {
	digits, ok := strings.CutPrefix(name, "p")
	if !ok || len(digits) > 14 || strings.Trim(digits, "0123456789.") != "" {
		return 0, false
	}
	p, err := strconv.ParseFloat(digits, 64)
	return p, err == nil && p <= 100
}
