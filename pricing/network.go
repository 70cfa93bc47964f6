package pricing

// NetworkUse is what containers in private subnets send through NAT gateways and to
// other availability zones, such as to a database.
type NetworkUse struct {
	NATGateways int64 `json:"nat_gateways" doc:"min=0;max=100"`
	NATGB       Range `json:"nat_data" doc:"unit=GB"`   // through them in a month, both ways
	ZonesGB     Range `json:"cross_zone" doc:"unit=GB"` // between zones in a month; not that between a load balancer and its targets
}

// Network is the same of a month's traffic.
type Network struct {
	NATGateways int64
	NATGB       Amount
	ZonesGB     Amount
}

// NAT gateways are paid by the hour and by the gigabyte that they process, either way,
// and transfer between zones by the gigabyte where it leaves one and where it enters the
// other (Amazon VPC and Amazon EC2 pricing pages). No source that was read has their
// prices, so that no price book has them, and a bill with them names them as unknown
// unless a workload states their rates.
var (
	NATHours = hourly("nat.hours", "NAT gateway hours", Hours, "NAT gateways", func(t Traffic) Amount { return amount(Whole(t.Network.NATGateways)) })
	NATData  = counted("nat.data", "NAT gateway data", GB, "GB processed", func(t Traffic) Amount { return t.Network.NATGB })
	ZoneData = metered("transfer.zones", "Data transfer between zones", GB, func(t Traffic) Reading {
		n := t.Network.ZonesGB
		q := n.Quantity.Mul(Whole(2))
		return Reading{Quantity: q, Basis: weakest(n.Basis), Derivation: derivation("%s GB × 2, out of one zone and into another = %s GB", n.Quantity, q)}
	})
)

var networkBill = []Dimension{NATHours, NATData, ZoneData}

func (u NetworkUse) network() Network {
	return Network{u.NATGateways, amount(u.NATGB.Likely), amount(u.ZonesGB.Likely)}
}
