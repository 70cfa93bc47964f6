package event

import (
	"reflect"
	"strings"
)

const anyRoute = "$default"

func encodeHTTP2(r *Request) any {
	e := r.proxy2(r.Full, r.RouteKey, object{
		"accountId": r.Account, "stage": r.Stage, "domainName": r.domain("execute-api", "amazonaws.com"),
	})
	if len(r.Parameters) > 0 {
		e["pathParameters"] = r.Parameters
	}
	if len(r.Variables) > 0 {
		e["stageVariables"] = r.Variables
	}
	return e
}

// encodeURL makes a Function URL's event. A caller who is not known has no
// account.
func encodeURL(r *Request) any {
	context := object{"accountId": "anonymous", "stage": anyRoute, "domainName": r.domain("lambda-url", "on.aws")}
	if r.AccessKey != "" {
		const user = "tollgate"
		context["accountId"] = r.Account
		context["authorizer"] = object{"iam": object{
			"accessKey": r.AccessKey, "accountId": r.Account, "callerId": user, "userId": user,
			"userArn": "arn:aws:iam::" + r.Account + ":user/" + user,
		}}
	}
	return r.proxy2(r.RawFull, anyRoute, context)
}

// proxy2 is an event of payload format 2.0, whose context it completes.
func (r *Request) proxy2(path, routeKey string, context object) object {
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
	body, encoded := r.body(r.textual())
	context["apiId"], context["domainPrefix"], context["routeKey"], context["requestId"] = r.API, r.prefix(), routeKey, r.ID
	context["time"], context["timeEpoch"] = r.clock(), r.Time.UnixMilli()
	context["http"] = object{
		"method": r.Method, "path": path, "protocol": r.Proto, "sourceIp": r.SourceIP, "userAgent": r.Header.Get("User-Agent"),
	}
	e := object{
		"version": "2.0", "routeKey": routeKey, "rawPath": path, "rawQueryString": r.Query, "headers": head.joined(),
		"requestContext": context, "isBase64Encoded": encoded,
	}
	for name, v := range (object{"cookies": cookies, "queryStringParameters": r.query(true).joined(), "body": body}) {
		if !reflect.ValueOf(v).IsZero() {
			e[name] = v
		}
	}
	return e
}

// encodeALB makes a load balancer's event with one value each, the last one.
// Parameters are not decoded.
func encodeALB(r *Request) any {
	e, head, query := r.balanced()
	e["headers"], e["queryStringParameters"] = head.one(), query.one()
	if len(query) == 0 {
		e["queryStringParameters"] = query
	}
	return e
}

func encodeALBMulti(r *Request) any {
	e, head, query := r.balanced()
	e["multiValueHeaders"], e["multiValueQueryStringParameters"] = head, query
	return e
}

func (r *Request) balanced() (e object, head, query values) {
	head = r.headers(true)
	if len(r.Body) > 0 {
		r.length(head)
	}
	body, encoded := r.body(r.textual())
	return object{
		"requestContext": object{"elb": object{"targetGroupArn": r.Group}},
		"httpMethod":     r.Method, "path": r.RawFull, "body": body, "isBase64Encoded": encoded,
	}, head, r.query(false)
}
