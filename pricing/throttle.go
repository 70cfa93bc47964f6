package pricing

import "slices"

// The throttle that all API Gateway APIs of an account share in a region, REST, HTTP and
// WebSocket together: a token bucket. Source: API Gateway developer guide, "Amazon API
// Gateway quotas", which lists the regions with the reduced one.
const (
	accountRate, accountBurst = 10_000, 5_000
	reducedRate, reducedBurst = 2_500, 1_250
)

var reducedRegions = []string{
	"af-south-1", "eu-south-1", "ap-southeast-3", "me-central-1", "ap-south-2", "ap-southeast-4", "eu-south-2",
	"eu-central-2", "il-central-1", "ca-west-1", "ap-southeast-5", "ap-southeast-7", "mx-central-1",
}

// AccountThrottle is the default of an account's throttle in a region, in requests a
// second and in requests; that of most regions for "".
func AccountThrottle(region string) (rate, burst int64) {
	if slices.Contains(reducedRegions, region) {
		return reducedRate, reducedBurst
	}
	return accountRate, accountBurst
}
