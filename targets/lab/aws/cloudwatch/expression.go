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
	tree   ast.Expr
	ids    []string // of the metrics that it names outside FILL
	filled []string // of those that it names in FILL
}

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
	x := &expression{tree: tree}
	return x, x.check(tree)
}

// check refuses what this endpoint does not evaluate, and collects the ids.
func (x *expression) check(e ast.Expr) error {
	switch e := e.(type) {
	case *ast.Ident:
		if !slices.Contains(x.ids, e.Name) {
			x.ids = append(x.ids, e.Name)
		}
		return nil
	case *ast.BasicLit:
		_, err := strconv.ParseFloat(e.Value, 64)
		return err
	case *ast.ParenExpr:
		return x.check(e.X)
	case *ast.UnaryExpr:
		if e.Op == token.SUB || e.Op == token.ADD {
			return x.check(e.X)
		}
	case *ast.BinaryExpr:
		if operators[e.Op] != nil {
			return x.checkAll(e.X, e.Y)
		}
	case *ast.CallExpr:
		if name, ok := e.Fun.(*ast.Ident); ok && !e.Ellipsis.IsValid() {
			return x.checkCall(name.Name, e.Args)
		}
	}
	return errBeyond
}

var errBeyond = errors.New("the lab evaluates numbers, ids, + - * /, comparisons, IF(condition, then, else) and FILL(id, number), and no other metric math")

func (x *expression) checkCall(name string, args []ast.Expr) error {
	switch {
	case name == "IF" && len(args) == 3:
		return x.checkAll(args...)
	case name == "FILL" && len(args) == 2:
		id, isID := args[0].(*ast.Ident)
		if _, isNumber := args[1].(*ast.BasicLit); isID && isNumber {
			x.filled = append(x.filled, id.Name)
			return x.check(args[1])
		}
	}
	return errBeyond
}

func (x *expression) checkAll(parts ...ast.Expr) error {
	for _, part := range parts {
		if err := x.check(part); err != nil {
			return err
		}
	}
	return nil
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
		return nil, fmt.Errorf("the result must be a time series, and it names no metric outside FILL")
	}
	values := map[string]map[int64]float64{}
	for _, id := range slices.Concat(x.ids, x.filled) {
		points, known := metrics[id]
		if !known {
			return nil, fmt.Errorf("it names %q, and no metric of the request has that id", id)
		}
		values[id] = make(map[int64]float64, len(points))
		for _, p := range points {
			values[id][p.at.Unix()] = p.value
		}
	}
	for _, p := range metrics[x.ids[0]] {
		at := map[string]float64{}
		for id, points := range values {
			if v, has := points[p.at.Unix()]; has {
				at[id] = v
			}
		}
		missing := slices.ContainsFunc(x.ids, func(id string) bool { _, has := at[id]; return !has })
		if v := evaluate(x.tree, at); !missing && !math.IsNaN(v) && !math.IsInf(v, 0) {
			out = append(out, point{p.at, v})
		}
	}
	return out, nil
}

// evaluate works out a checked expression.
func evaluate(e ast.Expr, at map[string]float64) float64 {
	switch e := e.(type) {
	case *ast.Ident:
		return at[e.Name]
	case *ast.BasicLit:
		v, _ := strconv.ParseFloat(e.Value, 64) // it was read before, by check
		return v
	case *ast.ParenExpr:
		return evaluate(e.X, at)
	case *ast.UnaryExpr:
		if e.Op == token.SUB {
			return -evaluate(e.X, at)
		}
		return evaluate(e.X, at)
	case *ast.BinaryExpr:
		return operators[e.Op](evaluate(e.X, at), evaluate(e.Y, at))
	case *ast.CallExpr:
		return evaluateCall(e, at)
	}
	return math.NaN()
}

func evaluateCall(e *ast.CallExpr, at map[string]float64) float64 {
	if len(e.Args) == 3 { // IF
		if evaluate(e.Args[0], at) != 0 {
			return evaluate(e.Args[1], at)
		}
		return evaluate(e.Args[2], at)
	}
	if id, ok := e.Args[0].(*ast.Ident); ok { // FILL
		if v, has := at[id.Name]; has {
			return v
		}
	}
	return evaluate(e.Args[1], at)
}
