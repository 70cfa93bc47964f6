package formats

import (
	"cmp"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/getkin/kin-openapi/openapi2"
	"github.com/getkin/kin-openapi/openapi2conv"
	"github.com/getkin/kin-openapi/openapi3"

	"tollgate/pricing/document"
	"tollgate/scenarios/sources"
)

// An apiFile is a description as it is read.
type apiFile struct {
	in         Input
	doc        *openapi3.T
	found      []sources.Found
	needs      []sources.Need
	lacks      []string // operations that are left out, and why
	deprecated int
	invented   []string // parameters of paths whose values are made up
	unseen     []string
}

// readOpenAPI reads a description of version 3, or 2 as Swagger wrote them.
func readOpenAPI(in Input, r *sources.Request) (sources.Collection, error) {
	data, err := in.all()
	if err != nil {
		return sources.Collection{}, err
	}
	doc, err := in.description(data)
	if err != nil {
		return sources.Collection{}, err
	}
	f := &apiFile{in: in, doc: doc}
	c := sources.Collection{
		What: "the API description " + in.Name, Address: f.server(),
		Without: in.Name + ": no server in the description that can be reached: give --url https://HOST/PATH",
	}
	for _, one := range f.operations() {
		f.operation(one)
	}
	c.Found, c.Needs = f.found, f.needs
	c.Unseen = f.summary(r.Address == "" && c.Address != "")
	return c, nil
}

// isSwagger matches the key by which version 2 begins.
var isSwagger = regexp.MustCompile(`(?m)^\s*\{?\s*["']?swagger["']?\s*:\s*["']?2`)

// swaggerBound is how much of a description of version 2 is read.
var swaggerBound = document.Bound{Bytes: largest, Values: 500_000}

// description parses a description. References to other files are followed in its own
// folder and below; nothing is read over a network.
func (in Input) description(data []byte) (*openapi3.T, error) {
	loader := openapi3.NewLoader()
	loader.IncludeOrigin = true
	files := 0
	loader.ReadFromURIFunc = func(_ *openapi3.Loader, u *url.URL) ([]byte, error) {
		const most = 200
		if files++; u.Scheme != "" && u.Scheme != "file" || u.Host != "" || files > most {
			return nil, fmt.Errorf("$ref: %s is not read: of other files %d are, in the folder of the description and below", u, most)
		}
		return in.File(u.Path)
	}
	if isSwagger.Match(data[:min(len(data), 64<<10)]) {
		return in.swagger(loader, data)
	}
	doc, err := loader.LoadFromDataWithPath(data, &url.URL{Path: path.Base(in.Name)})
	switch {
	case err != nil:
		return nil, in.misread(err)
	case !strings.HasPrefix(doc.OpenAPI, "3."):
		return nil, in.at(1, "this is no API description of OpenAPI 3 or Swagger 2: it begins with openapi: 3… or swagger: \"2.0\"")
	}
	return doc, nil
}

func (in Input) swagger(loader *openapi3.Loader, data []byte) (*openapi3.T, error) {
	d := document.Open(in.Name, data, document.Options{Bound: swaggerBound})
	if d.Failed() || d.Root == nil {
		return nil, d.Err()
	}
	var old openapi2.T
	if err := json.Unmarshal(d.Root.JSON(), &old); err != nil {
		return nil, in.misread(err)
	}
	doc, err := openapi2conv.ToV3WithLoader(&old, loader, &url.URL{Path: path.Base(in.Name)})
	if err != nil {
		return nil, in.misread(err)
	}
	return doc, nil
}

// lineOf finds the line that an error of the library names.
var lineOf = regexp.MustCompile(`line (\d+)`)

// misread is an error of the library, on one line and placed where it says a line.
func (in Input) misread(err error) error {
	text, _, _ := strings.Cut(err.Error(), "\n")
	const longest = 300
	if len(text) > longest {
		text = text[:longest] + "…"
	}
	line := 0
	if m := lineOf.FindStringSubmatch(err.Error()); m != nil {
		line, _ = strconv.Atoi(m[1])
	}
	return in.at(line, "the description cannot be read: %s", text)
}

