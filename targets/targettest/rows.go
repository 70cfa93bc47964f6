package targettest

import (
	"fmt"

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
	return append(rows, sizeRows()...)
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

// page is what a load balancer says in HTML.
func page(title string) string {
	return "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
}
