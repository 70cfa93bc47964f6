package document

import (
	"errors"
	"fmt"
	"strings"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"
)

// The bounds of a file.
const (
	MaxFile   = 256 << 10
	maxTokens = 20_000
	maxDepth  = 64
)

// Syntax parses text within bounds. Keys that are given twice are left for the
// caller to find, all at once.
func Syntax(text string) (file *ast.File, err error) {
	defer func() {
		if p := recover(); p != nil {
			err = errors.New("this is not YAML that can be read")
		}
	}()
	tokens := lexer.Tokenize(text)
	if err := bounded(tokens); err != nil {
		return nil, err
	}
	return parser.Parse(tokens, 0, parser.AllowDuplicateMapKey())
}

// Bodies are the documents of a file that hold anything.
func Bodies(file *ast.File) (bodies []ast.Node) {
	for _, doc := range file.Docs {
		if doc.Body != nil && doc.Body.Type() != ast.CommentType && doc.Body.Type() != ast.CommentGroupType && doc.Body.Type() != ast.DirectiveType {
			bodies = append(bodies, doc.Body)
		}
	}
	return bodies
}

// Misread is what Syntax says of a file that it cannot parse, with its place.
func Misread(file string, err error) Problem {
	p := Problem{File: file}
	message := err.Error()
	var placed yaml.Error
	if errors.As(err, &placed) && placed.GetToken() != nil && placed.GetToken().Position != nil {
		p.Line, p.Column = placed.GetToken().Position.Line, placed.GetToken().Position.Column
		message = "this is not YAML: " + placed.GetMessage()
		if strings.Contains(message, "'\t'") {
			message = "this is not YAML: a tab where it wants spaces"
		}
	}
	p.Text, _, _ = strings.Cut(message, "\n")
	return p
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
