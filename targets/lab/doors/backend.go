package doors

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// backend asks a server on this machine. The time that takes is real. A response whose
// length is not known beforehand is passed on as it comes, where the door does so.
func backend(d *door, i *Integration) stage {
	client := &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	d.closers = append(d.closers, client.CloseIdleConnections)
	slowFault := targets.FaultTimeout
	if d.errors[targets.FaultSlowTarget] != nil {
		slowFault = targets.FaultSlowTarget
	}
	sockets := &tunnel{door: d, transport: client.Transport}
	d.closers = append(d.closers, sockets.open.Wait)
	address := d.addressOf(i)
	return func(x *exchange) bool {
		if d.kind.passesSockets && asksForSocket(x.request) {
			return sockets.pass(x, address(x))
		}
		ctx, cancel := context.WithCancelCause(x.request.Context())
		limit := d.patient(cancel)
		got, err := d.fetch(ctx, client, x, address(x))
		if err == nil && got.ContentLength < 0 && (d.kind.streamsServers || d.config.streams()) {
			limit.Stop()
			return d.relayServer(x, got, cancel)
		}
		var body []byte
		if err == nil {
			body, err = readWhole(got, largestBody)
		}
		slow := context.Cause(ctx) == errSlowServer
		limit.Stop()
		cancel(nil)
		x.integration = time.Since(x.ready)
		switch {
		case slow:
			return x.fail(slowFault)
		case err != nil:
			return x.fail(targets.FaultNetwork)
		}
		x.response = d.passOn(got, body)
		return d.checkAnswer(x)
	}
}

var errSlowServer = errors.New("the server takes longer than the front door waits")

// patient cancels what takes longer than the door waits for a server.
func (d *door) patient(cancel context.CancelCauseFunc) *time.Timer {
	limit := time.Duration(cmp.Or(d.config.Timeout, d.config.Idle))
	if limit == 0 {
		limit = longestFunction // an origin has none: longer than any client waits
	}
	return time.AfterFunc(limit, func() { cancel(errSlowServer) })
}

// checkAnswer fails an exchange whose response has more headers than the door takes.
func (d *door) checkAnswer(x *exchange) bool {
	if most := d.kind.mostAnswerHeaders; most > 0 && x.response.headBytes() > most {
		return x.fail(targets.FaultNetwork)
	}
	return false
}

// relayServer passes on what a server streams.
func (d *door) relayServer(x *exchange, got *http.Response, cancel context.CancelCauseFunc) bool {
	x.integration = time.Since(x.ready)
	x.response = d.passOn(got, nil)
	if d.checkAnswer(x); x.fault != "" {
		got.Body.Close()
		cancel(nil)
		return false
	}
	d.relayBody(x, got.Header.Get("Content-Type"), &originBody{got.Body, func() { cancel(nil) }})
	return false
}

// relayBody has what comes of a body passed on, and closes it.
func (d *door) relayBody(x *exchange, kind string, body io.ReadCloser) {
	read, write := io.Pipe()
	ended := make(chan invocation, 1)
	x.relay = &relay{kind, read, ended}
	d.background.Go(func() {
		var out invocation
		if _, err := io.Copy(write, body); err != nil {
			out.Ending = runtime.Failed
		}
		body.Close()
		write.Close() // what was written can still be read
		ended <- out
	})
}

func (d *door) fetch(ctx context.Context, client *http.Client, x *exchange, url string) (*http.Response, error) {
	r, err := http.NewRequestWithContext(ctx, x.request.Method, withQuery(url, x.request.URL.RawQuery), bytes.NewReader(slices.Clone(x.content()))) // a request that is given up may still be sent
	if err != nil {
		return nil, err
	}
	for name, values := range x.request.Header {
		if !hopByHop[name] {
			r.Header[name] = values
		}
	}
	if d.kind.forwards != nil {
		d.kind.forwards(d, x, r)
	}
	return client.Do(r)
}

// readWhole reads a response to its end, if it has no more bytes than most.
func readWhole(got *http.Response, most int) ([]byte, error) {
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, int64(most)+1))
	if err == nil && len(body) > most {
		err = errors.New("the backend's response is too large")
	}
	return body, err
}

var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authorization": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "Content-Length": true,
}

func (d *door) passOn(got *http.Response, body []byte) *response {
	r := &response{
		status: min(max(got.StatusCode, 200), 599), body: body,
		contentType: []string{got.Header.Get("Content-Type")}, length: []string{strconv.Itoa(len(body))},
	}
	for name, values := range got.Header {
		for _, value := range values {
			if out := d.headerName(name); out != "" {
				r.extra = append(r.extra, [2]string{out, value})
			}
		}
	}
	return r
}

// headerName is what a header of a backend or a function is called outside; ""
// where it is left out, or is a field of the response.
func (d *door) headerName(name string) string {
	name = http.CanonicalHeaderKey(name)
	if name == "Content-Type" || hopByHop[name] && name != "Connection" && name != "Content-Length" {
		return ""
	}
	return d.kind.renames(name)
}
