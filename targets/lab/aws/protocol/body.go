package protocol

import (
	"errors"
	"fmt"
	"io"
	"net/http"
)

// maxBody bounds what is read of a request. No operation comes near it.
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

// plain refuses a compressed body. SDKs compress none of the requests that are
// answered here.
func plain(r *http.Request) error {
	if coding := r.Header.Get("Content-Encoding"); coding != "" && coding != "identity" {
		return Refusal{Status: http.StatusUnsupportedMediaType, Code: "UnsupportedMediaType", Message: fmt.Sprintf("content encoding %q is not known here: send the body as it is", coding)}
	}
	return nil
}

func bodyTooLarge() Refusal {
	return Refusal{Status: http.StatusRequestEntityTooLarge, Code: "RequestEntityTooLarge", Message: fmt.Sprintf("a request may have %d bytes", maxBody)}
}