// server is the address that paths are below; "" if it is not whole.
func (f *apiFile) server() string {
	for _, s := range f.doc.Servers {
		if s == nil {
			continue
		}
		address := s.URL
		for name, v := range s.Variables {
			if v != nil {
				address = strings.ReplaceAll(address, "{"+name+"}", cmp.Or(v.Default, strings.Join(v.Enum[:min(1, len(v.Enum))], "")))
			}
		}
		u, err := url.Parse(address)
		if err == nil && u.Host != "" && (u.Scheme == "http" || u.Scheme == "https") && !strings.ContainsAny(address, "{}$") {
			return strings.TrimSuffix(address, "/")
		}
	}
	return ""
}

// An apiOperation is one operation with its place.
type apiOperation struct {
	line         int
	method, path string
	item         *openapi3.PathItem
	*openapi3.Operation
}

// operations are all operations, in the order of the file where it is known.
func (f *apiFile) operations() (all []apiOperation) {
	if f.doc.Paths == nil {
		return nil
	}
	for where, item := range f.doc.Paths.Map() {
		if item == nil {
			continue
		}
		for method, o := range item.Operations() {
			if o == nil {
				continue
			}
			line := 0
			if o.Origin != nil && o.Origin.Key != nil {
				line = o.Origin.Key.Line
			}
			all = append(all, apiOperation{line, method, where, item, o})
		}
	}
	slices.SortFunc(all, func(a, b apiOperation) int {
		return cmp.Or(cmp.Compare(a.line, b.line), cmp.Compare(a.path, b.path), cmp.Compare(a.method, b.method))
	})
	return all
}

// operation makes a request of an operation.
func (f *apiFile) operation(o apiOperation) {
	if o.Deprecated {
		f.deprecated++
		return
	}
	name := o.OperationID
	if len(name) > 40 {
		name = ""
	}
	one := sources.Found{Where: f.in.where(o.line), Name: name, Method: o.method, Path: o.path, Public: true, Weight: 1, Status: goodStatuses(o.Responses)}
	err := f.parameters(o, &one)
	if err == nil {
		err = f.requestBody(o, &one)
	}
	if err != nil {
		f.lacks = append(f.lacks, fmt.Sprintf("%s %s (%s): %v", o.method, o.path, f.in.where(o.line), err))
		return
	}
	f.secure(o, &one)
	f.found = append(f.found, one)
}

// goodStatuses are the status codes of success that an operation has.
func goodStatuses(responses *openapi3.Responses) (all []int) {
	for _, key := range slices.Sorted(slices.Values(responses.Keys())) {
		if code, err := strconv.Atoi(key); err == nil && code >= 200 && code < 300 {
			all = append(all, code)
		}
	}
	return all
}

// parameters fills in the path, and adds parameters that are required or have an example.
func (f *apiFile) parameters(o apiOperation, one *sources.Found) error {
	all := slices.Clone(o.Parameters)
	for _, shared := range o.item.Parameters {
		own := func(p *openapi3.ParameterRef) bool {
			return p.Value != nil && shared.Value != nil && p.Value.Name == shared.Value.Name && p.Value.In == shared.Value.In
		}
		if !slices.ContainsFunc(o.Parameters, own) {
			all = append(all, shared)
		}
	}
	var query []string
	for _, ref := range all {
		p := ref.Value
		if p == nil {
			continue
		}
		value, example := parameterValue(p)
		if !p.Required && !example && p.In != "path" {
			continue
		}
		text, ok := textOf(value)
		switch {
		case p.In == "path" && (!ok || text == ""):
			return fmt.Errorf("its parameter %s has no value that could be made up", p.Name)
		case p.In == "path":
			f.invent(p, example)
			one.Path = strings.ReplaceAll(one.Path, "{"+p.Name+"}", escapedSegment(text))
		case p.In == "query":
			query = append(query, pairsOf(p, value)...)
		case p.In == "header" && ok && !slices.Contains([]string{"accept", "content-type", "authorization"}, strings.ToLower(p.Name)):
			one.Headers = append(one.Headers, sources.Header{Name: p.Name, Value: sources.Literal(text)})
		case p.In == "cookie" && ok:
			one.Headers = append(one.Headers, sources.Header{Name: "Cookie", Value: sources.Literal(p.Name + "=" + text)})
		}
	}
	if strings.ContainsAny(one.Path, "{}") {
		return errors.New("its path has a parameter that is not described")
	}
	if query != nil {
		one.Path += "?" + strings.Join(query, "&")
	}
	return nil
}

