package load

import (
	"time"

	"tollgate/results"
)

// work is processor time of the whole machine since it was started.
type work struct{ busy, stolen, softIRQ time.Duration }

// since is what was done between two looks, in cores' worth.
func (w work) since(before work, passed time.Duration) results.Strain {
	share := func(now, then time.Duration) float64 { return max(0, float64(now-then)/float64(passed)) }
	return results.Strain{
		Busy: share(w.busy, before.busy), Stolen: share(w.stolen, before.stolen), SoftIRQ: share(w.softIRQ, before.softIRQ),
	}
}
