package otlp

import (
	"bytes"
	"compress/gzip"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"time"

	collector "go.opentelemetry.io/proto/slim/otlp/collector/metrics/v1"
	"google.golang.org/protobuf/proto"
)

// maxReply is how much of a receiver's response is read.
const maxReply = 64 << 10

// A failure is why a delivery did not arrive.
type failure struct {
	text  string
	again bool          // it may arrive when it is sent again
	after time.Duration // but not before
}

func (f *failure) Error() string { return f.text }

// deliver sends one message. A partial success is a delivery, of which rejected says what
// the receiver did not take.
func (r *Receiver) deliver(ctx context.Context, message *collector.ExportMetricsServiceRequest) (rejected string, err error) {
	body, err := proto.Marshal(message)
	if err != nil {
		return "", &failure{text: err.Error()}
	}
	if r.zipped {
		body = zip(body)
	}
	ctx, done := context.WithTimeout(ctx, r.timeout)
	defer done()
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, r.address, bytes.NewReader(body))
	if err != nil {
		return "", &failure{text: reason(err).Error()}
	}
	for name, value := range r.headers {
		req.Header.Set(name, value.Reveal())
	}
	req.Header.Set("Content-Type", "application/x-protobuf")
	if r.zipped {
		req.Header.Set("Content-Encoding", "gzip")
	}
	resp, err := r.client.Do(req)
	if err != nil {
		return "", &failure{text: r.masked(ctx, err), again: true}
	}
	defer resp.Body.Close()
	reply, err := io.ReadAll(io.LimitReader(resp.Body, maxReply))
	switch {
	case resp.StatusCode/100 != 2:
		return "", refused(resp, reply)
	case err != nil:
		return "", &failure{text: r.masked(ctx, err), again: true}
	}
	return rejectedOf(reply), nil
}

func zip(body []byte) []byte {
	var b bytes.Buffer
	w, _ := gzip.NewWriterLevel(&b, gzip.BestSpeed) // the level exists
	_, _ = w.Write(body)                            // into memory: cannot fail
	_ = w.Close()
	return b.Bytes()
}

// masked is what went wrong on the way, without the address: its query may hold a key.
func (r *Receiver) masked(ctx context.Context, err error) string {
	if ctx.Err() != nil {
		return fmt.Sprintf("no response within %v", r.timeout)
	}
	return reason(err).Error()
}

func reason(err error) error {
	if u, ok := errors.AsType[*url.Error](err); ok {
		return u.Err
	}
	return err
}

// refused is a response that is no success. Which of them may be sent again is in the
// OTLP specification, "Retryable Response Codes".
func refused(resp *http.Response, reply []byte) *failure {
	f := &failure{text: fmt.Sprintf("status %d", resp.StatusCode)}
	switch resp.StatusCode {
	case http.StatusTooManyRequests, http.StatusBadGateway, http.StatusServiceUnavailable, http.StatusGatewayTimeout:
		f.again = true
		if s, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && s > 0 {
			f.after = time.Duration(min(s, 3600)) * time.Second
		}
	case http.StatusNotFound:
		f.text += ": nothing takes OTLP metrics there; give the base address, such as http://127.0.0.1:4318 (Prometheus: http://127.0.0.1:9090/api/v1/otlp, started with --web.enable-otlp-receiver)"
		return f
	case http.StatusUnauthorized, http.StatusForbidden:
		f.text += ": the receiver wants other headers (--otlp-header)"
	}
	if said := saidBy(resp.Header.Get("Content-Type"), reply); said != "" {
		f.text += ": " + said
	}
	return f
}
