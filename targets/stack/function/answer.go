package function

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// A response is one that all front doors read. Balancers that send lists of values read
// lists alone.
type response struct {
	Status  int                 `json:"statusCode"`
	Text    string              `json:"statusDescription,omitempty"`
	Headers map[string]string   `json:"headers,omitempty"`
	Lists   map[string][]string `json:"multiValueHeaders,omitempty"`
	Body    string              `json:"body"`
	Base64  bool                `json:"isBase64Encoded"`
}

// A said is the body of an answer.
type said struct {
	ID json.RawMessage `json:"id,omitempty"` // of the message
	environment
	call
	CPUMS     float64 `json:"cpu_ms"`
	HandlerMS float64 `json:"handler_ms"`
	Filling   string  `json:"filling,omitempty"`
}

// A refusal is the body of an answer to a request that asks for what it cannot have.
type refusal struct {
	Error string `json:"error"`
}

// prepare does the work of INIT, which is written as a query.
func (f *function) prepare(text string) error {
	query, err := url.ParseQuery(text)
	if err != nil {
		return fmt.Errorf("INIT: %w", err)
	}
	c := call{query: map[string]string{}}
	for name := range query {
		c.query[name] = query.Get(name)
	}
	w, err := c.asked(widest)
	if err != nil {
		return fmt.Errorf("INIT: %w", err)
	}
	f.worker.do(context.Background(), w)
	return nil
}

// bound reads MOST_BYTES, the size of the largest answer.
func (f *function) bound(text string) error {
	if text == "" {
		return nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 0 || n > mostBytes {
		return fmt.Errorf("MOST_BYTES: %q must be a whole number from 0 to %d", text, mostBytes)
	}
	f.most.bytes = n
	return nil
}

// answer is the handler.
func (f *function) answer(ctx context.Context, event json.RawMessage) (any, error) {
	begun := time.Now()
	f.Invocation++
	if f.Cold = f.Invocation == 1; f.Cold {
		f.InitMS = milliseconds(begun.Sub(f.begun))
	}
	c, err := read(event)
	if err != nil {
		return nil, err
	}
	if c.socket == "CONNECT" || c.socket == "DISCONNECT" {
		return f.respond(c, http.StatusOK, nil), nil
	}
	w, err := c.asked(f.most.within(ctx))
	if err != nil {
		return f.respond(c, http.StatusBadRequest, encoded(refusal{err.Error()})), nil
	}
	used := f.worker.do(ctx, w)
	switch w.Fail {
	case failError:
		return nil, errors.New("the request asked for an error")
	case failMalformed:
		return []string{"this is no response"}, nil
	}
	if c.socket != "" && w.Action == "push" {
		return f.pushed(ctx, c, w)
	}
	return f.respond(c, max(w.Status, http.StatusOK), f.body(c, w, used, begun)), nil
}

// body is the answer about the environment and the work, with the size that was asked for.
func (f *function) body(c call, w work, used time.Duration, begun time.Time) []byte {
	s := said{environment: f.environment, call: c, CPUMS: milliseconds(used), HandlerMS: milliseconds(time.Since(begun))}
	if c.socket != "" {
		s.ID = w.ID
	}
	text := encoded(s)
	const field = `,"filling":""`
	if missing := w.Bytes - len(text); missing > len(field) {
		s.Filling = strings.Repeat("x", missing-len(field))
		text = encoded(s)
	}
	return text
}

// pushed sends messages to the connection that asked for them.
func (f *function) pushed(ctx context.Context, c call, w work) (any, error) {
	for n := range max(w.Count, 1) {
		message := encoded(struct {
			ID   json.RawMessage `json:"id,omitempty"`
			Push int             `json:"push"`
			Text string          `json:"text,omitempty"`
		}{w.ID, n + 1, w.Text})
		if err := f.push(ctx, c, message); err != nil {
			return nil, err
		}
	}
	return f.respond(c, http.StatusOK, nil), nil
}

func (f *function) respond(c call, status int, body []byte) response {
	r := response{Status: status, Headers: map[string]string{"Content-Type": "application/json", "X-Instance-Id": f.Instance}, Body: string(body)}
	if c.Format == formatBalancer {
		r.Text = fmt.Sprintf("%d %s", status, http.StatusText(status))
	}
	if c.lists {
		r.Lists = map[string][]string{}
		for name, value := range r.Headers {
			r.Lists[name] = []string{value}
		}
		r.Headers = nil
	}
	return r
}

// encoded writes JSON of values that have no others than texts and numbers.
func encoded(v any) []byte {
	text, err := json.Marshal(v)
	if err != nil {
		return []byte(`{}`)
	}
	return text
}

func milliseconds(d time.Duration) float64 { return float64(d.Microseconds()) / 1000 }
