package claims

import (
	"cmp"
	"slices"

	"tollgate/results"
	"tollgate/targets"
)

// A claim is what guides say, and how it is checked.
type claim struct {
	name    string // of the entry, for tests and for this list
	says    string
	kinds   []*targets.Kind // that it is about; none: all
	basis   basis
	part    string // that the claim is about, of those in which targets may differ; "": none
	plan    string // the guides' usage plan that it is about; "": of any key
	premise string // what has to be brought about to tell; "": the first answer says it
	lacks   string // what the lab lacks to bring it about; "": nothing
	decide  func(*evidence) answer
}

// A basis is what a claim is decided by.
type basis uint8

const (
	measured   basis = iota // at a target
	listPrices              // AWS's list prices, by the price model
	documents               // AWS's documents, by the table of front doors
)

// source is who claims it. Only what is measured depends on the target.
func (b basis) source() string {
	switch b {
	case listPrices:
		return results.Guides + ", on prices"
	case documents:
		return results.Guides + ", on features"
	}
	return results.Guides
}

// An answer is what is known of a claim. Holds is "yes", "no" or "", which means that
// it cannot be told, and why says then what it takes.
type answer struct {
	about    string // the key, the path and the load
	measured string
	holds    string
	why      string
	met      bool // the premise was brought about, and why says all that is missing
}

// unknown is what a check holds where it cannot be told.
const unknown = "unknown"

// unmet is the answer where the premise was not brought about.
func unmet(why string) answer { return answer{why: why} }

// table is all claims, in the order of the finding.
func table() [][]claim {
	return [][]claim{latency, overheads, coldStarts, throttling, capacity, sizes, errorMap, caching, authorization, prices, examples, features}
}

// concerns says whether the claim is about the target. What documents decide is the
// same at every target: it is said at the first.
func (c *claim) concerns(e *evidence) bool {
	switch {
	case c.basis != measured && e.said(c.says, true),
		e.only == onlyPlan && (c.plan == "" || c.plan != e.plan),
		e.only == onlyVariants && e.variants[c.part] == "":
		return false
	}
	return len(c.kinds) == 0 || slices.Contains(c.kinds, e.target.Kind)
}

// check makes a row of a claim.
func (c *claim) check(e *evidence) (results.Check, string) {
	a := c.decide(e)
	check := results.Check{Claim: c.says, Source: c.basis.source(), About: a.about, Measured: cmp.Or(a.measured, "nothing"), Holds: cmp.Or(a.holds, unknown), Why: a.why}
	switch {
	case a.holds == "":
		check.Why = cannotTell + ": " + c.missing(e, a)
		return check, cannotTell
	case c.basis == measured && e.modelled():
		check.Holds = results.OfModel
		check.Why = map[string]string{"yes": "as claimed", "no": "not as claimed"}[a.holds]
		if a.why != "" {
			check.Why += ": " + a.why
		}
		return check, ofModel
	}
	return check, map[string]string{"yes": holds, "no": fails}[a.holds]
}

// missing says what it takes to tell.
func (c *claim) missing(e *evidence, a answer) string {
	switch {
	case e.target.Lab && c.lacks != "":
		return "the lab lacks " + c.lacks
	case c.premise == "" || a.met:
		return a.why
	case a.why == "":
		return "it takes " + c.premise
	}
	return a.why + "; it takes " + c.premise
}
