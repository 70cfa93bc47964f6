package scenarios

import (
	"bytes"
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

// The bounds of a scenario file. The YAML parser recurses on nesting and takes
// quadratic time in the number of keys, so what it is given is bounded first.
const (
	MaxFile   = 256 << 10
	maxTokens = 20_000
	maxNodes  = 20_000
	maxDepth  = 64
)

// An input is one file as it is being read. Problems are collected, so that
// all of them can be told at once.
type input struct {
	file     string
	env      func(string) (string, bool)
	recorded bool // a copy in a run directory: what only sending needs may be missing
	problems []Problem
}

func (in *input) problem(at *node, format string, args ...any) {
	in.problems = append(in.problems, Problem{File: in.file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// tree reads data as one YAML document. It is nil if there is none.
func (in *input) tree(data []byte) *node {
	whole := &node{}
	if len(data) > MaxFile {
		in.problem(whole, "the file has %d bytes, and a scenario at most %d: move large bodies to files of their own (file: body.json)", len(data), MaxFile)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		in.problem(&node{line: invalidLine(data), column: 1}, "the file is not UTF-8 text")
		return nil
	}
	file, err := syntax(string(data))
	if err != nil {
		in.syntaxProblem(err)
		return nil
	}
	return in.document(file)
}

// document builds the only document of file.
func (in *input) document(file *ast.File) *node {
	var bodies []ast.Node
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.CommentGroupType && doc.Body.Type() != ast.DirectiveType {
			bodies = append(bodies, doc.Body)
		}
	}
	switch len(bodies) {
	case 0:
		in.problem(&node{}, "the file is empty: \"tollgate init\" writes a scenario to start from")
		return nil
	case 1:
		b := &builder{in: in, anchors: map[string]*node{}}
		return b.build(bodies[0], 0)
	}
	in.problem(&node{line: bodies[1].GetToken().Position.Line, column: 1}, "the file has a second document (---): a scenario is one")
	return nil
}

// syntax parses text within bounds. A panic of the parser, which reads what
// strangers wrote, is an error like any other.
func syntax(text string) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("this is not YAML that can be read")
		}
	}()
	tokens := lexer.Tokenize(text)
	if err := bounded(tokens); err != nil {
		return nil, err
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey()) // duplicates are found by the builder, all at once
}

// bounded refuses what would keep the parser too busy.
func bounded(tokens token.Tokens) error {
	if len(tokens) > maxTokens {
		return fmt.Errorf("the file holds too much: %d words and signs, and at most %d can be read", len(tokens), maxTokens)
	}
	var columns []int // of the block collections that are open
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
		if flow == 0 && (first || tk.Type == token.SequenceEntryType || tk.Type == token.MappingKeyType) {
			for len(columns) > 0 && columns[len(columns)-1] >= tk.Position.Column {
				columns = columns[:len(columns)-1]
			}
			columns = append(columns, tk.Position.Column)
		}
		if flow+len(columns) > maxDepth {
			return &yaml.SyntaxError{Message: fmt.Sprintf("nested more than %d deep", maxDepth), Token: tk}
		}
	}
	return nil
}

// syntaxProblem places what the YAML parser says.
func (in *input) syntaxProblem(err error) {
	var placed yaml.Error
	if errors.As(err, &placed) && placed.GetToken() != nil && placed.GetToken().Position != nil {
		at := placed.GetToken().Position
		message, _, _ := strings.Cut(placed.GetMessage(), "\n")
		in.problem(&node{line: at.Line, column: at.Column}, "this is not YAML: %s", message)
		return
	}
	message, _, _ := strings.Cut(err.Error(), "\n")
	in.problem(&node{}, "%s", message)
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
