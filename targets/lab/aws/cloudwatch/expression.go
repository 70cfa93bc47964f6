package cloudwatch

import (
	"errors"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"math"
	"slices"
	"strconv"
)

// An expression is metric math over the metrics of one request: numbers, ids,
// the four operators, comparisons, IF(condition, then, else) and FILL(id, number).
// It gives a point wherever all the metrics it names outside FILL have one.
type expression struct {
	value  term
	ids    []string // of the metrics that it names outside FILL
	filled []string // of those that it names in FILL
}

// A term is a part of an expression: its value, given those of the metrics.
type term func(metrics map[string]float64) float64

// longestExpression is the length that AWS accepts.
// Source: CloudWatch API reference, "MetricDataQuery".
const longestExpression = 2048

// parseExpression reads an expression. Metric math and Go write this part of
// their languages alike, precedence included, so Go's own parser reads it.
// Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics".
func parseExpression(text string) (*expression, error) {
	if len(text) > longestExpression {
		return nil, fmt.Errorf("it has %d characters; the limit is %d", len(text), longestExpression)
	}
	tree, err := parser.ParseExpr(text)
	if err != nil {
		return nil, fmt.Errorf("it cannot be read: %v", err)
	}
	x := &expression{}
	x.value, err = x.term(tree)
	return x, err
}

var errBeyond = errors.New("the lab evaluates numbers, ids, + - * /, comparisons, IF(condition, then, else) and FILL(id, number), and no other metric math")

func (x *expression) term(e ast.Expr) (term, error) {
	switch e := e.(type) {
	case *ast.Ident:
		if !slices.Contains(x.ids, e.Name) {
			x.ids = append(x.ids, e.Name)
		}
		return func(metrics map[string]float64) float64 { return metrics[e.Name] }, nil
	case *ast.BasicLit:
		v, err := strconv.ParseFloat(e.Value, 64)
		return func(map[string]float64) float64 { return v }, err
	case *ast.ParenExpr:
		return x.term(e.X)
	case *ast.UnaryExpr:
		if of := operators[e.Op]; e.Op == token.SUB || e.Op == token.ADD {
			a, err := x.term(e.X)
			return func(metrics map[string]float64) float64 { return of(0, a(metrics)) }, err
		}
	case *ast.BinaryExpr:
		if of := operators[e.Op]; of != nil {
			parts, err := x.terms(e.X, e.Y)
			return func(metrics map[string]float64) float64 { return of(parts[0](metrics), parts[1](metrics)) }, err
		}
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.Ident); ok && !e.Ellipsis.IsValid() {
			return x.call(name.Name, e.Args)
		}
	}
	return nil, errBeyond
}

func (x *expression) terms(parts ...ast.Expr) (all []term, err error) {
	for _, part := range parts {
		t, err := x.term(part)
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func (x *expression) call(name string, args []ast.Expr) (term, error) {
	switch {
	case name == "IF" && len(args) == 3:
		parts, err := x.terms(args...)
		return func(metrics map[string]float64) float64 {
			if parts[0](metrics) != 0 {
				return parts[1](metrics)
			}
			return parts[2](metrics)
		}, err
	case name == "FILL" && len(args) == 2:
		id, isID := args[0].(*ast.Ident)
		if _, isNumber := args[1].(*ast.BasicLit); isID && isNumber {
			x.filled = append(x.filled, id.Name)
			otherwise, err := x.term(args[1])
			return func(metrics map[string]float64) float64 {
				if v, has := metrics[id.Name]; has {
					return v
				}
				return otherwise(metrics)
			}, err
		}
	}
	return nil, errBeyond
}

var operators = map[token.Token]func(a, b float64) float64{
	token.ADD: func(a, b float64) float64 { return a + b },
	token.SUB: func(a, b float64) float64 { return a - b },
	token.MUL: func(a, b float64) float64 { return a * b },
	token.QUO: func(a, b float64) float64 { return a / b },
	token.GTR: func(a, b float64) float64 { return truth(a > b) },
	token.GEQ: func(a, b float64) float64 { return truth(a >= b) },
	token.LSS: func(a, b float64) float64 { return truth(a < b) },
	token.LEQ: func(a, b float64) float64 { return truth(a <= b) },
	token.EQL: func(a, b float64) float64 { return truth(a == b) },
	token.NEQ: func(a, b float64) float64 { return truth(a != b) },
}

func truth(is bool) float64 {
	if is {
		return 1
	}
	return 0
}

// points evaluates x wherever all its metrics have a value. A result that is not
// a number, such as that of a division by zero, gives no point.
func (x *expression) points(metrics map[string][]point) (out []point, err error) {
	if len(x.ids) == 0 {
		return nil, errors.New("the result must be a time series, and it names no metric outside FILL")
	}
	values := map[int64]map[string]float64{} // by second and id
	for _, id := range slices.Concat(x.ids, x.filled) {
		points, known := metrics[id]
		if !known {
			return nil, fmt.Errorf("it names %q, and no metric of the request has that id", id)
		}
		for _, p := range points {
			at := p.at.Unix()
			if values[at] == nil {
				values[at] = map[string]float64{}
			}
			values[at][id] = p.value
		}
	}
	for _, p := range metrics[x.ids[0]] {
		at := values[p.at.Unix()]
		missing := slices.ContainsFunc(x.ids, func(id string) bool { _, has := at[id]; return !has })
		if v := x.value(at); !missing && !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, point{p.at, v})
		}
	}
	return out, nil
}
