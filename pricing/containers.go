package pricing

import "fmt"

// Containers are tasks on AWS Fargate behind a load balancer.
type Containers struct {
	Tasks    Amount // that run on average, all month
	VCPU     Quantity
	MemoryGB Quantity
}

// FargateVCPU and FargateMemory are what tasks reserve, used or not, by the
// hour. The variant is the architecture.
var (
	FargateVCPU = Dimension{
		ID:       "fargate.vcpu",
		Title:    "Fargate vCPU",
		Unit:     VCPUHours,
		Variants: LambdaDuration.Variants,
		Meter:    func(t Traffic) Reading { return t.reserved(t.Containers.VCPU, "vCPU") },
	}
	FargateMemory = Dimension{
		ID:       "fargate.memory",
		Title:    "Fargate memory",
		Unit:     GBHours,
		Variants: LambdaDuration.Variants,
		Meter:    func(t Traffic) Reading { return t.reserved(t.Containers.MemoryGB, "GB") },
	}
)

// reserved reads so much of something in every task.
func (t Traffic) reserved(each Quantity, what string) Reading {
	hours, tasks := t.month(), t.Containers.Tasks
	q := tasks.Quantity.Mul(each).Mul(hours.Quantity)
	return Reading{
		Quantity: q,
		Variant:  t.architecture(),
		Basis:    weakest(hours.Basis, tasks.Basis),
		Derivation: fmt.Sprintf("%s tasks × %s %s × %s hours = %s",
			figure(tasks.Quantity), figure(each), what, figure(hours.Quantity), figure(q)),
	}
}
