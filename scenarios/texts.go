package scenarios

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	"tollgate/scenarios/values"
	"tollgate/targets"
)

// KeyMark is the place of a key in the source of a template.
const KeyMark = "${" + keyName + "}"

const keyName = "key"

// Rows numbers the uses of a data file in a run; nil: by the requests' numbers.
type Rows func(*values.Data) values.Numbering

// Compiler compiles the texts of r, its headers sorted by name, its body at last.
func (r *Request) Compiler(seed uint64, rows Rows) *values.Compiler {
	return &values.Compiler{Value: func(name string, place int) values.Value { return r.value(name, place, seed, rows) }}
}

// value is what a place stands for; nil: nothing.
func (r *Request) value(name string, place int, seed uint64, rows Rows) values.Value {
	if name == keyName {
		if r.Keys == nil {
			return nil
		}
		return r.Keys.Picker(seed)
	}
	if g := inline[name]; g != nil {
		return values.NewInline(g, seed, name, place)
	}
	if slot, is := strings.CutPrefix(name, stepsPrefix); is {
		return r.extracted(slot)
	}
	if r.Values == nil {
		return nil
	}
	if g := r.Values.Named[name]; g != nil {
		return shown(name, values.New(g, seed, name))
	}
	return r.Values.column(name, seed, rows)
}

// extracted is what an earlier step of the flow leaves; nil: none leaves that.
func (r *Request) extracted(slot string) values.Value {
	switch i := slices.Index(r.Steps, slot); {
	case i < 0:
		return nil
	case slices.Contains(r.Hidden, slot):
		return values.Secret(values.Extracted(i))
	default:
		return values.Extracted(i)
	}
}

// shown is a value that is not shown if its name says that it is a secret.
func shown(name string, v values.Value) values.Value {
	if targets.SecretVariable(name) {
		return values.Secret(v)
	}
	return v
}

// places are the names of all places of a request.
func (r *Request) places() []string {
	all := slices.Concat(values.Names(r.Path), values.Names(r.URL), values.Names(string(r.Body)))
	for _, header := range r.Header {
		for _, v := range header {
			all = append(all, values.Names(v)...)
		}
	}
	if r.Message != nil {
		all = append(all, r.Message.places()...)
	}
	return all
}

// OnlyKeys reports whether a path has a place for a key, and no place for anything else.
func OnlyKeys(path string) bool {
	names := values.Names(path)
	return names != nil && !slices.ContainsFunc(names, func(name string) bool { return name != keyName })
}

// Sample is the first request of a run, as it is sent. A value that cannot be known
// before the run is empty.
func (r *Request) Sample(seed uint64) Request {
	sample := *r
	first, c := r.Sending(0), r.Compiler(seed, nil)
	text := func(source string, e values.Escape) string {
		s, _ := c.Compile(source, e).Text(first) // without what a flow extracts
		return s
	}
	if r.Elsewhere() {
		sample.URL, _ = CompileURL(c, r.URL).Text(first)
	} else {
		sample.Path = text(r.Path, values.Percent)
	}
	sample.Header = targets.Header{}
	for _, name := range slices.Sorted(maps.Keys(r.Header)) {
		for _, v := range r.Header[name] {
			sample.Header.Add(name, text(v, values.InHeader))
		}
	}
	sample.Body = []byte(text(string(r.Body), BodyEscape(r)))
	return sample
}

// BodyEscape is how values are written in the body of a request: as its content
// type says or, without one, as JSON if it is JSON.
func BodyEscape(r *Request) values.Escape {
	switch kind := strings.ToLower(r.Header.Get("Content-Type")); {
	case strings.Contains(kind, "json"):
		return values.InJSON
	case strings.Contains(kind, "x-www-form-urlencoded"):
		return values.Percent
	case kind == "" && json.Valid([]byte(filled(string(r.Body), "0"))):
		return values.InJSON
	}
	return values.Raw
}

// filled is a source with the same text at all places.
func filled(source, text string) string {
	return values.Map(source, func(s string) string { return s }, func(string) string { return text })
}
