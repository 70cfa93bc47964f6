package protocol

import (
	"bytes"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds what is read of a request, compressed or not. CloudWatch
// takes 1 MB of PutMetricData; no other operation comes near it.
const maxBody = 1 << 20

// ReadBody reads a request's body as it is on the wire.
func ReadBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, maxBody))
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		return nil, bodyTooLarge()
	case err != nil:
		return nil, Refusal{Status: http.StatusBadRequest, Code: "IncompleteBody", Message: "the request's body ended early"}
	}
	return body, nil
}

// decompress undoes what SDKs do to large bodies.
func decompress(coding string, body []byte) ([]byte, error) {
	switch coding {
	case "", "identity":
		return body, nil
	case "gzip":
		return unzip(body)
	default:
		return nil, Refusal{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Message: fmt.Sprintf("content encoding %q is not known; gzip is", coding)}
	}
}

func unzip(body []byte) ([]byte, error) {
	zipped, err := gzip.NewReader(bytes.NewReader(body))
	if err == nil {
		body, err = io.ReadAll(io.LimitReader(zipped, maxBody+1))
	}
	switch {
	case err != nil:
		return nil, Refusal{Status: http.StatusBadRequest, Code: "SerializationException", Message: "the body is not gzip: " + err.Error()}
	case len(body) > maxBody:
		return nil, bodyTooLarge()
	}
	return body, nil
}

func bodyTooLarge() Refusal {
	return Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: fmt.Sprintf("a request may have %d bytes", maxBody)}
}
