package document

import (
	"fmt"
	"reflect"
	"strconv"
	"strings"
)

// Options say how a file is read. The zero value reads a file that a person
// writes, and takes strings as they are.
type Options struct {
	Env      func(name string) (value string, set bool) // replaces ${env:NAME} in strings; nil: nothing does
	Files    func(name string) (text string, err error) // replaces ${file:NAME} in strings; nil: nothing does
	Places   bool                                       // ${name} stays in strings that may hold it: a value that is not known yet
	Recorded bool                                       // a copy in a run directory: variables stay unresolved, and old spellings are not noted
	Meant    map[string]string                          // what to write for keys of other programs, in lower case without "_" and "-"
	Empty    string                                     // advice for an empty file
	Tags     func(tag string) (key string)              // !Tag value is {key: value}, as in templates of AWS; nil, or "": tags are refused
	Bound    Bound                                      // default: Small
}

// A Document is a file that was read, and what is wrong with it.
type Document struct {
	Options
	File       string
	Root       *Node       // nil: there is none
	Unresolved []Reference // of a recorded file: what it leaves to the environment

	problems, notes []Problem
}

// Open reads data, one YAML document or JSON value, as nodes.
func Open(file string, data []byte, o Options) *Document {
	d := &Document{Options: o, File: file}
	if d.Bound == (Bound{}) {
		d.Bound = Small
	}
	if d.Empty == "" {
		d.Empty = "{} stands for all defaults"
	}
	if root := d.parse(data); root != nil {
		b := &builder{Document: d, anchors: map[string]*Node{}}
		d.Root = b.build(root, 0)
	}
	return d
}

// Read reads data into what into points to, a struct with json tags. Nothing else
// may be in the file than into has a place for. Errors returns what is wrong.
func Read(file string, data []byte, into any, o ...Options) *Document {
	d := Open(file, data, append(o, Options{})[0])
	if d.Root != nil {
		d.decode(d.Value(), reflect.ValueOf(into).Elem())
	}
	return d
}

// Key is where the outermost mapping has a key: kinds of documents are distinguished
// by that. It is nil if there is none.
func (d *Document) Key(key string) *Node {
	if d.Root == nil || d.Root.Type != Mapping {
		return nil
	}
	for _, e := range d.Root.Entries {
		if e.Key == key {
			return e.At()
		}
	}
	return nil
}

// Value is the whole document.
func (d *Document) Value() Value { return Value{Node: d.Root, doc: d} }

// Problem reports what is wrong at a node. Nothing is wrong with what a recorded
// copy leaves to the environment: it was checked when it ran.
func (d *Document) Problem(at *Node, format string, args ...any) {
	if at == nil {
		at = &Node{}
	}
	if d.Recorded && len(at.Missing) > 0 || at.broken {
		return
	}
	d.problems = append(d.problems, d.place(at, format, args...))
}

// Note reports an old spelling that is still read.
func (d *Document) Note(at *Node, format string, args ...any) {
	if !d.Recorded {
		d.notes = append(d.notes, d.place(at, format, args...))
	}
}

func (d *Document) place(at *Node, format string, args ...any) Problem {
	return Problem{File: d.File, Line: at.Line, Column: at.Column, Text: oneLine.Replace(fmt.Sprintf(format, args...))}
}

// oneLine keeps a message on one line, whatever it quotes.
var oneLine = strings.NewReplacer("\n", `\n`, "\r", `\r`)

// Failed reports whether anything is wrong so far.
func (d *Document) Failed() bool { return len(d.problems) > 0 }

// Notes returns what the file spells in a way that is old but still read.
func (d *Document) Notes() error { return Join(d.notes) }

// Err returns everything that is wrong, nil if nothing is.
func (d *Document) Err() error { return Join(d.problems) }

// Errors returns everything that is wrong: what reading found, and what check
// returns. Each error that check joins begins with the path of a value and a colon,
// and is placed where that value is, or else what should hold it. If reading found
// something at the same place, check has seen no value there, and is not heard.
func (d *Document) Errors(check func() error) error {
	if d.Root == nil {
		return d.Err()
	}
	found := map[[2]int]bool{}
	for _, p := range d.problems {
		found[[2]int{p.Line, p.Column}] = true
	}
	for _, err := range each(check()) {
		if at := d.find(err.Error()); !found[[2]int{at.Line, at.Column}] {
			d.Problem(at, "%s", err.Error())
		}
	}
	return d.Err()
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

// find follows a path such as "doors[2].cache.ttl" as far as it goes. A value
// that is missing is placed at what should hold it.
func (d *Document) find(path string) *Node {
	at := d.Root
	for at != nil {
		next, rest := at.child(path)
		if next == nil {
			return at
		}
		at, path = next, rest
	}
	return &Node{}
}

// child is the value that path leads to first, and the path from there.
func (n *Node) child(path string) (*Node, string) {
	path = strings.TrimPrefix(path, ".")
	if inner, found := strings.CutPrefix(path, "["); found && n.Type == List {
		number, rest, _ := strings.Cut(inner, "]")
		if i, err := strconv.Atoi(number); err == nil && i >= 0 && i < len(n.Items) {
			return n.Items[i], rest
		}
		return nil, ""
	}
	for _, e := range n.Entries {
		rest, found := strings.CutPrefix(path, e.Key)
		if !found {
			rest, found = strings.CutPrefix(path, "["+e.Key+"]")
		}
		if found && (rest == "" || strings.ContainsRune(".[:", rune(rest[0]))) {
			return e.Value.placed(e), rest
		}
	}
	return nil, ""
}

// placed is n, a mapping or list being placed at its key.
func (n *Node) placed(e Entry) *Node {
	if n.Type != Mapping && n.Type != List {
		return n
	}
	at := *n
	at.Line, at.Column = e.Line, e.Column
	return &at
}
