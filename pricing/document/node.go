package document

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A Type is the type of a node.
type Type uint8

// The types. Those below String are scalars that are not strings.
const (
	Null Type = iota
	Bool
	Integer
	Float
	String
	Mapping
	List
)

var typeNames = [...]string{"empty", "true or false", "a whole number", "a number", "a string", "a mapping", "a list"}

func (t Type) String() string { return typeNames[t] }

// A Node is a piece of a file, with its anchors, aliases, merges and references
// resolved. Aliases share the node that they stand for.
type Node struct {
	Type         Type
	Line, Column int
	Raw          string   // of a scalar: as written
	Text         string   // of a scalar: with references replaced
	References   []string // the environment variables in it, and the files as "file:NAME"
	Missing      []string // of these, those that are not there
	Values       []Span   // the parts of Text that references were replaced by
	Places       []Span   // the parts of Text that stand for a value which is not known yet
	Entries      []Entry
	Items        []*Node

	size   int  // nodes in it, itself included, aliases counted each time
	broken bool // a problem of its own was reported
	filled bool // its places are filled in, or were reported
}

// A Span is a part of a text.
type Span struct{ From, To int }

// An Entry is a key of a mapping with its value.
type Entry struct {
	Key          string
	Line, Column int
	Value        *Node
}

// At is a node at the place of the key.
func (e Entry) At() *Node { return &Node{Line: e.Line, Column: e.Column} }

// A builder makes nodes of a syntax tree, within bounds.
type builder struct {
	*Document
	anchors map[string]*Node
	size    int
	refused bool // too large: reported once
}

