package launch

import (
	"fmt"
	"time"

	"tollgate/pricing"
)

// leastBilled is what a task costs at least, however soon it ends. Source: AWS Fargate pricing
// page: by the second, from the download of the image on, at least a minute.
const leastBilled = time.Minute

// FargatePrice is what the members of a fleet cost on AWS Fargate while they run for so long:
// processors and memory. The first 20 GB of disk are free. What NAT gateways, VPC endpoints,
// log groups and the bucket take is not in it.
func FargatePrice(book *pricing.Book, region, architecture string, each Size, shards int, runs time.Duration) (pricing.Money, error) {
	size, err := each.onFargate()
	if err != nil {
		return pricing.Money{}, err
	}
	traffic := pricing.Traffic{
		Architecture: architecture, Containers: size.containers(shards),
		Hours: pricing.Amount{Quantity: pricing.Ratio(int64(max(runs, leastBilled)), int64(time.Hour)), Basis: pricing.Stated, Source: "as long as the fleet may take"},
	}
	bill, err := book.Price(region, pricing.Measure([]pricing.Dimension{pricing.FargateVCPU, pricing.FargateMemory}, traffic))
	if err != nil {
		return pricing.Money{}, fmt.Errorf("the price of the fleet itself is not known: %w", err)
	}
	return bill.Month, nil
}
