package stacks

import (
	"slices"
	"strconv"
	"strings"

	"tollgate/pricing/document"
	"tollgate/targets"
)

// A resource is one of a template, under CloudFormation's names.
type resource struct {
	id, kind  string
	condition string // under which it is there; "": it is
	line      int
	props     *document.Node
}

// prop is a value below the properties, by its path; nil if there is none.
func (r resource) prop(path ...string) *document.Node { return below(r.props, path...) }

func below(n *document.Node, path ...string) *document.Node {
	for _, key := range path {
		if n == nil {
			return nil
		}
		n = n.Find(key)
	}
	return n
}

// A template is what a file describes.
type template struct {
	name       string // of the file
	resources  []resource
	parameters map[string]*document.Node // defaults
	functions  *document.Node            // SAM's globals for functions
	apis       *document.Node            // and for APIs, by their types
	conditions *document.Node
	mappings   *document.Node
	unknown    []string // what was looked for and depends on something else
	unread     []string // parts of the file that are left out

	physical     map[string]string // ids of resources that are deployed
	unseenBefore []string          // what is known to be missing from the template: sentences
}

// find is a resource by its logical id.
func (t *template) find(id string) (resource, bool) {
	i := slices.IndexFunc(t.resources, func(r resource) bool { return r.id == id })
	if i < 0 {
		return resource{}, false
	}
	return t.resources[i], true
}

// say is a value as a text; "" with a remark if it is there and depends on something else.
func (t *template) say(of string, n *document.Node) string {
	text, known := t.text(n)
	if !known && n != nil && n.Type != document.Null {
		t.dependsOn(of)
	}
	return text
}

// number is a value as a number; 0 if it is none.
func (t *template) number(of string, n *document.Node) float64 {
	text := t.say(of, n)
	value, err := strconv.ParseFloat(text, 64)
	if text == "" || err != nil {
		return 0
	}
	return value
}

// yes is a value as a truth.
func (t *template) yes(n *document.Node) bool {
	text, _ := t.text(n)
	return strings.EqualFold(text, "true")
}

// refers are the logical ids that a value refers to, in order.
func refers(n *document.Node) (ids []string) {
	if n == nil {
		return nil
	}
	for _, e := range n.Entries {
		switch id, _, _ := strings.Cut(e.Value.Text, "."); {
		case e.Key == "Ref":
			ids = append(ids, e.Value.Text)
		case e.Key == "Fn::GetAtt" && e.Value.Type == document.String:
			ids = append(ids, id)
		case e.Key == "Fn::GetAtt" && len(e.Value.Items) > 0:
			ids = append(ids, e.Value.Items[0].Text)
		case e.Key == "Fn::Sub":
			ids = append(ids, refersOfSub(e.Value)...)
		default:
			ids = append(ids, refers(e.Value)...)
		}
	}
	for _, item := range n.Items {
		ids = append(ids, refers(item)...)
	}
	return ids
}

func refersOfSub(n *document.Node) (ids []string) {
	texts := []*document.Node{n}
	if n.Type == document.List {
		texts = n.Items[:min(1, len(n.Items))]
		for _, further := range n.Items[len(texts):] {
			ids = append(ids, refers(further)...)
		}
	}
	for _, text := range texts {
		for _, m := range place.FindAllStringSubmatch(text.Text, -1) {
			id, _, _ := strings.Cut(m[1], ".")
			ids = append(ids, id)
		}
	}
	return ids
}

// refersTo says whether a value refers to a resource. What names it by a literal does too.
func refersTo(n *document.Node, id string) bool {
	return slices.Contains(refers(n), id) || n != nil && n.Type == document.String && n.Text == id
}

// kindOf is the front door that a type of resources is; nil if it is none.
func kindOf(resourceType string) *targets.Kind {
	for _, k := range targets.Kinds {
		if slices.Contains(k.Resources, resourceType) {
			return k
		}
	}
	return nil
}
