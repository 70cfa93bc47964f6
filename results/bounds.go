package results

import (
	"encoding/json"
	"errors"
	"fmt"
	"reflect"
	"strings"
	"unicode"
	"unicode/utf8"

	hdr "github.com/HdrHistogram/hdrhistogram-go"
)

// The bounds of a JSON file of a run. A few bytes of it, such as an empty element
// of a list, can take hundreds in memory.
const (
	maxElements = 1 << 16 // of one list or mapping
	maxValues   = 4 << 20 // in all
	maxDepth    = 64
	maxString   = 64 << 10 // of one text
	maxWord     = 512      // of a name
	maxAddress  = 8 << 10
)

// ParseJSON reads a JSON file of a run directory into a value, within bounds, and
// has check look at it. Then texts lose the characters that steer a terminal: they
// may quote what a server said, and it is data from anywhere.
func ParseJSON(data []byte, into any, check func() error) error {
	if err := bounded(data); err != nil {
		return err
	}
	if err := json.Unmarshal(data, into); err != nil {
		return err
	}
	if err := check(); err != nil {
		return err
	}
	return cleanse(reflect.ValueOf(into), "", false)
}

// bounded counts what is in a JSON text, before memory is spent on it. Whether it
// is JSON at all is for the decoder to say.
func bounded(data []byte) error {
	var lists []int // elements of the open lists and mappings
	values := 0
	quoted := false
	for i := 0; i < len(data); i++ {
		switch c := data[i]; {
		case quoted && c == '\\':
			i++
		case quoted:
			quoted = c != '"'
		case c == '"':
			quoted = true
		case c == '[' || c == '{':
			lists, values = append(lists, 1), values+1
		case c == ',' && len(lists) > 0:
			lists[len(lists)-1]++
			values++
		case (c == ']' || c == '}') && len(lists) > 0:
			lists = lists[:len(lists)-1]
		}
		switch {
		case len(lists) > maxDepth:
			return fmt.Errorf("nested more than %d deep", maxDepth)
		case values > maxValues:
			return fmt.Errorf("more than %d values", maxValues)
		case len(lists) > 0 && lists[len(lists)-1] > maxElements:
			return fmt.Errorf("a list or mapping of more than %d elements", maxElements)
		}
	}
	return nil
}

// cleanse bounds every text in a value and replaces the characters that do more than
// show. Keys of mappings must not have any, nor must names: the fields with the tag
// text:"name", which are one short line.
func cleanse(v reflect.Value, at string, name bool) error {
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if !v.IsNil() {
			return cleanse(v.Elem(), at, name)
		}
	case reflect.String:
		s := v.String()
		if name {
			return word(at, s)
		}
		if len(s) > maxString {
			return fmt.Errorf("%s: a text of %d bytes, and at most %d can be", at, len(s), maxString)
		}
		if v.CanSet() && strings.ContainsFunc(s, steers) {
			v.SetString(strings.Map(func(r rune) rune {
				if steers(r) {
					return utf8.RuneError
				}
				return r
			}, s))
		}
	case reflect.Slice, reflect.Array:
		if k := v.Type().Elem().Kind(); k == reflect.Float64 || k == reflect.Uint8 {
			return nil
		}
		for i := range v.Len() {
			if err := cleanse(v.Index(i), at, name); err != nil {
				return err
			}
		}
	case reflect.Struct:
		return cleanseFields(v, at)
	case reflect.Map:
		return cleanseMap(v, at, name)
	}
	return nil
}

func cleanseFields(v reflect.Value, at string) error {
	for i := range v.NumField() {
		f := v.Type().Field(i)
		if !f.IsExported() {
			continue
		}
		key, _, _ := strings.Cut(f.Tag.Get("json"), ",")
		path := strings.TrimPrefix(at+"."+key, ".")
		if f.Anonymous {
			path = at
		}
		if err := cleanse(v.Field(i), path, f.Tag.Get("text") == "name"); err != nil {
			return err
		}
	}
	return nil
}

