package targettest

import (
	"fmt"
	"strings"

	"tollgate/targets"
)

var (
	rest        = []*targets.Kind{&targets.RESTAPI}
	httpAPI     = []*targets.Kind{&targets.HTTPAPI}
	functionURL = []*targets.Kind{&targets.FunctionURL}
	balancer    = []*targets.Kind{&targets.ALB}
	noRoutes    = []*targets.Kind{&targets.FunctionURL, &targets.ALB}
)

// Rows are the facts that can be seen at a healthy door.
// Sources: API Gateway, Lambda and Elastic Load Balancing developer guides;
// spellings and bodies as recorded on AWS in LocalStack's snapshots. What is
// not documented says so in its name.
func Rows() []Row {
	rows := applicationRows()
	rows = append(rows, routeRows()...)
	rows = append(rows, headerRows()...)
	rows = append(rows, sizeRows()...)
	rows = append(rows, responseRows()...)
	return append(rows, headRows()...)
}

func applicationRows() []Row {
	const jsonType = "Content-Type: application/json"
	return []Row{
		{Fact: "the health check passes through", Path: "/", Status: 200, Within: `"message":`, Sent: []string{jsonType}},
		{
			Fact: "a prediction passes through", Method: "POST", Path: "/predict", Body: `{"features": [5.1, 3.5, 1.4, 0.2]}`,
			Status: 200, Exact: `{"prediction":0,"class_name":"setosa"}`, Sent: []string{jsonType, "Content-Length: 38"},
		},
		{
			Fact: "a long flower is a virginica", Method: "POST", Path: "/predict", Body: `{"features": [6.7, 3.0, 5.6, 2.1]}`,
			Status: 200, Exact: `{"prediction":2,"class_name":"virginica"}`,
		},
		{
			Fact: "what the application refuses is its own 400", Method: "POST", Path: "/predict", Body: `{"features": [1, 2]}`,
			Status: 400, Within: "4 numbers", Absent: []string{"x-amzn-ErrorType"},
		},
		{Fact: "a body that is no JSON is the application's 400", Method: "POST", Path: "/predict", Body: "\x00", Status: 400, Within: "error"},
		{
			Fact: "a chunked body passes through", Method: "POST", Path: "/predict", Headers: []string{"Transfer-Encoding: chunked"},
			Body: "22\r\n{\"features\": [5.9, 2.8, 4.3, 1.3]}\r\n0\r\n\r\n", Status: 200, Exact: `{"prediction":1,"class_name":"versicolor"}`,
		},
	}
}

func routeRows() []Row {
	missing := Row{
		Kinds: rest, Status: 403, Exact: `{"message":"Missing Authentication Token"}`,
		Sent: []string{"x-amzn-ErrorType: MissingAuthenticationTokenException", "Content-Type: application/json"},
	}
	path, method, stage := missing, missing, missing
	path.Fact, path.Path = "a REST API answers an unknown path by 403 Missing Authentication Token", "/nowhere"
	method.Fact, method.Path = "a REST API answers a wrong method the same way", "/predict"
	stage.Fact, stage.Path, stage.Outside = "a REST API answers a path without its stage the same way", "/predict", true
	return []Row{
		path, method, stage,
		{Fact: "a REST API's stage needs no slash behind it", Kinds: rest, Path: "", Status: 200},
		{Fact: "an HTTP API answers an unknown path by 404 Not Found", Kinds: httpAPI, Path: "/nowhere", Status: 404, Exact: `{"message":"Not Found"}`},
		{Fact: "an HTTP API answers a wrong method the same way", Kinds: httpAPI, Method: "DELETE", Path: "/", Status: 404, Exact: `{"message":"Not Found"}`},
		{Fact: "an HTTP API's default stage has no path", Kinds: httpAPI, Path: "/", Outside: true, Status: 200},
		{Fact: "the function sees every path", Kinds: noRoutes, Path: "/nowhere", Status: 404, Within: "error"},
		{Fact: "the function sees every method", Kinds: noRoutes, Method: "DELETE", Path: "/predict", Status: 405, Within: "error"},
	}
}

func headerRows() []Row {
	gateway := []string{"x-amz-apigw-id", "apigw-requestid"}
	return []Row{
		{
			Fact: "a REST API names two request ids and a trace", Kinds: rest, Method: "POST", Path: "/predict", Status: 400,
			Sent: []string{"x-amzn-RequestId", "x-amz-apigw-id", "X-Amzn-Trace-Id"}, Absent: []string{"apigw-requestid", "Server", "x-amzn-ErrorType"},
		},
		{
			Fact: "a REST API's own errors carry the ids and no trace", Kinds: rest, Path: "/nowhere", Status: 403,
			Sent: []string{"x-amzn-RequestId", "x-amz-apigw-id", "x-amzn-ErrorType"}, Absent: []string{"X-Amzn-Trace-Id"},
		},
		{
			Fact: "an HTTP API names its request id only", Kinds: httpAPI, Path: "/", Status: 200,
			Sent: []string{"apigw-requestid"}, Absent: []string{"x-amzn-RequestId", "x-amz-apigw-id", "Server", "x-amzn-ErrorType"},
		},
		{
			Fact: "an HTTP API's errors have no type (from knowledge)", Kinds: httpAPI, Path: "/nowhere", Status: 404,
			Sent: []string{"apigw-requestid"}, Absent: []string{"x-amzn-ErrorType"},
		},
		{
			Fact: "a Function URL names its request id and a trace", Kinds: functionURL, Path: "/", Status: 200,
			Sent: []string{"x-amzn-RequestId", "X-Amzn-Trace-Id"}, Absent: append([]string{"Server"}, gateway...),
		},
		{
			Fact: "a load balancer signs as awselb/2.0 and names no request", Kinds: balancer, Path: "/", Status: 200,
			Sent: []string{"Server: awselb/2.0"}, Absent: append([]string{"x-amzn-RequestId"}, gateway...),
		},
		{Fact: "every answer is dated and has a length", Path: "/", Status: 200, Sent: []string{"Date", "Content-Length"}},
	}
}

