package check

import (
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

func (r *reader) headers(v document.Value) {
	for _, e := range entries(v) {
		one := v.At(e.Value, v.Below(e.Key))
		name := strings.ToLower(e.Key)
		switch {
		case !targets.HeaderName(e.Key):
			v.At(e.At(), one.Path).Problem("is not the name of a header")
		case name == "content-length":
			v.At(e.At(), one.Path).Problem("is the size of the body: write body: {min_size: …, max_size: …}")
		case framing[name]:
			v.At(e.At(), one.Path).Problem("is about the connection and not about the response: remove it")
		default:
			r.header(one, header{name: name, secret: name == "set-cookie" || r.Secret(name)})
		}
	}
}

// framing are fields that are about one connection, which engines do not keep.
// Source: RFC 9110, section 7.6.1.
var framing = map[string]bool{"connection": true, "keep-alive": true, "proxy-connection": true, "te": true, "trailer": true, "transfer-encoding": true, "upgrade": true}

func (r *reader) header(v document.Value, h header) {
	add := func(want string, meets func(string) bool) {
		own := h
		own.meets = meets
		r.add(Check{Text: "header " + h.name + ": want " + want, header: h.name, rule: own})
	}
	equals := func(v document.Value) {
		if s, ok := literal(v); ok {
			add(asWritten(v), func(got string) bool { return got == s })
		}
	}
	if v.Type != document.Mapping {
		equals(v)
		return
	}
	f := rules(v, "present", "absent", "equals", "contains", "matches")
	if f.Has("present") || f.Has("absent") {
		if len(f.Entries) > 1 {
			f.Problem("present and absent stand alone: the other rules need the header anyway")
		}
		if h.absent = f.Get("absent").Yes() || f.Has("present") && !f.Get("present").Yes(); h.absent {
			add("none", nil)
		} else {
			add("one", nil)
		}
	}
	if one := f.Get("equals"); one.Node != nil {
		equals(one)
	}
	for _, one := range several(f.Get("contains")) {
		if s, ok := literal(one); ok {
			add("it to contain "+asWritten(one), func(got string) bool { return strings.Contains(got, s) })
		}
	}
	for _, one := range several(f.Get("matches")) {
		if re := pattern(one); re != nil {
			add("it to match "+asWritten(one), re.MatchString)
		}
	}
}
