package session

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tollgate/pricing"
	"tollgate/results"
	"tollgate/targets"
)

// tooLarge takes from failed the requests whose response is larger than the front door
// returns, as another target's response to the same request shows, and says so; "": there
// are none. The front door itself answers as to any failure of a function.
func tooLarge(doc *results.Document, failed []results.Trial) (text string, others []results.Trial) {
	var limits []string
	var size int64
	at := ""
	others = slices.DeleteFunc(slices.Clone(failed), func(t results.Trial) bool {
		limit, title := largestResponse(doc, t.Target)
		i := slices.IndexFunc(doc.Trial, func(o results.Trial) bool {
			return o.Request == t.Request && o.Expected && o.BodyBytes > limit
		})
		if limit == 0 || t.Status < http.StatusInternalServerError || i < 0 {
			return false
		}
		if one := fmt.Sprintf("%s %s", title, pricing.Counted(limit, "byte")); !slices.Contains(limits, one) {
			limits = append(limits, one)
		}
		size, at = max(size, doc.Trial[i].BodyBytes), doc.Trial[i].Target
		return true
	})
	if len(limits) == 0 {
		return "", others
	}
	return fmt.Sprintf("the response has %s at %s, which is more than a front door returns of a function (%s): make it smaller, stream it where that is possible, or answer with the address of an object in S3",
		pricing.Counted(size, "byte"), at, strings.Join(limits, ", ")), others
}

// largestResponse is the most that the front door of a target returns of a function, and what
// it is called; 0: that is not known, or a function does not stand behind it alone.
func largestResponse(doc *results.Document, target string) (bytes int64, title string) {
	i := slices.IndexFunc(doc.Targets, func(t results.TargetDoc) bool { return t.Name == target })
	if i < 0 || len(doc.Targets[i].Integrations) > 0 {
		return 0, ""
	}
	k, known := targets.KindNamed(doc.Targets[i].Kind)
	if known && k.HasOrigin {
		k, known = targets.KindNamed(doc.Targets[i].Behind)
	}
	if !known || !k.HasFunction() {
		return 0, ""
	}
	return k.LargestResponse(), k.Title
}
