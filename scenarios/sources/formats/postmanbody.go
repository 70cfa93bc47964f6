package formats

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"tollgate/scenarios/sources"
)

// authenticate adds what the auth of a request sends. Format 2.1 has its parameters as a
// list, 2.0 as a mapping.
func (f *postmanFile) authenticate(raw json.RawMessage, one *sources.Found) {
	var kinds map[string]json.RawMessage
	if json.Unmarshal(raw, &kinds) != nil {
		return
	}
	kind := plain(kinds["type"])
	values := authValues(kinds[kind])
	header := func(name, value string) {
		one.Headers = append(one.Headers, sources.Header{Name: name, Value: value})
	}
	switch kind {
	case "", "noauth":
	case "bearer":
		header("Authorization", "Bearer "+f.filled(values["token"]))
	case "oauth2":
		header("Authorization", "Bearer "+f.filled(firstOf(values["accessToken"], "{{ACCESS_TOKEN}}")))
	case "basic":
		user := f.filled(values["username"] + ":" + values["password"])
		if strings.Contains(user, "${env:") {
			header("Authorization", "${env:"+f.variable("AUTHORIZATION")+"}")
			return
		}
		header("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(values["username"]+":"+values["password"])))
	case "apikey":
		value := f.filled(firstOf(values["value"], "{{API_KEY}}"))
		one.Secret = append(one.Secret, value)
		if values["in"] == "query" {
			separator := "?"
			if strings.Contains(one.Path, "?") {
				separator = "&"
			}
			one.Path += separator + url.QueryEscape(firstOf(values["key"], "api_key")) + "=" + value
			return
		}
		header(firstOf(values["key"], "X-API-Key"), value)
	case "awsv4":
		one.Auth = "iam"
	default:
		text := fmt.Sprintf("Auth of type %s is not sent: add it to the target or the requests.", kind)
		if !slices.Contains(f.unseen, text) {
			f.unseen = append(f.unseen, text)
		}
	}
}

func authValues(raw json.RawMessage) map[string]string {
	values := map[string]string{}
	var list []postmanPair
	if json.Unmarshal(raw, &list) == nil {
		for _, pair := range list {
			values[pair.Key] = plain(pair.Value)
		}
		return values
	}
	var mapping map[string]json.RawMessage
	if json.Unmarshal(raw, &mapping) == nil {
		for key, value := range mapping {
			values[key] = plain(value)
		}
	}
	return values
}

// languages are the types of bodies that are typed in, by what Postman calls them.
var languages = map[string]string{"json": "application/json", "xml": "application/xml", "html": "text/html", "javascript": "application/javascript", "text": "text/plain"}

// body takes the body of a request.
func (f *postmanFile) body(b *postmanBody, one *sources.Found) error {
	if b == nil || b.Disabled {
		return nil
	}
	kind := ""
	switch b.Mode {
	case "", "none":
		return nil
	case "raw":
		if b.Raw == "" {
			return nil
		}
		kind = languages[firstOf(b.Options.Raw.Language, "text")]
		one.Body = []byte(f.filled(b.Raw))
	case "urlencoded":
		kind = "application/x-www-form-urlencoded"
		one.Body = []byte(f.form(b.URLEncoded))
	case "formdata":
		call := &curlCall{in: f.in}
		for _, field := range b.FormData {
			switch {
			case field.Disabled:
			case field.Type == "file":
				return fmt.Errorf("its form holds a file, which a collection does not contain")
			default:
				call.form = append(call.form, f.filled(field.Key+"="+plain(field.Value)))
			}
		}
		data, err := call.multipart()
		if err != nil {
			return err
		}
		one.Body, kind = data, "multipart/form-data; boundary="+boundary
	case "graphql":
		return f.graphQL(b, one)
	default:
		return fmt.Errorf("its body is a file, which a collection does not contain")
	}
	f.typed(one, kind)
	return nil
}

// typed adds the type of the body, unless a header says it.
func (f *postmanFile) typed(one *sources.Found, kind string) {
	if !has(one.Headers, "Content-Type") {
		one.Headers = append(one.Headers, sources.Header{Name: "Content-Type", Value: kind})
	}
}

// form is a form without the fields that are switched off.
func (f *postmanFile) form(fields []postmanPair) string {
	var pairs []string
	for _, field := range fields {
		if !field.Disabled {
			pairs = append(pairs, url.QueryEscape(field.Key)+"="+escapeTemplate(f.filled(plain(field.Value))))
		}
	}
	return strings.Join(pairs, "&")
}

func (f *postmanFile) graphQL(b *postmanBody, one *sources.Found) error {
	if b.GraphQL == nil {
		return fmt.Errorf("its query of GraphQL is missing")
	}
	variables := b.GraphQL.Variables
	if text := plain(variables); json.Valid([]byte(text)) {
		variables = json.RawMessage(text)
	}
	if !json.Valid(variables) {
		variables = json.RawMessage("{}")
	}
	data, err := json.Marshal(map[string]any{"query": b.GraphQL.Query, "variables": variables})
	if err != nil {
		return err
	}
	one.Body = []byte(f.filled(string(data)))
	f.typed(one, "application/json")
	return nil
}
