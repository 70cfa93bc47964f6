package monitor

import "fmt"

// A formula works out a value from the metrics of a request.
type formula func(mathScope) (operand, error)

// A mathScope finds what an expression may refer to.
type mathScope struct {
	id      func(string) (operand, error)
	metrics func(containing string) ([]namedSeries, error)
}

// A mathParser reads an expression from its tokens, by precedence: signs, then
// * and /, then + and -, each from the left.
// Source: CloudWatch user guide, "Using math expressions with CloudWatch metrics".
type mathParser struct {
	tokens []mathToken
	depth  int
}

// deepestMath bounds how far expressions may be nested.
const deepestMath = 100

func parseMath(text string) (formula, error) {
	tokens, err := lexMath(text)
	if err != nil {
		return nil, err
	}
	p := &mathParser{tokens: tokens}
	f, err := p.sum()
	if err == nil && p.tokens[0].kind != mathEnd {
		err = fmt.Errorf("%q is not understood here", p.tokens[0].text)
	}
	return f, err
}

func (p *mathParser) take() mathToken {
	t := p.tokens[0]
	if t.kind != mathEnd {
		p.tokens = p.tokens[1:]
	}
	return t
}

func (p *mathParser) is(marks string) bool {
	t := p.tokens[0]
	for i := range len(marks) {
		if t.kind == mathMark && t.text == marks[i:i+1] {
			return true
		}
	}
	return false
}

func (p *mathParser) expect(mark string) error {
	if t := p.tokens[0]; !p.is(mark) {
		return fmt.Errorf("%q is missing before %q", mark, t.text)
	}
	p.take()
	return nil
}

func (p *mathParser) sum() (formula, error) {
	if p.depth++; p.depth > deepestMath {
		return nil, fmt.Errorf("the expression is nested too deeply")
	}
	defer func() { p.depth-- }()
	return p.chain("+-", p.product)
}

func (p *mathParser) product() (formula, error) { return p.chain("*/", p.signed) }

// chain reads operands between operators of the same precedence.
func (p *mathParser) chain(operators string, operandOf func() (formula, error)) (formula, error) {
	f, err := operandOf()
	for err == nil && p.is(operators) {
		operator, left := p.take().text[0], f
		right, failed := operandOf()
		if failed != nil {
			return nil, failed
		}
		f = func(s mathScope) (operand, error) {
			a, err := left(s)
			if err != nil {
				return a, err
			}
			b, err := right(s)
			if err != nil {
				return b, err
			}
			return combine(operator, a, b)
		}
	}
	return f, err
}

func (p *mathParser) signed() (formula, error) {
	negative := false
	for p.is("+-") {
		negative = p.take().text == "-" != negative
	}
	f, err := p.atom()
	if err != nil || !negative {
		return f, err
	}
	return func(s mathScope) (operand, error) {
		v, err := f(s)
		if err != nil {
			return v, err
		}
		return combine('*', operand{scalar: -1}, v)
	}, nil
}

func (p *mathParser) atom() (formula, error) {
	switch t := p.take(); {
	case t.kind == mathNumber:
		return func(mathScope) (operand, error) { return operand{scalar: t.n}, nil }, nil
	case t.kind == mathName && p.is("("):
		return p.call(t.text)
	case t.kind == mathName:
		return func(s mathScope) (operand, error) { return s.id(t.text) }, nil
	case t.kind == mathMark && t.text == "(":
		f, err := p.sum()
		if err == nil {
			err = p.expect(")")
		}
		return f, err
	case t.kind == mathMark && t.text == "[":
		return p.array()
	default:
		return nil, fmt.Errorf("a metric, a number or a function is missing before %q", t.text)
	}
}

// array reads [m1, m2].
func (p *mathParser) array() (formula, error) {
	var members []formula
	for {
		f, err := p.sum()
		if err != nil {
			return nil, err
		}
		members = append(members, f)
		if !p.is(",") {
			break
		}
		p.take()
	}
	if err := p.expect("]"); err != nil {
		return nil, err
	}
	return func(s mathScope) (operand, error) {
		var all []namedSeries
		for _, f := range members {
			v, err := f(s)
			if err != nil {
				return v, err
			}
			if v.kind == isScalar {
				return v, fmt.Errorf("an array is of time series, and not of numbers")
			}
			if all = append(all, v.series...); len(all) > maxQueries {
				return v, fmt.Errorf("an array may have %d time series", maxQueries)
			}
		}
		return operand{kind: isArray, series: all}, nil
	}, nil
}

// call reads a function's arguments.
func (p *mathParser) call(name string) (formula, error) {
	p.take()
	if name == "METRICS" {
		containing := ""
		if p.tokens[0].kind == mathText {
			containing = p.take().text
		}
		return func(s mathScope) (operand, error) {
			all, err := s.metrics(containing)
			return operand{kind: isArray, series: all}, err
		}, p.expect(")")
	}
	reduce, known := reductions[name]
	if !known {
		return nil, fmt.Errorf("there is no function %s here; there are AVG, MAX, METRICS, MIN and SUM", name)
	}
	f, err := p.sum()
	if err == nil {
		err = p.expect(")")
	}
	return func(s mathScope) (operand, error) {
		v, err := f(s)
		if err != nil {
			return v, err
		}
		return reduce.apply(name, v)
	}, err
}
