package check

import (
	"math"
	"regexp"
	"strings"

	"github.com/theory/jsonpath"

	"tollgate/pricing/document"
	"tollgate/targets"
	"tollgate/targets/jsonschema"
)

// Options are what the reader of an expectation asks of the scenario.
type Options struct {
	File   func(v document.Value, most int64) []byte // reads a file that it names; nil where it cannot, which is then reported
	Secret func(name string) bool                    // whether what has that name is a secret
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
	f := v.Fields("status", "headers", "body", "body_contains")
	if f.Type == document.Mapping && len(f.Entries) == 0 {
		v.Problem("is empty: it needs status, headers or body")
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
	if n := len(r.Checks); n > maxChecks {
		v.Problem("has %d checks, at most %d are possible: say more in a JSON Schema", n, maxChecks)
	}
	return r.Expect
}

func (r *reader) headers(v document.Value) {
	for _, e := range entries(v) {
		one := v.At(e.Value, v.Below(e.Key))
		name := strings.ToLower(e.Key)
		switch {
		case !targets.HeaderName(e.Key):
			v.At(e.At(), one.Path).Problem("is not the name of a header")
		case name == "content-length":
			v.At(e.At(), one.Path).Problem("is the size of the body: write body: {min_size: …, max_size: …}")
		case framing[name]:
			v.At(e.At(), one.Path).Problem("is about the connection and not about the response: remove it")
		default:
			r.header(one, header{name: name, secret: name == "set-cookie" || r.Secret(name)})
		}
	}
}

// framing are fields that are about one connection, which engines do not keep.
// Source: RFC 9110, section 7.6.1.
var framing = map[string]bool{"connection": true, "keep-alive": true, "proxy-connection": true, "te": true, "trailer": true, "transfer-encoding": true, "upgrade": true}

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

func (r *reader) header(v document.Value, h header) {
	add := func(want string, meets func(string) bool) {
		own := h
		own.meets = meets
		r.add(Check{Text: "header " + h.name + ": want " + want, header: h.name, rule: own})
	}
	equals := func(v document.Value) {
		if s, ok := literal(v); ok {
			add(asWritten(v), func(got string) bool { return got == s })
		}
	}
	if v.Type != document.Mapping {
		equals(v)
		return
	}
	f := rules(v, "present", "absent", "equals", "contains", "matches")
	if f.Has("present") || f.Has("absent") {
		if len(f.Entries) > 1 {
			f.Problem("present and absent stand alone: the other rules need the header anyway")
		}
		if h.absent = f.Get("absent").Yes() || f.Has("present") && !f.Get("present").Yes(); h.absent {
			add("none", nil)
		} else {
			add("one", nil)
		}
	}
	if one := f.Get("equals"); one.Node != nil {
		equals(one)
	}
	for _, one := range several(f.Get("contains")) {
		if s, ok := literal(one); ok {
			add("it to contain "+asWritten(one), func(got string) bool { return strings.Contains(got, s) })
		}
	}
	for _, one := range several(f.Get("matches")) {
		if re := pattern(one); re != nil {
			add("it to match "+asWritten(one), re.MatchString)
		}
	}
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

func (r *reader) json(v document.Value) {
	for _, e := range entries(v) {
		one, at := v.At(e.Value, v.Below(e.Key)), v.At(e.At(), v.Path)
		if path := readPath(at, e.Key); path != nil {
			r.node(one, e.Key, node{path: path, secret: r.Secret})
		}
	}
}

func readPath(v document.Value, source string) *jsonpath.Path {
	if len(source) > longestPath {
		v.Problem("a JSONPath of %d bytes: at most %d are possible", len(source), longestPath)
		return nil
	}
	path, err := jsonpath.Parse(source)
	switch {
	case err != nil && !strings.HasPrefix(source, "$"):
		v.Problem("%q is not a JSONPath: it begins with $, as in $.items[0].id", source)
	case err != nil:
		v.Problem("%q is not a JSONPath (RFC 9535): %s", source, strings.TrimPrefix(err.Error(), "jsonpath: "))
	case strings.Count(unquoted(path.String()), "..") > 1:
		v.Problem("%q has more than one \"..\": name the members between them", source)
	case searchesAgain.MatchString(unquoted(path.String())):
		v.Problem("%q has a filter that searches the whole body for each value: name one value after the second $", source)
	default:
		return path
	}
	return nil
}

// searchesAgain matches a root query within a filter that may select several values, in
// a path without its names: over a body of 64 KiB it would take half a minute.
var searchesAgain = regexp.MustCompile(`.\$(\[-?[0-9]*\])*(\.\.|\[[^\]]*[^\]0-9-])`)

// unquoted is a JSONPath without what stands in quotes.
func unquoted(path string) string {
	var out strings.Builder
	var quote rune
	escaped := false
	for _, c := range path {
		switch {
		case escaped:
			escaped = false
		case quote != 0 && c == '\\':
			escaped = true
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '\'' || c == '"':
			quote = c
		default:
			out.WriteRune(c)
		}
	}
	return out.String()
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
