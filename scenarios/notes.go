package scenarios

import (
	"fmt"
	"slices"

	"tollgate/targets"
)

// The throttle that all API Gateway APIs of an account share in a region: a
// token bucket. Source: Amazon API Gateway quotas, account-level throttling;
// the smaller ones hold in the regions that the same page lists.
const (
	accountRate, accountBurst           = 10_000, 5_000
	smallAccountRate, smallAccountBurst = 2_500, 1_250

	quotasPage = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"
)

var smallRegions = []string{
	"af-south-1", "eu-south-1", "ap-southeast-3", "me-central-1", "ap-south-2", "ap-southeast-4", "eu-south-2",
	"eu-central-2", "il-central-1", "ca-west-1", "ap-southeast-5", "ap-southeast-7", "mx-central-1",
}

// accountThrottle is the default of that throttle in a region.
func accountThrottle(region string) (rate, burst float64) {
	if slices.Contains(smallRegions, region) {
		return smallAccountRate, smallAccountBurst
	}
	return accountRate, accountBurst
}

// Notes are what AWS documents about load tests of the plan's targets, each once;
// nothing about the lab and this machine.
func (p *Plan) Notes() (notes []string) {
	var deployed bool
	var throttled []string // regions
	for _, t := range p.Scenario.Targets {
		if t.Lab || !t.Kind.OnAWS() || t.URL == nil || targets.Loopback(t.URL.Hostname()) {
			continue
		}
		deployed = true
		if t.Kind.AccountThrottle && !slices.Contains(throttled, t.Region) {
			throttled = append(throttled, t.Region)
		}
	}
	if deployed {
		notes = append(notes, "AWS allows load tests of your own resources. Its testing policy has guidelines for high-volume tests from EC2, and forbids tests that try to overwhelm a target: https://aws.amazon.com/ec2/testing/")
	}
	for _, region := range throttled {
		rate, burst := accountThrottle(region)
		notes = append(notes, fmt.Sprintf("All API Gateway APIs of your account share one throttle in %s, by default %s requests a second with a burst of %s: this run takes its requests from your other APIs. %s",
			region, rounded(rate), rounded(burst), quotasPage))
	}
	return notes
}
