package results

import (
	"cmp"
	"fmt"
	"math"

	"tollgate/pricing"
	"tollgate/targets"
)

// function fills in what the function behind the door did.
func (u usage) function(t *pricing.Traffic, m Month) {
	t.MemoryMB, t.Architecture = u.target.Function.MemoryMB, u.target.Function.Architecture
	t.Streaming = u.target.Function.Streaming
	if t.MemoryMB == 0 || u.target.Function.MemoryAssumed {
		t.MemoryMB, t.MemoryBasis = cmp.Or(t.MemoryMB, pricing.DefaultMemoryMB), pricing.Assumed
	}
	if u.behind != nil {
		reached := u.reached
		if u.sockets != nil { // steps that call nothing are among them
			reached = u.behind.reached()
		}
		u.behind.traffic(t, reached, m)
		return
	}
	t.Invocations = u.invocations()
	t.Duration = u.duration()
	t.ColdStarts, t.Init = m.coldStarts(t.Invocations)
}

// coldStarts are those of some invocations, as the scenario states them.
func (m Month) coldStarts(of pricing.Amount) (cold pricing.Amount, init pricing.Dist) {
	share, err := pricing.ParseQuantity(m.ColdShare)
	if m.ColdShare == "" || err != nil || share.Sign() < 0 { // scenarios refuse such a share before anything runs
		return cold, init
	}
	if m.Init > 0 {
		init = pricing.Point(m.Init.Microseconds(), pricing.Stated, "the scenario's INIT")
	}
	return pricing.Amount{Quantity: of.Quantity.Mul(share), Basis: pricing.Stated, Source: "the scenario's share of cold starts"}, init
}

// invocations takes CloudWatch's count, unless it shows that the function
// serves others too: four doors in front of one function are one metric.
func (u usage) invocations() pricing.Amount {
	sent, of := u.reached, "one for each request"
	if u.target.Distribution != nil {
		sent, of = u.passedOn(), "one for each request that reached the origin"
	}
	if u.sockets != nil {
		sent, of = u.sockets.invoking(), "two for each connection, and one for each message"
	}
	if u.calls != nil {
		sent, of = u.calls.all(), "one for each message of its routes, and for each connection that calls it"
	}
	if m, ok := u.watched[targets.RoleInvocations]; ok {
		sum := int64(m.Total["Sum"])
		if sum >= 0 && float64(sum) <= float64(sent)*(1+countGap) {
			return pricing.Amount{Quantity: pricing.Whole(sum), Basis: pricing.Reported, Source: "CloudWatch Invocations"}
		}
		if misses, cached := u.watched[targets.RoleCacheMiss]; cached && u.target.CacheGB != "" {
			return pricing.Amount{
				Quantity: pricing.Whole(min(sent, int64(misses.Total["Sum"]))), Basis: pricing.Assumed,
				Source: fmt.Sprintf("one for each of CloudWatch's misses of the cache, those of the trial and the warm-up among them: its %s Invocations are not of these requests alone", pricing.Count(sum)),
			}
		}
		return pricing.Amount{
			Quantity: pricing.Whole(max(0, sent-u.refused-u.ownPreflights())), Basis: pricing.Assumed,
			Source: fmt.Sprintf("%s but %s: CloudWatch's %s Invocations are not of these requests alone", of, u.uninvoked(), pricing.Count(sum)),
		}
	}
	return pricing.Amount{
		Quantity: pricing.Whole(max(0, sent-u.refused-u.ownPreflights())), Basis: pricing.Assumed,
		Source: of + " but " + u.uninvoked() + ": CloudWatch was not read",
	}
}

// uninvoked are the requests that are taken to invoke nothing.
func (u usage) uninvoked() string {
	if u.ownPreflights() > 0 {
		return "403, 429 and preflights, which the front door answers by itself"
	}
	return "403 and 429"
}

// roundedUp returns n durations in µs that are whole milliseconds and whose mean
// is that of n durations around mean (in ms) once each is rounded up: rounding
// up adds between nothing and a millisecond to each, half of one on average as
// long as durations spread over more than a millisecond. Only the shares of the
// counts matter, so they are in thousandths.
func roundedUp(mean, n float64) []pricing.Bucket {
	if !(mean > 0 && mean < 1e9 && n >= 1 && n < 1e12) {
		return nil
	}
	billed := max(1, mean+0.5)
	low := math.Floor(billed)
	high := math.Round((billed - low) * 1000)
	var b []pricing.Bucket
	for _, part := range []pricing.Bucket{
		{Value: int64(low) * 1000, Count: int64(n) * int64(1000-high)},
		{Value: int64(low+1) * 1000, Count: int64(n) * int64(high)},
	} {
		if part.Count > 0 {
			b = append(b, part)
		}
	}
	return b
}

// duration takes CloudWatch's, minute by minute, since it has no distribution;
// without it, the client's service time, which holds the function's and more.
func (u usage) duration() pricing.Dist {
	if m, ok := u.watched[targets.RoleDuration]; ok {
		d := pricing.Dist{Basis: pricing.Reported, Source: "CloudWatch Duration, the mean of each minute; rounding each invocation up to 1 ms adds half a millisecond to a mean"}
		for _, p := range m.Points {
			d.Buckets = append(d.Buckets, roundedUp(p.Values["Average"], p.Values["SampleCount"])...)
		}
		if len(d.Buckets) > 0 {
			return d
		}
	}
	return u.service
}
