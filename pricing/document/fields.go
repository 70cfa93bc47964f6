package document

import (
	"slices"
	"strings"
	"time"
)

// Fields are a value that ought to be a mapping.
type Fields struct{ Value }

// Fields takes the value as a mapping with the known keys, and reports others.
// Without any, every key is allowed.
func (v Value) Fields(known ...string) Fields {
	f := Fields{v}
	switch {
	case v.Node == nil || v.broken:
		f.Node = &Node{broken: true}
	case v.Type != Mapping:
		suchAs := ""
		if len(known) > 0 {
			suchAs = " with keys such as " + known[0]
		}
		v.Problem("needs a mapping%s; this is %v", suchAs, v.Type)
		f.Node = &Node{Line: v.Line, Column: v.Column}
	case len(known) > 0:
		for _, e := range v.Entries {
			if !slices.Contains(known, e.Key) {
				f.unknown(e, known)
			}
		}
	}
	return f
}

func (f Fields) unknown(e Entry, known []string) {
	hint := DidYouMean(e.Key, known)
	if meant := f.doc.Meant[plainWord.Replace(strings.ToLower(e.Key))]; meant != "" {
		hint = "; write " + meant
	}
	f.At(e.At(), f.Path).Problem("unknown key %q%s (known are %s)", e.Key, hint, strings.Join(known, ", "))
}

// plainWord takes out of keys what their spellings differ in.
var plainWord = strings.NewReplacer("_", "", "-", "", " ", "")

// Below is the path of a key.
func (v Value) Below(key string) string {
	if v.Path == "" {
		return key
	}
	return v.Path + "." + key
}

// Get is the value of a key. Its node is nil if the key is absent or empty.
func (f Fields) Get(key string) Value {
	for _, e := range f.Entries {
		if e.Key == key {
			return f.entry(e)
		}
	}
	return f.At(nil, f.Below(key))
}

// WholeOr is a whole number within bounds, or absent where the key is.
func (f Fields) WholeOr(key string, least, most, absent int64) int64 {
	if !f.Has(key) {
		return absent
	}
	return f.Get(key).Whole(least, most)
}

// DurationOr is a length of time within bounds, or absent where the key is.
func (f Fields) DurationOr(key string, least, most, absent time.Duration) time.Duration {
	if !f.Has(key) {
		return absent
	}
	return f.Get(key).Duration(least, most)
}

// ProblemAt reports that the value of a key is wrong; if the key is absent, that f is.
func (f Fields) ProblemAt(key, format string, args ...any) {
	v := f.Value
	if n := f.Find(key); n != nil {
		v = v.At(n, f.Below(key))
	}
	v.Problem(format, args...)
}

// entry is the value of an entry.
func (f Fields) entry(e Entry) Value {
	v := f.At(e.Value, f.Below(e.Key))
	if e.Value.Type == Null && !e.Value.broken {
		f.At(e.At(), v.Path).Problem("is empty: give it a value, or remove it")
		v.Node = nil
	}
	return v
}

// Apart is f with a list of problems of its own, which Err returns.
func (f Fields) Apart() Fields {
	own := *f.doc
	own.problems, own.notes = nil, nil
	f.doc = &own
	return f
}

// Err returns everything that is wrong with the document, nil if nothing is.
func (v Value) Err() error { return v.doc.Err() }

// Has reports whether the key is there, with or without a value.
func (f Fields) Has(key string) bool { return f.Find(key) != nil }

// Need reports keys that are absent.
func (f Fields) Need(keys ...string) {
	if f.Type != Mapping {
		return
	}
	for _, key := range keys {
		if !f.Has(key) {
			f.Problem("needs %q", key)
		}
	}
}

// Was reads a number without a unit, as it was once written, in that unit.
func (v Value) Was(unit string) Value {
	if v.Node == nil || v.Type != Integer && v.Type != Float {
		return v
	}
	v.Note("write %s%s: numbers have a unit", v.Raw, unit)
	v.Node = v.in(unit)
	return v
}

// in is n with a unit behind each number, as it was once left out.
func (n *Node) in(unit string) *Node {
	made := *n
	switch n.Type {
	case Integer, Float, String:
		if r, err := Parse(strings.ReplaceAll(n.Text, "B", "G"), Count); err == nil {
			made.Text = Decimal(r) + unit
			made.Raw, made.Type = made.Text, String
		}
	case List:
		made.Items = nil
		for i, item := range n.Items {
			if pair := len(n.Items) == 2 && n.Items[0].Type != List; !pair || i == 0 { // of a histogram
				item = item.in(unit)
			}
			made.Items = append(made.Items, item)
		}
	case Mapping:
		made.Entries = slices.Clone(n.Entries)
		for i := range made.Entries {
			made.Entries[i].Value = made.Entries[i].Value.in(unit)
		}
	}
	return &made
}

// example is the first number of n, as written.
func (n *Node) example() string {
	for _, e := range n.Entries {
		return e.Value.example()
	}
	for _, item := range n.Items {
		return item.example()
	}
	return n.Raw
}

// Nested reads some keys of a mapping that are now keys of the mapping under key.
func (v Value) Nested(key string, old ...string) Value {
	if v.Type != Mapping || v.Find(key) != nil {
		return v
	}
	made, within := *v.Node, &Node{Type: Mapping}
	made.Entries = nil
	for _, e := range v.Entries {
		if !slices.Contains(old, e.Key) {
			made.Entries = append(made.Entries, e)
			continue
		}
		v.At(e.At(), v.Path).Note("%s is now a key of %s: write %s: {%s: %s}", e.Key, key, key, e.Key, e.Value.Raw)
		within.Line, within.Column, within.Entries = e.Line, e.Column, append(within.Entries, e)
	}
	if within.Entries == nil {
		return v
	}
	made.Entries = append(made.Entries, Entry{Key: key, Line: within.Line, Column: within.Column, Value: within})
	v.Node = &made
	return v
}

// renamed is the value of an entry under the key that took the place of an old
// one, whose numbers had no unit.
func (f Fields) renamed(e Entry, key, unit string) Entry {
	at := f.At(e.At(), f.Path)
	if unit == "" {
		at.Note("%s is now called %s", e.Key, key)
	} else {
		e.Value = e.Value.in(unit)
		at.Note("%s is now called %s, and its numbers have a unit, such as %s", e.Key, key, e.Value.example())
	}
	e.Key = key
	return e
}
