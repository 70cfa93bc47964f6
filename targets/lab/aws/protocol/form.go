package protocol

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"time"
)

// An Object is a structure on its way over the wire, whatever the protocol. Its
// values are objects, lists ([]any), strings, float64s, bools and Times. A value
// of nil is as good as none.
type Object = map[string]any

// A Time is a timestamp on its way over the wire.
type Time struct{ time.Time }

// MarshalJSON writes seconds since 1970.
func (t Time) MarshalJSON() ([]byte, error) { return json.Marshal(t.seconds()) }

func (t Time) seconds() float64 { return float64(t.UnixMilli()) / 1000 }

// A Form reads the fields of a request and remembers what is wrong with them,
// so that a refusal names everything at once.
type Form struct {
	fields   Object
	path     string
	problems *[]string
}

var errNoText = errors.New("no text")

// NewForm reads the given fields.
func NewForm(fields Object) Form { return Form{fields: fields, problems: &[]string{}} }

// Problem says what is wrong with a field.
func (f Form) Problem(name, format string, args ...any) {
	*f.problems = append(*f.problems, f.path+name+" "+fmt.Sprintf(format, args...))
}

// Err refuses the request if anything was wrong with it.
func (f Form) Err() error {
	if len(*f.problems) == 0 {
		return nil
	}
	return Invalid(strings.Join(*f.problems, "; "))
}

// value returns a field of type T; an absent field is its zero value. A field
// that came as text, as all do in the Query protocol, is read by parse.
func value[T any](f Form, name, kind string, parse func(string) (T, error)) (T, bool) {
	var zero T
	raw := f.fields[name]
	if raw == nil {
		return zero, false
	}
	v, ok := raw.(T)
	if text, isText := raw.(plainText); isText {
		var err error
		v, err = parse(text.String())
		ok = err == nil
	}
	if !ok {
		f.Problem(name, "must be %s", kind)
		return zero, false
	}
	return v, true
}

// plainText is a field of a protocol that has no other sort, or a number in JSON:
// which of those are timestamps only the operation knows.
type plainText = json.Number

// Text returns a field that is text, or "".
func (f Form) Text(name string) string {
	v, _ := value(f, name, "a string", func(s string) (string, error) { return s, nil })
	return v
}

// NeedText returns a field of text that must be there.
func (f Form) NeedText(name string) string {
	v := f.Text(name)
	if v == "" {
		f.Problem(name, "is required")
	}
	return v
}

// Whole returns an integer within [low, high], or def where the field is absent.
func (f Form) Whole(name string, low, high, def int64) int64 {
	v, ok := value(f, name, "a number", func(s string) (float64, error) { return strconv.ParseFloat(s, 64) })
	if !ok {
		return def
	}
	if n := int64(v); v >= float64(low) && v <= float64(high) && float64(n) == v {
		return n
	}
	f.Problem(name, "must be a whole number from %d to %d", low, high)
	return def
}

// Minutes returns a period, which is in seconds, in minutes.
func (f Form) Minutes(name string) int64 {
	seconds := f.Whole(name, 1, 86_400*365, 0)
	if seconds == 0 || seconds%60 != 0 {
		f.Problem(name, "must be a multiple of 60")
		return 1
	}
	return seconds / 60
}

// Flag returns a field that is true or false, or def where it is absent.
func (f Form) Flag(name string, def bool) bool {
	if v, ok := value(f, name, "true or false", strconv.ParseBool); ok {
		return v
	}
	return def
}

// parseTime reads a timestamp as the protocols without sorts write it: the date
// of RFC 3339 (Query) or seconds since 1970 (JSON).
func parseTime(s string) (Time, error) {
	if seconds, err := strconv.ParseFloat(s, 64); err == nil {
		if t, ok := sinceEpoch(seconds); ok {
			return t, nil
		}
		return Time{}, errNoText
	}
	t, err := time.Parse(time.RFC3339, s)
	return Time{t}, err
}

// sinceEpoch is a time by its seconds since 1970. The range keeps years within
// four digits.
func sinceEpoch(seconds float64) (Time, bool) {
	if !(math.Abs(seconds) < 60e9) {
		return Time{}, false
	}
	whole := math.Floor(seconds)
	return Time{time.Unix(int64(whole), int64((seconds-whole)*1e9)).UTC()}, true
}

// NeedTime returns a timestamp that must be there.
func (f Form) NeedTime(name string) time.Time {
	if f.fields[name] == nil {
		f.Problem(name, "is required")
	}
	v, _ := value(f, name, "a timestamp", parseTime)
	return v.Time
}

// Struct returns a structure within f.
func (f Form) Struct(name string) (Form, bool) {
	fields, ok := value(f, name, "a structure", func(string) (Object, error) { return nil, errNoText })
	return Form{fields, f.path + name + ".", f.problems}, ok
}

// Dictionary returns a structure whose names are data and whose values are text.
func (f Form) Dictionary(name string) map[string]string {
	inner, ok := f.Struct(name)
	if !ok {
		return nil
	}
	all := map[string]string{}
	for _, key := range inner.Names() {
		all[key] = inner.Text(key)
	}
	return all
}

// items returns a list of at most limit items. In the Query protocol a list is
// a structure of numbered members, and an empty one an empty text. Source: Smithy, "AWS query
// protocol", "Empty lists".
func (f Form) items(name string, limit int) []any {
	if members, ok := f.fields[name].(Object); ok {
		if numbered, ok := members["member"].(Object); ok {
			f.fields[name] = inOrder(numbered)
		}
	}
	items, _ := value(f, name, "a list", func(s string) ([]any, error) {
		if s != "" {
			return nil, errNoText
		}
		return nil, nil
	})
	if len(items) > limit {
		f.Problem(name, "must not have a size greater than %d", limit)
		return nil
	}
	return items
}

// inOrder lists members by their numbers; what is not numbered comes first.
func inOrder(numbered Object) []any {
	number := func(s string) int { n, _ := strconv.Atoi(s); return n }
	names := slices.SortedFunc(maps.Keys(numbered), func(a, b string) int { return cmp.Or(cmp.Compare(number(a), number(b)), strings.Compare(a, b)) })
	list := make([]any, len(names))
	for i, name := range names {
		list[i] = numbered[name]
	}
	return list
}

// Structs returns a list of structures.
func (f Form) Structs(name string, limit int) []Form {
	var list []Form
	for i, item := range f.items(name, limit) {
		fields, ok := item.(Object)
		at := fmt.Sprintf("%s.member.%d", name, i+1)
		if !ok {
			f.Problem(at, "must be a structure")
			continue
		}
		list = append(list, Form{fields, f.path + at + ".", f.problems})
	}
	return list
}

// Texts returns a list of texts, none of which is empty.
func (f Form) Texts(name string, limit int) (list []string) {
	for i, item := range f.items(name, limit) {
		at := fmt.Sprintf("%s.member.%d", name, i+1)
		if text := (Form{Object{at: item}, f.path, f.problems}).NeedText(at); text != "" {
			list = append(list, text)
		}
	}
	return list
}

// Sound says whether nothing is wrong so far.
func (f Form) Sound() bool { return len(*f.problems) == 0 }

// Names are the names of all fields, in their order.
func (f Form) Names() []string {
	maps.DeleteFunc(f.fields, func(_ string, v any) bool { return v == nil })
	return slices.Sorted(maps.Keys(f.fields))
}