// build makes the node of n. A node that cannot be made is null, with a problem.
func (b *builder) build(n ast.Node, depth int) *Node {
	made := &Node{size: 1}
	if n == nil || n.GetToken() == nil {
		return made
	}
	at := n.GetToken().Position
	made.Line, made.Column = at.Line, at.Column
	if b.size++; b.size > b.Bound.Values || depth > maxDepth {
		return b.refuse(made)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		b.mapping(made, n.Values, depth)
	case *ast.MappingValueNode:
		b.mapping(made, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		made.Type = List
		for _, v := range n.Values {
			made.Items = append(made.Items, made.grow(b.build(v, depth+1)))
		}
	case *ast.AnchorNode:
		named := b.build(n.Value, depth+1)
		b.anchors[n.Name.GetToken().Value] = named
		return named
	case *ast.AliasNode:
		return b.alias(made, n.Value.GetToken().Value)
	case *ast.TagNode:
		if key := b.keyOf(n.Start.Value); key != "" {
			made.Type = Mapping
			made.Entries = []Entry{{Key: key, Line: at.Line, Column: at.Column, Value: made.grow(b.build(n.Value, depth+1))}}
			return made
		}
		return b.fail(made, "remove the tag %s: tags are not used here", n.Start.Value)
	default:
		b.scalar(made, n)
	}
	return made
}

// keyOf is what a tag stands for; "" if tags are not used.
func (b *builder) keyOf(tag string) string {
	if b.Tags == nil {
		return ""
	}
	return b.Tags(tag)
}

// fail reports that a node cannot be made.
func (b *builder) fail(made *Node, format string, args ...any) *Node {
	b.Problem(made, format, args...)
	made.broken = true
	return made
}

// refuse reports, once, that the file is too large.
func (b *builder) refuse(made *Node) *Node {
	if !b.refused {
		b.Problem(made, "the file holds too much: at most %d values, nested at most %d deep, each alias counted as a copy", b.Bound.Values, maxDepth)
	}
	b.refused, made.broken = true, true
	return made
}

// grow counts child as a part of n.
func (n *Node) grow(child *Node) *Node {
	n.size += child.size
	return child
}

// alias is the node that an alias stands for. Its size is counted again, so that
// aliases of aliases cannot explode. An alias within its own anchor is not known
// yet, so there are no cycles.
func (b *builder) alias(at *Node, name string) *Node {
	named, known := b.anchors[name]
	if !known {
		return b.fail(at, "there is no &%s before this *%s", name, name)
	}
	if b.size += named.size; b.size > b.Bound.Values {
		return b.refuse(at)
	}
	return named
}

// plainFloat matches numbers by the core schema of YAML 1.2 that the library
// takes for strings: with an exponent, or too large for 64 bits.
var plainFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func (b *builder) scalar(made *Node, n ast.Node) {
	tk := n.GetToken()
	made.Raw, made.Text = tk.Value, tk.Value
	switch n := n.(type) {
	case *ast.NullNode:
		made.Raw, made.Text = "", ""
	case *ast.BoolNode:
		made.Type = Bool
	case *ast.IntegerNode:
		made.Type = Integer
	case *ast.FloatNode:
		made.Type = Float
	case *ast.StringNode:
		made.Type, made.Raw, made.Text = String, n.Value, n.Value
		if tk.Type == token.StringType && plainFloat.MatchString(n.Value) {
			made.Type = Float
			return
		}
		b.expand(made)
	case *ast.LiteralNode:
		made.Type, made.Raw, made.Text = String, n.Value.Value, n.Value.Value
		b.expand(made)
	default:
		b.fail(made, "%s is not a value that is used here: write a number or a string", tk.Value)
	}
}

func (b *builder) mapping(made *Node, values []*ast.MappingValueNode, depth int) {
	made.Type = Mapping
	first := map[string]int{} // lines
	var merged []Entry
	for _, v := range values {
		at := v.Key.GetToken().Position
		e := Entry{Key: v.Key.GetToken().Value, Line: at.Line, Column: at.Column}
		if _, complex := v.Key.(*ast.MappingKeyNode); complex {
			b.Problem(e.At(), "keys are plain names: write \"name: value\"")
			continue
		}
		e.Value = made.grow(b.build(v.Value, depth+1))
		if e.Value.Type == Null {
			e.Value.Line, e.Value.Column = e.Line, e.Column
		}
		if v.Key.IsMergeKey() {
			merged = append(merged, b.merge(e.Value)...)
			continue
		}
		if line, twice := first[e.Key]; twice {
			b.Problem(e.At(), "this key is given twice, first on line %d", line)
			continue
		}
		first[e.Key] = e.Line
		made.Entries = append(made.Entries, e)
	}
	for _, e := range merged {
		if _, own := first[e.Key]; !own {
			first[e.Key] = e.Line
			made.Entries = append(made.Entries, e)
		}
	}
	if len(made.Entries) > 0 && made.Entries[0].Line > 0 {
		made.Line, made.Column = made.Entries[0].Line, made.Entries[0].Column
	}
}

// merge is what "<<: value" adds to a mapping.
func (b *builder) merge(value *Node) []Entry {
	switch value.Type {
	case Mapping:
		return value.Entries
	case List:
		var all []Entry
		for _, item := range value.Items {
			all = append(all, b.merge(item)...)
		}
		return all
	}
	b.Problem(value, "<< merges mappings; this is %v", value.Type)
	return nil
}

// Find returns the value of a key of a mapping; nil if it is absent.
func (n *Node) Find(key string) *Node {
	i := slices.IndexFunc(n.Entries, func(e Entry) bool { return e.Key == key })
	if i < 0 {
		return nil
	}
	return n.Entries[i].Value
}

// Template returns the text of a scalar as the source of a template: ${name} where a
// value goes, and $${ for the characters themselves.
func (n *Node) Template() string {
	return n.TemplateWith(func(_, value string) string { return value })
}

// TemplateWith does so with what references were replaced by written anew: by what stands
// before it, and as it is.
func (n *Node) TemplateWith(write func(before, value string) string) string {
	n.filled = true
	var out strings.Builder
	at := 0
	literal := func(text string) { out.WriteString(strings.ReplaceAll(text, "${", "$${")) }
	for _, p := range n.spans() {
		literal(n.Text[at:p.From])
		if at = p.To; p.place {
			out.WriteString(n.Text[p.From:p.To])
		} else {
			literal(write(out.String(), n.Text[p.From:p.To]))
		}
	}
	literal(n.Text[at:])
	return out.String()
}

// A part is a place, or what a reference was replaced by.
type part struct {
	Span
	place bool
}

// spans are the parts of a text that the file does not have as they are, in order.
func (n *Node) spans() (all []part) {
	for _, v := range n.Values {
		all = append(all, part{v, false})
	}
	for _, p := range n.Places {
		all = append(all, part{p, true})
	}
	slices.SortFunc(all, func(a, b part) int { return a.From - b.From })
	return all
}

// Names are the names of the places in a scalar.
func (n *Node) Names() (names []string) {
	for _, p := range n.Places {
		names = append(names, n.Text[p.From+len("${"):p.To-len("}")])
	}
	return names
}

// EachNode calls visit with each node of n, itself first, and with its path.
func (v Value) EachNode(visit func(Value)) {
	visit(v)
	for _, e := range v.Entries {
		v.At(e.Value, v.Below(e.Key)).EachNode(visit)
	}
	for i, item := range v.Items {
		v.At(item, fmt.Sprintf("%s[%d]", v.Path, i)).EachNode(visit)
	}
}

// Stray reports places where nothing fills them in, but for those under a key whose value
// is read later.
func (d *Document) Stray(later string) {
	if d.Root == nil || d.Recorded {
		return
	}
	for _, e := range d.Root.Entries {
		if e.Key != later {
			d.Value().At(e.Value, e.Key).EachNode(func(v Value) { v.stray() })
		}
	}
}

// constant matches what only environment variables are called.
var constant = Form(`^[A-Z_][A-Z0-9_]*$`)

// stray reports the places in a value that nothing fills in, each node once.
func (v Value) stray() bool {
	if len(v.Places) == 0 || v.filled {
		return len(v.Places) > 0
	}
	v.filled = true
	switch name := v.Names()[0]; {
	case constant().MatchString(name):
		v.Problem("%s", NoReference(name))
	default:
		v.Problem("${%s} stands for another value in each request: it can be in the path, query, headers and body of a request", name)
	}
	return true
}
