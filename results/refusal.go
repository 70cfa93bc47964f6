package results

import (
	"net/http"
	"slices"
	"strings"

	"tollgate/targets"
)

// Means is why a front door refused the requests of f by 403, as far as the response says:
// several causes where it answers them alike, unless CloudWatch has AWS WAF block exactly as
// many; or the type of error that a front door states. It is "" for other responses than a 403 of a front door of AWS, and for runs that did
// not record it.
func (t *TargetDoc) Means(f *FailureDoc) string {
	fault := targets.Fault(f.Fault)
	kinds := t.answering()
	k := kinds[len(kinds)-1]
	switch {
	case fault == "" || kinds[0] == nil:
		return ""
	case fault == targets.FaultAtEdge && t.allByWAF():
		return string(targets.FaultWAF) + ", which counts as many"
	case fault == targets.FaultAtEdge:
		return f.Fault
	case k.ErrorHeader != "" && fault != targets.FaultBehind:
		return k.ErrorHeader + " " + f.Fault
	case fault == targets.FaultBehind && kinds[0].HasOrigin && (k.HasOrigin || k.ErrorHeader != ""):
		return "by what is behind the distribution"
	case fault == targets.FaultBehind:
		return "by the application, or a response that was customised"
	}
	alike := k.Errors.Alike(fault)
	if slices.Contains(alike, targets.FaultWAF) && t.allByWAF() {
		return string(targets.FaultWAF) + ", which counts as many"
	}
	names := make([]string, len(alike))
	for i, one := range alike {
		names[i] = string(one)
	}
	if len(names) < 2 {
		return strings.Join(names, "")
	}
	last := len(names) - 1
	return strings.Join(names[:last], ", ") + " or " + names[last] + ", which are answered alike"
}

// allByWAF says whether CloudWatch has AWS WAF block exactly as many requests as got a 403.
// Fewer leave open which, and more are others', too.
func (t *TargetDoc) allByWAF() bool {
	blocked, forbidden, known := t.BlockedByWAF()
	return known && forbidden > 0 && blocked == forbidden
}

// BlockedByWAF is how many requests AWS WAF blocked as CloudWatch counts them, and how many
// got a 403; false: that is not known.
func (t *TargetDoc) BlockedByWAF() (blocked, forbidden int64, known bool) {
	if t.Observed == nil || t.Observed.Error != "" {
		return 0, 0, false
	}
	i := slices.IndexFunc(t.Observed.Checks, func(c Reconciled) bool { return c.What == CheckWAF && c.Client != nil && c.AWS != nil })
	if i < 0 {
		return 0, 0, false
	}
	c := t.Observed.Checks[i]
	return int64(*c.AWS), int64(*c.Client), true
}

// answering are the kinds whose own responses may have come from a target: that of a
// distribution, and of what is behind it. One that is not known is nil.
func (t *TargetDoc) answering() []*targets.Kind {
	k, _ := targets.KindNamed(t.Kind)
	if origin, known := targets.KindNamed(t.Behind); known {
		return []*targets.Kind{k, origin}
	}
	return []*targets.Kind{k}
}

// ownForbidden counts the 403 that the application sent, or that were customised: what is
// behind the front door was asked, and charged for.
func (p *part) ownForbidden() (n int64) {
	for cause, of := range p.sum.Failures {
		if cause.Status == http.StatusForbidden && cause.Fault == targets.FaultBehind {
			n += of
		}
	}
	return n
}
