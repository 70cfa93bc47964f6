package doors

import (
	"bytes"
	"cmp"
	"errors"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"time"

	"tollgate/targets"
)

// backend asks a server on this machine. The time that takes is real.
func backend(d *door, i *Integration) stage {
	client := &http.Client{
		Timeout:       time.Duration(cmp.Or(d.config.Timeout, d.config.Idle)),
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
	return func(x *exchange) bool {
		if d.kind.passesSockets && asksForSocket(x.request) {
			return sockets.pass(x, i.URL+x.path)
		}
		got, body, err := d.fetch(client, x, i.URL+x.path)
		x.integration = time.Since(x.ready)
		if err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() {
				return x.fail(slowFault)
			}
			return x.fail(targets.FaultNetwork)
		}
		x.response = d.passOn(got, body)
		if most := d.kind.mostAnswerHeaders; most > 0 && x.response.headBytes() > most {
			return x.fail(targets.FaultNetwork)
		}
		return false
	}
}

func (d *door) fetch(client *http.Client, x *exchange, url string) (*http.Response, []byte, error) {
	r, err := http.NewRequestWithContext(x.request.Context(), x.request.Method, withQuery(url, x.request.URL.RawQuery), bytes.NewReader(slices.Clone(x.content()))) // a request that is given up may still be sent
	if err != nil {
		return nil, nil, err
	}
	for name, values := range x.request.Header {
		if !hopByHop[name] {
			r.Header[name] = values
		}
	}
	if d.kind.forwards != nil {
		d.kind.forwards(d, x, r)
	}
	got, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, largestBody+1))
	if err == nil && len(body) > largestBody {
		err = errors.New("the backend's response is too large")
	}
	return got, body, err
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
