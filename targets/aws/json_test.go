package aws

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"testing"

	"github.com/aws/smithy-go"
)

// FuzzAResponseInJSON reads any response: without an error it was a success.
func FuzzAResponseInJSON(f *testing.F) {
	f.Add(200, []byte(`{"SecretString": "s"}`))
	f.Add(400, []byte(`{"__type": "com.amazonaws.ssm#ParameterNotFound", "Message": "none"}`))
	f.Add(200, []byte(`{"__type": 1}`))
	f.Add(503, []byte(`<html>`))
	f.Fuzz(func(t *testing.T, status int, body []byte) {
		var out SignedIn
		err := readJSON(&http.Response{StatusCode: status, Body: io.NopCloser(bytes.NewReader(body))}, &out)
		if err == nil && status != http.StatusOK {
			t.Errorf("status code %d is no error", status)
		}
		if api, is := errors.AsType[smithy.APIError](err); is && api.ErrorCode() == "" {
			t.Errorf("an error without a code: %v", err)
		}
	})
}
