package monitor

import (
	"fmt"
	"strings"
	"time"
)

// A form reads the fields of a request and remembers what is wrong with them,
// so that a refusal names everything at once.
type form struct {
	fields   object
	path     string
	problems *[]string
}

func newForm(fields object) form { return form{fields: fields, problems: &[]string{}} }

func (f form) problem(name, format string, args ...any) {
	*f.problems = append(*f.problems, f.path+name+" "+fmt.Sprintf(format, args...))
}

// err refuses the request if anything was wrong with it.
func (f form) err() error {
	if len(*f.problems) == 0 {
		return nil
	}
	return Refusal{Status: 400, Code: "ValidationError", Type: "ValidationException", Message: strings.Join(*f.problems, "; ")}
}

// value returns a field of type T; an absent field is its zero value.
func value[T any](f form, name, kind string) (T, bool) {
	var zero T
	raw, present := f.fields[name]
	if !present {
		return zero, false
	}
	v, ok := raw.(T)
	if !ok {
		f.problem(name, "must be %s", kind)
	}
	return v, ok
}

func (f form) text(name string) string {
	v, _ := value[string](f, name, "a string")
	return v
}

func (f form) needText(name string) string {
	v := f.text(name)
	if _, present := f.fields[name]; !present || v == "" {
		f.problem(name, "is required")
	}
	return v
}

// whole returns an integer within [low, high], or def where the field is absent.
func (f form) whole(name string, low, high, def int64) int64 {
	v, ok := value[float64](f, name, "a number")
	if !ok {
		return def
	}
	if n := int64(v); v >= float64(low) && v <= float64(high) && float64(n) == v {
		return n
	}
	f.problem(name, "must be a whole number from %d to %d", low, high)
	return def
}

func (f form) flag(name string, def bool) bool {
	if v, ok := value[bool](f, name, "true or false"); ok {
		return v
	}
	return def
}

func (f form) needTime(name string) time.Time {
	v, ok := value[time.Time](f, name, "a timestamp")
	if _, present := f.fields[name]; !ok && !present {
		f.problem(name, "is required")
	}
	return v
}

// form returns a structure within f.
func (f form) form(name string) (form, bool) {
	fields, ok := value[object](f, name, "a structure")
	return form{fields, f.path + name + ".", f.problems}, ok
}

// forms returns a list of at most limit structures.
func (f form) forms(name string, limit int) []form {
	items, _ := value[[]any](f, name, "a list")
	if len(items) > limit {
		f.problem(name, "must not have a size greater than %d", limit)
		return nil
	}
	var list []form
	for i, item := range items {
		fields, ok := item.(object)
		at := fmt.Sprintf("%s.member.%d", name, i+1)
		if !ok {
			f.problem(at, "must be a structure")
			continue
		}
		list = append(list, form{fields, f.path + at + ".", f.problems})
	}
	return list
}

// dimensions returns the list that names a metric.
func (f form) dimensions() Dimensions {
	dims := Dimensions{}
	for _, d := range f.forms("Dimensions", 30) {
		name := d.needText("Name")
		if _, twice := dims[name]; twice {
			d.problem("Name", "repeats %q", name)
		}
		dims[name] = d.needText("Value")
	}
	return dims
}
