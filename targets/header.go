package targets

import (
	"regexp"
	"strings"
)

// A Header holds the header fields of a request under the names as they go on
// the wire, each with its values in order. Names are looked up in any case, but
// sent as they are spelled: functions behind a REST API, or your own server,
// may read X_MESSAGE_ID and know no X_message_id.
type Header map[string][]string

// Spelt returns how a name is spelt in h, "" if it is not there.
func (h Header) Spelt(name string) string {
	if _, exact := h[name]; exact {
		return name
	}
	for spelt := range h {
		if strings.EqualFold(spelt, name) {
			return spelt
		}
	}
	return ""
}

// Has says whether there is a field of that name.
func (h Header) Has(name string) bool { return h.Spelt(name) != "" }

// Values returns the values of a field, nil if it is not there.
func (h Header) Values(name string) []string { return h[h.Spelt(name)] }

// Get returns the first value of a field, "" if there is none.
func (h Header) Get(name string) string {
	if values := h.Values(name); len(values) > 0 {
		return values[0]
	}
	return ""
}

// Set gives a field one value and the spelling of name.
func (h Header) Set(name, value string) {
	h.Del(name)
	h[name] = []string{value}
}

// Add appends a value to a field, which keeps the spelling that it has.
func (h Header) Add(name, value string) {
	if spelt := h.Spelt(name); spelt != "" {
		name = spelt
	}
	h[name] = append(h[name], value)
}

// Del removes a field.
func (h Header) Del(name string) { delete(h, h.Spelt(name)) }

// Clone returns a copy that shares nothing with h.
func (h Header) Clone() Header {
	c := make(Header, len(h))
	for name, values := range h {
		c[name] = append([]string(nil), values...)
	}
	return c
}

var headerForm = regexp.MustCompile("^[!#$%&'*+.^_`|~0-9A-Za-z-]{1,128}$")

// HeaderName reports whether s can be the name of a field: a token of RFC 9110,
// section 5.6.2, of a length that front doors accept.
func HeaderName(s string) bool { return headerForm.MatchString(s) }