func sizeRows() []Row {
	over := func(fact string, kind *targets.Kind, exact string) Row {
		return Row{
			Fact: fact, Kinds: []*targets.Kind{kind}, Method: "POST", Path: "/predict",
			Headers: []string{fmt.Sprintf("Content-Length: %d", kind.Limits.RequestBytes+1)},
			Status:  413, Exact: exact,
		}
	}
	return []Row{
		over("a REST API refuses more than 10 MiB (text from knowledge)", &targets.RESTAPI, `{"message":"Request Too Long"}`),
		over("an HTTP API refuses more than 10 MiB (text from knowledge)", &targets.HTTPAPI, `{"message":"Request Entity Too Large"}`),
		over("a Function URL refuses more than 6 MiB (from knowledge)", &targets.FunctionURL, `{"message":"Request Entity Too Large"}`),
		over("a load balancer refuses more than 1 MiB to a function", &targets.ALB, page("413 Request Entity Too Large")),
	}
}

// responseRows: what a function may answer with is Lambda's limit at three
// doors, and the load balancer's own at the fourth.
func responseRows() []Row {
	const lambda, balanced = 6 << 20, 1 << 20
	path := func(n int) string { return fmt.Sprintf("/bytes/%d", n) }
	within := func(fact string, n int, kinds ...*targets.Kind) Row {
		return Row{Fact: fact, Kinds: kinds, Path: path(n), Status: 200, Within: "ok ", Sent: []string{fmt.Sprintf("Content-Length: %d", n)}}
	}
	return []Row{
		within("a response of 6 MiB passes through", lambda, &targets.RESTAPI, &targets.HTTPAPI, &targets.FunctionURL),
		within("a load balancer passes on 1 MiB of a function", balanced, &targets.ALB),
		{
			Fact: "a REST API answers a response of more than 6 MiB by 502 (from knowledge)", Kinds: rest, Path: path(lambda + 1),
			Status: 502, Exact: `{"message":"Internal server error"}`, Sent: []string{"x-amzn-ErrorType: InternalServerErrorException"},
		},
		{
			Fact: "an HTTP API answers a response of more than 6 MiB by 500 (from knowledge)", Kinds: httpAPI, Path: path(lambda + 1),
			Status: 500, Exact: `{"message":"Internal Server Error"}`,
		},
		{
			Fact: "a Function URL answers a response of more than 6 MiB by 502 (from knowledge)", Kinds: functionURL, Path: path(lambda + 1),
			Status: 502, Exact: "Internal Server Error",
		},
		{
			Fact: "a load balancer answers a function's response of more than 1 MiB by 502", Kinds: balancer, Path: path(balanced + 1),
			Status: 502, Exact: page("502 Bad Gateway"),
		},
	}
}

// headRows: how large a request's head may be.
func headRows() []Row {
	long := func(n int) string { return "X-Long: " + strings.Repeat("a", n) }
	forwarded := func(n int) []string {
		return []string{"X-Forwarded-For: " + strings.Repeat("192.0.2.1, ", n-1) + "192.0.2.1"}
	}
	rows := []Row{
		{
			Fact: "a REST API refuses a URL of more than 10,240 characters (414 from knowledge)", Kinds: rest, Path: "/?a=" + strings.Repeat("a", 10_240),
			Status: 414, Sent: []string{"x-amzn-RequestId"},
		},
		{Fact: "a REST API refuses more than 10,240 bytes of headers (431 from knowledge)", Kinds: rest, Path: "/", Headers: []string{long(10_241)}, Status: 431},
		{Fact: "a REST API takes headers of nearly 10,240 bytes", Kinds: rest, Path: "/", Headers: []string{long(10_100)}, Status: 200},
		{Fact: "an HTTP API refuses more than 10,240 bytes of request line and headers (431 from knowledge)", Kinds: httpAPI, Path: "/", Headers: []string{long(10_200)}, Status: 431},
		{Fact: "a load balancer refuses a header of more than 16 KB", Kinds: balancer, Path: "/", Headers: []string{long(16 << 10)}, Status: 400, Exact: page("400 Bad Request")},
		{
			Fact: "a load balancer refuses headers of more than 64 KB together", Kinds: balancer, Path: "/",
			Headers: []string{long(16_000), long(16_000), long(16_000), long(16_000), long(2_000)}, Status: 400, Exact: page("400 Bad Request"),
		},
		{
			Fact: "a load balancer refuses a request line of more than 16 KB by 414", Kinds: balancer, Path: "/" + strings.Repeat("a", 16<<10),
			Status: 414, Exact: page("414 Request-URI Too Large"),
		},
		{Fact: "a load balancer takes 30 forwarding addresses", Kinds: balancer, Path: "/", Headers: forwarded(30), Status: 200},
		{Fact: "a load balancer answers more than 30 forwarding addresses by 463", Kinds: balancer, Path: "/", Headers: forwarded(31), Status: 463, Sent: []string{"Server: awselb/2.0"}},
		{
			Fact: "a load balancer opens no WebSocket to a function", Kinds: balancer, Path: "/", Headers: []string{"Upgrade: websocket", "Sec-WebSocket-Version: 13"},
			Status: 400, Exact: page("400 Bad Request"),
		},
	}
	return rows
}

// page is what a load balancer says in HTML.
func page(title string) string {
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
}
