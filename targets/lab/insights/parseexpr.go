package insights

import (
	"regexp"
	"strconv"
	"strings"
	"time"
)

// condition reads conditions, the weakest operator first: or, and, not.
func (p *parser) condition() expr {
	if p.depth++; p.depth > deepest {
		p.fail("this is nested too deeply")
	}
	defer func() { p.depth-- }()
	e := p.conjunction()
	for p.accept("or") {
		e = either(e, p.conjunction())
	}
	return e
}

func (p *parser) conjunction() expr {
	e := p.negation()
	for p.accept("and") {
		e = both(e, p.negation())
	}
	return e
}

func (p *parser) negation() expr {
	flip := false
	for p.accept("not") {
		flip = !flip
	}
	e := p.comparison()
	if flip {
		return not(e)
	}
	return e
}

func (p *parser) comparison() expr {
	e := p.sum()
	if p.err != nil {
		return e
	}
	if t := p.peek(); t.kind == mark && comparisons[t.text] != nil {
		p.take()
		return comparison(t.text, e, p.sum())
	}
	if p.accept("=~") {
		return p.like(e)
	}
	flip := p.accept("not")
	switch {
	case p.accept("like"):
		e = p.like(e)
	case p.accept("in"):
		e = p.list(e)
	case flip:
		p.fail("like or in must follow not")
	}
	if flip {
		return not(e)
	}
	return e
}

func (p *parser) like(e expr) expr {
	switch t := p.take(); t.kind {
	case quoted:
		return contains(e, t.text)
	case pattern:
		compiled, err := regexp.Compile(t.text)
		if err != nil {
			p.fail("the pattern is none: %v", err)
			return e
		}
		return matches(e, compiled)
	default:
		p.fail("a text or a /pattern/ must follow like, and not %q", t.text)
		return e
	}
}

func (p *parser) list(e expr) expr {
	p.expect("[")
	var all []expr
	for first := true; p.err == nil && (first || p.accept(",")); first = false {
		all = append(all, p.sum())
	}
	p.expect("]")
	return oneOf(e, all)
}

func (p *parser) sum() expr {
	e := p.product()
	for p.is("+") || p.is("-") {
		e = arithmetic(p.take().text, e, p.product())
	}
	return e
}

func (p *parser) product() expr {
	e := p.primary()
	for p.is("*") || p.is("/") || p.is("%") {
		e = arithmetic(p.take().text, e, p.primary())
	}
	return e
}

func (p *parser) primary() expr {
	flip := false
	for p.accept("-") {
		flip = !flip
	}
	e := p.atom()
	if flip {
		return arithmetic("-", constant(numberOf(0)), e)
	}
	return e
}

func (p *parser) atom() expr {
	switch t := p.take(); {
	case t.kind == quoted:
		return constant(textOf(t.text))
	case t.kind == digits:
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil {
			p.fail("%q is no number", t.text)
		}
		return constant(numberOf(n))
	case t.kind == mark && t.text == "(":
		e := p.condition()
		p.expect(")")
		return e
	case t.kind == word && p.is("("):
		return p.call(t.text)
	case t.kind == word:
		return field(t.text)
	default:
		p.fail("an expression is missing before %q", t.text)
		return constant(value{})
	}
}

func (p *parser) call(name string) expr {
	f, known := functions[strings.ToLower(name)]
	if !known {
		p.fail("%q is no function that is understood here", name)
		return constant(value{})
	}
	arguments := p.arguments()
	if n := len(arguments); p.err == nil && (n < f.least || n > f.most) {
		p.fail("%s does not take %d arguments", name, n)
	}
	return call(f, arguments)
}

func (p *parser) arguments() (all []expr) {
	p.expect("(")
	if p.accept(")") {
		return nil
	}
	for first := true; p.err == nil && (first || p.accept(",")); first = false {
		all = append(all, p.condition())
	}
	p.expect(")")
	return all
}

// aggregate reads one of a stats command's functions.
func (p *parser) aggregate() statistic {
	name := p.take()
	p.expect("(")
	if strings.EqualFold(name.text, "count") && (p.accept("*") || p.is(")")) {
		p.expect(")")
		return func(records []record) value { return numberOf(float64(len(records))) }
	}
	e := p.sum()
	read, known := statistics[strings.ToLower(name.text)]
	if strings.EqualFold(name.text, "pct") || strings.EqualFold(name.text, "percentile") {
		p.expect(",")
		t := p.take()
		n, err := strconv.ParseFloat(t.text, 64)
		if err != nil || !(n >= 0 && n <= 100) {
			p.fail("a percentile must be a number from 0 to 100")
		}
		read, known = percentile(n), true
	}
	p.expect(")")
	if !known {
		p.fail("%q is no statistic that is understood here: there are count, count_distinct, sum, avg, min, max and pct", name.text)
	}
	return over(e, read)
}

// key reads what groups are made by: bin(1m), or a field's value.
func (p *parser) key() expr {
	if p.is("bin") && len(p.tokens) > 1 && p.tokens[1].text == "(" {
		p.take()
		p.take()
		t := p.take()
		d, err := time.ParseDuration(strings.Replace(t.text, "d", "h", 1))
		if strings.HasSuffix(t.text, "d") {
			d *= 24
		}
		if err != nil || d < time.Millisecond || d > 366*24*time.Hour {
			p.fail("%q is no time to bin by, such as 1m", t.text)
			d = time.Minute
		}
		p.expect(")")
		return bin(d)
	}
	return p.sum()
}
