package pricing

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
)

// Files larger or deeper than this are refused unread: no price book or workload
// comes near, a parser's stack is not for strangers to fill, and its time grows
// with the square of the keys of a mapping.
const (
	maxBytes  = 4 << 20
	maxDepth  = 32
	maxTokens = 150_000 // a book of all regions has some 100,000
)

// A document is a YAML (or JSON) file as plain values, with the line of each.
type document struct {
	name  string
	value any            // maps, slices, strings, int64, uint64, float64, bool, nil
	lines map[string]int // by path: "/regions/us-east-1/…"

	faults []fault
}

// A fault is something wrong on a line.
type fault struct {
	line int
	text string
}

// readDocument reads one YAML document of plain values. Anchors, aliases, tags
// and merge keys are refused: what a file says must stand where one reads it.
func readDocument(name string, data []byte) (*document, error) {
	if len(data) > maxBytes {
		return nil, fmt.Errorf("%s: larger than %d bytes, which no such file is", name, maxBytes)
	}
	if line := tooDeep(data); line > 0 {
		return nil, fmt.Errorf("%s:%d: nested more than %d deep", name, line, maxDepth)
	}
	tokens := lexer.Tokenize(string(data))
	if len(tokens) > maxTokens {
		return nil, fmt.Errorf("%s: holds %d words and signs; no such file needs more than %d", name, len(tokens), maxTokens)
	}
	file, err := parser.Parse(tokens, 0)
	if err != nil {
		var at yaml.Error
		if errors.As(err, &at) && at.GetToken() != nil {
			why := at.GetMessage()
			if strings.Contains(why, "'\t'") {
				why = "a tab where YAML wants spaces"
			}
			return nil, fmt.Errorf("%s:%d: %s", name, at.GetToken().Position.Line, why)
		}
		return nil, fmt.Errorf("%s: not YAML: %w", name, err)
	}
	if len(file.Docs) != 1 || file.Docs[0].Body == nil {
		return nil, fmt.Errorf("%s: must hold one YAML document, has %d", name, len(file.Docs))
	}
	d := &document{name: name, lines: make(map[string]int)}
	d.value = d.read(file.Docs[0].Body, "")
	return d, d.err()
}

// fault notes what is wrong at a path.
func (d *document) fault(path, format string, args ...any) {
	at := path
	for at != "" && d.lines[at] == 0 {
		at = at[:strings.LastIndexByte(at, '/')]
	}
	d.faults = append(d.faults, fault{max(1, d.lines[at]), readable(path) + fmt.Sprintf(format, args...)})
}

// lookup returns the value at a path, nil where there is none.
func (d *document) lookup(path string) any {
	v := d.value
	for _, key := range strings.Split(path, "/")[1:] {
		switch in := v.(type) {
		case map[string]any:
			v = in[key]
		case []any:
			i, err := strconv.Atoi(key)
			if err != nil || i < 0 || i >= len(in) {
				return nil
			}
			v = in[i]
		default:
			return nil
		}
	}
	return v
}

// err returns all that was found wrong, in the order of the file.
func (d *document) err() error {
	slices.SortFunc(d.faults, func(a, b fault) int {
		return cmp.Or(cmp.Compare(a.line, b.line), strings.Compare(a.text, b.text))
	})
	var errs []error
	for _, f := range slices.Compact(d.faults) {
		errs = append(errs, fmt.Errorf("%s:%d: %s", d.name, f.line, f.text))
	}
	return errors.Join(errs...)
}

// readable prints a path as a person reads it: "regions › us-east-1: ".
func readable(path string) string {
	if path == "" {
		return ""
	}
	return strings.ReplaceAll(path[1:], "/", " › ") + ": "
}

// read turns a node into a plain value and notes its line.
func (d *document) read(n ast.Node, path string) any {
	if t := n.GetToken(); t != nil && d.lines[path] == 0 {
		d.lines[path] = t.Position.Line
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		return d.readMap(n.Values, path)
	case *ast.MappingValueNode:
		return d.readMap([]*ast.MappingValueNode{n}, path)
	case *ast.SequenceNode:
		list := make([]any, len(n.Values))
		for i, v := range n.Values {
			list[i] = d.read(v, path+"/"+strconv.Itoa(i))
		}
		return list
	case *ast.LiteralNode:
		return n.Value.Value
	case *ast.StringNode, *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode:
		return n.(ast.ScalarNode).GetValue()
	}
	d.fault(path, "must be a plain value, is %s", strings.ToLower(n.Type().String()))
	return nil
}

// readMap reads the entries of a mapping; the parser has seen to it that no key
// comes twice.
func (d *document) readMap(values []*ast.MappingValueNode, path string) any {
	m := make(map[string]any, len(values))
	for _, v := range values {
		key := v.Key.GetToken().Value
		at := path + "/" + key
		d.lines[at] = v.Key.GetToken().Position.Line
		m[key] = nil
		if v.Value != nil {
			m[key] = d.read(v.Value, at)
		}
	}
	return m
}

// tooDeep returns the first line on which brackets or indentation nest deeper
// than maxDepth, 0 for none. It may count brackets inside texts: no such file
// has that many.
func tooDeep(data []byte) int {
	line, brackets, indents := 1, 0, 0
	start := true
	for _, c := range data {
		switch {
		case c == '\n':
			line, indents, start = line+1, 0, true
			continue
		case c == '[' || c == '{':
			brackets++
		case c == ']' || c == '}':
			brackets--
		}
		if start = start && (c == ' ' || c == '-' || c == '?' || c == '\t'); start {
			indents++
		}
		if brackets > maxDepth || indents > 8*maxDepth {
			return line
		}
	}
	return 0
}
