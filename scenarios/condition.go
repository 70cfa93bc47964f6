package scenarios

import (
	"fmt"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// A Condition compares what a step left with a constant: "${steps.login.status} == 200".
// On its own, "${steps.page.next}" holds where there is a value that is not empty, and
// "!${steps.page.next}" where there is none.
//
// Rejected: expressions with "and", arithmetic or functions. They make a program of a
// scenario, of which nothing is known before it has run.
type Condition struct {
	Text    string
	slot    int
	op      string // "": there is a value; "!": there is none
	want    string
	number  float64
	numeric bool
}

var conditionForm = document.Form(`^(!?)\s*\$\{steps\.([^}]+)\}\s*(?:(==|!=|<=|>=|<|>)\s*(.*?))?\s*$`)

// readCondition reads a condition on one of the slots.
func readCondition(v document.Value, text string, slots []string) *Condition {
	parts := conditionForm().FindStringSubmatch(strings.TrimSpace(text))
	if parts == nil || parts[1] != "" && parts[3] != "" || parts[3] != "" && parts[4] == "" {
		v.Bad("is not a condition: write one such as %q, %q or %q", "${steps.login.status} == 200", "${steps.page.next} != end", "${steps.page.next}")
		return nil
	}
	c := &Condition{Text: strings.TrimSpace(text), slot: -1, op: parts[1] + parts[3], want: unquoted(parts[4])}
	for i, name := range slots {
		if name == parts[2] {
			c.slot = i
		}
	}
	if c.slot < 0 {
		v.Problem("%q: no earlier step leaves %s%s", c.Text, parts[2], document.DidYouMean(parts[2], slots))
		return nil
	}
	var err error
	c.number, err = strconv.ParseFloat(c.want, 64)
	c.numeric = err == nil
	if strings.ContainsAny(c.op, "<>") && !c.numeric {
		v.Problem("%q: %q compares numbers, and %q is none", c.Text, c.op, c.want)
		return nil
	}
	return c
}

// unquoted is a constant without its quotes.
func unquoted(s string) string {
	if n := len(s); n > 1 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// Holds reports whether the condition holds; a nil one does. It fails where numbers are
// compared and the value is none.
func (c *Condition) Holds(extracted [][]byte) (bool, error) {
	if c == nil {
		return true, nil
	}
	value := extracted[c.slot]
	switch c.op {
	case "":
		return len(value) > 0, nil
	case "!":
		return len(value) == 0, nil
	}
	number, err := strconv.ParseFloat(string(value), 64)
	switch {
	case err == nil && c.numeric:
		return holds(c.op, compare(number, c.number)), nil
	case strings.ContainsAny(c.op, "<>"):
		return false, fmt.Errorf("%s: %.40q is not a number", c.Text, value)
	}
	return holds(c.op, strings.Compare(string(value), c.want)), nil
}

func compare(a, b float64) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// holds says whether an operator holds for what a comparison gave.
func holds(op string, order int) bool {
	switch op {
	case "==":
		return order == 0
	case "!=":
		return order != 0
	case "<":
		return order < 0
	case "<=":
		return order <= 0
	case ">":
		return order > 0
	}
	return order >= 0
}
