package probes

import (
	"cmp"
	"slices"
	"time"

	"tollgate/scenarios"
)

// An ordered is requests with the times that they are due at.
type ordered struct {
	all []dueRequest
}

type dueRequest struct {
	at      time.Duration
	request uint16
}

func (o *ordered) add(at time.Duration, request uint16) {
	o.all = append(o.all, dueRequest{at, request})
}

// stage is a stage that sends them.
func (o *ordered) stage(name, what string, requests []scenarios.Request) Stage {
	slices.SortStableFunc(o.all, func(a, b dueRequest) int { return cmp.Compare(a.at, b.at) })
	at := make([]time.Duration, len(o.all))
	for i, r := range o.all {
		at[i] = r.at
	}
	all := o.all
	return Stage{
		Name:     name,
		Stage:    scenarios.Stage{Shape: scenarios.Instants{At: at, What: what}, For: at[len(at)-1] + stageEnd},
		Requests: requests,
		Pick:     func(seq uint64) uint16 { return all[min(seq, uint64(len(all)-1))].request },
	}
}
