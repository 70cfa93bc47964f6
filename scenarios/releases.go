package scenarios

import (
	"slices"

	"tollgate/pricing/document"
	"tollgate/results"
	"tollgate/targets"
)

// releases reads how the responses of a target name the release that answered.
func releases(v document.Value) (r targets.Releases) {
	f := v.Fields("header", "base", "canary")
	f.Need("header", "canary")
	r.Header = f.Get("header").Matching(headerName(), "is not the name of a header: write one such as X-Version")
	r.Base, _ = f.Get("base").Scalar("a value of the header", document.Integer, document.Float)
	r.Canary, _ = f.Get("canary").Scalar("a value of the header", document.Integer, document.Float)
	if r.Canary != "" && r.Base == r.Canary {
		f.Get("base").Problem("is the value of the canary, too: the two must differ")
	}
	return r
}

// headerName matches the name of a header. Source: RFC 9110, section 5.6.2 (token).
var headerName = document.Form("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,64}$")

// namedAsReleases reports requests that are called as a release is: thresholds could not tell
// one from the other.
func namedAsReleases(v document.Value, s *Scenario) {
	if !slices.ContainsFunc(s.Targets, func(t targets.Target) bool { return t.Releases.Header != "" }) {
		return
	}
	for _, r := range s.Requests {
		if slices.Contains(results.ReleaseNames(), r.Name) {
			v.Problem("%q is the name of a release in thresholds, and releases are distinguished here: call the request otherwise", r.Name)
		}
	}
}

// releaseNames are the releases that a threshold at a target may be about; "" is any target.
func (s *Scenario) releaseNames(target string) []string {
	if slices.ContainsFunc(s.Targets, func(t targets.Target) bool {
		return t.Releases.Header != "" && (target == "" || t.Name == target)
	}) {
		return []string{results.Base.String(), results.Canary.String()}
	}
	return nil
}
