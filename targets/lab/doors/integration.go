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

// An integration answers a request whose path below the stage is given.
type integration func(x *exchange, path string)

// integrations make what stands behind a route.
var integrations = map[string]func(*door, *Integration) integration{
	"lambda":         func(d *door, _ *Integration) integration { return d.call },
	"lambda-custom":  customLambda,
	"http":           httpIntegration,
	"mock":           readyAnswer,
	"fixed-response": readyAnswer,
	"redirect":       redirect,
	"queue":          func(*door, *Integration) integration { return enqueue },
}

// servable are the integrations of each kind.
var servable = map[string][]string{
	targets.RESTAPI.Name: {"lambda", "lambda-custom", "http", "mock", "queue"},
	targets.HTTPAPI.Name: {"lambda", "http"},
	targets.ALB.Name:     {"lambda", "http", "fixed-response", "redirect"},
}

// readyAnswer answers without asking anyone.
func readyAnswer(_ *door, i *Integration) integration {
	a := newAnswer(i.Status, i.ContentType, i.Body)
	for name, value := range i.Headers {
		a.extra = append(a.extra, [2]string{name, value})
	}
	return func(x *exchange, _ string) { x.answer, x.own = a, true }
}

// enqueue is the AWS service integration of SendMessage: what SQS says when it
// has taken a message.
func enqueue(x *exchange, _ string) {
	x.answer = newAnswer(http.StatusOK, jsonType, `{"SendMessageResponse":{"ResponseMetadata":{"RequestId":"`+requestID()+
		`"},"SendMessageResult":{"MessageId":"`+requestID()+`"}}}`)
	x.queued = true
}

// remapped are the headers of an integration's answer that go by another name.
// Source: API Gateway developer guide, "Known issues", as recorded in
// LocalStack's snapshots.
var remapped = []string{"Connection", "Content-Length", "Date", "Server"}

// httpIntegration asks a server on this machine. The time that takes is real.
func httpIntegration(d *door, i *Integration) integration {
	client := &http.Client{
		Timeout:       time.Duration(cmp.Or(d.config.Timeout, d.config.Idle)),
		Transport:     &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	d.closers = append(d.closers, client.CloseIdleConnections)
	slowFault := targets.FaultTimeout
	if _, apart := d.answers[targets.FaultSlowTarget]; apart {
		slowFault = targets.FaultSlowTarget
	}
	return func(x *exchange, path string) {
		got, body, err := fetch(client, x, i.URL+path)
		x.integration = time.Since(x.ready)
		if err != nil {
			var slow net.Error
			if errors.As(err, &slow) && slow.Timeout() {
				d.fail(x, slowFault)
			} else {
				d.fail(x, targets.FaultNetwork)
			}
			return
		}
		if x.answer = d.passOn(got, body); d.kind == &targets.ALB && x.answer.headBytes() > mostAnswerHeaders {
			d.fail(x, targets.FaultNetwork)
		}
	}
}

func fetch(client *http.Client, x *exchange, url string) (*http.Response, []byte, error) {
	if q := x.request.URL.RawQuery; q != "" {
		url += "?" + q
	}
	r, err := http.NewRequestWithContext(x.request.Context(), x.request.Method, url, bytes.NewReader(slices.Clone(x.content()))) // a request that is given up may still be sent
	if err != nil {
		return nil, nil, err
	}
	for name, values := range x.request.Header {
		if !hopByHop[name] {
			r.Header[name] = values
		}
	}
	got, err := client.Do(r)
	if err != nil {
		return nil, nil, err
	}
	defer got.Body.Close()
	body, err := io.ReadAll(io.LimitReader(got.Body, largestBody+1))
	if err == nil && len(body) > largestBody {
		err = errors.New("the backend's answer is too large")
	}
	return got, body, err
}

// mostAnswerHeaders is how much a load balancer takes for headers of an answer.
// Source: Application Load Balancer user guide, "Quotas" (32 KB).
const mostAnswerHeaders = 32 << 10

// headBytes is how large the headers that a backend gave are.
func (a *answer) headBytes() (sum int) {
	for _, line := range a.extra {
		sum += len(line[0]) + len(line[1]) + len(": \r\n")
	}
	return sum
}

// hopByHop are headers that belong to one connection.
var hopByHop = map[string]bool{
	"Connection": true, "Keep-Alive": true, "Proxy-Authorization": true, "Te": true, "Trailer": true,
	"Transfer-Encoding": true, "Upgrade": true, "Content-Length": true,
}

// passOn makes a backend's answer the door's.
func (d *door) passOn(got *http.Response, body []byte) *answer {
	a := &answer{
		status: min(max(got.StatusCode, 200), 599), body: body,
		contentType: []string{got.Header.Get("Content-Type")}, length: []string{strconv.Itoa(len(body))},
	}
	for name, values := range got.Header {
		if hopByHop[name] && name != "Connection" && name != "Content-Length" || name == "Content-Type" {
			continue
		}
		for _, value := range values {
			if out := d.headerName(name); out != "" {
				a.extra = append(a.extra, [2]string{out, value})
			}
		}
	}
	return a
}

// headerName is what a backend's header is called outside; "" where it is left
// out. Only REST APIs rename any.
func (d *door) headerName(name string) string {
	for _, r := range remapped {
		switch {
		case r != name:
		case d.kind == &targets.RESTAPI:
			return "x-amzn-Remapped-" + name
		default:
			return ""
		}
	}
	return name
}
