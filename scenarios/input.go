package scenarios

import (
	"bytes"
	"fmt"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// An input is one file as it is being read. Problems are collected, so that
// all of them can be told at once.
type input struct {
	file     string
	folder   string // that the files it refers to are in
	files    []File // that were read
	env      func(string) (string, bool)
	recorded bool // a copy in a run directory: nothing outside of it is read
	problems []document.Problem
	secrets  []targets.Secret // values of variables that are sent

	unresolved []Reference // what a recorded copy leaves to the environment
}

// problem reports what is wrong with a node. Nothing is wrong with what a
// recorded copy leaves to the environment: it was checked when it ran.
func (in *input) problem(at *node, format string, args ...any) {
	if in.recorded && len(at.missing) > 0 {
		return
	}
	in.problems = append(in.problems, document.Problem{File: in.file, Line: at.line, Column: at.column, Text: fmt.Sprintf(format, args...)})
}

// tree reads data as one YAML document. It is nil if there is none.
func (in *input) tree(data []byte) *node {
	whole := &node{}
	if len(data) > document.MaxFile {
		in.problem(whole, "the file has %d bytes, and a scenario at most %d: move large bodies to files of their own (file: body.json)", len(data), document.MaxFile)
		return nil
	}
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	if !utf8.Valid(data) {
		in.problem(&node{line: invalidLine(data), column: 1}, "the file is not UTF-8 text")
		return nil
	}
	file, err := document.Syntax(string(data))
	if err != nil {
		in.problems = append(in.problems, document.Misread(in.file, err))
		return nil
	}
	return in.document(file)
}

// document builds the only document of file.
func (in *input) document(file *ast.File) *node {
	bodies := document.Bodies(file)
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
