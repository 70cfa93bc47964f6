package compare

import (
	"fmt"

	"tollgate/pricing"
	"tollgate/results"
)

// A releasePair is the base and the canary of one target, which met the same blocks.
type releasePair struct {
	base, canary slots
	notes        []string
}

// releasesOf are those of every target whose responses name both. Their rates are shares of
// one rate, and are not compared.
func releasesOf(run *results.Run) (pairs []releasePair) {
	for i := range run.Document.Targets {
		t := &run.Document.Targets[i]
		if !t.NamesReleases() {
			continue
		}
		both := doubtedSlotsOf(run.OfReleases(uint16(i)), nil)
		for j := range both {
			for _, s := range both[j].blocks {
				delete(s.values, Goodput)
			}
		}
		p := releasePair{base: both[0], canary: both[1]}
		if unknown := t.Releases["unknown"]; unknown.Requests > 0 {
			p.notes = append(p.notes, fmt.Sprintf("%s: of %s, %s of them failed, it cannot be told which release they met: base and canary are compared without them; a header on error responses, too, or CloudWatch's errors by version would tell",
				t.Name, pricing.Counted(unknown.Requests, "request"), pricing.Count(unknown.Failed)))
		}
		pairs = append(pairs, p)
	}
	return pairs
}
