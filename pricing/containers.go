package pricing

import (
	"fmt"
	"slices"
	"strings"
)

// Containers are tasks on AWS Fargate behind a load balancer.
type Containers struct {
	Tasks    Amount // that run on average, all month
	VCPU     Quantity
	MemoryGB Quantity
}

// taskSizes are the sizes of Fargate tasks: for some vCPUs, GB of memory from, to and
// in steps (Amazon ECS developer guide, "Task CPU and memory"). The smallest may also
// have half a GB.
var taskSizes = []struct {
	vcpu           Quantity
	from, to, step int64
}{
	{Ratio(1, 4), 1, 2, 1},
	{Ratio(1, 2), 1, 4, 1},
	{Whole(1), 2, 8, 1},
	{Whole(2), 4, 16, 1},
	{Whole(4), 8, 30, 1},
	{Whole(8), 16, 60, 4},
	{Whole(16), 32, 120, 8},
}

// checkSize says why there is no task of this size.
func (c ContainerUse) checkSize() error {
	var vcpus []string
	for _, s := range taskSizes {
		vcpus = append(vcpus, Figure(s.vcpu))
		if s.vcpu.Cmp(c.VCPU) != 0 {
			continue
		}
		steps := c.MemoryGB.Sub(Whole(s.from)).Div(Whole(s.step))
		within := steps.Sign() >= 0 && c.MemoryGB.Cmp(Whole(s.to)) <= 0 && steps.r.whole()
		if smallest := c.VCPU.Cmp(Ratio(1, 4)) == 0 && c.MemoryGB.Cmp(Ratio(1, 2)) == 0; within || smallest {
			return nil
		}
		return fmt.Errorf("containers.memory: must be from %dGB to %dGB in steps of %dGB for a Fargate task with %s vCPU, is %sGB", s.from, s.to, s.step, Figure(s.vcpu), Figure(c.MemoryGB))
	}
	return fmt.Errorf("containers.vcpu: must be one of %s, as Fargate has tasks, is %s", strings.Join(vcpus, ", "), Figure(c.VCPU))
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

func (c ContainerUse) containers() Containers {
	return Containers{Tasks: amount(c.Tasks.Likely), VCPU: c.VCPU, MemoryGB: c.MemoryGB}
}

func (t Traffic) reserved(each Quantity, what string) Reading {
	hours, tasks := t.month(), t.Containers.Tasks
	q := tasks.Quantity.Mul(each).Mul(hours.Quantity)
	return Reading{
		Quantity: q, Basis: weakest(hours.Basis, tasks.Basis),
		Derivation: derivation("%s tasks × %s %s × %s hours = %s", tasks.Quantity, each, what, hours.Quantity, q),
	}
}

// upgraded adds WebSocket connections, each of which is a request to a load balancer
// that has no body, and their messages.
func (w *Workload) upgraded(t *Traffic) {
	if !w.Sockets.stated() {
		return
	}
	opened := w.Sockets.Connections.Likely
	w.Sockets.messages(t)
	t.CarriesMessages = true
	if t.Requests.Quantity.Sign() > 0 {
		none := Point(0, Stated, "an upgrade has no body")
		t.Others = append(t.Others, Outcome{What: "WebSocket connections", Requests: amount(opened), RequestBytes: none, ResponseBytes: none})
	}
	t.Requests = Amount{Quantity: t.Requests.Quantity.Add(opened), Basis: t.Requests.Basis, Source: t.Requests.Source}
	open := t.Connections.Quantity.Mul(t.ConnectionSeconds.Quantity).Add(opened.Mul(w.Sockets.Seconds.Likely))
	t.Connections = Amount{Quantity: t.Connections.Quantity.Add(opened), Basis: weakest(t.Connections.Basis, Stated), Source: "clients and their WebSockets"}
	if n := t.Connections.Quantity; n.Sign() > 0 {
		t.ConnectionSeconds = Amount{Quantity: open.Div(n), Basis: weakest(t.ConnectionSeconds.Basis, Stated), Source: "both, in the mean"}
	}
}

// ContainerALB is an Application Load Balancer in front of Fargate tasks.
// Source: Application Load Balancer user guide, "Sticky sessions" and "WebSockets".
var ContainerALB = Door{
	Name: "alb-containers", Title: "Application Load Balancer, Fargate containers",
	Features: append([]string{"websocket", "sticky-sessions", "containers", "streaming", "large-payloads"}, balancerFeatures...),
	Limits:   Limits{HeaderBytes: albLimits.HeaderBytes, Longer: idle},
	Listener: albListener,
	Billed:   slices.Concat([]Dimension{ALBHours, ALBCapacity, ALBAddresses, ALBTrustStores, FargateVCPU, FargateMemory}, networkBill, wafBill, watchingBill, toViewers),
	adapt: func(w *Workload, t *Traffic) {
		t.Invocations = Amount{}
		t.Containers = w.Containers.containers()
		t.Network = w.Network.network()
		w.upgraded(t)
		t.Internal = w.internal()
		t.Watching.Traces = amount(w.Requests.Likely.Mul(w.Watching.TracedShare.Likely))
	},
	notes:        (*Workload).balancerNotes,
	NoAccessLogs: albLogs,
	ruledOut: func(w *Workload) string {
		if w.Containers.Tasks.High.Sign() == 0 {
			return "the workload states no containers"
		}
		return ""
	},
}
