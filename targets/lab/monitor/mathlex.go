package monitor

import (
	"fmt"
	"strconv"
	"strings"
)

// A mathToken is one word of an expression.
type mathToken struct {
	kind mathKind
	text string
	n    float64
}

type mathKind uint8

const (
	mathEnd mathKind = iota
	mathName
	mathNumber
	mathText
	mathMark
)

// longestExpression is the length that AWS accepts.
// Source: CloudWatch API reference, "MetricDataQuery".
const longestExpression = 2048

// lexMath takes an expression apart.
func lexMath(text string) ([]mathToken, error) {
	if len(text) > longestExpression {
		return nil, fmt.Errorf("an expression may have %d characters, this one has %d", longestExpression, len(text))
	}
	var tokens []mathToken
	for i := 0; i < len(text); {
		c := text[i]
		n := 1
		switch {
		case strings.IndexByte(" \t\r\n", c) >= 0:
		case strings.IndexByte("+-*/()[],", c) >= 0:
			tokens = append(tokens, mathToken{kind: mathMark, text: text[i : i+1]})
		case isNumeric(c):
			n = numberLength(text[i:])
			v, err := strconv.ParseFloat(text[i:i+n], 64)
			if err != nil {
				return nil, fmt.Errorf("%q is no number", text[i:i+n])
			}
			tokens = append(tokens, mathToken{kind: mathNumber, text: text[i : i+n], n: v})
		case isName(c):
			for n < len(text)-i && (isName(text[i+n]) || isNumeric(text[i+n]) && text[i+n] != '.') {
				n++
			}
			tokens = append(tokens, mathToken{kind: mathName, text: text[i : i+n]})
		case c == '"' || c == '\'':
			n = strings.IndexByte(text[i+1:], c) + 2
			if n == 1 {
				return nil, fmt.Errorf("the text %.50s has no end", text[i:])
			}
			tokens = append(tokens, mathToken{kind: mathText, text: text[i+1 : i+n-1]})
		default:
			return nil, fmt.Errorf("unexpected character %q; the operators are +, -, * and /", text[i:i+1])
		}
		i += n
	}
	return append(tokens, mathToken{kind: mathEnd, text: "the end"}), nil
}

// numberLength is how much of rest is a number, with a decimal exponent or not.
func numberLength(rest string) int {
	n := 0
	for n < len(rest) && isNumeric(rest[n]) {
		n++
	}
	if n < len(rest) && (rest[n] == 'e' || rest[n] == 'E') {
		m := n + 1
		if m < len(rest) && (rest[m] == '+' || rest[m] == '-') {
			m++
		}
		for m < len(rest) && rest[m] >= '0' && rest[m] <= '9' {
			m, n = m+1, m+1
		}
	}
	return n
}

func isNumeric(c byte) bool { return c >= '0' && c <= '9' || c == '.' }

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c == '_'
}
