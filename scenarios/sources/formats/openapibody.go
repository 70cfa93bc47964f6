package formats

import (
	"bytes"
	"encoding/json"
	"fmt"
	"iter"
	"maps"
	"slices"
	"strings"

	"github.com/getkin/kin-openapi/openapi3"

	"tollgate/scenarios/sources"
)

// How well bodies of a type can be made.
const (
	asJSON = iota
	asForm
	asParts
	asText
	unusable
)

// rank is how bodies of a media type are made.
func rank(kind string) int {
	kind, _, _ = strings.Cut(strings.ToLower(kind), ";")
	switch kind = strings.TrimSpace(kind); {
	case kind == "application/json", kind == "*/*":
		return asJSON
	case strings.HasSuffix(kind, "+json"), strings.HasSuffix(kind, "/json"):
		return asJSON
	case kind == "application/x-www-form-urlencoded":
		return asForm
	case kind == "multipart/form-data":
		return asParts
	case strings.HasPrefix(kind, "text/"):
		return asText
	}
	return unusable
}

func mapsKeys[V any](m map[string]V) iter.Seq[string] { return maps.Keys(m) }

// encode writes a value as a body of a type, and says how the type is sent.
func encode(kind string, value any) (data []byte, sent string, err error) {
	switch rank(kind) {
	case asForm:
		object, _ := value.(map[string]any)
		var pairs []string
		for _, name := range slices.Sorted(maps.Keys(object)) {
			if text, ok := textOf(object[name]); ok {
				pairs = append(pairs, escapedSegment(name)+"="+escapedSegment(text))
			}
		}
		return []byte(strings.Join(pairs, "&")), kind, nil
	case asParts:
		object, _ := value.(map[string]any)
		call := &curlCall{}
		for _, name := range slices.Sorted(maps.Keys(object)) {
			text, ok := textOf(object[name])
			if !ok { // what is no text is JSON in a part
				data, err := json.Marshal(object[name])
				if err != nil {
					return nil, "", fmt.Errorf("its form has a part %s that is no JSON: %w", name, err)
				}
				text = string(data)
			}
			call.form = append(call.form, sources.Literal(name+"="+strings.TrimLeft(text, "@<")))
		}
		data, err := call.multipart()
		return data, "multipart/form-data; boundary=" + boundary, err
	case asText:
		text, ok := textOf(value)
		if !ok {
			return nil, "", fmt.Errorf("its body of type %s has no example", kind)
		}
		return []byte(sources.Literal(text)), kind, nil
	}
	var out bytes.Buffer
	e := json.NewEncoder(&out)
	e.SetEscapeHTML(false)
	if err := e.Encode(value); err != nil {
		return nil, "", fmt.Errorf("its example is no JSON: %w", err)
	}
	text := sources.Literal(strings.TrimSpace(out.String()))
	if kind == "*/*" {
		kind = "application/json"
	}
	return []byte(strings.ReplaceAll(text, escapedMark, "${uuid}")), kind, nil
}

// passwords are the values of an example that the schema says are passwords. Those that were
// made up here are none.
func passwords(schema *openapi3.SchemaRef, value any) []string {
	left := mostExampleValues
	var all []string
	var search func(ref *openapi3.SchemaRef, value any, depth int)
	search = func(ref *openapi3.SchemaRef, value any, depth int) {
		if left--; ref == nil || ref.Value == nil || value == nil || left < 0 || depth > 2*deepestExample {
			return
		}
		s := ref.Value
		if text, is := value.(string); is && s.Format == "password" && text != "" && text != stringOf(s) {
			all = append(all, text)
		}
		switch value := value.(type) {
		case map[string]any:
			for _, name := range slices.Sorted(maps.Keys(s.Properties)) {
				search(s.Properties[name], value[name], depth+1)
			}
		case []any:
			for _, item := range value {
				search(s.Items, item, depth+1)
			}
		}
		for _, parts := range []openapi3.SchemaRefs{s.AllOf, s.OneOf, s.AnyOf} {
			for _, part := range parts {
				search(part, value, depth+1)
			}
		}
	}
	search(schema, value, 0)
	return all
}

// secure adds what the operation needs of credentials: the first of its alternatives.
// They are variables with names of their own, whatever the description calls them.
func (f *apiFile) secure(o apiOperation, one *sources.Found) {
	required := f.doc.Security
	if o.Security != nil {
		required = *o.Security
	}
	if len(required) == 0 || f.doc.Components == nil {
		return
	}
	for _, alternative := range required {
		if len(alternative) == 0 {
			return // none is an alternative
		}
	}
	for _, name := range slices.Sorted(maps.Keys(required[0])) {
		ref := f.doc.Components.SecuritySchemes[name]
		if ref == nil || ref.Value == nil {
			f.note(fmt.Sprintf("The security scheme %s is not described: requests are sent without it.", name))
			continue
		}
		f.credential(name, ref.Value, one)
	}
}

func (f *apiFile) credential(name string, s *openapi3.SecurityScheme, one *sources.Found) {
	header := func(name, value string) {
		one.Headers = append(one.Headers, sources.Header{Name: name, Value: value})
	}
	if kind, _ := s.Extensions["x-amazon-apigateway-authtype"].(string); strings.EqualFold(kind, "awsSigv4") {
		one.Auth = "iam"
		return
	}
	if has(one.Headers, "Authorization") && s.Type != "apiKey" {
		f.note("Where an operation needs two credentials in the header Authorization, the first is sent.")
		return
	}
	switch scheme := strings.ToLower(s.Scheme); {
	case s.Type == "http" && scheme == "basic":
		header("Authorization", f.need("AUTHORIZATION", "\"Basic \" and the base64 of NAME:PASSWORD, for "+name))
	case s.Type == "http" && scheme == "bearer", s.Type == "oauth2", s.Type == "openIdConnect":
		header("Authorization", "Bearer "+f.need("BEARER_TOKEN", "a bearer token, for "+name))
	case s.Type == "apiKey" && s.In == "header" && s.Name != "":
		value := f.need(f.keyVariable(name), "the API key "+name)
		one.Secret = append(one.Secret, value)
		header(s.Name, value)
	case s.Type == "apiKey" && s.In == "query" && s.Name != "":
		separator := "?"
		if strings.Contains(one.Path, "?") {
			separator = "&"
		}
		one.Path += separator + escapedSegment(s.Name) + "=" + f.need(f.keyVariable(name), "the API key "+name)
	case s.Type == "apiKey" && s.In == "cookie":
		header("Cookie", f.need("COOKIE", "the cookie "+s.Name+"=VALUE"))
	default:
		f.note(fmt.Sprintf("The security scheme %s (%s %s) is not sent.", name, s.Type, s.Scheme))
	}
}

// keyVariable names the variable of an API key; several have numbers.
func (f *apiFile) keyVariable(scheme string) string {
	what := "the API key " + scheme
	n := 1
	for _, need := range f.needs {
		if need.What == what {
			return need.Name
		}
		if strings.HasPrefix(need.Name, "API_KEY") {
			n++
		}
	}
	if n == 1 {
		return "API_KEY"
	}
	return fmt.Sprintf("API_KEY_%d", n)
}

// need is a reference to a variable that must be set.
func (f *apiFile) need(name, what string) string {
	if !slices.ContainsFunc(f.needs, func(n sources.Need) bool { return n.Name == name }) {
		f.needs = append(f.needs, sources.Need{Name: name, What: what})
	}
	return "${env:" + name + "}"
}

func (f *apiFile) note(text string) {
	if !slices.Contains(f.unseen, text) {
		f.unseen = append(f.unseen, text)
	}
}
