package document

import (
	"bytes"
	"regexp"
	"strings"
	"unicode/utf8"
)

// Text is a node that holds a string.
func Text(s string) *Node { return &Node{Type: String, Raw: s, Text: s} }

// Number is a node that holds a whole number, as it is written.
func Number(s string) *Node { return &Node{Type: Integer, Raw: s, Text: s} }

// Pairs is a mapping of keys and values in turn; values are strings or nodes. A nil
// node leaves its key out.
func Pairs(keysAndValues ...any) *Node {
	made := &Node{Type: Mapping}
	for i := 0; i+1 < len(keysAndValues); i += 2 {
		key, _ := keysAndValues[i].(string)
		switch v := keysAndValues[i+1].(type) {
		case string:
			made.Entries = append(made.Entries, Entry{Key: key, Value: Text(v)})
		case *Node:
			if v != nil {
				made.Entries = append(made.Entries, Entry{Key: key, Value: v})
			}
		}
	}
	return made
}

// Items is a list of nodes.
func Items(items ...*Node) *Node { return &Node{Type: List, Items: items} }

// lineWidth is how long a mapping or list may be that is written on one line.
const lineWidth = 100

// YAML returns n as a file: with references as they were written, without comments,
// anchors and aliases. Reading it again gives the same tree.
func (n *Node) YAML() []byte {
	var out bytes.Buffer
	n.block(&out, 0)
	out.WriteByte('\n')
	return out.Bytes()
}

// below writes a value behind its key. The collections in an outermost one are on lines
// of their own.
func (n *Node) below(out *bytes.Buffer, indent int) {
	if n.inline(indent) && (indent > 2 || n.depth() < 2) {
		out.WriteByte(' ')
		n.flow(out)
		return
	}
	newLine(out, indent)
	n.block(out, indent)
}

// inline says whether n is written on one line: a scalar, or a short collection that is
// not nested deeply.
func (n *Node) inline(indent int) bool {
	switch {
	case n.Type < Mapping || len(n.Entries)+len(n.Items) == 0:
		return true
	case n.depth() > 2:
		return false
	}
	var one bytes.Buffer
	n.flow(&one)
	return one.Len()+indent <= lineWidth
}

// depth is how deep collections are nested in n.
func (n *Node) depth() (deepest int) {
	for _, e := range n.Entries {
		deepest = max(deepest, e.Value.depth())
	}
	for _, item := range n.Items {
		deepest = max(deepest, item.depth())
	}
	if n.Type == Mapping || n.Type == List {
		deepest++
	}
	return deepest
}

// block writes n over several lines, the first of which is begun.
func (n *Node) block(out *bytes.Buffer, indent int) {
	switch {
	case n.Type == Mapping && len(n.Entries) > 0:
		for i, e := range n.Entries {
			if i > 0 {
				newLine(out, indent)
			}
			writeKey(out, e.Key)
			out.WriteByte(':')
			e.Value.below(out, indent+2)
		}
	case n.Type == List && len(n.Items) > 0:
		for i, item := range n.Items {
			if i > 0 {
				newLine(out, indent)
			}
			out.WriteString("- ")
			if item.inline(indent+2) && len(item.Entries) != 1 {
				item.flow(out)
				continue
			}
			item.block(out, indent+2)
		}
	default:
		n.flow(out)
	}
}

func newLine(out *bytes.Buffer, indent int) {
	out.WriteByte('\n')
	out.WriteString(strings.Repeat(" ", indent))
}

// flow writes n on one line.
func (n *Node) flow(out *bytes.Buffer) {
	switch n.Type {
	case Null:
		out.WriteString("null")
	case Bool, Integer, Float:
		out.WriteString(n.Raw)
	case String:
		writeScalar(out, n.Raw)
	case List:
		out.WriteByte('[')
		for i, item := range n.Items {
			separate(out, i)
			item.flow(out)
		}
		out.WriteByte(']')
	case Mapping:
		out.WriteByte('{')
		for i, e := range n.Entries {
			separate(out, i)
			writeKey(out, e.Key)
			out.WriteString(": ")
			e.Value.flow(out)
		}
		out.WriteByte('}')
	}
}

func separate(out *bytes.Buffer, i int) {
	if i > 0 {
		out.WriteString(", ")
	}
}

var (
	plainKey  = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_.-]*$`)
	plainText = regexp.MustCompile(`^[A-Za-z0-9/_.]([A-Za-z0-9/_.()<>=%+ -]*[A-Za-z0-9/_.()<>=%+-])?$`)
)

func writeKey(out *bytes.Buffer, key string) {
	if plainKey.MatchString(key) && isPlain(key) {
		out.WriteString(key)
		return
	}
	writeString(out, key)
}

// writeScalar writes a string, in quotes unless it is one without them. At the start of a
// line three dots end the document.
func writeScalar(out *bytes.Buffer, s string) {
	if plainText.MatchString(s) && !strings.HasPrefix(s, "...") && isPlain(s) {
		out.WriteString(s)
		return
	}
	writeString(out, s)
}

// isPlain says whether YAML reads s as that string.
func isPlain(s string) bool {
	d := Open("", []byte("- "+s+"\n"), Options{})
	if d.Root == nil || d.Failed() || d.Root.Type != List || len(d.Root.Items) != 1 {
		return false
	}
	item := d.Root.Items[0]
	return item.Type == String && item.Raw == s && utf8.ValidString(s)
}
