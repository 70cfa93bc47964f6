package event

import "hash/fnv"

// A proxy1 is an event of payload format 1.0. The order of the fields is the
// documentation's.
type proxy1 struct {
	Version    string              `json:"version,omitempty"` // "1.0" at an HTTP API
	Resource   string              `json:"resource"`
	Path       string              `json:"path"`
	Method     string              `json:"httpMethod"`
	Headers    map[string]string   `json:"headers"`
	Multi      map[string][]string `json:"multiValueHeaders"`
	Query      map[string]string   `json:"queryStringParameters"`
	MultiQuery map[string][]string `json:"multiValueQueryStringParameters"`
	Parameters map[string]string   `json:"pathParameters"`
	Variables  map[string]string   `json:"stageVariables"`
	Context    context1            `json:"requestContext"`
	Body       *string             `json:"body"`
	Base64     bool                `json:"isBase64Encoded"`
}

type context1 struct {
	Account      string `json:"accountId"`
	API          string `json:"apiId"`
	Domain       string `json:"domainName"`
	DomainPrefix string `json:"domainPrefix"`
	Extended     string `json:"extendedRequestId"`
	Method       string `json:"httpMethod"`
	Identity     any    `json:"identity"`
	Path         string `json:"path"`
	Protocol     string `json:"protocol"`
	ID           string `json:"requestId"`
	Time         string `json:"requestTime"`
	Epoch        int64  `json:"requestTimeEpoch"`
	ResourceID   string `json:"resourceId"`
	ResourcePath string `json:"resourcePath"`
	Stage        string `json:"stage"`
}

// identity is who calls: only an address and a program are known.
func (r *Request) identity() map[string]any {
	return map[string]any{
		"accessKey": nil, "accountId": nil, "caller": nil, "cognitoAmr": nil, "cognitoAuthenticationProvider": nil,
		"cognitoAuthenticationType": nil, "cognitoIdentityId": nil, "cognitoIdentityPoolId": nil, "principalOrgId": nil,
		"sourceIp": r.SourceIP, "user": nil, "userAgent": r.Header.Get("User-Agent"), "userArn": nil,
	}
}

// encodeREST makes the event of a REST API's proxy integration: header names as
// they came, the path below the stage.
func encodeREST(r *Request) any {
	e := r.proxy1(r.headers(false), !r.binary(r.Header.Get("Content-Type")))
	e.Path = r.Path
	return e
}

// encodeHTTP1 makes an HTTP API's event of format 1.0.
func encodeHTTP1(r *Request) any {
	head := r.headers(true)
	r.length(head)
	e := r.proxy1(head, r.textual())
	e.Version, e.Path, e.Resource = "1.0", r.Full, r.RouteKey
	if r.Resource != "" {
		e.Resource = r.Resource
	}
	return e
}

func (r *Request) proxy1(head values, textual bool) proxy1 {
	query := r.query(true)
	e := proxy1{
		Resource: r.Resource, Method: r.Method, Headers: head.one(), Multi: head,
		Query: query.one(), Parameters: r.Parameters,
		Context: context1{
			Account: r.Account, API: r.API, Domain: r.domain("execute-api", "amazonaws.com"), DomainPrefix: r.API,
			Extended: r.Extended, Method: r.Method, Path: r.Full, Protocol: r.Proto, ID: r.ID,
			Time: r.clock(), Epoch: r.Time.UnixMilli(), ResourceID: resourceID(r.Resource), ResourcePath: r.Resource, Stage: r.Stage,
			Identity: r.identity(),
		},
	}
	if len(query) > 0 {
		e.MultiQuery = query
	}
	if len(r.Body) > 0 {
		text, encoded := r.body(textual)
		e.Body, e.Base64 = &text, encoded
	}
	return e
}

// domain is the name under which AWS would serve the door. Functions recognise
// doors by it.
func (r *Request) domain(service, suffix string) string {
	return r.API + "." + service + "." + r.Region + "." + suffix
}

// resourceID makes up what API Gateway calls a resource: six characters.
func resourceID(path string) string {
	const alphabet = "abcdefghijklmnopqrstuvwxyz0123456789"
	h := fnv.New32a()
	_, _ = h.Write([]byte(path)) // a hash takes everything
	id, left := make([]byte, 6), h.Sum32()
	for i := range id {
		id[i] = alphabet[left%uint32(len(alphabet))]
		left /= uint32(len(alphabet))
	}
	return string(id)
}
