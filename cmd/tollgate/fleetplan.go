package main

import (
	"fmt"
	"math"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"tollgate/pricing"
	"tollgate/scenarios"
	"tollgate/scenarios/fleet/launch"
)

func newFleetPlan() *cobra.Command {
	var f fleetFlags
	var prices bookFlags
	c := &cobra.Command{
		Use:   "plan SCENARIO",
		Short: "Show how many machines a load needs, and what they cost",
		Long: `Plan says how many shards the peak rate of a scenario needs, by what tollgate calibrate
measured on this machine, what each shard would send and reserve, and what the fleet
itself costs on AWS Fargate besides what the run costs at its targets. It sends nothing.

The processors of the members may be faster or slower than this machine's: to be sure,
run tollgate calibrate on one of them. The verdict of the run says whether each shard
kept to its schedule.

EXIT STATUS
  0  printed
  2  wrong flags, or a scenario that cannot be run so`,
		Example: `  tollgate fleet plan api.yaml --rate 50000/s
  tollgate fleet plan api.yaml --shards 8 --on ecs --fleet-region eu-central-1`,
		Args: args(1, 1),
		RunE: func(c *cobra.Command, given []string) error {
			p, err := f.planned(c, given[0], false)
			if err != nil {
				return err
			}
			book, err := prices.book()
			if err != nil {
				return err
			}
			return f.printPlan(c, p, book)
		},
	}
	f.flags(c, "local", "kubernetes", "ecs", "batch")
	prices.flags(c)
	return c
}

func (f *fleetFlags) printPlan(c *cobra.Command, p *plannedFleet, book *pricing.Book) error {
	peak := p.plan.Peak()
	need := launch.Shards(peak, p.capacity, f.millicores())
	t := tabwriter.NewWriter(c.OutOrStdout(), 0, 8, 2, ' ', 0)
	fmt.Fprintf(t, "scenario\t%s, %v\n", p.scenario.Name, p.plan.Duration())
	fmt.Fprintf(t, "peak\t%s/s of all shards together%s\n", pricing.Count(int64(math.Ceil(peak))), map[bool]string{true: ", and closed loops, whose rate the target decides"}[closedLoops(p.plan)])
	if need == 0 {
		fmt.Fprintf(t, "needs\tnot known: run tollgate calibrate, which measures what engine %s drives\n", p.engine)
	} else {
		fmt.Fprintf(t, "needs\t%s with %g processors each, if they are like those here (engine %s, %.0f/s measured on %d)\n", pricing.Counted(need, "shard"), float64(f.millicores())/1000, p.engine, p.capacity.Rate, p.capacity.CPUs)
	}
	fmt.Fprintf(t, "shards\t%d, up to %s/s from each\n", p.Shards, pricing.Count(int64(math.Ceil(launch.PerShard(peak, p.Shards)))))
	fmt.Fprintf(t, "each\t%g processors, %d MB\n", float64(p.Size.Millicores)/1000, p.Size.MemoryMB)
	if p.Shards > 1 && !f.run.noTrial {
		fmt.Fprintf(t, "trial\teach shard tries the requests once before it is ready, in addition to the load (--no-trial)\n")
	}
	if len(f.regions) > 0 {
		fmt.Fprintf(t, "regions\t%s: each has all of these shards and makes the run once more\n", strings.Join(f.regions, ", "))
	}
	fmt.Fprintf(t, "%s\t%s (%s)\n", map[bool]string{true: "run", false: "run of each region"}[len(f.regions) == 0], totalText(p.plan, p.plan.Estimate(book)), book)
	if f.on == "ecs" || f.on == "batch" {
		cost, err := f.fleetPrice(p, book)
		if err != nil {
			return err
		}
		fmt.Fprintf(t, "fleet\tat most %s on Fargate for %v, in %s\n", scenarios.Dollars(cost), p.Barrier+p.Load, strings.Join(f.places(), ", "))
	}
	return t.Flush()
}
