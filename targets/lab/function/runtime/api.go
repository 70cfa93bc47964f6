package runtime

import (
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"log"
	"net"
	"net/http"
	"strconv"
	"time"
)

// The names of the Runtime API.
// Source: Lambda developer guide, "Using the Lambda runtime API for custom
// runtimes", and its OpenAPI description.
const (
	version       = "/2018-06-01/runtime/"
	headRequestID = "Lambda-Runtime-Aws-Request-Id"
	headDeadline  = "Lambda-Runtime-Deadline-Ms"
	headARN       = "Lambda-Runtime-Invoked-Function-Arn"
	headTrace     = "Lambda-Runtime-Trace-Id"
	headErrorType = "Lambda-Runtime-Function-Error-Type"
	headErrorBody = "Lambda-Runtime-Function-Error-Body"
	headMode      = "Lambda-Runtime-Function-Response-Mode"
	streaming     = "streaming"
)

// StreamType is the content type of an answer that begins with its status and
// headers as JSON, then eight zero bytes, then the body.
const StreamType = "application/vnd.awslambda.http-integration-response"

func (e *environment) listen() error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	e.address = listener.Addr().String()
	e.server = &http.Server{
		Handler:           e.guard(e.routes()),
		ReadHeaderTimeout: 10 * time.Second,
		MaxHeaderBytes:    2 << 20, // X-Ray's cause of an error may have 1 MiB
		ErrorLog:          log.New(io.Discard, "", 0),
	}
	go func() { _ = e.server.Serve(listener) }() // ends with ErrServerClosed
	return nil
}

func (e *environment) routes() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("GET "+version+"invocation/next", e.next)
	mux.HandleFunc("POST "+version+"invocation/{id}/response", e.response)
	mux.HandleFunc("POST "+version+"invocation/{id}/error", e.failure)
	mux.HandleFunc("POST "+version+"init/error", e.initFailure)
	return mux
}

// guard keeps pages in a browser out, which may send requests to any port of
// this machine but cannot choose the host's name, and refuses every request after the end.
func (e *environment) guard(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		select {
		case <-e.gone:
			refuse(w, http.StatusGone, "Runtime.Gone", "this execution environment has ended")
			return
		default:
		}
		if r.Host != e.address || r.Header.Get("Origin") != "" || r.Header.Get("Sec-Fetch-Site") != "" {
			refuse(w, http.StatusForbidden, "InvalidHost", "the Runtime API serves its own function only")
			return
		}
		next.ServeHTTP(w, r)
	})
}

func (e *environment) next(w http.ResponseWriter, r *http.Request) {
	asked := e.ask()
	if asked == nil {
		e.refuseTransition(w, "Ready")
		return
	}
	select {
	case t := <-asked:
		e.hand(w, t)
	case <-r.Context().Done():
		e.withdraw(asked)
	case <-e.gone:
		refuse(w, http.StatusGone, "Runtime.Gone", "this execution environment has ended")
	}
}

func (e *environment) hand(w http.ResponseWriter, t *task) {
	h := w.Header()
	h.Set("Content-Type", "application/json")
	h.Set("Content-Length", strconv.Itoa(len(t.Event)))
	h[headRequestID] = []string{t.ID.String()}
	h[headDeadline] = []string{strconv.FormatInt(t.deadline.UnixMilli(), 10)}
	h[headARN] = []string{e.f.config.arn(t.Qualifier)}
	if t.Trace != "" {
		h[headTrace] = []string{t.Trace}
	}
	_, _ = w.Write(t.Event) // fails when the function is gone; its process is watched
}

