package event

import (
	"cmp"
	"hash/fnv"
	"strings"
)

type object = map[string]any

// encodeREST makes the event of a REST API's proxy integration: header names as
// they came, the path below the stage.
func encodeREST(r *Request) any {
	path := r.Path
	if r.Domain != "" { // events of custom domains have the mapped path, too
		path = r.Full
	}
	return r.proxy1(r.Resource, path, r.headers(false), !r.binary(r.Header.Get("Content-Type")))
}

func encodeHTTP1(r *Request) any {
	head := r.headers(true)
	r.length(head)
	e := r.proxy1(cmp.Or(r.Resource, r.RouteKey), r.Full, head, r.textual())
	e["version"] = "1.0"
	return e
}

// proxy1 is an event of payload format 1.0. Of who calls, only an address and a
// program are known.
func (r *Request) proxy1(resource, path string, head values, textual bool) object {
	query := r.query(true)
	e := object{
		"resource": resource, "path": path, "httpMethod": r.Method, "headers": head.one(), "multiValueHeaders": head,
		"queryStringParameters": query.one(), "multiValueQueryStringParameters": nil,
		"pathParameters": r.Parameters, "stageVariables": r.Variables, "body": nil, "isBase64Encoded": false,
		"requestContext": object{
			"accountId": r.Account, "apiId": r.API, "domainName": r.domain("execute-api", "amazonaws.com"), "domainPrefix": r.prefix(),
			"extendedRequestId": r.Extended, "httpMethod": r.Method, "path": r.Full, "protocol": r.Proto, "requestId": r.ID,
			"requestTime": r.clock(), "requestTimeEpoch": r.Time.UnixMilli(),
			"resourceId": resourceID(r.Resource), "resourcePath": r.Resource, "stage": r.Stage,
			"identity": object{
				"accessKey": nil, "accountId": nil, "caller": nil, "cognitoAmr": nil, "cognitoAuthenticationProvider": nil,
				"cognitoAuthenticationType": nil, "cognitoIdentityId": nil, "cognitoIdentityPoolId": nil, "principalOrgId": nil,
				"sourceIp": r.SourceIP, "user": nil, "userAgent": r.Header.Get("User-Agent"), "userArn": nil,
			},
		},
	}
	if len(query) > 0 {
		e["multiValueQueryStringParameters"] = query
	}
	if len(r.Body) > 0 {
		e["body"], e["isBase64Encoded"] = r.body(textual)
	}
	return e
}

// domain is the name under which AWS would serve the door. Functions recognise
// doors by it.
func (r *Request) domain(service, suffix string) string {
	if r.Domain != "" {
		return r.Domain
	}
	return r.API + "." + service + "." + r.Region + "." + suffix
}

// prefix is the first part of the domain.
func (r *Request) prefix() string {
	if r.Domain == "" {
		return r.API
	}
	prefix, _, _ := strings.Cut(r.Domain, ".")
	return prefix
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
