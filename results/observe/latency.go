package observe

import (
	"fmt"
	"math"

	"tollgate/targets"
)

// latencies takes the client's mean service time apart. What the door's own
// clock does not cover is the network, the client, and what the door does
// before its clock starts: no metric explains it.
func (r *reconciler) latencies() {
	door, behind, function := r.aws.mean(targets.RoleLatency), r.aws.mean(targets.RoleIntegration), r.aws.mean(targets.RoleDuration)
	r.total(door, behind)
	if door.n > 0 && behind.n > 0 {
		overhead := perRequest(door, behind)
		r.row("gateway overhead", "ms", nil, &overhead, nil, "mean latency less mean integration latency", unreached(door, behind))
	} else if door.n > 0 && function.n > 0 && r.function == "" {
		overhead := perRequest(door, function)
		r.row("gateway overhead", "ms", nil, &overhead, nil, "mean latency less mean function duration: it includes cold starts", unreached(door, function))
	}
	if behind.n > 0 {
		r.row("integration latency", "ms", nil, &behind.average, nil)
	}
	if function.n > 0 {
		r.row("function duration", "ms", nil, &function.average, nil, r.function)
	}
}

// total writes the row of the whole latency, and of the part unexplained.
func (r *reconciler) total(door, behind mean) {
	if r.client.timed == 0 || r.target.Kind.Uncounted != "" && !r.watches(targets.RoleLatency) {
		return
	}
	client := ms(r.client.service)
	switch {
	case r.target.Kind.OnlyMessages:
		r.row("latency", "ms", &client, nil, nil, "CloudWatch's integration latency is of $connect and $disconnect as well, and a message without a reply ends when it is sent")
	case door.n > 0:
		gap := client - door.average
		r.row("latency", "ms", &client, &door.average, &gap, "unexplained: network, client, and the front door before its clock starts", r.population(door))
	case behind.n > 0:
		gap := client - behind.average
		r.row("latency", "ms", &client, nil, &gap, "this front door publishes no latency of its own: unexplained are network, client and front door together", r.population(behind))
	case r.target.Kind.HasOrigin:
		r.row("latency", "ms", &client, nil, nil, "CloudFront publishes percentiles of its origin's latency alone, and none of its own")
	default:
		r.row("latency", "ms", &client, nil, nil, "CloudWatch has published no latency")
	}
}

// perRequest subtracts what lies behind a door from the door's latency, per
// request at the door. Requests that the door answered by itself spent nothing
// behind it, so sums are subtracted where fewer requests came through.
func perRequest(door, behind mean) float64 {
	if behind.n >= door.n {
		return door.average - behind.average
	}
	return (door.average*door.n - behind.average*behind.n) / door.n
}

func unreached(door, behind mean) string {
	if behind.n >= door.n {
		return ""
	}
	return fmt.Sprintf("%.0f of %.0f requests did not reach what is behind the front door, and count as 0 ms there", door.n-behind.n, door.n)
}

// population warns where AWS's mean is over other requests than the client's.
func (r *reconciler) population(m mean) string {
	mine := float64(r.client.timed)
	if math.Abs(m.n-mine) <= 0.01*mine {
		return ""
	}
	return fmt.Sprintf("AWS's mean is over %.0f requests, the client's over %.0f", m.n, mine)
}
