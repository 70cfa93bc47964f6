package insights

import (
	"fmt"
	"strconv"
	"strings"
)

// A parser reads a query from its tokens. It remembers the first thing that it
// does not understand and reads no further.
type parser struct {
	text   string
	tokens []token
	err    error
	depth  int
}

// deepest bounds how far expressions may be nested.
const deepest = 200

// parse reads a query.
func parse(text string) (*query, error) {
	tokens, err := lex(text)
	if err != nil {
		return nil, err
	}
	p := &parser{text: text, tokens: tokens}
	q := &query{plain: true}
	for first := true; p.err == nil && (first || p.accept("|")); first = false {
		p.command(q)
	}
	if p.err == nil && p.peek().kind != ended {
		p.fail("%q is not understood here", p.peek().text)
	}
	return q, p.err
}

func (p *parser) fail(format string, args ...any) {
	if p.err == nil {
		p.err = fmt.Errorf("at character %d: %s", p.peek().at+1, fmt.Sprintf(format, args...))
	}
}

func (p *parser) peek() token { return p.tokens[0] }

// take returns the next token; after an error there is only the end.
func (p *parser) take() token {
	t := p.tokens[0]
	if p.err != nil {
		return token{kind: ended, at: t.at}
	}
	if t.kind != ended {
		p.tokens = p.tokens[1:]
	}
	return t
}

// is says whether the next token is a mark or a keyword.
func (p *parser) is(text string) bool {
	t := p.peek()
	return p.err == nil && (t.kind == mark && t.text == text || t.kind == word && strings.EqualFold(t.text, text))
}

func (p *parser) accept(text string) bool {
	if !p.is(text) {
		return false
	}
	p.take()
	return true
}

func (p *parser) expect(text string) {
	if !p.accept(text) {
		p.fail("%q is missing before %q", text, p.peek().text)
	}
}

// command reads one stage.
func (p *parser) command(q *query) {
	name := p.take()
	switch strings.ToLower(name.text) {
	case "fields", "display":
		columns := p.columns()
		q.stages = append(q.stages, compute(columns))
		if strings.EqualFold(name.text, "display") {
			q.shown = nil
		}
		for _, c := range columns {
			q.shown = append(q.shown, c.name)
		}
	case "filter":
		q.stages = append(q.stages, keep(p.condition()))
	case "stats":
		p.stats(q)
	case "sort":
		q.stages = append(q.stages, order(p.orderings()))
	case "limit", "head":
		q.stages = append(q.stages, head(p.whole()))
	default:
		p.fail("%q is no command that is understood here: there are fields, display, filter, stats, sort and limit", name.text)
	}
}

// columns reads expressions that may be given names.
func (p *parser) columns() (columns []named) {
	for first := true; p.err == nil && (first || p.accept(",")); first = false {
		begin := p.peek().at
		e := p.condition()
		columns = append(columns, named{p.alias(begin), e})
	}
	return columns
}

// alias reads "as name"; otherwise an expression is called as it is written.
func (p *parser) alias(begin int) string {
	end := p.peek().at
	if !p.accept("as") {
		return strings.Trim(strings.TrimSpace(p.text[begin:max(begin, end)]), "`")
	}
	t := p.take()
	if t.kind != word {
		p.fail("%q is no name", t.text)
	}
	return t.text
}

func (p *parser) orderings() (keys []ordering) {
	for first := true; p.err == nil && (first || p.accept(",")); first = false {
		k := ordering{expr: p.sum(), down: true} // Logs Insights sorts downwards unless told
		if p.accept("asc") {
			k.down = false
		} else {
			p.accept("desc")
		}
		keys = append(keys, k)
	}
	return keys
}

func (p *parser) whole() int {
	t := p.take()
	n, err := strconv.Atoi(t.text)
	if t.kind != digits || err != nil || n < 1 || n > mostResults {
		p.fail("a limit must be a whole number from 1 to %d", mostResults)
		return 1
	}
	return n
}

// stats reads aggregates and what they are grouped by. From there on records
// are groups and have no fields but these.
func (p *parser) stats(q *query) {
	var aggregates []aggregate
	q.shown, q.plain = nil, false
	var names []string
	for first := true; p.err == nil && (first || p.accept(",")); first = false {
		begin := p.peek().at
		read := p.aggregate()
		a := aggregate{p.alias(begin), read}
		aggregates, names = append(aggregates, a), append(names, a.name)
	}
	var keys []named
	if p.accept("by") {
		for first := true; p.err == nil && (first || p.accept(",")); first = false {
			begin := p.peek().at
			e := p.key()
			keys = append(keys, named{p.alias(begin), e})
		}
	}
	for _, k := range keys {
		q.shown = append(q.shown, k.name)
	}
	q.shown = append(q.shown, names...)
	q.stages = append(q.stages, group(aggregates, keys))
}
