package doors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"

	"tollgate/targets/lab/function/event"
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
	kind, said := "response", []byte(nil)
	if echo, is := event.Echo(text); is { // the modelled chat knows who is connected, which a function would keep in a table
		said = echo
	} else if call, err := event.ReadCall(text); err != nil {
		kind, said = "error", []byte(`{"errorType":"Event.Invalid","errorMessage":"`+err.Error()+`"}`)
	} else {
		said = f.answer(call)
	}
	_, _, err = f.ask(ctx, http.MethodPost, header.Get("Lambda-Runtime-Aws-Request-Id")+"/"+kind, said)
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

// answer is what the application returns. It has no use for escaped paths.
func (f *sampleFunction) answer(c *event.Call) []byte {
	a := application(c.Method, c.Path, c.Body)
	text := append(bytes.Clone(a.body), bytes.Repeat([]byte(" "), int(a.padding))...)
	return c.Return(a.status, http.Header{"Content-Type": a.contentType, "X-Instance-Id": {f.instance}}, text)
}
