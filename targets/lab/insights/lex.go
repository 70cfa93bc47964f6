package insights

import (
	"fmt"
	"strings"
)

// A token is one word of a query.
type token struct {
	kind kind
	text string
	at   int // byte in the query, for messages
}

type kind uint8

const (
	ended   kind = iota
	word         // a name or a keyword
	quoted       // a text
	digits       // a number, perhaps with a unit: 1m
	pattern      // between slashes
	mark         // an operator or a bracket
)

// longestQuery is the length that AWS accepts.
// Source: CloudWatch Logs API reference, "StartQuery".
const longestQuery = 10_000

var marks = []string{"!=", "<=", ">=", "=~", "=", "<", ">", "(", ")", "[", "]", ",", "|", "+", "-", "*", "/", "%"}

// lex takes a query apart.
func lex(query string) ([]token, error) {
	if len(query) > longestQuery {
		return nil, fmt.Errorf("a query may have %d characters, this one has %d", longestQuery, len(query))
	}
	var tokens []token
	for i := 0; ; {
		for i < len(query) && strings.IndexByte(" \t\r\n", query[i]) >= 0 {
			i++
		}
		if i == len(query) {
			return append(tokens, token{ended, "the end", i}), nil
		}
		if query[i] == '#' {
			line, _, _ := strings.Cut(query[i:], "\n")
			i += len(line)
			continue
		}
		t, n, err := next(query[i:], i, tokens)
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		i += n
	}
}

// next reads the token that rest begins with, and its length.
func next(rest string, at int, before []token) (token, int, error) {
	c := rest[0]
	switch {
	case c == '"' || c == '\'' || c == '`':
		text, n, closed := delimited(rest, c)
		if !closed {
			return token{}, 0, fmt.Errorf("the text that begins at character %d has no end", at+1)
		}
		if c == '`' {
			return token{word, text, at}, n, nil
		}
		return token{quoted, text, at}, n, nil
	case c == '/' && beginsPattern(before):
		text, n, closed := delimited(rest, c)
		if !closed {
			return token{}, 0, fmt.Errorf("the pattern that begins at character %d has no end", at+1)
		}
		return token{pattern, text, at}, n, nil
	case isDigit(c):
		n := span(rest, func(c byte) bool { return isDigit(c) || c == '.' || isLetter(c) })
		return token{digits, rest[:n], at}, n, nil
	case isLetter(c) || c == '@':
		n := 1 + span(rest[1:], func(c byte) bool { return isLetter(c) || isDigit(c) || c == '.' })
		return token{word, rest[:n], at}, n, nil
	}
	for _, m := range marks {
		if strings.HasPrefix(rest, m) {
			return token{mark, m, at}, len(m), nil
		}
	}
	return token{}, 0, fmt.Errorf("unexpected character %q at %d", rest[:1], at+1)
}

// beginsPattern says whether a slash begins a pattern, and does not divide.
func beginsPattern(before []token) bool {
	if len(before) == 0 {
		return false
	}
	last := before[len(before)-1]
	return last.text == "=~" || last.kind == word && strings.EqualFold(last.text, "like")
}

// delimited reads up to the closing delimiter; a backslash takes the next
// character as it is. In a pattern it stays, unless it is for the delimiter.
func delimited(rest string, delimiter byte) (text string, n int, closed bool) {
	var b strings.Builder
	for i := 1; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == delimiter:
			return b.String(), i + 1, true
		case c == '\\' && i+1 < len(rest):
			i++
			if delimiter == '/' && rest[i] != '/' {
				b.WriteByte('\\')
			}
			b.WriteByte(rest[i])
		default:
			b.WriteByte(c)
		}
	}
	return "", 0, false
}

func span(s string, in func(byte) bool) int {
	for i := range len(s) {
		if !in(s[i]) {
			return i
		}
	}
	return len(s)
}

func isDigit(c byte) bool { return c >= '0' && c <= '9' }
func isLetter(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
