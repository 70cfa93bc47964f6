package main

import (
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/targets"
	"tollgate/targets/cloudwatch"
)

// A profiling is what the flags of price say about the month's hours.
type profiling struct {
	from string
	days int
}

func (p *profiling) flags(c *cobra.Command) {
	c.Flags().StringVar(&p.from, "profile-from-cloudwatch", "", "of a workload: take the traffic's hours from a deployed `door`'s count of requests, such as rest-api,api=orders,stage=prod")
	c.Flags().IntVar(&p.days, "profile-days", 28, "with --profile-from-cloudwatch: how many `days` back; whole weeks have each weekday as often as the others")
}

// apply gives a workload the profile that CloudWatch has of a door.
func (p *profiling) apply(c *cobra.Command, w *pricing.Workload) error {
	if p.from == "" {
		return nil
	}
	door, err := namedDoor(p.from)
	if err != nil {
		return usage(fmt.Errorf("--profile-from-cloudwatch: %w", err))
	}
	door.Region = w.Region
	hours, err := cloudwatch.Hourly(c.Context(), door, p.days, time.Now())
	if err != nil {
		return fmt.Errorf("--profile-from-cloudwatch: %w", err)
	}
	if w.Profile, err = pricing.ProfileOf(hours); err != nil {
		return fmt.Errorf("--profile-from-cloudwatch: %w", err)
	}
	sum := int64(0)
	for _, n := range hours {
		sum += n
	}
	fmt.Fprintf(c.ErrOrStderr(), "profile: CloudWatch counted %d requests in %d hours; the busiest had %.1f times the mean\n",
		sum, len(hours), float64(slices.Max(hours))*float64(len(hours))/float64(sum))
	return nil
}

// namedDoor reads a kind of door and what CloudWatch calls it by, in the words of
// scenarios: "alb,balancer=app/shop/50dc6c495c0c9188".
func namedDoor(text string) (t targets.Target, err error) {
	parts := strings.Split(text, ",")
	kind, ok := targets.KindNamed(parts[0])
	if !ok {
		return t, fmt.Errorf("%q is no kind of door; say rest-api, http-api, function-url or alb first", parts[0])
	}
	t.Kind = kind
	words := map[string]*string{"api": &t.API, "stage": &t.Stage, "function": &t.Function.Name, "balancer": &t.Balancer}
	for _, part := range parts[1:] {
		word, value, _ := strings.Cut(part, "=")
		into, ok := words[word]
		if !ok || value == "" {
			return t, fmt.Errorf("%q: say api=…, stage=…, function=… or balancer=…", part)
		}
		*into = value
	}
	return t, nil
}
