package doctor

import (
	"context"
	"fmt"
	"net"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/aws"
)

// place says whether this machine is where the targets are, and measures how far they are.
func (x *Exam) place(ctx context.Context, l *looking) {
	var here aws.Here
	asked := false
	for i := range x.Targets {
		t := &x.Targets[i]
		if t.Lab {
			continue
		}
		if t.Kind.OnAWS() && t.Region != "" && !t.Distribution.Unstated() && !targets.Loopback(t.URL.Hostname()) {
			if !asked && x.Here != nil {
				here, asked = x.Here(ctx), true
			}
			placed(l, t, here)
		}
		x.reach(ctx, l, t)
	}
	if l.found == 0 {
		l.skip("the targets are on this machine")
	}
}

// placed compares the region of this machine with that of a target.
func placed(l *looking, t *targets.Target, here aws.Here) {
	switch {
	case here.Region == "":
		l.unknown(t.Name, "this machine is not known to be at AWS, and the target is in "+t.Region, "run the generator in the region of the target: latencies have the way there in them")
	case here.Region != t.Region:
		l.warn(t.Name, fmt.Sprintf("this machine is %s in %s, and the target is in %s", here.On, here.Region, t.Region), "run the generator in the region of the target: latencies have the way there in them")
	default:
		l.ok(t.Name, fmt.Sprintf("this machine is %s in %s, as the target is", here.On, here.Region))
	}
}

// Connections that are opened to see how long that takes, and how long one may take.
const (
	connections = 5
	connectTime = 3 * time.Second
)

// far is from which round trip on the network is most of what a fast function takes.
const far = 20 * time.Millisecond

// reach opens some connections to a target, and sends nothing.
func (x *Exam) reach(ctx context.Context, l *looking, t *targets.Target) {
	network, address := t.Dials()
	var took []time.Duration
	for range connections {
		d := net.Dialer{Timeout: connectTime}
		begun := time.Now()
		c, err := d.DialContext(ctx, network, address)
		if err != nil {
			l.problem(t.Name, fmt.Sprintf("no connection to %s: %v", host(t, address), reason(err)), "check the address, the network and any firewall")
			return
		}
		took = append(took, time.Since(begun))
		_ = c.Close() // nothing was sent
	}
	slices.Sort(took)
	median := took[len(took)/2].Round(10 * time.Microsecond)
	text := fmt.Sprintf("a connection to %s takes %v (median of %d), about one round trip", host(t, address), median, connections)
	if median >= far {
		l.warn(t.Name, text, "run the generator nearer to the target, or compare with response times that have this in them")
		return
	}
	l.ok(t.Name, text)
}

// host is where a target is, as people may see it.
func host(t *targets.Target, address string) string {
	if t.ShownPath != "" || t.URL == nil {
		return "its address"
	}
	if t.Connection.Proxy != nil {
		return "its proxy"
	}
	return address
}

// reason is an error of the network without the addresses that it repeats.
func reason(err error) string {
	text := err.Error()
	if i := strings.LastIndex(text, ": "); i >= 0 {
		return text[i+2:]
	}
	return text
}
