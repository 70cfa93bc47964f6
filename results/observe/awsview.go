package observe

import (
	"maps"
	"slices"

	"tollgate/results"
	"tollgate/targets"
	"tollgate/targets/aws"
)

// An awsView is what CloudWatch counted of one target, by role.
type awsView map[targets.Role][]results.ObservedMetric

func awsViewOf(metrics []results.ObservedMetric) awsView {
	v := awsView{}
	for _, m := range metrics {
		v[targets.Role(m.Role)] = append(v[targets.Role(m.Role)], m)
	}
	return v
}

// count adds up the metrics of a role; nil where CloudWatch says nothing. Some
// metrics have no points while nothing happens, so a role that is watched is
// zero once another metric of the target has points.
func (v awsView) count(role targets.Role) *float64 {
	if len(v[role]) == 0 || !v.any() {
		return nil
	}
	var sum float64
	for _, m := range v[role] {
		sum += m.Total["Sum"]
	}
	return &sum
}

func (v awsView) any() bool {
	for _, metrics := range v {
		for _, m := range metrics {
			if len(m.Points) > 0 {
				return true
			}
		}
	}
	return false
}

// A mean is an average of milliseconds and how many values it is over.
type mean struct{ average, n float64 }

// mean returns the average of a role's metric.
func (v awsView) mean(role targets.Role) (mean, bool) {
	for _, m := range v[role] {
		if average, ok := m.Total["Average"]; ok {
			return mean{average, m.Total["SampleCount"]}, true
		}
	}
	return mean{}, false
}

// sharers returns the targets, i among them, that CloudWatch calls by the same
// name as i in a role.
func sharers(ts []targets.Target, i int, role targets.Role) []int {
	var all []int
	for j := range ts {
		if j == i || sameMetric(ts[i], ts[j], role) {
			all = append(all, j)
		}
	}
	return all
}

func sameMetric(a, b targets.Target, role targets.Role) bool {
	if aws.EndpointOf(a) != aws.EndpointOf(b) {
		return false
	}
	return slices.ContainsFunc(a.Kind.Watch, func(w targets.Watch) bool {
		return w.Role == role && slices.ContainsFunc(b.Kind.Watch, func(o targets.Watch) bool {
			mine, theirs := w.Dimensions(a), o.Dimensions(b)
			return w.Namespace == o.Namespace && w.Metric == o.Metric && mine != nil && maps.Equal(mine, theirs)
		})
	})
}
