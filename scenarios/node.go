package scenarios

import (
	"fmt"
	"regexp"
	"slices"

	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/token"
)

// A sort is what a node is.
type sort uint8

const (
	null sort = iota
	boolean
	integer
	float
	text
	mapping
	list
)

var sortNames = [...]string{"nothing", "true or false", "a whole number", "a number", "a text", "a mapping", "a list"}

func (s sort) String() string { return sortNames[s] }

// A node is a piece of a scenario file with its anchors, aliases, merges and
// references resolved. Aliases share the node that they stand for.
type node struct {
	sort         sort
	line, column int
	raw          string   // of a scalar: as written
	text         string   // of a scalar: with references replaced
	references   []string // the environment variables in it
	missing      []string // of these, those that are not set
	values       []span   // of text, what came out of them
	entries      []entry
	items        []*node
	size         int // nodes in it, itself included, aliases counted each time
}

// A span is a part of a text.
type span struct{ from, to int }

// An entry is a key of a mapping with its value.
type entry struct {
	key          string
	line, column int
	value        *node
}

// The bounds of a scenario's tree, aliases replaced.
const (
	maxNodes = 20_000
	maxDepth = 64
)

// A builder makes nodes of a syntax tree, within bounds.
type builder struct {
	in      *input
	anchors map[string]*node
	size    int
	refused bool // too large: said once, then silent
}

// build makes the node of n. A node that cannot be is null, with a problem.
func (b *builder) build(n ast.Node, depth int) *node {
	made := &node{size: 1}
	if n == nil || n.GetToken() == nil {
		return made
	}
	at := n.GetToken().Position
	made.line, made.column = at.Line, at.Column
	if b.size++; b.size > maxNodes || depth > maxDepth {
		return b.refuse(made)
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		b.mapping(made, n.Values, depth)
	case *ast.MappingValueNode:
		b.mapping(made, []*ast.MappingValueNode{n}, depth)
	case *ast.SequenceNode:
		made.sort = list
		for _, v := range n.Values {
			made.items = append(made.items, b.grow(made, b.build(v, depth+1)))
		}
	case *ast.AnchorNode:
		named := b.build(n.Value, depth+1)
		b.anchors[n.Name.GetToken().Value] = named
		return named
	case *ast.AliasNode:
		return b.alias(made, n.Value.GetToken().Value)
	case *ast.TagNode:
		b.in.problem(made, "tags such as %s are not used in scenarios: remove it", n.Start.Value)
	default:
		b.scalar(made, n)
	}
	return made
}

// refuse reports, once, that the file is too large at the node made.
func (b *builder) refuse(made *node) *node {
	if !b.refused {
		b.in.problem(made, "the file holds too much: at most %d values, nested at most %d deep, after aliases are replaced", maxNodes, maxDepth)
	}
	b.refused = true
	return made
}

// grow counts child as a part of n.
func (b *builder) grow(n, child *node) *node {
	n.size += child.size
	return child
}

// alias is the node that an alias stands for. Its size is counted again, so
// that aliases of aliases cannot explode. An alias within its own anchor is
// not known yet, so there are no cycles.
func (b *builder) alias(at *node, name string) *node {
	named, known := b.anchors[name]
	if !known {
		b.in.problem(at, "there is no &%s before this *%s", name, name)
		return at
	}
	if b.size += named.size; b.size > maxNodes {
		return b.refuse(at)
	}
	return named
}

// plainFloat are numbers by the core schema of YAML 1.2 that the library takes
// for texts: with an exponent, or too large for 64 bits.
var plainFloat = regexp.MustCompile(`^[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?$`)

func (b *builder) scalar(made *node, n ast.Node) {
	tk := n.GetToken()
	made.raw, made.text = tk.Value, tk.Value
	switch n := n.(type) {
	case *ast.NullNode:
		made.raw, made.text = "", ""
	case *ast.BoolNode:
		made.sort = boolean
	case *ast.IntegerNode:
		made.sort = integer
	case *ast.FloatNode:
		made.sort = float
	case *ast.StringNode:
		made.sort, made.raw = text, n.Value
		if tk.Type == token.StringType && plainFloat.MatchString(n.Value) {
			made.sort, made.text = float, n.Value
			return
		}
		b.in.expand(made)
	case *ast.LiteralNode:
		made.sort, made.raw = text, n.Value.Value
		b.in.expand(made)
	case *ast.InfinityNode, *ast.NanNode:
		b.in.problem(made, "%s is not a number that a scenario can use", tk.Value)
	default:
		b.in.problem(made, "this is YAML that scenarios do not use (%s)", n.Type().YAMLName())
	}
}

func (b *builder) mapping(made *node, values []*ast.MappingValueNode, depth int) {
	made.sort = mapping
	var merged []entry
	for _, v := range values {
		e := entry{key: v.Key.GetToken().Value, line: v.Key.GetToken().Position.Line, column: v.Key.GetToken().Position.Column}
		if _, complex := v.Key.(*ast.MappingKeyNode); complex {
			b.in.problem(&node{line: e.line, column: e.column}, "keys are plain names: write \"name: value\"")
			continue
		}
		e.value = b.grow(made, b.build(v.Value, depth+1))
		if e.value.sort == null {
			e.value.line, e.value.column = e.line, e.column
		}
		if v.Key.IsMergeKey() {
			merged = append(merged, b.merge(e.value)...)
			continue
		}
		if first := slices.IndexFunc(made.entries, func(o entry) bool { return o.key == e.key }); first >= 0 {
			b.in.problem(&node{line: e.line, column: e.column}, "%q is given twice, first on line %d", e.key, made.entries[first].line)
			continue
		}
		made.entries = append(made.entries, e)
	}
	for _, e := range merged {
		if !slices.ContainsFunc(made.entries, func(o entry) bool { return o.key == e.key }) {
			made.entries = append(made.entries, e)
		}
	}
	if len(made.entries) > 0 {
		made.line, made.column = made.entries[0].line, made.entries[0].column
	}
}

// merge is what "<<: value" adds to a mapping.
func (b *builder) merge(value *node) []entry {
	switch value.sort {
	case mapping:
		return value.entries
	case list:
		var all []entry
		for _, item := range value.items {
			all = append(all, b.merge(item)...)
		}
		return all
	}
	b.in.problem(value, "<< merges mappings; this is %v", value.sort)
	return nil
}

// quote is how a message shows n: as written, so that no value of a variable is
// ever repeated.
func (n *node) quote() string {
	switch n.sort {
	case mapping, list, null:
		return n.sort.String()
	}
	const most = 60
	if len(n.raw) > most {
		return fmt.Sprintf("%q…", n.raw[:most])
	}
	return fmt.Sprintf("%q", n.raw)
}
