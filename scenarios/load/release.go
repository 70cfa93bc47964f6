package load

import (
	"tollgate/results"
	"tollgate/targets"
)

// Release is the release that answered, as the response's header says it; get returns a
// header's value or "".
func (m *Message) Release(get func(name string) string) results.Release {
	return releaseOf(m.releases, get)
}

func releaseOf(r targets.Releases, get func(name string) string) results.Release {
	if r.Header == "" {
		return results.NoRelease
	}
	switch value := get(r.Header); {
	case value == "":
		return results.UnknownRelease
	case value == r.Canary:
		return results.Canary
	case r.Base == "" || value == r.Base:
		return results.Base
	}
	return results.UnknownRelease
}
