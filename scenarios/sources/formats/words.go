package formats

import (
	"errors"
	"regexp"
	"strconv"
	"strings"
	"unicode/utf8"

	"mvdan.cc/sh/v3/syntax"

	"tollgate/scenarios/sources"
)

// A command is the words of a simple command, as a scenario writes texts: a variable of the
// shell is a reference to it.
type command struct {
	line  int
	words []string
}

// commands are the simple commands of a script. Of a pipe the first one counts: what
// reads the response is not part of the request.
func (in Input) commands(text string) ([]command, error) {
	file, err := syntax.NewParser(syntax.Variant(syntax.LangBash)).Parse(strings.NewReader(text), "")
	if err != nil {
		return nil, in.notShell(text, err)
	}
	var all []command
	for _, stmt := range file.Stmts {
		for {
			pipe, ok := stmt.Cmd.(*syntax.BinaryCmd)
			if !ok {
				break
			}
			if pipe.Op != syntax.Pipe && pipe.Op != syntax.PipeAll {
				return nil, in.at(int(pipe.OpPos.Line()), "commands that depend on each other (%s) are not followed: give curl commands alone", pipe.Op)
			}
			stmt = pipe.X
		}
		call, ok := stmt.Cmd.(*syntax.CallExpr)
		if !ok || len(call.Assigns) > 0 {
			return nil, in.at(int(stmt.Pos().Line()), "this is no simple command: give curl commands alone")
		}
		one := command{line: int(stmt.Pos().Line())}
		for _, word := range call.Args {
			plain, err := plainWord(word)
			if err != nil {
				return nil, in.at(int(word.Pos().Line()), "%v", err)
			}
			one.words = append(one.words, plain)
		}
		all = append(all, one)
	}
	return all, nil
}

// notShell places a syntax error, with what is likely meant.
func (in Input) notShell(text string, err error) error {
	line, what := 1, err.Error()
	if parse, ok := errors.AsType[syntax.ParseError](err); ok {
		line, what = int(parse.Pos.Line()), parse.Text
	}
	if strings.Contains(text, "^\"") || strings.Contains(text, "^\n") {
		what += "; this looks like a command for Windows: choose \"Copy as cURL (bash)\""
	}
	return in.at(line, "this is no shell command: %s", what)
}

// plainWord is a word without its quotes.
func plainWord(word *syntax.Word) (string, error) {
	var out strings.Builder
	for _, part := range word.Parts {
		if err := plainPart(&out, part, false); err != nil {
			return "", err
		}
	}
	return out.String(), nil
}

// variableName matches the variables that become references.
var variableName = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)

func plainPart(out *strings.Builder, part syntax.WordPart, quoted bool) error {
	switch part := part.(type) {
	case *syntax.Lit:
		out.WriteString(sources.Literal(unescaped(part.Value, quoted)))
	case *syntax.SglQuoted:
		value := part.Value
		if part.Dollar {
			value = ansiC(value)
		}
		out.WriteString(sources.Literal(value))
	case *syntax.DblQuoted:
		for _, inner := range part.Parts {
			if err := plainPart(out, inner, true); err != nil {
				return err
			}
		}
	case *syntax.ParamExp:
		if part.Param == nil || !variableName.MatchString(part.Param.Value) || part.Excl || part.Length || part.Index != nil || part.Slice != nil || part.Repl != nil || part.Exp != nil {
			return errors.New("of the shell's expansions only $NAME and ${NAME} are followed: put the value into a variable")
		}
		out.WriteString("${env:" + part.Param.Value + "}")
	default:
		return errors.New("the output of a command, or a pattern, is not followed: put the value into a variable, and write $NAME")
	}
	return nil
}

// unescaped is a text without backslashes. Between double quotes one stands before the
// characters that keep a meaning there (POSIX.1, Shell Command Language, 2.2.3).
func unescaped(text string, quoted bool) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '\\' && i+1 < len(text) {
			switch next := text[i+1]; {
			case next == '\n':
				i++
				continue
			case !quoted || strings.IndexByte("$`\"\\", next) >= 0:
				i++
			}
		}
		out.WriteByte(text[i])
	}
	return out.String()
}

// simpleEscapes are those of $'…' with one character (Bash manual, ANSI-C Quoting).
var simpleEscapes = map[byte]byte{'a': 7, 'b': 8, 'e': 27, 'E': 27, 'f': 12, 'n': 10, 'r': 13, 't': 9, 'v': 11, '\\': '\\', '\'': '\'', '"': '"', '?': '?'}

// numericEscapes are those with digits: the base, and how many digits at most.
var numericEscapes = map[byte]struct{ base, most int }{'x': {16, 2}, 'u': {16, 4}, 'U': {16, 8}}

// ansiC is the text of $'…'.
func ansiC(text string) string {
	var out strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			out.WriteByte(text[i])
			continue
		}
		i++
		if plain, ok := simpleEscapes[text[i]]; ok {
			out.WriteByte(plain)
			continue
		}
		form, ok := numericEscapes[text[i]]
		from := i + 1
		if !ok {
			form, from = struct{ base, most int }{8, 3}, i
		}
		end := from
		for end < len(text) && end < from+form.most && isDigit(text[end], form.base) {
			end++
		}
		code, err := strconv.ParseUint(text[from:end], form.base, 32)
		switch {
		case err != nil:
			out.WriteString(text[i-1 : i+1])
			continue
		case text[i] == 'u' || text[i] == 'U':
			out.WriteString(string(utf8.AppendRune(nil, rune(code))))
		default:
			out.WriteByte(byte(code))
		}
		i = end - 1
	}
	return out.String()
}

func isDigit(c byte, base int) bool {
	_, err := strconv.ParseUint(string(rune(c)), base, 8)
	return err == nil && c < utf8.RuneSelf
}