func cleanseMap(v reflect.Value, at string, name bool) error {
	for _, key := range v.MapKeys() {
		if key.Kind() == reflect.String {
			if err := word(at, key.String()); err != nil {
				return err
			}
		}
		value := reflect.New(v.Type().Elem()).Elem() // of a mapping, only a copy can be changed
		value.Set(v.MapIndex(key))
		if err := cleanse(value, at, name); err != nil {
			return err
		}
		v.SetMapIndex(key, value)
	}
	return nil
}

// steers says whether a character does more than show: it moves the cursor, turns
// the direction of what follows, or begins a command of the terminal.
func steers(r rune) bool {
	return unicode.IsControl(r) && r != '\n' && r != '\t' || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
}

// Words checks names and other short texts of one line.
func Words(field string, texts ...string) error {
	for _, s := range texts {
		if err := word(field, s); err != nil {
			return err
		}
	}
	return nil
}

// word checks a name or another short text of one line.
func word(field, s string) error { return line(field, s, maxWord) }

// line checks a text of one line.
func line(field, s string, most int) error {
	switch {
	case len(s) > most:
		return fmt.Errorf("%s: %.40q… has %d bytes, and at most %d can be", field, s, len(s), most)
	case !utf8.ValidString(s), strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsPrint(r) }):
		return fmt.Errorf("%s: %.60q has characters that cannot be printed", field, s)
	}
	return nil
}

// OneOf checks a field that has one of a few values.
func OneOf[T ~string](field string, value T, allowed ...T) error {
	names := make([]string, len(allowed))
	for i, a := range allowed {
		if value == a {
			return nil
		}
		names[i] = string(a)
	}
	return fmt.Errorf("%s: %.60q is none of %s", field, string(value), strings.Join(names, ", "))
}

// A room is how much the histograms of a run may take. A few hundred bytes of a
// log can become a histogram of 49,152 buckets, and a few megabytes any number of
// them. The bounds are some times what a week's run at many targets needs.
type room struct {
	series int   // that may be held
	most   int64 // buckets that may be held
	work   int64 // buckets that may still be decoded

	atMost int64 // buckets that are held, at most: those that merged are counted twice
}

var wholeRoom = room{series: 1 << 20, most: 64 << 20, work: 1 << 30}

var errTooMuch = errors.New("the histograms of this run are more than this program opens: it was not recorded by a run")

// decoded counts the buckets of one decoded histogram.
func (r *room) decoded(h *hdr.PackedHistogram) error {
	n := buckets(h)
	r.atMost += n
	if r.work -= n; r.work < 0 {
		return errTooMuch
	}
	return nil
}

// held checks what is held. It counts anew only when it may be too much.
func (r *room) held(run *Run) error {
	groups, sizes := []map[Group]*Histogram{run.ProbeLag, run.ProbeControl}, []map[SizeKey]*Sizes{}
	held := 0
	for _, part := range run.parts() {
		groups, sizes = append(groups, part.Lag, part.Control), append(sizes, part.Sizes)
		held += len(part.Sizes)
	}
	for _, series := range run.allSeries() {
		held += len(series)
	}
	for _, all := range groups {
		held += len(all)
	}
	if held > r.series {
		return errTooMuch
	}
	if r.atMost <= r.most {
		return nil
	}
	r.atMost = 0
	for _, series := range run.allSeries() {
		for _, h := range series {
			r.atMost += buckets(h.packed)
		}
	}
	for _, all := range groups {
		for _, h := range all {
			r.atMost += buckets(h.packed)
		}
	}
	for _, all := range sizes {
		for _, s := range all {
			r.atMost += buckets(s.packed)
		}
	}
	if r.atMost > r.most/2 {
		return errTooMuch
	}
	return nil
}

func buckets(h *hdr.PackedHistogram) (n int64) {
	if h != nil {
		h.ForEachBucket(func(int64, int64) bool { n++; return true })
	}
	return n
}
