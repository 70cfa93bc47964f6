package event

import (
	"cmp"
	"encoding/base64"
	"encoding/json"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"
)

// A Call is an event as the HTTP request that it once was: what an adapter inside a
// function, such as the AWS Lambda Web Adapter, sends to a web server.
type Call struct {
	Method  string
	Path    string // escaped, without the stage of an HTTP API
	Query   string // escaped
	Host    string
	Header  http.Header // without Host and Content-Length
	Body    []byte
	Context json.RawMessage // requestContext, which the adapter hands on as ContextHeader

	version2 bool
}

// ContextHeader carries the requestContext of an event to a web server.
// Source: AWS Lambda Web Adapter, "Request & Lambda Context".
const ContextHeader = "X-Amzn-Request-Context"

// anyEvent has the fields of all formats.
type anyEvent struct {
	Version    string              `json:"version"`
	Method     string              `json:"httpMethod"`
	Path       string              `json:"path"`
	RawPath    string              `json:"rawPath"`
	RawQuery   string              `json:"rawQueryString"`
	Headers    map[string]string   `json:"headers"`
	HeaderList map[string][]string `json:"multiValueHeaders"`
	Query      map[string]string   `json:"queryStringParameters"`
	QueryList  map[string][]string `json:"multiValueQueryStringParameters"`
	Cookies    []string            `json:"cookies"`
	Body       string              `json:"body"`
	Base64     bool                `json:"isBase64Encoded"`
	Context    json.RawMessage     `json:"requestContext"`
}

// An eventContext shows which format an event has, and holds the method of some.
type eventContext struct {
	ELB    json.RawMessage `json:"elb"`
	Domain string          `json:"domainName"`
	Stage  string          `json:"stage"`
	HTTP   struct {
		Method string `json:"method"`
	} `json:"http"`
}

var errNoEvent = errors.New("the event is of no front door")

// ReadCall reads an event of any format.
func ReadCall(payload []byte) (*Call, error) {
	var e anyEvent
	var context eventContext
	if json.Unmarshal(payload, &e) != nil || json.Unmarshal(e.Context, &context) != nil {
		return nil, errNoEvent
	}
	c := &Call{Method: e.Method, Path: e.Path, Body: []byte(e.Body), Context: e.Context, Header: http.Header{}, version2: e.Version == "2.0"}
	if c.version2 {
		c.Method, c.Path, c.Query = context.HTTP.Method, e.RawPath, e.RawQuery
	} else {
		c.Query = e.query(context.ELB != nil)
	}
	if c.Method == "" || !strings.HasPrefix(c.Path, "/") {
		return nil, errNoEvent
	}
	if e.Version != "" && context.Stage != anyRoute { // HTTP APIs have the stage in the path
		c.Path = cmp.Or(strings.TrimPrefix(c.Path, "/"+context.Stage), "/")
	}
	if context.ELB == nil && !strings.Contains(context.Domain, ".lambda-url.") { // these two do not decode it
		c.Path = (&url.URL{Path: c.Path}).EscapedPath()
	}
	if e.Base64 {
		body, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return nil, errNoEvent
		}
		c.Body = body
	}
	c.takeHeaders(&e)
	return c, nil
}

// query is that of an event in format 1.0 or of a load balancer, which does not decode
// it. Its order is lost in the event; names are sorted.
func (e *anyEvent) query(escaped bool) string {
	all := url.Values(e.QueryList)
	if all == nil {
		all = url.Values{}
		for name, value := range e.Query {
			all.Set(name, value)
		}
	}
	if !escaped {
		return all.Encode()
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(all)) {
		for _, value := range all[name] {
			parts = append(parts, name+"="+value)
		}
	}
	return strings.Join(parts, "&")
}

func (c *Call) takeHeaders(e *anyEvent) {
	for name, value := range e.Headers {
		c.Header.Set(name, value)
	}
	for name, values := range e.HeaderList {
		c.Header[http.CanonicalHeaderKey(name)] = values
	}
	if len(e.Cookies) > 0 {
		c.Header.Set("Cookie", strings.Join(e.Cookies, "; "))
	}
	c.Host = c.Header.Get("Host")
	c.Header.Del("Host")
	c.Header.Del("Content-Length")
}

// Return is what a function returns for an HTTP response, in the fields of every format:
// each front door reads those that it knows.
func (c *Call) Return(status int, header http.Header, body []byte) []byte {
	single, lists, cookies := map[string]string{}, map[string][]string{}, []string(nil)
	for name, values := range header {
		key := strings.ToLower(name)
		lists[key] = values
		switch {
		case key != "set-cookie":
			single[key] = strings.Join(values, ", ")
		case c.version2:
			cookies = values
		default:
			single[key] = values[len(values)-1] // a load balancer without lists takes one
		}
	}
	returned := object{"statusCode": status, "headers": single, "body": string(body), "isBase64Encoded": false}
	if c.version2 {
		returned["cookies"] = cookies
	} else {
		returned["multiValueHeaders"] = lists
	}
	if !isText(header, body) {
		returned["body"], returned["isBase64Encoded"] = base64.StdEncoding.EncodeToString(body), true
	}
	text, _ := marshal(returned) // of plain values: it cannot fail
	return text
}

// isText says whether a body is returned as it is. A suffix such as +json makes a type
// text. Without a type the bytes decide.
func isText(header http.Header, body []byte) bool {
	if !utf8.Valid(body) {
		return false
	}
	r := Request{Header: header}
	kind := mediaType(header.Get("Content-Type"))
	_, suffix, _ := strings.Cut(kind, "+")
	return r.textual() || header.Get("Content-Encoding") == "" && (kind == "" || suffix == "json" || suffix == "xml")
}
