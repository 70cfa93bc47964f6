package insights

import (
	"math"
	"regexp"
	"slices"
	"strings"
)

// An expr reads a value off a record.
type expr func(record) value

func constant(v value) expr { return func(record) value { return v } }

func field(name string) expr { return func(r record) value { return r.fields[name] } }

func both(a, b expr) expr {
	return func(r record) value { return truth(a(r).holds() && b(r).holds()) }
}

func either(a, b expr) expr {
	return func(r record) value { return truth(a(r).holds() || b(r).holds()) }
}

func not(a expr) expr { return func(r record) value { return truth(!a(r).holds()) } }

// comparisons are the operators between two values. What is absent is equal to
// nothing.
var comparisons = map[string]func(order int) bool{
	"=":  func(o int) bool { return o == 0 },
	"!=": func(o int) bool { return o != 0 },
	"<":  func(o int) bool { return o < 0 },
	"<=": func(o int) bool { return o <= 0 },
	">":  func(o int) bool { return o > 0 },
	">=": func(o int) bool { return o >= 0 },
}

func comparison(operator string, a, b expr) expr {
	holds := comparisons[operator]
	return func(r record) value {
		x, y := a(r), b(r)
		if !x.present || !y.present {
			return truth(operator == "!=" && x.present != y.present)
		}
		return truth(holds(compare(x, y)))
	}
}

func oneOf(a expr, list []expr) expr {
	return func(r record) value {
		x := a(r)
		return truth(x.present && slices.ContainsFunc(list, func(e expr) bool {
			y := e(r)
			return y.present && compare(x, y) == 0
		}))
	}
}

func contains(a expr, text string) expr {
	return func(r record) value { return truth(strings.Contains(a(r).String(), text)) }
}

func matches(a expr, p *regexp.Regexp) expr {
	return func(r record) value { return truth(p.MatchString(a(r).String())) }
}

// operators are those of arithmetic. What is no number gives nothing, and so
// does a division by zero.
var operators = map[string]func(a, b float64) float64{
	"+": func(a, b float64) float64 { return a + b },
	"-": func(a, b float64) float64 { return a - b },
	"*": func(a, b float64) float64 { return a * b },
	"/": func(a, b float64) float64 { return a / b },
	"%": math.Mod,
}

func arithmetic(operator string, a, b expr) expr {
	do := operators[operator]
	return func(r record) value {
		x, isX := a(r).num()
		y, isY := b(r).num()
		if v := do(x, y); isX && isY && !math.IsNaN(v) && !math.IsInf(v, 0) {
			return numberOf(v)
		}
		return value{}
	}
}

// A function computes a value from its arguments.
type function struct {
	least, most int // arguments
	call        func([]value) value
}

// functions are those of single records.
var functions = map[string]function{
	"ispresent": {1, 1, func(v []value) value { return truth(v[0].present) }},
	"strlen":    {1, 1, func(v []value) value { return numberOf(float64(len([]rune(v[0].String())))) }},
	"abs":       {1, 1, byNumber(math.Abs)},
	"ceil":      {1, 1, byNumber(math.Ceil)},
	"floor":     {1, 1, byNumber(math.Floor)},
	"coalesce": {1, 100, func(vs []value) value {
		for _, v := range vs {
			if v.present {
				return v
			}
		}
		return value{}
	}},
}

func byNumber(do func(float64) float64) func([]value) value {
	return func(v []value) value {
		if n, ok := v[0].num(); ok {
			return numberOf(do(n))
		}
		return value{}
	}
}

func call(f function, arguments []expr) expr {
	return func(r record) value {
		values := make([]value, len(arguments))
		for i, a := range arguments {
			values[i] = a(r)
		}
		return f.call(values)
	}
}
