package session

import (
	"context"
	"slices"
	"strings"

	"tollgate/results"
)

// observe reads what AWS saw once more. What was read before and cannot be read
// now (credentials are gone, or CloudWatch has dropped its minutes) is kept, and
// the result says of which targets. Where nothing can be read at all, that is an
// error, and the run stays as it was.
func (r *recorded) observe(ctx context.Context, c Config) (kept string, err error) {
	before := r.run.Observed
	seen, err := c.Observer.Observe(ctx, r.run, r.targets)
	if err != nil {
		return "", err
	}
	if !slices.ContainsFunc(seen.Targets, sawSomething) {
		if why := troubles(seen.Targets); why != "" {
			return "", fail(CouldNot, "%s", why)
		}
	}
	r.run.Observed = seen
	if err := readLogs(ctx, c.Log, r.run, r.targets); err != nil {
		return "", err
	}
	var lost []results.ObservedDoc
	for i, now := range seen.Targets {
		if old, ok := observedOf(before, now.Target); ok && sawSomething(old) && !sawSomething(now) {
			lost, seen.Targets[i] = append(lost, now), old
		}
	}
	if kept = troubles(lost); kept != "" {
		kept += "; what was read before is kept"
	}
	return kept, results.WriteObserved(r.run.Dir, seen)
}

func observedOf(o *results.Observed, target string) (results.ObservedDoc, bool) {
	if o == nil {
		return results.ObservedDoc{}, false
	}
	i := slices.IndexFunc(o.Targets, func(d results.ObservedDoc) bool { return d.Target == target })
	if i < 0 {
		return results.ObservedDoc{}, false
	}
	return o.Targets[i], true
}

// sawSomething says whether any metric has a value.
func sawSomething(o results.ObservedDoc) bool {
	return slices.ContainsFunc(o.Metrics, func(m results.ObservedMetric) bool { return len(m.Points) > 0 })
}

// troubles tells what is wrong with some targets, each trouble once, with all
// whom it concerns; "" where nothing is.
func troubles(docs []results.ObservedDoc) string {
	var order []string
	about := map[string][]string{}
	for _, d := range docs {
		why := d.Error
		if why == "" && len(d.Metrics) > 0 {
			why = "CloudWatch has nothing of the run's minutes"
		}
		for _, c := range d.Checks {
			if d.Error == "" && c.AWS == nil && c.Client != nil && c.What == "requests" {
				why = c.Note
			}
		}
		if why == "" { // nobody watches it
			continue
		}
		if about[why] == nil {
			order = append(order, why)
		}
		about[why] = append(about[why], d.Target)
	}
	for i, why := range order {
		order[i] = strings.Join(about[why], ", ") + ": " + why
	}
	return strings.Join(order, "; ")
}
