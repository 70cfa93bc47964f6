package claims

import (
	"fmt"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/scenarios/probes/probe"
	"tollgate/targets"
)

// Variants are targets that differ from the claims' own in one part, by the part: they have
// it, and it has not.
type variants map[string]string

// The parts in which targets may differ.
const (
	partAuthorization  = "authorization"
	partValidation     = "validation"
	partTransformation = "transformation"
	partResponse       = "response"
	partLogging        = "logging"
	partPackage        = "package" // a larger one
	partProvisioned    = "provisioned"
)

var parts = []string{partAuthorization, partValidation, partTransformation, partResponse, partLogging, partPackage, partProvisioned}

// readVariants reads which target has which part.
func readVariants(o document.Fields, about probe.About) variants {
	v := o.Get("variants")
	if v.Node == nil {
		return nil
	}
	f, all := v.Fields(parts...), variants{}
	for _, part := range parts {
		if !f.Has(part) {
			continue
		}
		name := f.Get(part).Name()
		known := slices.ContainsFunc(about.Scenario.Targets, func(t targets.Target) bool { return t.Name == name })
		if name == about.Target.Name || !known {
			f.ProblemAt(part, "needs another target of this scenario, which has that part, and differs in nothing else")
		}
		all[part] = name
	}
	return all
}

// variant is the target that has a part, and a value of a probe's finding there and here.
func (e *evidence) variant(part, asks, name string) (own, there results.Value, at string, missing answer, ok bool) {
	target := e.variants[part]
	if target == "" {
		return own, there, "", answer{}, false
	}
	own, f, missing, ok := e.value(asks, name)
	if !ok {
		return own, there, "", missing, false
	}
	found := e.all(asks, target)
	if len(found) == 0 {
		return own, there, "", unmet(fmt.Sprintf("the probe %s has no finding at %s: ask it there, before this one", asks, target)), false
	}
	there, ok = found[0].Values[name]
	if !ok {
		return own, there, "", answer{about: e.at(f), why: fmt.Sprintf("the probe %s did not find it at %s: %s", asks, target, beginning(found[0].Conclusion))}, false
	}
	return own, there, e.at(f) + ", and at " + target, answer{}, true
}

// adds checks how much a part adds to the front door's time: by interleaved blocks of load
// at both, or else by what the probe overhead found at each. The probe measured one after the
// other, so its intervals add up.
func adds(part string, low, high float64) func(*evidence) answer {
	return func(e *evidence) answer {
		if v, measured := e.Added[e.variants[part]]; measured {
			a := within(v, low, high)
			a.about = "the load of this run, at " + e.target.Name + " and " + e.variants[part] + ", block by block"
			a.measured = valueText(v) + " more at the median than without"
			return a.ifAlone()
		}
		own, there, at, missing, ok := e.variant(part, "overhead", "gateway")
		switch {
		case !ok && e.Added != nil && e.variants[part] != "":
			return answer{why: e.undecided(e.variants[part]), met: true}
		case !ok:
			return missing
		}
		added := results.Value{Value: there.Value - own.Value, Unit: "ms"}
		if a, b := intervalOf(own), intervalOf(there); own.Low != nil && there.Low != nil {
			added = results.Between(b.Value-a.Value, b.Low-a.High, b.High-a.Low, "ms", "")
		}
		a := within(added, low, high)
		a.about, a.measured = at, fmt.Sprintf("%s more of gateway time than without (%s, %s)", valueText(added), valueText(there), valueText(own))
		return a.ifAlone()
	}
}

// undecided says why the load at another target does not tell what that one adds.
func (e *evidence) undecided(at string) string {
	switch blocks := e.scenario.Blocks; {
	case e.scenario.Decide.Margin > 0:
		return "a run that goes on until it is decided has no interval of what " + at + " adds: leave decide out"
	case blocks < results.FewestBlocks:
		return fmt.Sprintf("the load has %s, and an interval of what %s adds needs %d or more: set blocks in the scenario, and let a stage last at least a second for each", pricing.Counted(int64(blocks), "block"), at, results.FewestBlocks)
	}
	return "the load has no interval of what " + at + " adds: good responses are too few in its blocks, or the load generator set the result"
}

// ifAlone says what a decided answer takes for granted.
func (a answer) ifAlone() answer {
	if a.holds != "" {
		a.why = strings.TrimPrefix(a.why+", if the two differ in nothing else", ", ")
	}
	return a
}

// shortens checks whether cold starts are shorter at the target whose name comes first: the
// claims' own, where the variant has what lengthens them.
func shortens(part string, variantIsShorter bool) func(*evidence) answer {
	return func(e *evidence) answer {
		own, there, at, missing, ok := e.variant(part, "cold-start", "cold_p50")
		if !ok {
			return missing
		}
		a := answer{about: at, measured: fmt.Sprintf("%s here, %s at %s", valueText(own), valueText(there), e.variants[part])}
		short, long := intervalOf(own), intervalOf(there)
		if variantIsShorter {
			short, long = long, short
		}
		switch {
		case own.Low == nil || there.Low == nil:
			a.why = "cold starts were measured without an interval"
		case short.High < long.Low:
			a.holds, a.why = "yes", "if the two differ in nothing else"
		case short.Low > long.High:
			a.holds, a.why = "no", "they are longer here, if the two differ in nothing else"
		default:
			a.why = "the intervals overlap: measure more cold starts"
		}
		return a
	}
}
