package main

import (
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"

	"tollgate/pricing"
	"tollgate/pricing/escape"
	"tollgate/results"
	"tollgate/scenarios/fleet/launch"
)

// checkRegions says whether --regions fits the other flags.
func (f *fleetFlags) checkRegions() error {
	if len(f.regions) == 0 {
		return nil
	}
	var errs []error
	if f.on != "ecs" {
		errs = append(errs, fmt.Errorf("--regions: of --on ecs, and this is --on %s: start one fleet in each region's cluster", f.on))
	}
	if f.fargate.Region != "" {
		errs = append(errs, errors.New("--fleet-region and --regions contradict each other: leave out --fleet-region; the bucket may be in any region"))
	}
	f.run.times = len(f.regions)
	return usage(errors.Join(append(errs, launch.CheckRegions(f.regions))...))
}

// regionRoom is how many characters regions add to a run's id.
func (f *fleetFlags) regionRoom() (most int) {
	for _, region := range f.regions {
		most = max(most, len("-"+region))
	}
	return most
}

// places are the AWS regions of the members; "" where nothing says it.
func (f *fleetFlags) places() []string {
	if len(f.regions) > 0 {
		return f.regions
	}
	return []string{f.fargate.Region}
}

// costArg gives each region its part of an amount: members know of no other region.
func (f *fleetFlags) costArg(most pricing.Money) string {
	part := pricing.Quantity(most).Div(pricing.Whole(int64(max(len(f.regions), 1))))
	return "--max-cost=" + part.String()
}

// partsOf prints a fleet in several regions.
func partsOf(regions []string, f *launch.Fleet, g launch.Fargate) (all []launch.Part, err error) {
	fleets, err := launch.InRegions(regions, f, g)
	if err != nil {
		return nil, err
	}
	for _, one := range fleets {
		parts, err := one.TaskParts(one.Fleet)
		if err != nil {
			return nil, err // the size, which is that of all regions
		}
		for _, p := range parts {
			all = append(all, launch.Part{Name: one.Region + "/" + p.Name, Input: p.Input})
		}
	}
	return all, nil
}

// parts are the fleets that a run starts: one, or one in each region.
func (r *fleetRun) parts(p *plannedFleet) (all []*fleetPart, err error) {
	g := r.fargate
	if r.on == "ecs" {
		if g, err = r.onFargate(); err != nil {
			return nil, err
		}
	}
	if len(r.regions) == 0 {
		return []*fleetPart{{Regional: launch.Regional{Fleet: p.Fleet, Fargate: g}}}, nil
	}
	if _, err := partsOf(r.regions, p.Fleet, g); err != nil {
		return nil, usage(err)
	}
	fleets, err := launch.InRegions(r.regions, p.Fleet, g)
	for _, one := range fleets {
		all = append(all, &fleetPart{Regional: one})
	}
	return all, err
}

// in names the region of a part in front of a text.
func (p *fleetPart) in(text string) string {
	if p.Region == "" {
		return text
	}
	return p.Region + ": " + text
}

// named names the region of a part in front of an error, and keeps its exit code.
func (p *fleetPart) named(err error) error {
	if err == nil || p.Region == "" {
		return err
	}
	return fmt.Errorf("%s: %w", p.Region, err)
}

// worst joins errors, with the one in front whose exit code says most: that the user
// interrupted it, that there is no result, that it is invalid, that it failed.
func worst(all []error) error {
	order := []int{exitInterrupted, exitFailed, exitInvalid, exitFailedRun}
	rank := func(err error) int {
		if at := slices.Index(order, exitCode(err)); at >= 0 {
			return at
		}
		return len(order)
	}
	all = slices.DeleteFunc(all, func(err error) bool { return err == nil })
	slices.SortStableFunc(all, func(a, b error) int { return rank(a) - rank(b) })
	if len(all) > 1 {
		return coded{exitCode(all[0]), errors.Join(all...)}
	}
	return errors.Join(all...)
}

// printRegions sets the runs of regions side by side.
func printRegions(w io.Writer, parts []*fleetPart) error {
	var there []*fleetPart
	for _, p := range parts {
		if p.merged != nil {
			there = append(there, p)
		}
	}
	if len(there) == 0 {
		return nil
	}
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprint(t, "from\ttarget\trequests\tfailed\tp50\tp95\tp99\tverdict\n")
	first, last := there[0].merged.Document.Started, there[0].merged.Document.Started
	for _, p := range there {
		d := &p.merged.Document
		if d.Started.Before(first) {
			first = d.Started
		}
		if d.Started.After(last) {
			last = d.Started
		}
		for i, target := range d.Targets {
			f := p.merged.Figures(uint16(i))
			l := f.Latency["response"]
			fmt.Fprintf(t, "%s\t%s\t%s\t%.2f %%\t%s\t%s\t%s\t%s\n", p.Region, escape.Text(target.Name), pricing.Count(f.Requests), 100*f.ErrorShare, millis(l.P50), millis(l.P95), millis(l.P99), d.Verdict)
		}
	}
	if err := t.Flush(); err != nil {
		return err
	}
	fmt.Fprintln(w, "Response times, from the place of each region's tasks. Each region sent the whole rate.")
	if gap := last.Sub(first); len(there) > 1 {
		fmt.Fprintf(w, "The regions began within %v of each other.\n", gap.Round(100*time.Millisecond))
	}
	for _, p := range there {
		fmt.Fprintf(w, "%s: %s\n", p.Region, escape.Text(p.merged.Dir))
	}
	if len(there) > 1 {
		fmt.Fprintln(w, "tollgate compare with two of these says whether a difference is more than chance.")
	}
	_, err := fmt.Fprintln(w, "CloudWatch was not read: it counts the requests of all regions together.")
	return err
}

func millis(ms *float64) string {
	if ms == nil {
		return "–"
	}
	return fmt.Sprintf("%.1f ms", *ms)
}

// regionsText says what the regions of a fleet send together.
func (r *fleetRun) regionsText(p *plannedFleet) string {
	peak, n := p.plan.Peak(), len(r.regions)
	return fmt.Sprintf("%s, each a run of its own: up to %.0f/s from each, %.0f/s together: %s",
		pricing.Counted(n, "region"), peak, peak*float64(n), strings.Join(r.regions, ", "))
}

// A fleetPart is what of a fleet one program start makes: all of it, or that of a region.
type fleetPart struct {
	launch.Regional
	platform launch.Platform
	stopped  bool         // before its end
	failed   error        // it could not be started
	merged   *results.Run // nil: there is none
}
