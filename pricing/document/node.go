package document

import (
	"encoding/json"
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

// A node is a value of a file and its place.
type node struct {
	sort         sort
	line, column int
	text         string // of a scalar
	value        any    // of a number
	entries      []entry
	items        []*node
}

// An entry is a key of a mapping with its value.
type entry struct {
	key          string
	line, column int
	value        *node
}

// build makes the node of n. A node that cannot be is null, with a problem.
func (d *Document) build(n ast.Node) *node {
	made := &node{}
	if n == nil || n.GetToken() == nil {
		return made
	}
	at := n.GetToken().Position
	made.line, made.column = at.Line, at.Column
	switch n := n.(type) {
	case *ast.MappingNode:
		d.mapping(made, n.Values)
	case *ast.MappingValueNode:
		d.mapping(made, []*ast.MappingValueNode{n})
	case *ast.SequenceNode:
		made.sort = list
		for _, v := range n.Values {
			made.items = append(made.items, d.build(v))
		}
	default:
		d.scalar(made, n)
	}
	return made
}

func (d *Document) scalar(made *node, n ast.Node) {
	tk := n.GetToken()
	made.text = tk.Value
	switch n := n.(type) {
	case *ast.NullNode:
		made.text = ""
	case *ast.BoolNode:
		made.sort, made.value = boolean, n.Value
	case *ast.IntegerNode:
		made.sort, made.value = integer, n.Value
	case *ast.FloatNode:
		made.sort, made.value = float, n.Value
	case *ast.StringNode:
		made.sort, made.text = text, n.Value
		var number float64 // with an exponent: a number in JSON, which the library takes for a text
		if tk.Type == token.StringType && json.Unmarshal([]byte(n.Value), &number) == nil {
			made.sort, made.value = float, number
		}
	case *ast.LiteralNode:
		made.sort, made.text = text, n.Value.Value
	default:
		d.wrong(made, "this is YAML that is not used here (%s): write plain values", n.Type().YAMLName())
		made.sort = unreadable
	}
}

// unreadable is the sort of a node with a problem of its own.
const unreadable = list + 1

func (d *Document) mapping(made *node, values []*ast.MappingValueNode) {
	made.sort = mapping
	for _, v := range values {
		at := v.Key.GetToken().Position
		e := entry{key: v.Key.GetToken().Value, line: at.Line, column: at.Column}
		place := &node{line: e.line, column: e.column}
		if _, complex := v.Key.(*ast.MappingKeyNode); complex || v.Key.IsMergeKey() {
			d.wrong(place, "keys are plain names: write \"name: value\"")
			continue
		}
		if first := slices.IndexFunc(made.entries, func(o entry) bool { return o.key == e.key }); first >= 0 {
			d.wrong(place, "this key is given twice, first on line %d", made.entries[first].line)
			continue
		}
		e.value = d.build(v.Value)
		if e.value.sort == null {
			e.value.line, e.value.column = e.line, e.column
		}
		made.entries = append(made.entries, e)
	}
	if len(made.entries) > 0 && made.entries[0].line > 0 {
		made.line, made.column = made.entries[0].line, made.entries[0].column
	}
}

// json is n as JSON.
func (n *node) json() []byte {
	out := []byte("null")
	switch n.sort {
	case text:
		out, _ = json.Marshal(n.text) // a string always can be
	case boolean, integer, float:
		if made, err := json.Marshal(n.value); err == nil { // not so infinity
			out = made
		}
	case list:
		out = []byte{'['}
		for i, item := range n.items {
			out = append(comma(out, i), item.json()...)
		}
		out = append(out, ']')
	case mapping:
		out = []byte{'{'}
		for i, e := range n.entries {
			key, _ := json.Marshal(e.key)
			out = append(append(append(comma(out, i), key...), ':'), e.value.json()...)
		}
		out = append(out, '}')
	}
	return out
}

func comma(out []byte, i int) []byte {
	if i > 0 {
		out = append(out, ',')
	}
	return out
}
