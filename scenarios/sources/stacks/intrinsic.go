package stacks

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
)

// Source of all of this: CloudFormation user guide, "Intrinsic function reference",
// "Conditions" and "Pseudo parameters reference".

// A truth is that of a condition.
type truth int

const (
	unknown truth = iota
	no
	yea
)

func truthOf(is bool) truth {
	if is {
		return yea
	}
	return no
}

func (a truth) not() truth { return [...]truth{unknown, yea, no}[a] }

// settle evaluates what parameters decide, once these are known: which resources there are,
// and which of two values a property has. What no default decides stays, and is named.
func (t *template) settle() {
	kept := t.resources[:0:0]
	for _, r := range t.resources {
		is := yea
		if r.condition != "" {
			is = t.condition(r.condition, 0)
		}
		switch is {
		case no:
			t.leftOut(r.id + " (its condition " + r.condition + " does not hold)")
			continue
		case unknown:
			t.dependsOn("condition " + r.condition)
		}
		r.props = t.settled(r.props)
		kept = append(kept, r)
	}
	t.resources, t.functions, t.apis = kept, t.settled(t.functions), t.settled(t.apis)
}

// leftOut remembers a part of the template that the scenario does not have, if it is one that
// it could have.
func (t *template) leftOut(what string) { t.unread = append(t.unread, what) }

// dependsOn remembers what is not known.
func (t *template) dependsOn(what string) {
	if !slices.Contains(t.unknown, what) {
		t.unknown = append(t.unknown, what)
	}
}

// condition evaluates a condition by its name.
func (t *template) condition(name string, depth int) truth {
	const deepest = 20
	if n := below(t.conditions, name); n != nil && depth <= deepest {
		return t.holds(n, depth+1)
	}
	return unknown
}

// holds evaluates a condition.
func (t *template) holds(n *document.Node, depth int) truth {
	if n.Type != document.Mapping || len(n.Entries) != 1 {
		return unknown
	}
	e := n.Entries[0]
	switch items := e.Value.Items; {
	case e.Key == "Condition":
		return t.condition(e.Value.Text, depth)
	case e.Key == "Fn::Equals" && len(items) == 2:
		a, known := t.text(t.settled(items[0]))
		b, also := t.text(t.settled(items[1]))
		if known && also {
			return truthOf(a == b)
		}
	case e.Key == "Fn::Not" && len(items) == 1:
		return t.holds(items[0], depth).not()
	case e.Key == "Fn::And":
		return t.all(items, depth, yea)
	case e.Key == "Fn::Or":
		return t.all(items, depth, no)
	}
	return unknown
}

// all is yea of And where all are, and no of Or where all are; the opposite where one is.
func (t *template) all(items []*document.Node, depth int, of truth) truth {
	result := of
	for _, item := range items {
		switch t.holds(item, depth) {
		case of.not():
			return of.not()
		case unknown:
			result = unknown
		}
	}
	return result
}

// settled is a value with Fn::If and Fn::FindInMap replaced by what they stand for, and
// without what is AWS::NoValue.
func (t *template) settled(n *document.Node) *document.Node {
	if n == nil || n.Type < document.Mapping {
		return n
	}
	if n.Type == document.Mapping && len(n.Entries) == 1 {
		switch e := n.Entries[0]; {
		case e.Key == "Ref" && e.Value.Text == "AWS::NoValue":
			return nil
		case e.Key == "Fn::If" && len(e.Value.Items) == 3:
			return t.chosenBranch(n, e.Value.Items)
		case e.Key == "Fn::FindInMap" && len(e.Value.Items) >= 3:
			return t.mapped(n, e.Value.Items)
		}
	}
	made := *n
	made.Entries, made.Items = nil, nil
	for _, e := range n.Entries {
		if e.Value = t.settled(e.Value); e.Value != nil {
			made.Entries = append(made.Entries, e)
		}
	}
	for _, item := range n.Items {
		if item = t.settled(item); item != nil {
			made.Items = append(made.Items, item)
		}
	}
	return &made
}

// chosenBranch is the value of Fn::If.
func (t *template) chosenBranch(n *document.Node, items []*document.Node) *document.Node {
	switch t.condition(items[0].Text, 0) {
	case yea:
		return t.settled(items[1])
	case no:
		return t.settled(items[2])
	}
	t.dependsOn("condition " + items[0].Text)
	return n
}

