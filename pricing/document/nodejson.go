package document

import (
	"bytes"
	"encoding/json"
	"strconv"
	"strings"
)

// JSON returns n as JSON: keys in the order of the file, numbers as they are
// written. References were replaced in strings only, which are encoded here, so a
// variable's value stays a string whatever it holds.
func (n *Node) JSON() []byte { return n.json(func(n *Node) string { return n.Text }) }

// JSONTemplate returns n as JSON that is the source of a template.
func (n *Node) JSONTemplate() []byte { return n.json((*Node).Template) }

func (n *Node) json(text func(*Node) string) []byte {
	var out bytes.Buffer
	n.writeJSON(&out, text)
	return out.Bytes()
}

func (n *Node) writeJSON(out *bytes.Buffer, text func(*Node) string) {
	switch n.Type {
	case Null:
		out.WriteString("null")
	case Bool:
		out.WriteString(strings.ToLower(n.Text))
	case Integer, Float:
		out.WriteString(jsonNumber(n.Text))
	case String:
		writeString(out, text(n))
	case List:
		out.WriteByte('[')
		for i, item := range n.Items {
			comma(out, i)
			item.writeJSON(out, text)
		}
		out.WriteByte(']')
	case Mapping:
		out.WriteByte('{')
		for i, e := range n.Entries {
			comma(out, i)
			writeString(out, text(&Node{Text: e.Key}))
			out.WriteByte(':')
			e.Value.writeJSON(out, text)
		}
		out.WriteByte('}')
	}
}

func comma(out *bytes.Buffer, i int) {
	if i > 0 {
		out.WriteByte(',')
	}
}

// writeString leaves <, > and & as they are, as most clients do.
func writeString(out *bytes.Buffer, s string) {
	encoder := json.NewEncoder(out)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(s) // a string into a buffer: nothing can fail
	out.Truncate(out.Len() - 1)
}

// jsonNumber rewrites what YAML allows of a number and JSON does not: 0x10, 0o17,
// +1, .5, 1_000.
func jsonNumber(s string) string {
	if json.Valid([]byte(s)) {
		return s
	}
	plain := strings.ReplaceAll(s, "_", "")
	if i, err := strconv.ParseInt(plain, 0, 64); err == nil {
		return strconv.FormatInt(i, 10)
	}
	if x, err := strconv.ParseFloat(plain, 64); err == nil {
		return strconv.FormatFloat(x, 'g', -1, 64)
	}
	return strconv.Quote(s)
}
