package observe

import (
	"maps"

	"tollgate/results"
	"tollgate/targets"
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
	points, sum := 0, 0.0
	for _, metrics := range v {
		for _, m := range metrics {
			points += len(m.Points)
		}
	}
	if len(v[role]) == 0 || points == 0 {
		return nil
	}
	for _, m := range v[role] {
		sum += m.Total["Sum"]
	}
	return &sum
}

// A mean is an average of milliseconds and how many values it is over.
type mean struct{ average, n float64 }

// mean returns the average of a role's metric, over no values where there is none.
func (v awsView) mean(role targets.Role) mean {
	for _, m := range v[role] {
		if average, ok := m.Total["Average"]; ok {
			return mean{average, m.Total["SampleCount"]}
		}
	}
	return mean{}
}

// sharers returns the targets, i among them, that CloudWatch calls by the same
// name as i in a role.
func sharers(ts []targets.Target, i int, role targets.Role) []int {
	var all []int
	for j := range ts {
		if j == i || sameMetric(ts[i], role, ts[j], role) {
			all = append(all, j)
		}
	}
	return all
}

func sameMetric(a targets.Target, roleOfA targets.Role, b targets.Target, roleOfB targets.Role) bool {
	for w, mine := range a.Watched(roleOfA) {
		for o, theirs := range b.Watched(roleOfB) {
			if placeOf(a, w) == placeOf(b, o) && w.Namespace == o.Namespace && w.Metric == o.Metric && maps.Equal(mine, theirs) {
				return true
			}
		}
	}
	return false
}
