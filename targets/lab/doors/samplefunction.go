package doors

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"

	"tollgate/targets/lab/function/runtime"
)

// ServeFunction is the sample application as a Lambda function: it asks the
// Runtime API for events, of whichever door, and answers them until ctx ends or
// the API is gone. getenv reads the environment that Lambda gives a function.
//
// Its responses carry X-Instance-Id, by which probes distinguish environments. Any
// function may give that header: a value that is made up once, when the process
// starts.
func ServeFunction(ctx context.Context, getenv func(string) string) error {
	api := getenv("AWS_LAMBDA_RUNTIME_API")
	if api == "" {
		return errors.New("AWS_LAMBDA_RUNTIME_API is not set: a lab starts this command for itself, where its file has it as a function's command")
	}
	f := sampleFunction{
		api: "http://" + api + "/2018-06-01/runtime/invocation/", instance: runtime.NewRequestID().String(),
		client: &http.Client{Transport: &http.Transport{}},
	}
	for ctx.Err() == nil {
		if err := f.serve(ctx); err != nil {
			return fmt.Errorf("the Runtime API: %w", err)
		}
	}
	return nil
}

type sampleFunction struct {
	api      string
	instance string
	client   *http.Client
}

func (f *sampleFunction) serve(ctx context.Context) error {
	header, text, err := f.ask(ctx, http.MethodGet, "next", nil)
	if err != nil {
		return err
	}
	kind, said := "response", any(nil)
	var e sampleEvent
	if err := json.Unmarshal(text, &e); err != nil {
		kind, said = "error", map[string]string{"errorType": "Event.Invalid", "errorMessage": "the event is of no front door"}
	} else {
		said = f.answer(&e)
	}
	body, err := json.Marshal(said)
	if err != nil {
		return err
	}
	_, _, err = f.ask(ctx, http.MethodPost, header.Get("Lambda-Runtime-Aws-Request-Id")+"/"+kind, body)
	return err
}

func (f *sampleFunction) ask(ctx context.Context, method, path string, body []byte) (http.Header, []byte, error) {
	r, err := http.NewRequestWithContext(ctx, method, f.api+path, bytes.NewReader(body))
	if err != nil {
		return nil, nil, err
	}
	got, err := f.client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	text, err := io.ReadAll(got.Body)
	if err == nil && got.StatusCode >= http.StatusMultipleChoices && method == http.MethodGet {
		err = errors.New(got.Status)
	}
	return got.Header, text, err
}

type sampleEvent struct {
	Method  string `json:"httpMethod"`
	Path    string `json:"path"`
	RawPath string `json:"rawPath"`
	Body    string `json:"body"`
	Base64  bool   `json:"isBase64Encoded"`
	Version string `json:"version"`
	Context struct {
		Stage string `json:"stage"`
		HTTP  struct {
			Method string `json:"method"`
		} `json:"http"`
	} `json:"requestContext"`
}

// answer is what a function returns to any door: each reads what it knows.
func (f *sampleFunction) answer(e *sampleEvent) any {
	method, path := e.Method, e.Path
	if e.Version == "2.0" {
		method, path = e.Context.HTTP.Method, e.RawPath
	}
	if e.Version != "" && e.Context.Stage != defaultStage { // HTTP APIs have the stage in the path
		path = strings.TrimPrefix(path, "/"+e.Context.Stage)
	}
	body := []byte(e.Body)
	if e.Base64 {
		body, _ = base64.StdEncoding.DecodeString(e.Body) // what is left out is no JSON either
	}
	a := application(method, path, body)
	text := append(bytes.Clone(a.body), bytes.Repeat([]byte(" "), int(a.padding))...)
	head := map[string]string{"content-type": a.contentType[0], "x-instance-id": f.instance}
	lists := map[string][]string{}
	for name, value := range head {
		lists[name] = []string{value}
	}
	return map[string]any{
		"statusCode": a.status, "headers": head, "multiValueHeaders": lists, "body": string(text), "isBase64Encoded": false,
	}
}
