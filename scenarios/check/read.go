package check

import (
	"math"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets/jsonschema"
)

// Options are what the reader of an expectation asks of the scenario.
type Options struct {
	File   func(v document.Value, most int64) []byte // reads a file that it names; nil where it cannot, which is then reported
	Secret func(name string) bool                    // whether what has that name is a secret
	Stream *Stream                                   // nil: responses are not read as events
}

const (
	maxFields    = 50      // header fields, or paths
	maxTexts     = 20      // of one kind
	maxChecks    = 100     // of one response
	longestPath  = 500     // bytes of a JSONPath
	largestFile  = 1 << 20 // bytes of a schema
	largestBound = math.MaxInt32
)

// A reader reads one expectation.
type reader struct {
	Options
	Expect
}

// Read reads and compiles what stands under expect:.
func Read(v document.Value, o Options) Expect {
	f := v.Fields("status", "headers", "body", "body_contains", "events")
	if f.Type == document.Mapping && len(f.Entries) == 0 {
		v.Problem("is empty: it needs status, headers, body or events")
	}
	r := &reader{Options: o}
	r.Status = readStatus(f.Get("status"))
	r.headers(f.Get("headers"))
	body := f.Get("body").Fields("contains", "matches", "json", "schema", "max_size", "min_size")
	if body.Type == document.Mapping && len(body.Entries) == 0 {
		body.Problem("is empty: it needs contains, matches, json, schema, max_size or min_size")
	}
	r.sizes(body)
	if old := f.Get("body_contains"); old.Node != nil {
		old.Note("body_contains is now a key of body: write body: {contains: %s}", old.Raw)
		r.contains(old)
	}
	r.texts(body)
	r.json(body.Get("json"))
	r.schema(body.Get("schema"))
	r.events(f.Get("events"))
	if n := len(r.Checks); n > maxChecks {
		v.Problem("has %d checks, at most %d are possible: say more in a JSON Schema", n, maxChecks)
	}
	return r.Expect
}

// entries are those of a mapping of names to rules, which has at least one.
func entries(v document.Value) []document.Entry {
	f := v.Fields()
	switch {
	case f.Type == document.Mapping && len(f.Entries) == 0:
		v.Problem("is empty: it needs at least one name")
	case len(f.Entries) > maxFields:
		v.Problem("has %d names, at most %d are possible", len(f.Entries), maxFields)
		return nil
	}
	return f.Entries
}

// rules are a mapping of at least one rule.
func rules(v document.Value, known ...string) document.Fields {
	f := v.Fields(known...)
	if f.Type == document.Mapping && len(f.Entries) == 0 {
		v.Problem("is empty: it needs %s", document.OneOf(known))
	}
	return f
}

// several are the items of a list, or the one value.
func several(v document.Value) []document.Value {
	if v.Node == nil || v.Type == document.List {
		return v.List(maxTexts)
	}
	return []document.Value{v}
}

// asWritten is a value as the scenario has it: never that of a variable.
func asWritten(v document.Value) string { return strings.Join(strings.Fields(v.Raw), " ") }

// amount is a number of bytes as the scenario has it, with its unit.
func amount(v document.Value) string {
	text := asWritten(v)
	if strings.HasSuffix(text, "B") {
		return text
	}
	return text + " bytes"
}

func (r *reader) sizes(f document.Fields) {
	least, most := bound(f.Get("min_size"), 1), bound(f.Get("max_size"), 0)
	if f.Has("max_size") {
		r.add(Check{Text: "body size: want at most " + amount(f.Get("max_size")), rule: size{most: most}})
	}
	if f.Has("min_size") {
		r.add(Check{Text: "body size: want at least " + amount(f.Get("min_size")), rule: size{least: least, most: math.MaxInt64}})
		if f.Has("max_size") && most < least {
			f.ProblemAt("min_size", "is more than max_size: no body can be both")
		}
	}
}

func bound(v document.Value, least int64) int64 {
	return v.In(document.Bytes).Whole(least, largestBound)
}

func (r *reader) texts(f document.Fields) {
	for _, one := range several(f.Get("contains")) {
		r.contains(one)
	}
	for _, one := range several(f.Get("matches")) {
		if re := pattern(one); re != nil {
			r.add(Check{Text: "body: want it to match " + asWritten(one), body: true, rule: text{re.Match}})
		}
	}
}

func (r *reader) contains(v document.Value) {
	if s, ok := literal(v); ok {
		r.add(Check{Text: "body: want it to contain " + asWritten(v), body: true, rule: text{contains(s)}})
	}
}

func (r *reader) schema(v document.Value) {
	if v.Node == nil {
		return
	}
	name := "body: want it to meet the schema"
	var source []byte
	switch v.Type {
	case document.Mapping:
		if !plainTree(v, v.Node) {
			return
		}
		source = v.JSON()
	case document.String:
		if source = r.File(v, largestFile); source == nil {
			return
		}
		name += " " + asWritten(v)
		doc := document.Open(v.Raw, source, document.Options{})
		if err := doc.Err(); err != nil {
			v.Bad("is not a JSON Schema: %v", err)
			return
		}
		source = doc.Root.JSON()
	default:
		v.Problem("needs a JSON Schema, or the name of a file that has one; this is %v", v.Type)
		return
	}
	compiled, err := jsonschema.Compile(source, jsonschema.Draft2020)
	if err != nil {
		v.Problem("is not a JSON Schema: %v", err)
		return
	}
	r.add(Check{Text: name, body: true, rule: wholeBody{compiled}})
}
