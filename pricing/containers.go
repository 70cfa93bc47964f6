package pricing

import "slices"

// Containers are tasks on AWS Fargate behind a load balancer.
type Containers struct {
	Tasks    Amount // that run on average, all month
	VCPU     Quantity
	MemoryGB Quantity
}

// FargateVCPU and FargateMemory are what tasks reserve, used or not, by the
// hour.
var (
	FargateVCPU = byArchitecture("fargate.vcpu", "Fargate vCPU", VCPUHours, func(t Traffic) Reading {
		return t.reserved(t.Containers.VCPU, "vCPU")
	})
	FargateMemory = byArchitecture("fargate.memory", "Fargate memory", GBHours, func(t Traffic) Reading {
		return t.reserved(t.Containers.MemoryGB, "GB")
	})
)

func (t Traffic) reserved(each Quantity, what string) Reading {
	hours, tasks := t.month(), t.Containers.Tasks
	q := tasks.Quantity.Mul(each).Mul(hours.Quantity)
	return Reading{
		Quantity: q, Basis: weakest(hours.Basis, tasks.Basis),
		Derivation: derivation("%s tasks × %s %s × %s hours = %s", tasks.Quantity, each, what, hours.Quantity, q),
	}
}

// ContainerALB is an Application Load Balancer in front of Fargate tasks.
// Source: Application Load Balancer user guide, "Sticky sessions" and "WebSockets".
var ContainerALB = Door{
	Name: "alb-containers", Title: "Application Load Balancer, Fargate containers",
	Features: append([]string{"websocket", "sticky-sessions", "containers", "streaming", "large-payloads"}, balancerFeatures...),
	Billed:   slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores, FargateVCPU, FargateMemory}, wafBill, watchingBill, toViewers),
	adapt: func(w *Workload, t *Traffic) {
		t.Invocations = Amount{}
		t.Containers = Containers{Tasks: amount(w.Containers.Tasks.Likely), VCPU: w.Containers.VCPU, MemoryGB: w.Containers.MemoryGB}
		w.inFrames(t)
	},
	ruledOut: func(w *Workload) string {
		if w.Containers.Tasks.High.Sign() == 0 {
			return "the workload states no containers"
		}
		return ""
	},
}
