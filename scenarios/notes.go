package scenarios

import (
	"fmt"
	"slices"

	"tollgate/pricing"
	"tollgate/targets"
)

const quotasPage = "https://docs.aws.amazon.com/apigateway/latest/developerguide/limits.html"

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
		rate, burst := pricing.AccountThrottle(region)
		notes = append(notes, fmt.Sprintf("All API Gateway APIs of your account share one throttle in %s, by default %s requests a second with a burst of %s: this run takes its requests from your other APIs. %s",
			region, rounded(float64(rate)), rounded(float64(burst)), quotasPage))
	}
	return notes
}