func (e *environment) response(w http.ResponseWriter, r *http.Request) {
	t := e.take(w, r)
	if t == nil {
		return
	}
	mode := r.Header.Get(headMode)
	if mode != "" && mode != streaming {
		e.finish(t, failed("Runtime.InvalidResponseModeHeader", "invalid response mode"))
		refuse(w, http.StatusBadRequest, "InvalidFunctionResponseMode", "Invalid function response mode")
		return
	}
	var got result
	var err error
	if sink := t.stream(r.Header.Get("Content-Type"), mode); sink != nil {
		_, err = io.Copy(sink, http.MaxBytesReader(w, r.Body, largestStream))
	} else {
		got.payload, err = readPayload(r.Body)
	}
	var tooLarge *http.MaxBytesError
	switch {
	case errors.As(err, &tooLarge):
		e.finish(t, failed(ErrorTooLarge,
			fmt.Sprintf("Response payload size exceeded maximum allowed payload size (%d bytes).", tooLarge.Limit)))
		refuse(w, http.StatusRequestEntityTooLarge, "RequestEntityTooLarge",
			fmt.Sprintf("Exceeded maximum allowed payload size (%d bytes).", tooLarge.Limit))
	case err != nil:
		e.finish(t, failed("Runtime.TruncatedResponse", "the response ended early"))
		refuse(w, http.StatusBadRequest, "TruncatedHTTPRequest", "HTTP request detected as truncated")
	default:
		e.finish(t, got.trailed(r.Trailer))
		accept(w)
	}
}

// readPayload reads a whole answer. What is too much is read too, up to a bound,
// so that its sender reads the refusal.
func readPayload(body io.Reader) ([]byte, error) {
	payload, err := io.ReadAll(io.LimitReader(body, largestPayload+1))
	if err == nil && len(payload) > largestPayload {
		const more = 32 << 20
		_, _ = io.CopyN(io.Discard, body, more) // an error is an end too
		err = &http.MaxBytesError{Limit: largestPayload}
	}
	return payload, err
}

// trailed is g, or the error in a stream's trailers.
func (g result) trailed(trailer http.Header) result {
	kind := trailer.Get(headErrorType)
	if kind == "" {
		return g
	}
	g.failed, g.errorType = true, kind
	if body, err := base64.StdEncoding.DecodeString(trailer.Get(headErrorBody)); err == nil {
		g.payload = body
	}
	return g
}

func (e *environment) failure(w http.ResponseWriter, r *http.Request) {
	t := e.take(w, r)
	if t == nil {
		return
	}
	e.finish(t, readFailure(r))
	accept(w)
}

// readFailure reads an error; one that is too large or truncated counts as far
// as it came.
func readFailure(r *http.Request) result {
	body, _ := readPayload(r.Body)
	if len(body) > largestPayload {
		body = nil
	}
	got := result{failed: true, payload: body, errorType: r.Header.Get(headErrorType)}
	var said struct {
		Type string `json:"errorType"`
	}
	if err := json.Unmarshal(body, &said); err == nil && got.errorType == "" {
		got.errorType = said.Type
	}
	if got.errorType == "" {
		got.errorType = "Function.Unknown"
	}
	return got
}

// initFailure takes an error of INIT. The runtime is expected to exit then.
func (e *environment) initFailure(w http.ResponseWriter, r *http.Request) {
	if !e.initFailed(readFailure(r)) {
		e.refuseTransition(w, "InitError")
		return
	}
	accept(w)
}

func accept(w http.ResponseWriter) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(http.StatusAccepted)
	_, _ = io.WriteString(w, `{"status":"OK"}`+"\n")
}

// take finds the invocation that a response is for, and refuses a response that none
// waits for.
func (e *environment) take(w http.ResponseWriter, r *http.Request) *task {
	t, known := e.begin(r.PathValue("id"))
	switch {
	case !known:
		refuse(w, http.StatusBadRequest, "InvalidRequestID", "Invalid request ID")
	case t == nil:
		e.refuseTransition(w, "InvocationResponse")
	}
	return t
}

func (e *environment) refuseTransition(w http.ResponseWriter, to string) {
	refuse(w, http.StatusForbidden, "InvalidStateTransition",
		fmt.Sprintf("Transition from %s to %s is not allowed", e.phaseName(), to))
}

func refuse(w http.ResponseWriter, status int, kind, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	_, _ = w.Write(errorJSON(kind, message)) // fails when the function is gone
}
