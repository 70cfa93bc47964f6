package document

import (
	"encoding"
	"encoding/json"
	"fmt"
	"math/big"
	"reflect"
	"slices"
	"strings"
	"time"
)

// A Decoder reads itself from a value.
type Decoder interface{ Decode(Value) }

// A rule is what the tag doc of a field says, its parts separated by semicolons:
//
//	need              the key must be there
//	unit=bytes        numbers are in that Unit
//	min=1;max=10      bounds of a number or, as 1s and 10m, of a time
//	one=a,b           a string is one of these; with a unit, a number is
//	was=old:ms        the key was once called old, and its numbers were in ms
type rule struct {
	need         bool
	unit         Unit
	least, most  *big.Rat
	one          []string
	was, wasUnit string
}

func ruleOf(tag string) (r rule) {
	for part := range strings.SplitSeq(tag, ";") {
		switch name, value, _ := strings.Cut(part, "="); name {
		case "need":
			r.need = true
		case "unit":
			r.unit = Unit(value)
		case "min":
			r.least = rat(value)
		case "max":
			r.most = rat(value)
		case "one":
			r.one = strings.Split(value, ",")
		case "was":
			r.was, r.wasUnit, _ = strings.Cut(value, ":")
		}
	}
	return r
}

// rat is a bound of a tag: a number, or a length of time in nanoseconds.
func rat(text string) *big.Rat {
	if r, ok := new(big.Rat).SetString(text); ok {
		return r
	}
	d, err := ParseDuration(text)
	if err != nil {
		panic("document: the bound " + text + " of a tag is no number")
	}
	return new(big.Rat).SetInt64(int64(d))
}

// Decode puts the value into what into points to, by the tags json and doc.
func (v Value) Decode(into any) {
	if v.Node != nil {
		v.doc.decode(v, reflect.ValueOf(into).Elem())
	}
}

// decode puts v into a Go value, or reports what is wrong with it. Messages about
// strings do not repeat them: they may be secrets.
func (d *Document) decode(v Value, into reflect.Value) {
	switch {
	case v.broken:
	case v.Type == Null:
		v.Problem("is empty: give it a value, or remove it")
	case into.Type() == reflect.TypeFor[json.RawMessage]():
		into.SetBytes(v.JSON())
	case into.Type() == reflect.TypeFor[Rate]():
		into.Set(reflect.ValueOf(v.Rate()))
	case into.Type() == reflect.TypeFor[time.Duration]():
		into.SetInt(int64(v.Duration(time.Duration(v.least.Num().Int64()), time.Duration(v.most.Num().Int64()))))
	case into.Kind() == reflect.Pointer:
		into.Set(reflect.New(into.Type().Elem()))
		d.decode(v, into.Elem())
	case into.CanAddr() && into.Addr().Type().Implements(reflect.TypeFor[Decoder]()):
		into.Addr().Interface().(Decoder).Decode(v)
	case into.CanAddr() && into.Addr().Type().Implements(reflect.TypeFor[encoding.TextUnmarshaler]()):
		d.worded(v, into.Addr().Interface().(encoding.TextUnmarshaler))
	case into.Kind() == reflect.Struct:
		d.fields(v, into)
	case into.Kind() == reflect.Slice:
		d.list(v, into)
	case into.Kind() == reflect.Map:
		d.table(v, into)
	default:
		d.plain(v, into)
	}
}

// worded reads a text by the type's own method.
func (d *Document) worded(v Value, into encoding.TextUnmarshaler) {
	if v.Type == Mapping || v.Type == List {
		v.Problem("needs a string; this is %v", v.Type)
	} else if err := into.UnmarshalText([]byte(v.Node.Text)); err != nil {
		v.Problem("%v", err)
	}
}

// A slot is where the value of a key goes.
type slot struct {
	key string
	rule
	into  reflect.Value
	taken bool
}

// slots are those of a struct with json tags, embedded structs included.
func slots(into reflect.Value) (all []slot) {
	for i := range into.NumField() {
		field := into.Type().Field(i)
		if field.Anonymous {
			all = append(all, slots(into.Field(i))...)
			continue
		}
		key, _, _ := strings.Cut(field.Tag.Get("json"), ",")
		if key != "" && key != "-" {
			all = append(all, slot{key: key, rule: ruleOf(field.Tag.Get("doc")), into: into.Field(i)})
		}
	}
	return all
}

