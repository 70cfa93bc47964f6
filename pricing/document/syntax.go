package document

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// A Bound limits the size of a file, so that no file keeps the parser busy for
// more than moments.
type Bound struct {
	Bytes  int // of the file
	Values int // in it, each alias counted as a copy
}

// The bounds of files that people write, and of price books, which programs
// write and which list a rate of every dimension in every region.
var (
	Small = Bound{256 << 10, 20_000}
	Large = Bound{4 << 20, 150_000}
)

const maxDepth = 64

// parse reads data as one YAML document or JSON value. The tree is nil, with a
// problem, if there is none.
func (d *Document) parse(data []byte) ast.Node {
	whole := &Node{}
	if len(data) > d.Bound.Bytes {
		d.Problem(whole, "the file has more than %d bytes", d.Bound.Bytes)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		d.Problem(&Node{Line: invalidLine(data)}, "the file is not UTF-8 text")
		return nil
	}
	if json.Valid(data) { // its strings hold no tab, only \t
		data = bytes.ReplaceAll(data, []byte("\t"), []byte(" "))
	}
	file, err := d.syntax(string(data))
	if err != nil {
		d.problems = append(d.problems, misread(d.File, err))
		return nil
	}
	return d.only(file)
}

// syntax parses text within bounds. Keys given twice are reported later, all at
// once.
func (d *Document) syntax(text string) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("this is not YAML that can be read")
		}
	}()
	tokens := lexer.Tokenize(text)
	if err := bounded(tokens, d.Bound.Values); err != nil {
		return nil, err
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// only returns the one document of a file.
func (d *Document) only(file *ast.File) ast.Node {
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.CommentGroupType && doc.Body.Type() != ast.DirectiveType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		d.Problem(&Node{}, "the file is empty: %s", d.Empty)
		return nil
	case 1:
		return bodies[0]
	}
	d.Problem(&Node{Line: bodies[1].GetToken().Position.Line}, "the file has a second document (---): only one is read")
	return nil
}

// misread is the problem of a file that the parser refused. It never asks a placed
// error for its whole text, which quotes the file and takes seconds of a long one.
func misread(file string, err error) Problem {
	p := Problem{File: file}
	var placed yaml.Error
	if !errors.As(err, &placed) || placed.GetToken() == nil || placed.GetToken().Position == nil {
		p.Text, _, _ = strings.Cut(err.Error(), "\n")
		return p
	}
	p.Line, p.Column = placed.GetToken().Position.Line, placed.GetToken().Position.Column
	p.Text, _, _ = strings.Cut("this is not YAML: "+placed.GetMessage(), "\n")
	if strings.Contains(p.Text, "'\t'") {
		p.Text = "this is not YAML: a tab where spaces belong"
	}
	return p
}

// maxKeys bounds the keys of one mapping in block style, for which the parser takes
// quadratic time.
const maxKeys = 2_000

// A level is a block collection that is open.
type level struct{ column, keys int }

// bounded refuses what would keep the parser busy: it recurses on nesting.
func bounded(tokens token.Tokens, most int) error {
	if len(tokens) > most {
		return fmt.Errorf("the file holds too much: it has %d tokens, and at most %d are read", len(tokens), most)
	}
	var open []level
	flow, line := 0, 0
	for _, tk := range tokens {
		switch tk.Type {
		case token.SequenceStartType, token.MappingStartType:
			flow++
		case token.SequenceEndType, token.MappingEndType:
			flow = max(0, flow-1)
		}
		first := tk.Position.Line != line
		line = tk.Position.Line
		if flow == 0 {
			open = opened(open, tk, first)
		}
		switch {
		case flow+len(open) > maxDepth:
			return &yaml.SyntaxError{Message: fmt.Sprintf("nested more than %d deep", maxDepth), Token: tk}
		case len(open) > 0 && open[len(open)-1].keys > maxKeys:
			return &yaml.SyntaxError{Message: fmt.Sprintf("a mapping with more than %d keys", maxKeys), Token: tk}
		}
	}
	return nil
}

// opened is which block collections are open at a token outside of brackets.
func opened(open []level, tk *token.Token, first bool) []level {
	item := tk.Type == token.SequenceEntryType
	if first || item || tk.Type == token.MappingKeyType {
		for len(open) > 0 && open[len(open)-1].column > tk.Position.Column {
			open = open[:len(open)-1]
		}
		if len(open) == 0 || open[len(open)-1].column < tk.Position.Column {
			open = append(open, level{column: tk.Position.Column})
		}
	}
	if last := len(open) - 1; last >= 0 && item {
		open[last].keys = 0
	} else if last >= 0 && tk.Type == token.MappingValueType {
		open[last].keys++
	}
	return open
}

// invalidLine is the line of the first byte that is not UTF-8.
func invalidLine(data []byte) int {
	line := 1
	for len(data) > 0 {
		r, n := utf8.DecodeRune(data)
		if r == utf8.RuneError && n == 1 {
			break
		}
		if r == '\n' {
			line++
		}
		data = data[n:]
	}
	return line
}
