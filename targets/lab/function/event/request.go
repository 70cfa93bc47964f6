package event

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// A Request is what a door received, and what the door is.
type Request struct {
	Method   string
	Path     string // decoded, below the stage
	Full     string // decoded, with the stage
	RawFull  string // as the client sent it, with the stage
	Query    string // as the client sent it
	Proto    string // "HTTP/1.1"
	Host     string
	Header   http.Header // without Host
	Body     []byte
	SourceIP string
	Port     string
	Scheme   string
	Time     time.Time
	ID       string // of the request, as this kind of door writes it
	Extended string // REST API: its other id
	Trace    string // X-Ray's

	Account    string
	Region     string
	API        string // the id that the domain begins with
	Domain     string // custom domain name by which it came; \"\": by the API's own
	Stage      string
	Resource   string            // the path of the route, "/files/{name}"
	RouteKey   string            // HTTP API: "GET /files/{name}"
	Parameters map[string]string // of the route's path
	Variables  map[string]string // of an API's stage
	Group      string            // load balancer: the target group's ARN
	AccessKey  string            // Function URL: the id of the key that signed
	Binary     []string          // REST API: its binary media types
	Socket     *Socket           // WebSocket API: the connection
}

type values map[string][]string

// query decodes the query string. What cannot be decoded stays as it is: a
// client may send anything.
func (r *Request) query(decode bool) values {
	found := values{}
	for part := range strings.SplitSeq(r.Query, "&") {
		if part == "" {
			continue
		}
		name, value, _ := strings.Cut(part, "=")
		if decode {
			name, value = unescaped(name), unescaped(value)
		}
		found[name] = append(found[name], value)
	}
	return found
}

func unescaped(text string) string {
	if decoded, err := url.QueryUnescape(text); err == nil {
		return decoded
	}
	return text
}

// one keeps the last value of each name; nil where there is none.
func (v values) one() map[string]string {
	return v.each(func(of []string) string { return of[len(of)-1] })
}

// joined joins the values of each name with commas; nil where there is none.
func (v values) joined() map[string]string {
	return v.each(func(of []string) string { return strings.Join(of, ",") })
}

func (v values) each(of func([]string) string) map[string]string {
	if len(v) == 0 {
		return nil
	}
	single := make(map[string]string, len(v))
	for name, all := range v {
		single[name] = of(all)
	}
	return single
}

func (r *Request) headers(lower bool) values {
	found := values{}
	add := func(name string, all ...string) {
		if lower {
			name = strings.ToLower(name)
		}
		found[name] = append(found[name], all...)
	}
	for name, all := range r.Header {
		switch name {
		case "X-Forwarded-For", "X-Forwarded-Port", "X-Forwarded-Proto", "X-Amzn-Trace-Id":
		default:
			add(name, all...)
		}
	}
	passed := append(slices.Clone(r.Header["X-Forwarded-For"]), r.SourceIP)
	add("X-Forwarded-For", strings.Join(passed, ", "))
	add("X-Forwarded-Port", r.Port)
	add("X-Forwarded-Proto", r.Scheme)
	add("Host", r.Host)
	if r.Trace != "" {
		add("X-Amzn-Trace-Id", r.Trace)
	}
	return found
}

// textual says whether a body is sent as it is where its type decides.
func (r *Request) textual() bool {
	if r.Header.Get("Content-Encoding") != "" {
		return false
	}
	switch kind := mediaType(r.Header.Get("Content-Type")); kind {
	case "application/json", "application/javascript", "application/xml":
		return true
	default:
		return strings.HasPrefix(kind, "text/")
	}
}

func mediaType(header string) string {
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		kind, _, _ = strings.Cut(header, ";")
	}
	return strings.ToLower(strings.TrimSpace(kind))
}

func (r *Request) body(textual bool) (text string, encoded bool) {
	if textual || len(r.Body) == 0 {
		return string(r.Body), false
	}
	return base64.StdEncoding.EncodeToString(r.Body), true
}

// binary says whether a media type is one of a REST API's binary ones.
func (r *Request) binary(header string) bool {
	kind := mediaType(header)
	return slices.ContainsFunc(r.Binary, func(b string) bool {
		family, any := strings.CutSuffix(strings.ToLower(b), "/*")
		return strings.EqualFold(b, kind) || b == "*/*" || any && strings.HasPrefix(kind, family+"/")
	})
}

func (r *Request) clock() string { return r.Time.UTC().Format("02/Jan/2006:15:04:05 +0000") }

// length adds a content-length, which net/http does not keep as a header.
func (r *Request) length(found values) {
	found["content-length"] = []string{strconv.Itoa(len(r.Body))}
}

// A Format is one way in which a door talks to functions.
type Format struct {
	Name   string
	encode func(*Request) any

	// Decode reads what a function returned for a request. An error means that the
	// door takes it for malformed.
	Decode func(*Request, []byte) (*Response, error)
}

// The formats. A REST API undoes base64 only for clients that accept one of its
// binary types, the others always.
var (
	REST = Format{"rest-api-1.0", encodeREST, func(r *Request, payload []byte) (*Response, error) {
		accepted, _, _ := strings.Cut(r.Header.Get("Accept"), ",")
		return decode1(payload, "application/json", r.binary(accepted))
	}}
	HTTP1 = Format{"http-api-1.0", encodeHTTP1, func(_ *Request, payload []byte) (*Response, error) {
		return decode1(payload, "text/plain; charset=utf-8", true)
	}}
	HTTP2 = Format{"http-api-2.0", encodeHTTP2, func(_ *Request, payload []byte) (*Response, error) {
		return decode2(payload, "text/plain; charset=utf-8")
	}}
	FunctionURL = Format{"function-url-2.0", encodeURL, func(_ *Request, payload []byte) (*Response, error) {
		return decode2(payload, "application/json")
	}}
	ALB = Format{"alb", encodeALB, func(_ *Request, payload []byte) (*Response, error) {
		return decodeBalanced(payload, false)
	}}
	WebSocket = Format{"websocket-api", encodeSocket, func(_ *Request, payload []byte) (*Response, error) {
		return decode1(payload, "application/json", true)
	}}
	ALBMulti = Format{"alb-multi-value", encodeALBMulti, func(_ *Request, payload []byte) (*Response, error) {
		return decodeBalanced(payload, true)
	}}
)

// Encode makes the event of a request.
func (f Format) Encode(r *Request) ([]byte, error) { return marshal(f.encode(r)) }

// marshal leaves <, > and & as they are, so that sizes are those of Lambda.
func marshal(v any) ([]byte, error) {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(v); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}
