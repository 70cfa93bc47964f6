package values

import "strings"

// The source of a template: ${name} is a place, and $${ stands for a literal ${.
const open = "${"

// A token is a piece of a source: a literal text, or the name of a place.
type token struct {
	text  string
	place bool
}

// tokens splits a source. A ${ without an end is literal.
func tokens(source string) (all []token) {
	var text strings.Builder
	for {
		i := strings.Index(source, open)
		end := -1
		if i >= 0 {
			end = strings.IndexByte(source[i:], '}')
		}
		switch {
		case i < 0 || end < 0 && !(i > 0 && source[i-1] == '$'):
			text.WriteString(source)
			return append(all, token{text: text.String()})
		case i > 0 && source[i-1] == '$':
			text.WriteString(source[:i-1] + open)
			source = source[i+len(open):]
		default:
			text.WriteString(source[:i])
			all = append(all, token{text: text.String()}, token{source[i+len(open) : i+end], true})
			text.Reset()
			source = source[i+end+1:]
		}
	}
}

// Names are the names of the places in a source, in order.
func Names(source string) (names []string) {
	if !strings.Contains(source, open) {
		return nil
	}
	for _, t := range tokens(source) {
		if t.place {
			names = append(names, t.text)
		}
	}
	return names
}

// LiteralSource is the source of a literal text.
func LiteralSource(text string) string { return strings.ReplaceAll(text, open, "$"+open) }

// Map is the source with its literal texts and its places replaced.
func Map(source string, text, place func(string) string) string {
	var out strings.Builder
	for _, t := range tokens(source) {
		if t.place {
			out.WriteString(place(t.text))
		} else {
			out.WriteString(text(t.text))
		}
	}
	return out.String()
}

// Mark is the source of a place.
func Mark(name string) string { return open + name + "}" }

// A Compiler compiles the texts of one request, in a fixed order: places are counted,
// because the same name may stand for another value at each of them.
type Compiler struct {
	Value   func(name string, place int) Value // nil: there is none of that name
	Missing string                             // the first name without a value
	Varies  bool                               // there was a place
	Secret  bool                               // what is compiled next has values that are not to be shown

	places int
}

// Compile compiles a source.
func (c *Compiler) Compile(source string, escape Escape) Template {
	var t Template
	var json quotes
	for _, k := range tokens(source) {
		if !k.place {
			json.read(k.text)
			t.parts = append(t.parts, part{text: k.text})
			continue
		}
		last := &t.parts[len(t.parts)-1]
		last.name, last.value, last.escape = k.text, c.value(k.text), escape
		if escape == InJSON && !json.within {
			last.escape = Raw // a number, or another JSON text
		}
	}
	return t
}

func (c *Compiler) value(name string) Value {
	v := c.Value(name, c.places)
	c.places++
	c.Varies = true
	if v == nil {
		if c.Missing == "" {
			c.Missing = name
		}
		return nil
	}
	if c.Secret {
		return Secret(v)
	}
	return v
}

// quotes follow the strings of a JSON text.
type quotes struct{ within, escaped bool }

func (q *quotes) read(text string) {
	for i := range len(text) {
		switch c := text[i]; {
		case q.escaped:
			q.escaped = false
		case q.within && c == '\\':
			q.escaped = true
		case c == '"':
			q.within = !q.within
		}
	}
}
