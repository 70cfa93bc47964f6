package document

import (
	"bytes"
	"encoding/json"
	"fmt"
	"reflect"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"
)

// A Document is a file that was read, and what is wrong with it.
type Document struct {
	file     string
	root     *node // nil: there is none
	problems []Problem
}

// Read reads data, one YAML document or JSON value, into what into points to: a
// struct with json tags. Nothing else may be in the file than into has a place for.
// What is wrong is told by Errors.
func Read(file string, data []byte, into any) *Document {
	d := &Document{file: file}
	if d.root = d.tree(data); d.root != nil {
		d.decode(d.root, reflect.ValueOf(into).Elem(), "")
	}
	return d
}

// Errors is everything that is wrong: what Read found and, where that is nothing,
// what check says. Each line that check returns begins with the path of a value
// and a colon, and is placed where that value is, or else what should hold it.
func (d *Document) Errors(check func() error) error {
	if len(d.problems) == 0 && check != nil {
		for _, err := range each(check()) {
			at := d.find(err.Error())
			d.wrong(at, "%s", err.Error())
		}
	}
	return Join(d.problems)
}

// each takes a joined error apart.
func each(err error) []error {
	if several, ok := err.(interface{ Unwrap() []error }); ok {
		return several.Unwrap()
	}
	if err == nil {
		return nil
	}
	return []error{err}
}

func (d *Document) wrong(at *node, format string, args ...any) {
	d.problems = append(d.problems, Problem{File: d.file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// find follows a path such as "doors[2].cache.ttl" as far as it goes. A value
// that is missing is placed at what should hold it.
func (d *Document) find(path string) *node {
	at := d.root
	for at != nil {
		next, rest := at.child(path)
		if next == nil {
			return at
		}
		at, path = next, rest
	}
	return &node{}
}

// child is the value that path leads to first, and the path from there.
func (n *node) child(path string) (*node, string) {
	path = strings.TrimPrefix(path, ".")
	if inner, found := strings.CutPrefix(path, "["); found && n.sort == list {
		number, rest, _ := strings.Cut(inner, "]")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(n.items) {
			return n.items[i], rest
		}
		return nil, ""
	}
	for _, e := range n.entries {
		rest, found := strings.CutPrefix(path, e.key)
		if !found {
			rest, found = strings.CutPrefix(path, "["+e.key+"]")
		}
		if found && (rest == "" || strings.ContainsRune(".[:", rune(rest[0]))) {
			return e.value.placed(e), rest
		}
	}
	return nil, ""
}

// placed is n, a mapping or list being placed at its key.
func (n *node) placed(e entry) *node {
	if n.sort != mapping && n.sort != list {
		return n
	}
	at := *n
	at.line, at.column = e.line, e.column
	return &at
}

// tree reads data as one document. It is nil if there is none.
func (d *Document) tree(data []byte) *node {
	whole := &node{}
	if len(data) > MaxFile {
		d.wrong(whole, "the file has %d bytes, and may have %d at most", len(data), MaxFile)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		d.wrong(whole, "the file is not UTF-8 text")
		return nil
	}
	if json.Valid(data) { // within its texts a tab is written \t
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
	}
	file, err := Syntax(string(data))
	if err != nil {
		d.problems = append(d.problems, Misread(d.file, err))
		return nil
	}
	return d.only(file)
}

// only builds the one document of a file.
func (d *Document) only(file *ast.File) *node {
	bodies := Bodies(file)
	switch len(bodies) {
	case 0:
		d.wrong(&node{}, "there is nothing in it: {} stands for all defaults")
		return nil
	case 1:
		return d.build(bodies[0])
	}
	d.wrong(&node{line: bodies[1].GetToken().Position.Line, column: 1}, "the file has a second document (---), and may have one")
	return nil
}
