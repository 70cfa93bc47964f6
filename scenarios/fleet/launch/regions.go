package launch

import (
	"cmp"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tollgate/scenarios/fleet"
)

// A Regional is what of a fleet runs in one AWS region: a run of its own, with all shards, the
// whole rate and an id of its own.
type Regional struct {
	Region string // "": the fleet was not divided
	*Fleet
	Fargate
}

// RegionTag is the tag by which the runs of regions are found.
const RegionTag = "from"

var regionName = regexp.MustCompile(`^[a-z]{2}(-[a-z]+)+-[0-9]{1,2}$`)

// CheckRegions says which of some regions cannot be used as they are written.
func CheckRegions(regions []string) error {
	var errs []error
	for i, region := range regions {
		switch {
		case !regionName.MatchString(region):
			errs = append(errs, fmt.Errorf("--regions: %q must be the name of a region, such as eu-central-1", region))
		case slices.Contains(regions[:i], region):
			errs = append(errs, fmt.Errorf("--regions: %s is there twice", region))
		}
	}
	return errors.Join(errs...)
}

// InRegions makes a fleet for each region of one that is described for all. What is written as
// REGION=VALUE is that region's; subnets and security groups always are, since they belong to
// one region, and clusters and images may have the same name in all. All that is missing is
// named at once.
func InRegions(regions []string, f *Fleet, g Fargate) ([]Regional, error) {
	if err := CheckRegions(regions); err != nil {
		return nil, err
	}
	d := divider{regions: regions, errs: []error{f.check(), f.remote(), g.check()}}
	if g.Cluster == "" {
		d.refuse("--cluster: name the ECS cluster that the tasks run in, or REGION=NAME for each region")
	}
	clusters := d.shared("--cluster", g.Cluster, goodCluster)
	images := d.shared("--image", f.Image, nil)
	subnets := d.own("--subnet", g.Subnets)
	groups := map[string][]string{}
	if len(g.SecurityGroups) > 0 {
		groups = d.own("--security-group", g.SecurityGroups)
	}
	var all []Regional
	for _, region := range regions {
		one, account := *f, g
		one.RunID, one.Region, one.Image = f.RunID+"-"+region, region, images[region]
		one.Args = append(slices.Clone(f.Args), "--tag", RegionTag+"="+region)
		account.Region, account.Cluster = region, clusters[region]
		account.Subnets, account.SecurityGroups = subnets[region], groups[region]
		if len(one.RunID) > fleet.MostID {
			d.refuse("--run-id %s: with -%s it has %d characters, and may have %d", f.RunID, region, len(one.RunID), fleet.MostID)
		}
		all = append(all, Regional{region, &one, account})
	}
	return all, errors.Join(d.errs...)
}

// goodCluster is what a name of a cluster may be. Source: Amazon ECS API reference,
// "CreateCluster"; an ARN is taken, too.
var goodCluster = regexp.MustCompile(`^([a-zA-Z0-9_-]{1,255}|arn:aws[a-z-]*:ecs:.+)$`)

// A divider reads flags whose values are of regions.
type divider struct {
	regions []string
	errs    []error
}

func (d *divider) refuse(format string, args ...any) {
	d.errs = append(d.errs, fmt.Errorf(format, args...))
}

// own reads values that all belong to one region each.
func (d *divider) own(flag string, values []string) map[string][]string {
	all := map[string][]string{}
	for _, text := range values {
		region, value, divided := strings.Cut(text, "=")
		switch {
		case !divided || value == "":
			d.refuse("%s %s: say which region it is in, as %s=%s", flag, text, d.regions[0], cmp.Or(value, region, "ID"))
		case !slices.Contains(d.regions, region):
			d.refuse("%s %s: --regions does not have %s", flag, text, region)
		default:
			all[region] = append(all[region], value)
		}
	}
	d.lacks(flag, func(region string) bool { return len(all[region]) > 0 })
	return all
}

// shared reads a value for all regions, or one for each.
func (d *divider) shared(flag, text string, form *regexp.Regexp) map[string]string {
	all := map[string]string{}
	if text == "" {
		return all // that it is needed is said already
	}
	for _, one := range strings.Split(text, ",") {
		region, value, divided := strings.Cut(one, "=")
		switch {
		case !divided && one == text:
			for _, region := range d.regions {
				all[region] = one
			}
		case !divided || value == "":
			d.refuse("%s %s: must be one for all regions, or REGION=VALUE for each: %q is neither", flag, text, one)
		case !slices.Contains(d.regions, region):
			d.refuse("%s %s: --regions does not have %s", flag, one, region)
		case all[region] != "":
			d.refuse("%s: %s has two: %s and %s", flag, region, all[region], value)
		default:
			all[region] = value
		}
	}
	for _, region := range d.regions {
		if value := all[region]; value != "" && form != nil && !form.MatchString(value) {
			d.refuse("%s: %q cannot be its name", flag, value)
		}
	}
	d.lacks(flag, func(region string) bool { return all[region] != "" })
	return all
}

func (d *divider) lacks(flag string, has func(region string) bool) {
	var without []string
	for _, region := range d.regions {
		if !has(region) {
			without = append(without, region)
		}
	}
	if len(without) > 0 {
		d.refuse("%s: none is given for %s: add %s=…", flag, strings.Join(without, ", "), without[0])
	}
}
