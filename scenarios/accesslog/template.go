package accesslog

import (
	"bytes"
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// A part of a template is a variable and the text behind it.
type part struct {
	field
	until []byte // text behind it; empty: the end of the line
}

// variable matches one of API Gateway ($context.identity.ip) or of nginx ($status,
// ${status}).
var variable = regexp.MustCompile(`\$(context\.[A-Za-z0-9_.-]*[A-Za-z0-9_]|\{[a-z0-9_]+\}|[a-z_][a-z0-9_]*)`)

// Template is the format of lines that a template of API Gateway or a log_format of nginx
// makes. A value ends where the text behind its variable begins, so two variables need
// something between them.
func Template(text string) (Format, error) {
	before, parts, err := compile(text)
	if err != nil {
		return Format{}, err
	}
	f := Format{Name: "template", Title: "log in the given format"}
	f.is = func([]byte) bool { return true }
	f.open = func() decoder { return routed(templated(before, parts)) }
	return f, nil
}

func compile(text string) (before []byte, parts []part, err error) {
	known := templateFields()
	at := variable.FindAllStringIndex(text, -1)
	if at == nil {
		return nil, nil, fmt.Errorf("the format has no variable: write those of API Gateway, such as $context.status, or of nginx, such as $status")
	}
	wanted := false
	for i, span := range at {
		end := len(text)
		if i+1 < len(at) {
			end = at[i+1][0]
		}
		name := strings.NewReplacer("{", "", "}", "").Replace(text[span[0]+1 : span[1]])
		p := part{field{name, known[name]}, []byte(text[span[1]:end])}
		if len(p.until) == 0 && i+1 < len(at) {
			return nil, nil, fmt.Errorf("the format has nothing between $%s and the variable behind it: where one ends cannot be told", name)
		}
		wanted = wanted || p.set != nil
		parts = append(parts, p)
	}
	if !wanted {
		return nil, nil, fmt.Errorf("the format has no variable that is known: write those of API Gateway, such as $context.status, or of nginx, such as $status")
	}
	return []byte(text[:at[0][0]]), parts, nil
}

// templateFields are the setters of all variables.
func templateFields() map[string]setter {
	all := named(webFields)
	for _, f := range apiFields {
		if f.set != nil {
			all["context."+f.name] = f.set
		}
	}
	return all
}

func templated(before []byte, parts []part) decoder {
	what := Request
	return func(e *Entry, line []byte) (bool, error) {
		e.clear(what)
		rest, ok := bytes.CutPrefix(line, before)
		if !ok {
			return false, fmt.Errorf("does not begin as the format does")
		}
		for _, p := range parts {
			v := rest
			if len(p.until) > 0 {
				i := bytes.Index(rest, p.until)
				if i < 0 && p.until[0] == '\n' || i < 0 && string(bytes.TrimSpace(p.until)) == "" {
					i = len(rest)
				}
				if i < 0 {
					return false, fmt.Errorf("ends at $%s: what the format has behind it is missing", p.name)
				}
				i = p.behindMethod(rest, i)
				v, rest = rest[:i], rest[min(i+len(p.until), len(rest)):]
			}
			if p.set == nil || none(v) && !saysNone([]byte(p.name)) {
				continue
			}
			if err := p.set(e, v); err != nil {
				return false, fmt.Errorf("$%s %w", p.name, err)
			}
		}
		return true, nil
	}
}

// behindMethod is where a route key ends that has a blank in it, as "GET /users" has.
func (p *part) behindMethod(rest []byte, end int) int {
	if p.name != "context.routeKey" || bytes.HasPrefix(rest, []byte("/")) || bytes.HasPrefix(rest, []byte("$")) {
		return end
	}
	if next := bytes.Index(rest[min(end+1, len(rest)):], p.until); next > 0 && rest[end] == ' ' && rest[end+1] == '/' {
		return end + 1 + next
	}
	return end
}

// anyOf decodes by the first of several templates whose text fits the line.
func anyOf(texts ...string) func() decoder {
	return func() decoder {
		var all []decoder
		for _, text := range texts {
			if before, parts, err := compile(text); err == nil { // as a test holds all presets to
				all = append(all, templated(before, parts))
			}
		}
		return func(e *Entry, line []byte) (ok bool, err error) {
			for i, d := range all {
				if ok, err = d(e, line); err == nil {
					if i > 0 { // lines of a log are alike
						all[0], all[i] = all[i], all[0]
					}
					return ok, nil
				}
			}
			return ok, err
		}
	}
}

func startsWith(line []byte, any ...string) bool {
	return slices.ContainsFunc(any, func(text string) bool { return bytes.HasPrefix(line, []byte(text)) })
}
