package pricing

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// LinkUse is a VPC link, through which an API calls an HTTP server in a VPC.
type LinkUse struct {
	To string `json:"to" doc:"need;one=alb,nlb,cloud-map"`
}

// What a VPC link leads to. Sources: API Gateway developer guide, "Private integrations
// for REST APIs" (an Application or a Network Load Balancer by a VPC link V2, since
// November 2025; a Network Load Balancer by V1) and "Private integrations for HTTP APIs"
// (these, and AWS Cloud Map).
const toNLB, toCloudMap = "nlb", "cloud-map"

var (
	restLinks = []string{toALB, toNLB}
	httpLinks = []string{toALB, toNLB, toCloudMap}
)

// What one capacity unit (NLCU) of a Network Load Balancer holds of TCP, besides 1 GB an
// hour (Elastic Load Balancing pricing page). A link's connections are TCP ones to its
// listener.
const (
	nlcuConnections = 800     // new ones per second
	nlcuActive      = 100_000 // open ones, sampled each minute
)

// A Network Load Balancer is paid by the hour and by NLCU, in which rules do not count.
var (
	NLBHours = hourly("nlb.hours", "Network Load Balancer hours", Hours, "load balancer", func(t Traffic) (n Amount) {
		if t.Link == toNLB {
			n.Quantity = Whole(1)
		}
		return n
	})
	NLBCapacity = metered("nlb.lcu", "Network Load Balancer capacity", LCUHours, func(t Traffic) Reading {
		if t.Link != toNLB {
			return Reading{}
		}
		return readCapacity(t.behindLink(), capacityUnit{name: "NLCU", connections: Whole(nlcuConnections), active: Whole(nlcuActive), gb: Whole(1)})
	})
)

// linkBill is what stands behind a VPC link: an internal load balancer, which has no
// public addresses, and containers.
var linkBill = slices.Concat([]Dimension{linkedALB(ALBHours), linkedALB(ALBCapacity), NLBHours, NLBCapacity, FargateVCPU, FargateMemory}, networkBill)

// linkedALB is a dimension of an Application Load Balancer that only a link leads to.
func linkedALB(d Dimension) Dimension {
	whole := d.Meter
	d.Meter = func(t Traffic) Reading {
		if t.Link != toALB {
			return Reading{}
		}
		return whole(t.behindLink())
	}
	return d
}

// functionless says whether the front door calls no function.
func (w *Workload) functionless() bool { return w.Direct || w.HTTP }

// integrate sends what would have invoked a function to an HTTP server.
func (w *Workload) integrate(t *Traffic) {
	t.Link, t.Backend, t.Invocations = w.Link.To, t.Invocations, Amount{}
	t.Containers = w.Containers.containers()
	t.Network = w.Network.network()
}

// behindLink is the traffic of what a VPC link leads to: without what the front door
// answers itself, or from its cache.
func (t Traffic) behindLink() Traffic {
	back := Traffic{
		Requests: t.Backend, RequestBytes: t.RequestBytes, ResponseBytes: t.ResponseBytes, Rules: t.Rules, LCUs: t.LCUs,
		Connections: t.Connections, ConnectionSeconds: t.ConnectionSeconds, Profile: t.Profile, Hours: t.Hours,
	}
	reach := t.Requests.Quantity
	for _, o := range t.Others {
		if o.Front {
			reach = reach.Sub(o.Requests.Quantity)
		}
	}
	if reach.Sign() <= 0 {
		back.Requests.Quantity, back.Connections.Quantity = Quantity{}, Quantity{}
		return back
	}
	share := t.Backend.Quantity.Div(reach) // that no cache answers
	for _, o := range t.Others {
		if !o.Front {
			o.Requests.Quantity = o.Requests.Quantity.Mul(share)
			back.Others = append(back.Others, o)
		}
	}
	back.Connections.Quantity = t.Connections.Quantity.Mul(t.Backend.Quantity).Div(t.Requests.Quantity)
	return back
}

// unlinked says why the front door cannot call the workload's HTTP server.
func (d Door) unlinked(w *Workload) string {
	switch {
	case !w.HTTP || !d.HasFunction():
		return ""
	case len(d.Links) == 0:
		return "it calls a function, and the workload has integration: http"
	case w.Link.To != "" && !slices.Contains(d.Links, w.Link.To):
		return fmt.Sprintf("its VPC link leads to %s, and not to %s", strings.Join(d.Links, " or "), w.Link.To)
	}
	return ""
}

func (w *Workload) checkLink() error {
	if w.Link.To != "" && !w.HTTP {
		return errors.New("vpc_link: leads to an HTTP server: state integration: http with it")
	}
	return nil
}

// linkNotes say what a bill of an HTTP server behind an API rests on.
func (w *Workload) linkNotes() (notes []string) {
	if !w.HTTP {
		return nil
	}
	switch w.Link.To {
	case "":
		notes = append(notes, "the HTTP server is called over the internet: its load balancer and addresses are not in this bill; state vpc_link: {to: alb} for one in a VPC")
	case toCloudMap:
		notes = append(notes, "what AWS Cloud Map charges for registered instances and their discovery is not in this bill: no source that was read says how often API Gateway asks it")
	default:
		notes = append(notes, "API Gateway's connections to the load balancer are taken to carry as many requests as those of clients would")
		c := w.Connections
		if w.Balancer.LCUs.High.Sign() == 0 && c.Requests.High.Sign() == 0 && c.Kept.High.Sign() == 0 && c.PerSecond.High.Sign() == 0 && w.Requests.High.Sign() > 0 {
			notes = append(notes, newConnectionsNote())
		}
	}
	if w.Link.To != "" {
		notes = append(notes, "a VPC link is billed by what stands behind it: no source that was read has a price of the link itself")
	}
	if w.Containers.Tasks.High.Sign() == 0 {
		notes = append(notes, "the HTTP server itself is not in this bill: state containers if it runs on Fargate")
	}
	return notes
}
