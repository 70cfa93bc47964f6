package cloudwatch

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"math"
	"time"

	"github.com/aws/aws-sdk-go-v2/service/cloudwatch"

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
	count, err := countOf(t)
	if err != nil {
		return nil, err
	}
	place := aws.PlaceOf(t)
	config, err := place.Config(ctx, nil)
	if err != nil {
		return nil, err
	}
	to := now.UTC().Truncate(time.Hour)
	w := window{to.AddDate(0, 0, -days), to, time.Hour}
	sheet := newSheet()
	sheet.add([]question{count})
	client := cloudwatch.NewFromConfig(config)
	r, _, err := read(ctx, client, sheet, w)
	if err != nil {
		return nil, errors.New(place.Explain(err, "cloudwatch:GetMetricData"))
	}
	if why := r.failed[0]; why != "" {
		return nil, fmt.Errorf("%s %s could not be read: %s", count.namespace, count.metric, why)
	}
	hours := make([]int64, 24*days)
	found := false
	for at, v := range r.points[0] {
		if i := int(at.Sub(w.from) / time.Hour); i >= 0 && i < len(hours) && v > 0 && v < 1e15 {
			hours[i], found = int64(math.Round(v)), true
		}
	}
	if !found {
		names := &lister{client, aws.At(place, config), place}
		return nil, fmt.Errorf("%s counted no requests in %s %s with %s from %s on: %s", place, count.namespace, count.metric, spelled(count.dims), w.from.Format(time.DateOnly),
			cmp.Or(names.examine(ctx, t, count).wrong, "check the names, the region and the account"))
	}
	return hours, nil
}

// countOf asks for a target's count of requests.
func countOf(t targets.Target) (question, error) {
	for _, w := range t.Kind.Watch {
		if w.Role != targets.RoleCount {
			continue
		}
		if dims := w.Dimensions(t); dims != nil {
			return question{w.Namespace, w.Metric, "Sum", dims}, nil
		}
		return question{}, fmt.Errorf("nothing says how CloudWatch calls this %s; give it %s", t.Kind.Title, names(t.Kind))
	}
	return question{}, fmt.Errorf("CloudWatch counts no requests of %s", t.Kind.Title)
}
