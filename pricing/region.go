package pricing

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	spelling "tollgate/pricing/document"
)

// A Region is one region of AWS, whether or not any book has prices for it.
type Region struct {
	Name      string // "eu-central-1"
	Title     string // "Europe (Frankfurt)"
	Partition *Partition
	Billing   string // begins its usage types in AWS's price lists; "" where it is not known
}

// A Partition is a part of AWS with accounts, endpoints and price lists of its own.
type Partition struct {
	Name     string   // "aws-cn"
	Suffixes []string // that host names of its services end in, after the region
}

// RegionNamed finds a region by its name.
func RegionNamed(name string) (Region, bool) {
	i := slices.IndexFunc(Regions, func(r Region) bool { return r.Name == name })
	if i < 0 {
		return Region{}, false
	}
	return Regions[i], true
}

// regionForm is how AWS spells regions.
var regionForm = regexp.MustCompile(`^[a-z]{2,4}(-[a-z]+)+-[0-9]+$`)

// CheckRegion says what is wrong with the name of a region, and what may have
// been meant; nil if AWS has such a region. The words go on after the name.
func CheckRegion(name string) error {
	if _, known := RegionNamed(name); known {
		return nil
	}
	if !regionForm.MatchString(name) {
		return errors.New("is not an AWS region such as eu-central-1")
	}
	names := make([]string, len(Regions))
	for i, r := range Regions {
		names[i] = r.Name
	}
	hint := spelling.DidYouMean(name, names)
	if hint == "" {
		prefix, _, _ := strings.Cut(name, "-")
		names = slices.DeleteFunc(names, func(n string) bool { return !strings.HasPrefix(n, prefix+"-") })
		if len(names) > 0 {
			hint = " (there are " + strings.Join(names, ", ") + ")"
		}
	}
	return fmt.Errorf("is not a region that this program knows%s", hint)
}
