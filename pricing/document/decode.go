package document

import (
	"encoding"
	"encoding/json"
	"fmt"
	"reflect"
	"slices"
	"strconv"
	"strings"
)

// decode puts n into v, or says what is wrong with it. No message repeats a text
// of the file, which may be a secret.
func (d *Document) decode(n *node, v reflect.Value, path string) {
	switch {
	case n.sort == unreadable:
	case n.sort == null:
		d.wrong(n, "%sis empty: give it a value, or remove it", prefix(path))
	case v.Type() == reflect.TypeFor[json.RawMessage]():
		v.SetBytes(n.json())
	case v.Kind() == reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		d.decode(n, v.Elem(), path)
	case v.CanAddr() && v.Addr().Type().Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		d.worded(n, v, path)
	case v.Kind() == reflect.Struct:
		d.fields(n, v, path)
	case v.Kind() == reflect.Slice:
		d.list(n, v, path)
	case v.Kind() == reflect.Map:
		d.table(n, v, path)
	default:
		d.plain(n, v, path)
	}
}

func prefix(path string) string {
	if path == "" {
		return ""
	}
	return path + ": "
}

// below is the path of a key.
func below(path, key string) string {
	if path == "" {
		return key
	}
	return path + "." + key
}

// worded reads a text by the type's own method.
func (d *Document) worded(n *node, v reflect.Value, path string) {
	if n.sort == mapping || n.sort == list {
		d.wrong(n, "%sneeds a text; this is %v", prefix(path), n.sort)
		return
	}
	if err := v.Addr().Interface().(encoding.TextUnmarshaler).UnmarshalText([]byte(n.text)); err != nil {
		d.wrong(n, "%s%v", prefix(path), err)
	}
}

// fields reads a mapping with the keys of a struct.
func (d *Document) fields(n *node, v reflect.Value, path string) {
	places := map[string]reflect.Value{}
	known := keysOf(v, places)
	if n.sort != mapping {
		d.wrong(n, "%sneeds a mapping with keys such as %s; this is %v", prefix(path), known[0], n.sort)
		return
	}
	for _, e := range n.entries {
		place, found := places[e.key]
		if !found {
			d.wrong(&node{line: e.line, column: e.column}, "%sunknown key %q%s (known are %s)", prefix(path), e.key, DidYouMean(e.key, known), strings.Join(known, ", "))
			continue
		}
		d.decode(e.value, place, below(path, e.key))
	}
}

// keysOf lists the json keys of a struct, those of embedded structs included,
// and where their values go.
func keysOf(v reflect.Value, places map[string]reflect.Value) (keys []string) {
	for i := range v.NumField() {
		if v.Type().Field(i).Anonymous {
			keys = append(keys, keysOf(v.Field(i), places)...)
			continue
		}
		key, _, _ := strings.Cut(v.Type().Field(i).Tag.Get("json"), ",")
		if key != "" && key != "-" {
			places[key] = v.Field(i)
			keys = append(keys, key)
		}
	}
	return keys
}

func (d *Document) list(n *node, v reflect.Value, path string) {
	if n.sort != list {
		d.wrong(n, "%sneeds a list; this is %v", prefix(path), n.sort)
		return
	}
	v.Set(reflect.MakeSlice(v.Type(), len(n.items), len(n.items)))
	for i, item := range n.items {
		d.decode(item, v.Index(i), fmt.Sprintf("%s[%d]", path, i))
	}
}

func (d *Document) table(n *node, v reflect.Value, path string) {
	if n.sort != mapping {
		d.wrong(n, "%sneeds a mapping; this is %v", prefix(path), n.sort)
		return
	}
	v.Set(reflect.MakeMap(v.Type()))
	for _, e := range n.entries {
		value := reflect.New(v.Type().Elem()).Elem()
		d.decode(e.value, value, path) // keys may be secrets, and the place tells which one it is
		v.SetMapIndex(reflect.ValueOf(e.key), value)
	}
}

// wanted are the sorts that a kind of value may be written as.
var wanted = map[reflect.Kind][]sort{
	reflect.String: {text}, reflect.Bool: {boolean}, reflect.Float64: {float, integer},
	reflect.Int: {integer}, reflect.Int64: {integer}, reflect.Uint64: {integer},
}

// plain reads a scalar.
func (d *Document) plain(n *node, v reflect.Value, path string) {
	sorts := wanted[v.Kind()]
	if !slices.Contains(sorts, n.sort) {
		hint := ""
		if v.Kind() == reflect.String && n.sort < text {
			hint = ": put it into quotes"
		}
		d.wrong(n, "%sneeds %v; this is %v%s", prefix(path), sorts[0], n.sort, hint)
		return
	}
	err := error(nil)
	switch v.Kind() {
	case reflect.String:
		v.SetString(n.text)
	case reflect.Bool:
		v.SetBool(n.value.(bool))
	case reflect.Float64:
		var number float64
		number, err = strconv.ParseFloat(fmt.Sprint(n.value), 64)
		v.SetFloat(number)
	case reflect.Uint64:
		var number uint64
		number, err = strconv.ParseUint(fmt.Sprint(n.value), 10, 64)
		v.SetUint(number)
	default:
		var number int64
		number, err = strconv.ParseInt(fmt.Sprint(n.value), 10, v.Type().Bits())
		v.SetInt(number)
	}
	if err != nil {
		d.wrong(n, "%s%s is out of bounds", prefix(path), n.text)
	}
}