// fields reads a mapping with the keys of a struct.
func (d *Document) fields(v Value, into reflect.Value) {
	places := slots(into)
	known := make([]string, len(places))
	for i, s := range places {
		known[i] = s.key
	}
	if v.Type != Mapping {
		v.Problem("needs a mapping with keys such as %s; this is %v", known[0], v.Type)
		return
	}
	f := Fields{v}
	for _, e := range v.Entries {
		i := slices.IndexFunc(places, func(s slot) bool { return e.Key == s.key || e.Key == s.was })
		switch {
		case i < 0:
			f.unknown(e, known)
			continue
		case places[i].taken:
			f.At(e.At(), f.Path).Problem("%s is given twice, under its old name and its new one", e.Key)
			continue
		case e.Key == places[i].was:
			e = f.renamed(e, places[i].key, places[i].wasUnit)
		}
		places[i].taken = true
		d.slot(f.entry(e), places[i])
	}
	for _, s := range places {
		if s.need && !s.taken {
			v.Problem("needs %q", s.key)
		}
	}
}

// slot reads the value of a key.
func (d *Document) slot(v Value, s slot) {
	switch v.unit, v.least, v.most = s.unit, s.least, s.most; {
	case v.Node == nil:
	case s.one != nil && s.unit != Count:
		s.into.SetString(v.size(s.one))
	case s.one != nil:
		s.into.SetString(v.Choice(s.one...))
	default:
		d.decode(v, s.into)
	}
}

// size is one of the numbers that a size may have, as a decimal.
func (v Value) size(one []string) string {
	r, ok := v.Exact()
	if !ok {
		return ""
	}
	size := Decimal(r)
	if !slices.Contains(one, size) {
		unit := string(v.unit)
		v.Bad("is not one of %s%s", strings.Join(one, unit+", "), unit)
		return ""
	}
	return size
}

func (d *Document) list(v Value, into reflect.Value) {
	if v.Type != List {
		v.Problem("needs a list; this is %v", v.Type)
		return
	}
	into.Set(reflect.MakeSlice(into.Type(), len(v.Items), len(v.Items)))
	for i, item := range v.Items {
		d.decode(v.At(item, fmt.Sprintf("%s[%d]", v.Path, i)), into.Index(i))
	}
}

// table reads a mapping with any keys. Keys of plain values may be secrets, and the
// place tells which one it is.
func (d *Document) table(v Value, into reflect.Value) {
	if v.Type != Mapping {
		v.Problem("needs a mapping; this is %v", v.Type)
		return
	}
	into.Set(reflect.MakeMap(into.Type()))
	shown := into.Type().Elem().Kind() == reflect.Struct || into.Type().Elem().Kind() == reflect.Map
	for _, e := range v.Entries {
		one := v.At(e.Value, v.Path)
		if shown {
			one.Path = v.Below(e.Key)
		}
		value := reflect.New(into.Type().Elem()).Elem()
		d.decode(one, value)
		into.SetMapIndex(reflect.ValueOf(e.Key).Convert(into.Type().Key()), value)
	}
}

// plain reads a scalar.
func (d *Document) plain(v Value, into reflect.Value) {
	switch into.Kind() {
	case reflect.String:
		if v.Type != String {
			hint := ""
			if v.Type < String {
				hint = ": put it into quotes"
			}
			v.Problem("needs a string; this is %v%s", v.Type, hint)
			return
		}
		into.SetString(v.Node.Text)
	case reflect.Bool:
		into.SetBool(v.Yes())
	case reflect.Float64:
		if r, ok := v.Exact(); ok {
			x, _ := r.Float64()
			into.SetFloat(x)
		}
	default:
		d.whole(v, into)
	}
}

func (d *Document) whole(v Value, into reflect.Value) {
	v.whole = true
	r, ok := v.Exact()
	if !ok {
		return
	}
	switch n := r.Num(); {
	case into.CanUint() && n.IsUint64() && !into.OverflowUint(n.Uint64()):
		into.SetUint(n.Uint64())
	case into.CanInt() && n.IsInt64() && !into.OverflowInt(n.Int64()):
		into.SetInt(n.Int64())
	default:
		v.Bad("is out of bounds")
	}
}
