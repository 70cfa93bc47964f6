package stacks

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
	"tollgate/targets/jsonschema"
)

// uuidMark stands in an example for an identifier that is another one in each request.
const uuidMark = "7f1d6f0e-5c1b-4d7e-9a35-3c0b8e2f6a41"

// The types of models. Source: CloudFormation template reference.
var modelTypes = map[string]string{"AWS::ApiGateway::Model": "RestApiId", "AWS::ApiGatewayV2::Model": "ApiId"}

// modelOf is the schema of the model that a value refers to, by its resource or its name; nil
// if the template has none.
func (t *template) modelOf(d *door, n *document.Node) *document.Node {
	name, _ := t.text(n)
	for _, r := range t.resources {
		if of := modelTypes[r.kind]; of == "" || !owns(d, r, of) {
			continue
		}
		if refersTo(n, r.id) || name != "" && textOf(r.prop("Name")) == name {
			return schemaOf(r.prop("Schema"))
		}
	}
	return nil
}

// schemaOf is a schema, which may be a text with JSON in it.
func schemaOf(n *document.Node) *document.Node {
	if n == nil || n.Type != document.String {
		return n
	}
	d := document.Open("schema", []byte(n.Text), document.Options{Bound: bound})
	if d.Failed() {
		return nil
	}
	return d.Root
}

// asked is the schema of what a method or a route takes: of bodies in JSON, or of messages,
// whose models stand under what chooses them.
func (t *template) asked(d *door, models *document.Node, key string) *document.Node {
	if models == nil || models.Type != document.Mapping { // Terraform has references in its place
		return t.modelOf(d, models)
	}
	for _, want := range []string{key, "application/json", "$default"} {
		if n := models.Find(want); n != nil {
			return t.modelOf(d, n)
		}
	}
	for _, e := range models.Entries {
		if kind := strings.ToLower(e.Key); strings.HasSuffix(kind, "+json") || strings.HasPrefix(kind, "application/json;") || d.kind.OnlyMessages && len(models.Entries) == 1 {
			return t.modelOf(d, e.Value)
		}
	}
	return nil
}

// example is a value of a schema within a document, which the schema allows. That is not
// checked where the schema refers to what stands outside it.
func (t *template) example(d *door, schema, root *document.Node) *document.Node {
	const longest = 64 << 10
	if schema == nil {
		return nil
	}
	m := &exampleMaker{t: t, d: d, left: mostExampleValues}
	value := m.value(schema, root, 0)
	alone := !m.apart && (!m.parts || schema == root)
	if value == nil || len(value.JSON()) > longest || alone && !allowed(schema, value) {
		return nil
	}
	return value
}

// allowed says whether a schema allows a value.
func allowed(schema, value *document.Node) bool {
	compiled, err := jsonschema.Compile(schema.JSON(), jsonschema.Draft4)
	if err != nil {
		return false
	}
	decoded, err := jsonschema.Decode(value.JSON())
	return err == nil && compiled.Validate(decoded) == nil
}

// literally is a value whose texts a scenario takes as they are, but for identifiers.
func literally(n *document.Node) *document.Node {
	made := &document.Node{Type: n.Type, Raw: n.Raw, Text: n.Text}
	if n.Type == document.String {
		made = document.Text(strings.ReplaceAll(sources.Literal(n.Text), uuidMark, "${uuid}"))
	}
	for _, item := range n.Items {
		made.Items = append(made.Items, literally(item))
	}
	for _, e := range n.Entries {
		made.Entries = append(made.Entries, document.Pairs(sources.Literal(e.Key), literally(e.Value)).Entries...)
	}
	return made
}

// emptyModel is a model that each API has, which says nothing.
// Source: API Gateway developer guide, "Data models for REST APIs".
const emptyModel = "Empty"

// of gives a route the example of what it takes.
func (r *route) of(t *template, d *door, of resource, key string) {
	models := of.prop("RequestModels")
	if models == nil || !r.takesBody() && !d.kind.OnlyMessages {
		return
	}
	if len(models.Entries) == 1 && textOf(models.Entries[0].Value) == emptyModel {
		return
	}
	schema := t.asked(d, models, key)
	r.modelled, r.example = true, t.example(d, schema, schema)
}

// takesBody says whether requests of the route have a body as a rule.
func (r *route) takesBody() bool {
	return slices.Contains([]string{http.MethodPost, http.MethodPut, http.MethodPatch}, r.method)
}

// body gives a request the example of its body.
func (r route) body(one *sources.Found) {
	if r.example == nil {
		return
	}
	one.Body = literally(r.example).JSON()
	one.Headers = append(one.Headers, sources.Header{Name: "Content-Type", Value: "application/json"})
}

// bodies says of which routes bodies were made, and of which none could be.
func (d *door) bodies() (texts []string) {
	var made, without []string
	for _, r := range d.routes {
		switch {
		case r.example != nil:
			made = append(made, r.key())
		case r.modelled:
			without = append(without, r.key())
		}
	}
	what := "Bodies"
	if d.kind.OnlyMessages {
		what = "Messages"
	}
	if made != nil {
		texts = append(texts, fmt.Sprintf("%s of these are made of their models, with what is required and values made up: %s. Put values that the API expects in their place.", what, someOf(made)))
	}
	if without != nil {
		texts = append(texts, fmt.Sprintf("%s of these have models of which none could be made: %s. Write them into the scenario.", what, someOf(without)))
	}
	return texts
}
