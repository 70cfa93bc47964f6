package load

import (
	"slices"
	"strings"

	"tollgate/scenarios/values"
)

// Steady are the fields of a request, by their names in lower case, whose values are
// the same at each sending, so that a compression of headers may remember them. As
// with curl, what authenticates is not remembered.
func (m *Message) Steady() map[string]bool {
	steady := map[string]bool{}
	for _, f := range fields(&m.Request) {
		steady[strings.ToLower(f.name)] = m.constant(f)
	}
	if m.Elsewhere() {
		delete(steady, "host")
	}
	delete(steady, "authorization")
	delete(steady, "cookie")
	return steady
}

func (m *Message) constant(f field) bool {
	switch {
	case f.name == contentLength && f.i < 0:
		return !m.body.Varies()
	case f.i < 0, m.Sign == nil && !m.varies:
		return true
	}
	return m.header[f.name] != nil && !slices.ContainsFunc(m.header[f.name], values.Template.Varies)
}
