package load

import (
	"slices"
	"strings"

	"tollgate/results"
	"tollgate/targets"
)

// Release is the release that answered, as the response's header says it; lines returns a
// header's.
func (m *Message) Release(lines func(name string) []string) results.Release {
	return releaseOf(m.releases, lines)
}

// releaseOf is unknown where a response names several releases.
func releaseOf(r targets.Releases, lines func(name string) []string) results.Release {
	if r.Header == "" {
		return results.NoRelease
	}
	switch value, said := targets.TheOne(lines(r.Header)); {
	case !said:
		return results.UnknownRelease
	case value == r.Canary:
		return results.Canary
	case value == r.Base || r.Base == "" && !lists(value, r.Canary):
		return results.Base
	}
	return results.UnknownRelease
}

// lists says whether a header's value is a list with that member.
func lists(value, member string) bool {
	return slices.ContainsFunc(strings.Split(value, ","), func(one string) bool { return strings.TrimSpace(one) == member })
}
