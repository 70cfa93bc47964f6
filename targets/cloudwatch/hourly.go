package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// MostDays is how many days of hours CloudWatch keeps.
// Source: CloudWatch API reference, "GetMetricData".
const MostDays = 455

// Hourly reads how many requests a target's door counted in each hour of the
// last days, up to the last full hour before now. An hour that CloudWatch has
// nothing of is one without requests.
func Hourly(ctx context.Context, t targets.Target, days int, now time.Time) ([]int64, error) {
	if days < 1 || days > MostDays {
		return nil, fmt.Errorf("CloudWatch keeps hours for %d days: ask for 1 to %d of them, not %d", MostDays, MostDays, days)
	}
	count, region, err := countOf(t)
	if err != nil {
		return nil, err
	}
	endpoint := aws.EndpointOf(t).In(region)
	client, err := Open(ctx, endpoint, nil)
	if err != nil {
		return nil, err
	}
	to := now.UTC().Truncate(time.Hour)
	w := Window{to.AddDate(0, 0, -days), to, time.Hour}
	r, _, err := client.Read(ctx, []Question{count}, w)
	if err != nil {
		return nil, errors.New(endpoint.Explain(err, "cloudwatch:GetMetricData"))
	}
	if why := r.Failed(count); why != "" {
		return nil, fmt.Errorf("%s %s could not be read: %s", count.Namespace, count.Metric, why)
	}
	hours := make([]int64, 24*days)
	found := false
	for at, v := range r.Points(count) {
		if i := int(at.Sub(w.From) / time.Hour); i >= 0 && i < len(hours) && v > 0 && v < 1e15 {
			hours[i], found = int64(math.Round(v)), true
		}
	}
	if !found {
		return nil, fmt.Errorf("%s counted no requests in %s %s with %s from %s on: %s", endpoint, count.Namespace, count.Metric, Spelled(count.Dimensions), w.From.Format(time.DateOnly),
			cmp.Or(client.Examine(ctx, t, count).Wrong, "check the names, the region and the account"))
	}
	return hours, nil
}

// countOf asks for the number of requests, and says in which region if not in the target's.
func countOf(t targets.Target) (q Question, region string, err error) {
	for w, dims := range t.Watched(targets.RoleCount) {
		return Question{w.Namespace, w.Metric, "Sum", dims}, w.Region, nil
	}
	if needs := NamedBy(t.Kind); needs != "" {
		return Question{}, "", fmt.Errorf("nothing names this %s in CloudWatch: give it %s", t.Kind.Title, needs)
	}
	return Question{}, "", fmt.Errorf("CloudWatch counts no requests of %s", t.Kind.Title)
}
