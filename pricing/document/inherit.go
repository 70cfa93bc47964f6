package document

import (
	"reflect"
	"slices"
)

// Inheriting is v, a mapping that is to be read into the struct that into points to,
// with what it lacks taken from another mapping. A section, which is read into a struct
// in turn, lacks single keys; any other value is replaced as a whole, so that a range and
// percentiles never mix. Keys that the struct has no place for are not taken.
func (v Value) Inheriting(from *Node, into any) Value {
	v.Node = inherit(v.Node, from, slots(reflect.ValueOf(into).Elem()))
	return v
}

func inherit(own, from *Node, places []slot) *Node {
	if own == nil || from == nil || own.Type != Mapping || from.Type != Mapping {
		return own
	}
	made := *own
	made.Entries = slices.Clone(own.Entries)
	for _, e := range from.Entries {
		i := slices.IndexFunc(places, func(s slot) bool { return s.named(e.Key) })
		if i < 0 {
			continue
		}
		at := slices.IndexFunc(own.Entries, func(o Entry) bool { return places[i].named(o.Key) })
		switch section := places[i].section(); {
		case at < 0:
			made.Entries = append(made.Entries, e)
		case section != nil:
			made.Entries[at].Value = inherit(own.Entries[at].Value, e.Value, section)
		}
	}
	return &made
}

// named says whether a key is that of the slot, or was once.
func (s slot) named(key string) bool { return key == s.key || key == s.was && key != "" }

// section are the slots of a struct that is read key by key; nil for any other value.
func (s slot) section() []slot {
	_, decodes := s.into.Addr().Interface().(Decoder)
	if decodes || s.into.Kind() != reflect.Struct {
		return nil
	}
	return slots(s.into)
}
