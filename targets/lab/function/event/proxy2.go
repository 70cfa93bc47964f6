package event

import (
	"strings"
)

// A proxy2 is an event of payload format 2.0. The order of the fields is the
// documentation's.
type proxy2 struct {
	Version    string            `json:"version"`
	RouteKey   string            `json:"routeKey"`
	RawPath    string            `json:"rawPath"`
	RawQuery   string            `json:"rawQueryString"`
	Cookies    []string          `json:"cookies,omitempty"`
	Headers    map[string]string `json:"headers"`
	Query      map[string]string `json:"queryStringParameters,omitempty"`
	Context    context2          `json:"requestContext"`
	Parameters map[string]string `json:"pathParameters,omitempty"`
	Body       string            `json:"body,omitempty"`
	Base64     bool              `json:"isBase64Encoded"`
}

type context2 struct {
	Account      string      `json:"accountId"`
	API          string      `json:"apiId"`
	Authorizer   *authorizer `json:"authorizer,omitempty"`
	Domain       string      `json:"domainName"`
	DomainPrefix string      `json:"domainPrefix"`
	HTTP         http2       `json:"http"`
	ID           string      `json:"requestId"`
	RouteKey     string      `json:"routeKey"`
	Stage        string      `json:"stage"`
	Time         string      `json:"time"`
	Epoch        int64       `json:"timeEpoch"`
}

type http2 struct {
	Method    string `json:"method"`
	Path      string `json:"path"`
	Protocol  string `json:"protocol"`
	SourceIP  string `json:"sourceIp"`
	UserAgent string `json:"userAgent"`
}

type authorizer struct {
	IAM iam `json:"iam"`
}

type iam struct {
	AccessKey string `json:"accessKey"`
	Account   string `json:"accountId"`
	Caller    string `json:"callerId"`
	ARN       string `json:"userArn"`
	User      string `json:"userId"`
}

const anyRoute = "$default"

// encodeHTTP2 makes an HTTP API's event of format 2.0.
func encodeHTTP2(r *Request) any {
	e := r.proxy2(r.domain("execute-api", "amazonaws.com"))
	e.RouteKey, e.Parameters = r.RouteKey, r.Parameters
	e.Context.RouteKey, e.Context.Stage, e.Context.Account = r.RouteKey, r.Stage, r.Account
	return e
}

// encodeURL makes a Function URL's event. A caller who is not known has no
// account.
func encodeURL(r *Request) any {
	e := r.proxy2(r.domain("lambda-url", "on.aws"))
	e.RouteKey, e.Context.RouteKey, e.Context.Stage, e.Context.Account = anyRoute, anyRoute, anyRoute, "anonymous"
	e.RawPath, e.Context.HTTP.Path = r.RawFull, r.RawFull
	if r.AccessKey != "" {
		e.Context.Account = r.Account
		const user = "tollgate"
		e.Context.Authorizer = &authorizer{iam{
			AccessKey: r.AccessKey, Account: r.Account, Caller: user, User: user,
			ARN: "arn:aws:iam::" + r.Account + ":user/" + user,
		}}
	}
	return e
}

func (r *Request) proxy2(domain string) proxy2 {
	head := r.headers(true)
	r.length(head)
	var cookies []string
	for _, line := range head["cookie"] {
		for cookie := range strings.SplitSeq(line, ";") {
			if cookie = strings.TrimSpace(cookie); cookie != "" {
				cookies = append(cookies, cookie)
			}
		}
	}
	delete(head, "cookie")
	e := proxy2{
		Version: "2.0", RawPath: r.Full, RawQuery: r.Query, Cookies: cookies, Headers: head.joined(), Query: r.query(true).joined(),
		Context: context2{
			API: r.API, Domain: domain, DomainPrefix: r.API, ID: r.ID, Time: r.clock(), Epoch: r.Time.UnixMilli(),
			HTTP: http2{r.Method, r.Full, r.Proto, r.SourceIP, r.Header.Get("User-Agent")},
		},
	}
	e.Body, e.Base64 = r.body(r.textual())
	return e
}

// A balanced is an event of a load balancer, either with single values or with
// lists.
type balanced struct {
	Context    contextALB          `json:"requestContext"`
	Method     string              `json:"httpMethod"`
	Path       string              `json:"path"`
	Query      *map[string]string  `json:"queryStringParameters,omitempty"`
	MultiQuery *values             `json:"multiValueQueryStringParameters,omitempty"`
	Headers    map[string]string   `json:"headers,omitempty"`
	Multi      map[string][]string `json:"multiValueHeaders,omitempty"`
	Body       string              `json:"body"`
	Base64     bool                `json:"isBase64Encoded"`
}

type contextALB struct {
	ELB struct {
		Group string `json:"targetGroupArn"`
	} `json:"elb"`
}

// encodeALB makes a load balancer's event with one value each, the last one.
// Parameters are not decoded.
func encodeALB(r *Request) any {
	e := r.balanced()
	query := r.query(false).one()
	if query == nil {
		query = map[string]string{}
	}
	e.Query, e.Headers = &query, r.balancedHeaders().one()
	return e
}

// encodeALBMulti makes it with multi-value headers.
func encodeALBMulti(r *Request) any {
	e := r.balanced()
	query := r.query(false)
	e.MultiQuery, e.Multi = &query, r.balancedHeaders()
	return e
}

func (r *Request) balancedHeaders() values {
	head := r.headers(true)
	if len(r.Body) > 0 {
		r.length(head)
	}
	return head
}

func (r *Request) balanced() balanced {
	e := balanced{Method: r.Method, Path: r.RawFull}
	e.Context.ELB.Group = r.Group
	e.Body, e.Base64 = r.body(r.textual())
	return e
}
