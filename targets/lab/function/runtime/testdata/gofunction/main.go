// Gofunction is a function of aws-lambda-go that answers every door, and says
// which process it is. It reads events with that library's own types.
package main

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"strings"

	"github.com/aws/aws-lambda-go/events"
	"github.com/aws/aws-lambda-go/lambda"
	"github.com/aws/aws-lambda-go/lambdacontext"
	"github.com/aws/aws-lambda-go/lambdaurl"
)

var instance = rand.Text()

func main() {
	if os.Getenv("STREAM") != "" {
		lambdaurl.Start(http.HandlerFunc(stream))
	}
	lambda.Start(answer)
}

// A call is what the function was asked, whichever door it came through.
type call struct {
	Door   string `json:"door"`
	Method string `json:"method"`
	Path   string `json:"path"`
	Body   string `json:"body"`
	Memory int    `json:"memory"`
	ARN    string `json:"arn"`
	Left   bool   `json:"left"`
}

func answer(ctx context.Context, event json.RawMessage) (any, error) {
	c, err := read(event)
	if err != nil {
		return nil, err
	}
	switch {
	case strings.HasSuffix(c.Path, "/throw"):
		return nil, errors.New("asked to")
	case strings.HasSuffix(c.Path, "/exit"):
		os.Exit(7)
	case strings.HasSuffix(c.Path, "/panic"):
		panic("asked to")
	}
	_, c.Left = ctx.Deadline()
	c.Memory = lambdacontext.MemoryLimitInMB
	known, _ := lambdacontext.FromContext(ctx)
	c.ARN = known.InvokedFunctionArn
	text, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	head := map[string]string{"content-type": "application/json", "x-instance-id": instance, "x-request": known.AwsRequestID}
	lists := map[string][]string{}
	for name, value := range head {
		lists[name] = []string{value}
	}
	return events.ALBTargetGroupResponse{StatusCode: 200, Headers: head, MultiValueHeaders: lists, Body: string(text)}, nil
}

// read tells the doors apart.
func read(event json.RawMessage) (call, error) {
	var any struct {
		Version string `json:"version"`
		Context struct {
			ELB    *struct{} `json:"elb"`
			Domain string    `json:"domainName"`
		} `json:"requestContext"`
	}
	if err := json.Unmarshal(event, &any); err != nil {
		return call{}, err
	}
	switch {
	case any.Context.ELB != nil:
		var e events.ALBTargetGroupRequest
		err := json.Unmarshal(event, &e)
		return call{Door: "alb", Method: e.HTTPMethod, Path: e.Path, Body: e.Body}, err
	case any.Version == "2.0" && strings.Contains(any.Context.Domain, ".lambda-url."):
		var e events.LambdaFunctionURLRequest
		err := json.Unmarshal(event, &e)
		return call{Door: "function-url", Method: e.RequestContext.HTTP.Method, Path: e.RawPath, Body: e.Body}, err
	case any.Version == "2.0":
		var e events.APIGatewayV2HTTPRequest
		err := json.Unmarshal(event, &e)
		return call{Door: "http-api", Method: e.RequestContext.HTTP.Method, Path: e.RawPath, Body: e.Body}, err
	case any.Version == "1.0":
		var e events.APIGatewayProxyRequest
		err := json.Unmarshal(event, &e)
		return call{Door: "http-api", Method: e.HTTPMethod, Path: e.Path, Body: e.Body}, err
	}
	var e events.APIGatewayProxyRequest
	err := json.Unmarshal(event, &e)
	return call{Door: "rest-api", Method: e.HTTPMethod, Path: e.Path, Body: e.Body}, err
}

func stream(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "text/plain")
	w.WriteHeader(http.StatusAccepted)
	for i := range 3 {
		fmt.Fprintf(w, "%s %d\n", r.URL.Path, i)
	}
}