// invent remembers a parameter of a path whose value is made up.
func (f *apiFile) invent(p *openapi3.Parameter, example bool) {
	if !example && !slices.Contains(f.invented, p.Name) {
		f.invented = append(f.invented, p.Name)
	}
}

func escapedSegment(text string) string {
	return sources.Literal(strings.ReplaceAll(url.QueryEscape(text), "+", "%20"))
}

// pairsOf are the pairs of a parameter of a query: a list has one for each item, unless
// its style joins them.
func pairsOf(p *openapi3.Parameter, value any) (pairs []string) {
	items := []any{value}
	if list, isList := value.([]any); isList {
		items = list
		if p.Explode != nil && !*p.Explode {
			var texts []string
			for _, item := range list {
				text, _ := textOf(item)
				texts = append(texts, text)
			}
			items = []any{strings.Join(texts, ",")}
		}
	}
	for _, item := range items {
		if text, ok := textOf(item); ok {
			pairs = append(pairs, escapedSegment(p.Name)+"="+escapedSegment(text))
		}
	}
	return pairs
}

// textOf is a plain value as a text.
func textOf(value any) (string, bool) {
	switch value := value.(type) {
	case string:
		return strings.ReplaceAll(value, uuidMark, fixedUUID), true
	case nil, map[string]any, []any:
		return "", false
	default:
		data, err := json.Marshal(value)
		return string(data), err == nil
	}
}

// summary is what the description does not say.
func (f *apiFile) summary(serverOfFile bool) (all []string) {
	if serverOfFile && len(f.doc.Servers) > 1 {
		all = append(all, fmt.Sprintf("The description has %d servers, of which this is the first: --url names another one.", len(f.doc.Servers)))
	}
	if f.deprecated > 0 {
		all = append(all, "Deprecated operations are left out: "+strconv.Itoa(f.deprecated)+".")
	}
	for i, text := range f.lacks {
		const most = 10
		if i == most {
			all = append(all, fmt.Sprintf("%d more operations are left out.", len(f.lacks)-i))
			break
		}
		all = append(all, "Left out: "+text+".")
	}
	if len(f.invented) > 0 {
		const most = 12
		names := f.invented
		if len(names) > most {
			names = append(slices.Clone(names[:most]), fmt.Sprintf("%d more", len(names)-most))
		}
		all = append(all, "Values of these parameters of paths are made up, since the description has no examples: "+strings.Join(names, ", ")+". A server may answer 404: put values that exist in their place.")
	}
	all = append(all, f.unseen...)
	return append(all, "Bodies are examples of the description, or made of its schemas. How often each operation is used is not described: all have the same weight.")
}

// requestBody adds a body of the first type that one can be made of.
func (f *apiFile) requestBody(o apiOperation, one *sources.Found) error {
	if o.RequestBody == nil || o.RequestBody.Value == nil || len(o.RequestBody.Value.Content) == 0 || o.method == http.MethodGet || o.method == http.MethodHead {
		return nil
	}
	content := o.RequestBody.Value.Content
	kinds := slices.SortedFunc(mapsKeys(content), func(a, b string) int { return cmp.Or(rank(a)-rank(b), cmp.Compare(a, b)) })
	for _, kind := range kinds {
		media := content[kind]
		if media == nil || rank(kind) == unusable {
			continue
		}
		value, _ := exampleOf(media.Example, media.Examples, media.Schema)
		data, sent, err := encode(kind, value)
		if err != nil {
			return err
		}
		one.Body = data
		one.Secret = append(one.Secret, passwords(media.Schema, value)...)
		one.Headers = append(one.Headers, sources.Header{Name: "Content-Type", Value: sources.Literal(sent)})
		return nil
	}
	if !o.RequestBody.Value.Required {
		return nil
	}
	return fmt.Errorf("its body is of type %s, of which none can be made up", strings.Join(kinds, " or "))
}
