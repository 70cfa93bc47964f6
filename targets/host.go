package targets

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"tollgate/pricing"
)

// A Host is what AWS's own name of a front door says about it. Custom domains
// say nothing.
type Host struct {
	Service string // as [Kind.Service] has it
	Region  string // "" where the name holds none, since the front door is in all
	API     string // the id of an API; "" where the name does not hold it
	Private bool   // an interface endpoint's, which is reached from within a VPC only
	Global  bool   // of several regions, which the name does not say
}

// NetworkBalancer is the service of a Network Load Balancer's name, which no
// kind of front door has: "elb" stands before the region there.
const NetworkBalancer = "nlb"

// everywhere stands in place of a region in the name of an endpoint of several regions.
const everywhere = "global"

// Ids of an API, alone or before the interface endpoint that it is reached
// through: "a1b2c3d4e5-vpce-0123456789abcdef0". Of a regional custom domain the
// same label is "d-a1b2c3d4e5", and of an endpoint "vpce-…": those are no ids.
var apiLabel = regexp.MustCompile(`^([a-z0-9]+)(-vpce-[0-9a-f]+)?$`)

// ReadHost reads the name of a host, in capitals or not, with or without a
// trailing dot. It returns false for one that is not AWS's name of a front door,
// and an error where such a name cannot be right.
//
// The forms are documented for each service: execute-api ("Invoke REST APIs",
// also with an interface endpoint and as a dual-stack endpoint), lambda-url
// ("Lambda function URLs"), lambda-web ("Web functions", with lambda-web.global for
// endpoints in several regions), elb, where "dualstack." and "internal-" may stand
// before the name of the balancer, and cloudfront.net ("Use custom URLs"), which has
// no region.
func ReadHost(name string) (Host, bool, error) {
	name = strings.ToLower(strings.TrimSuffix(name, "."))
	for _, k := range Kinds {
		if k.HostSuffix != "" && strings.HasSuffix(name, "."+k.HostSuffix) {
			return Host{Service: k.Service, Global: true}, true, nil
		}
	}
	labels, suffix := awsLabels(name)
	var h Host
	if n := len(labels); n > 0 && labels[n-1] == "vpce" {
		labels, h.Private = labels[:n-1], true
	}
	if len(labels) < 3 {
		return Host{}, false, nil
	}
	a, b, c := labels[len(labels)-3], labels[len(labels)-2], labels[len(labels)-1]
	switch k := kindOfHost(b, c); {
	case k == nil && b == "elb":
		h.Service, h.Region = NetworkBalancer, c
	case k == nil:
		return Host{}, false, nil
	case k.RegionFirst:
		h.Service, h.Region = c, b
	default:
		h.Service, h.Region = b, c
		if m := apiLabel.FindStringSubmatch(a); m != nil && slices.Contains(k.Keys, "api") {
			h.API, h.Private = m[1], h.Private || m[2] != ""
		}
	}
	if h.Region == everywhere {
		h.Region, h.Global = "", true
		return h, true, nil
	}
	return h, true, h.check(suffix)
}

// kindOfHost finds a kind by the last two labels of its hosts before the ending.
func kindOfHost(a, b string) *Kind {
	for _, k := range Kinds {
		if k.OnAWS() && k.HostSuffix == "" && (k.RegionFirst && b == k.Service || !k.RegionFirst && a == k.Service) {
			return k
		}
	}
	return nil
}

// check says why a name cannot be right: of no region, or with the ending of
// another partition.
func (h Host) check(suffix string) error {
	if err := pricing.CheckRegion(h.Region); err != nil {
		return fmt.Errorf("names the region %s, which %w", h.Region, err)
	}
	region, _ := pricing.RegionNamed(h.Region)
	if slices.Contains(region.Partition.Suffixes, suffix) {
		return nil
	}
	return fmt.Errorf("ends in %s, and no host in %s does: those end in %s", suffix, h.Region, strings.Join(region.Partition.Suffixes, " or "))
}

// awsLabels cuts the ending of any of AWS's partitions off a name. Without one
// there are no labels.
func awsLabels(name string) (labels []string, suffix string) {
	for _, p := range pricing.Partitions {
		for _, s := range p.Suffixes {
			if before, found := strings.CutSuffix(name, "."+s); found && len(s) > len(suffix) {
				labels, suffix = strings.Split(before, "."), s
			}
		}
	}
	return labels, suffix
}

// KindsAt are the kinds that a host can be of, as far as its name says: those whose
// service it has, and of these, at an interface endpoint, those that can be private (API
// Gateway developer guide, "Private REST APIs": HTTP APIs cannot). No service, or that of a Network Load Balancer, is no front door's.
func KindsAt(host string) []*Kind {
	h, _, _ := ReadHost(host)
	if h.Service == NetworkBalancer {
		h.Service = ""
	}
	return slices.DeleteFunc(slices.Clone(Kinds), func(k *Kind) bool {
		return k.Service != h.Service || h.Private && k.Private == nil
	})
}