// mapped is the value of Fn::FindInMap: a text, or a short list.
func (t *template) mapped(n *document.Node, items []*document.Node) *document.Node {
	const longest = 100
	at := t.mappings
	for _, key := range items[:3] {
		name, known := t.text(t.settled(key))
		if at = below(at, name); !known || at == nil {
			return n
		}
	}
	if at.Type == document.Mapping || len(at.Items) > longest {
		return n
	}
	return at
}

// text is a value as a text, where the file says it.
func (t *template) text(n *document.Node) (string, bool) {
	switch {
	case n == nil || n.Type == document.Null:
		return "", false
	case n.Type < document.Mapping:
		return n.Text, true
	case n.Type != document.Mapping || len(n.Entries) != 1:
		return "", false
	}
	switch e := n.Entries[0]; e.Key {
	case "Ref":
		if value := t.parameters[e.Value.Text]; value != nil {
			return t.text(value)
		}
	case "Fn::Sub":
		return t.substituted(e.Value)
	case "Fn::Join":
		return t.joined(e.Value)
	case "Fn::Select":
		return t.selected(e.Value)
	}
	return "", false
}

// outline is a value as a text in which a * stands for each part that the file does not
// say: of what CDK joins, for the partition, the region and what resources are called.
func (t *template) outline(n *document.Node) string {
	if text, known := t.text(n); known {
		return text
	}
	const some, longest = "*", 4096
	var made strings.Builder
	switch join, sub := below(n, "Fn::Join"), below(n, "Fn::Sub"); {
	case join != nil && len(join.Items) == 2 && len(join.Items[1].Items) > 0:
		for i, item := range join.Items[1].Items {
			if i > 0 {
				made.WriteString(join.Items[0].Text)
			}
			text, known := t.text(item)
			if made.WriteString(text); !known {
				made.WriteString(some)
			}
		}
	case sub != nil && len(sub.Items) > 0:
		made.WriteString(place.ReplaceAllString(sub.Items[0].Text, some))
	case sub != nil:
		made.WriteString(place.ReplaceAllString(sub.Text, some))
	default:
		return ""
	}
	return made.String()[:min(made.Len(), longest)]
}

// place matches what Fn::Sub replaces.
var place = regexp.MustCompile(`\$\{([^!}]+)\}`)

// substituted is the text of Fn::Sub.
func (t *template) substituted(n *document.Node) (string, bool) {
	var variables *document.Node
	if n.Type == document.List && len(n.Items) > 0 {
		if len(n.Items) > 1 {
			variables = n.Items[1]
		}
		n = n.Items[0]
	}
	if n.Type != document.String {
		return "", false
	}
	known := true
	text := place.ReplaceAllStringFunc(n.Text, func(found string) string {
		name := strings.TrimSpace(found[2 : len(found)-1])
		of := below(variables, name)
		if of == nil {
			of = t.parameters[name]
		}
		value, ok := t.text(of)
		known = known && ok
		return value
	})
	const longest = 4096
	if !known || len(text) > longest {
		return "", false
	}
	return strings.ReplaceAll(text, "${!", "${"), true
}

// joined is the text of Fn::Join.
func (t *template) joined(n *document.Node) (string, bool) {
	if n.Type != document.List || len(n.Items) != 2 {
		return "", false
	}
	var parts []string
	for _, item := range n.Items[1].Items {
		part, ok := t.text(item)
		if !ok {
			return "", false
		}
		parts = append(parts, part)
	}
	return strings.Join(parts, n.Items[0].Text), true
}

// selected is the text of Fn::Select, from a list or from what Fn::Split makes of a text.
func (t *template) selected(n *document.Node) (string, bool) {
	if n.Type != document.List || len(n.Items) != 2 {
		return "", false
	}
	at, err := strconv.Atoi(n.Items[0].Text)
	of := n.Items[1]
	split := below(of, "Fn::Split")
	switch {
	case err != nil || at < 0:
	case of.Type == document.List && at < len(of.Items):
		return t.text(of.Items[at])
	case split != nil && len(split.Items) == 2 && split.Items[0].Text != "":
		text, known := t.text(split.Items[1])
		if parts := strings.Split(text, split.Items[0].Text); known && at < len(parts) {
			return parts[at], true
		}
	}
	return "", false
}
