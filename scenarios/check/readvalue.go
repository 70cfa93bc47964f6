package check

import (
	"tollgate/pricing/document"
	"tollgate/targets/jsonschema"
)

func (r *reader) json(v document.Value) {
	for _, e := range entries(v) {
		one, at := v.At(e.Value, v.Below(e.Key)), v.At(e.At(), v.Path)
		if path := readPath(at, e.Key); path != nil {
			r.node(one, e.Key, node{path: path, secret: r.Secret})
		}
	}
}

func (r *reader) node(v document.Value, path string, n node) {
	add := func(want string, meets func(any) bool) {
		own := n
		own.meets = meets
		r.add(Check{Text: "json " + path + ": want " + want, body: true, rule: own})
	}
	if v.Type == document.Null {
		v.Problem("is empty: give it a value, or write {equals: null} for the null of JSON")
		return
	}
	if v.Type != document.Mapping {
		if want, ok := value(v); ok {
			add(valueText(v), func(got any) bool { return equal(got, want) })
		}
		return
	}
	f := rules(v, "equals", "matches", "type", "exists")
	if f.Has("exists") {
		if n.absent = !f.Get("exists").Yes(); n.absent && len(f.Entries) > 1 {
			f.Problem("exists: false stands alone: the other rules need a value")
		}
		if n.absent {
			add("none", nil)
		} else {
			add("a value", func(any) bool { return true })
		}
	}
	if kind := f.Find("type"); kind != nil {
		if want := typeName(v.At(kind, v.Below("type"))); want != "" {
			add("type "+want, func(got any) bool { return isType(got, want) })
		}
	}
	if one := f.Find("equals"); one != nil {
		at := v.At(one, v.Below("equals"))
		if want, ok := value(at); ok {
			add(valueText(at), func(got any) bool { return equal(got, want) })
		}
	}
	for _, one := range several(f.Get("matches")) {
		if re := pattern(one); re != nil {
			add("it to match "+asWritten(one), func(got any) bool { return re.MatchString(scalarText(got)) })
		}
	}
}

// typeName is the name of a type. YAML takes null for no value.
func typeName(v document.Value) string {
	if v.Type == document.Null {
		return "null"
	}
	return v.Choice(types...)
}

// scalarText is what a regular expression is matched with: the text of a string, and
// the JSON of any other value.
func scalarText(v any) string {
	if s, ok := v.(string); ok {
		return s
	}
	return compact(v)
}

// value reads a JSON value that is compared with what comes back.
func value(v document.Value) (any, bool) {
	if !plainTree(v, v.Node) {
		return nil, false
	}
	want, err := jsonschema.Decode(v.JSON())
	if err == nil {
		err = bounded(want, 0)
	}
	if err != nil {
		v.Problem("is not a value that JSON has")
		return nil, false
	}
	return want, true
}

// plainTree reports whether no text in n stands for another one in each request.
func plainTree(v document.Value, n *document.Node) bool {
	if n.Type == document.String {
		_, ok := v.At(n, v.Path).Scalar("a text")
		return ok
	}
	ok := true
	for _, e := range n.Entries {
		ok = plainTree(v, e.Value) && ok
	}
	for _, item := range n.Items {
		ok = plainTree(v, item) && ok
	}
	return ok
}

// valueText is a value in the text of a check.
func valueText(v document.Value) string {
	switch v.Type {
	case document.Null:
		return "null"
	case document.Mapping, document.List:
		if hasVariable(v.Node) {
			return "the value in the scenario"
		}
		return string(v.JSON())
	}
	return asWritten(v)
}

// hasVariable reports whether a value of the environment is in n.
func hasVariable(n *document.Node) bool {
	if len(n.References) > 0 {
		return true
	}
	for _, e := range n.Entries {
		if hasVariable(e.Value) {
			return true
		}
	}
	for _, item := range n.Items {
		if hasVariable(item) {
			return true
		}
	}
	return false
}
