package doors

import (
	"bytes"
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"syscall"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/runtime"
)

// A webBackend is the HTTP servers behind a Lambda Web Function: processes, one for each
// environment, or one that runs already and stands for all of them. Requests reach them as
// they came, but for the headers that AWS removes and adds; responses are passed on as they
// come. Whatever a server does takes as long as it does.
type webBackend struct {
	door   *door
	client *http.Client
	server string // of one that runs already: its address; "": each environment has its own
	real   *runtime.Servers
	log    *runtime.Log
}

// Headers that AWS removes from requests, next to all whose names begin with lambda-web-.
// Source: Lambda developer guide, "HTTP requests" of web functions.
var notForServers = []string{
	"Connection", "Keep-Alive", "Upgrade", "Expect", "Te", "Trailer", "Transfer-Encoding", "Content-Length",
	"Proxy-Authenticate", "Proxy-Authorization", "Proxy-Connection",
	"X-Real-Ip", "X-Http-Method-Override", "X-Http-Method", "X-Method-Override",
}

func (d *door) newWebBackend() *webBackend {
	log := runtime.NewLog(d.Name, cmp.Or(d.config.Function.LogGroup, "/aws/lambda/web/"+d.Name), runtime.JSON)
	b := &webBackend{door: d, log: log, client: &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: d.config.Web.Concurrency, IdleConnTimeout: pooledFor, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	d.webServer = b
	return b
}

// proxyWeb puts a server that runs already behind d. INIT is modelled.
func (d *door) proxyWeb(server string) {
	b := d.newWebBackend()
	b.server = strings.TrimRight(server, "/")
	d.closers = append(d.closers, b.client.CloseIdleConnections)
}

// runWeb lets a command be the environments of d.
func (d *door) runWeb(f *Function) (err error) {
	b := d.newWebBackend()
	b.real, err = runtime.NewServers(runtime.Config{
		Name: d.WebFunction, Command: f.Command, Dir: f.Dir, Environment: f.Environment,
		Region: region, Account: account, Path: os.Getenv("PATH"),
		Memory: webMemory, InitTimeout: targets.WebStart,
	}, b.log)
	if err != nil {
		return err
	}
	d.web.begin, d.web.end = b.begin, func(e *webEnvironment) { d.background.Go(e.server.End) }
	d.closers = append(d.closers, b.client.CloseIdleConnections, b.real.Close)
	return nil
}

// webMemory is that of every environment, in MB.
const webMemory = 2048

// begin starts the process of an environment. The pool is locked.
func (b *webBackend) begin(e *webEnvironment) {
	b.door.background.Go(func() {
		server, err := b.real.Start(b.door.life)
		if err == nil {
			e.server = server
		}
		b.door.web.known(e, time.Now(), err)
		if err != nil {
			return
		}
		select {
		case <-server.Ended(): // by itself
			b.door.web.lost(e)
		case <-b.door.life.Done():
		}
		server.End()
	})
}

// serve lets an environment answer.
func (b *webBackend) serve(x *exchange) bool {
	d := b.door
	x.identify(d)
	d.web.mu.Lock()
	e, isNew := d.web.place(x.ready)
	if e == nil {
		d.web.mu.Unlock()
		x.invocation.Ending = runtime.AtLimit
		return x.refuse(targets.FaultThrottled, byFunctionConcurrency)
	}
	e.held++
	d.web.mu.Unlock()
	ctx, cancel := context.WithDeadline(d.life, x.ready.Add(time.Duration(d.config.Timeout)))
	served := &webCall{b: b, e: e, cancel: cancel}
	if !served.awaitReady(ctx, x) {
		served.end(time.Now())
		return false
	}
	x.waits(e, isNew, max(0, e.ready.Sub(x.ready)))
	served.ask(ctx, x)
	return false
}

// A webCall is a request that an environment has.
type webCall struct {
	b      *webBackend
	e      *webEnvironment
	cancel context.CancelFunc
}

func (c *webCall) end(now time.Time) {
	c.cancel()
	c.b.door.web.release(c.e, now)
}

// awaitReady waits until the environment is ready.
func (c *webCall) awaitReady(ctx context.Context, x *exchange) bool {
	if c.e.up == nil {
		_ = c.b.door.timer.Wait(ctx, c.e.ready)
	} else {
		select {
		case <-c.e.up:
		case <-ctx.Done():
		}
	}
	switch {
	case ctx.Err() != nil:
		c.fail(x, runtime.Overtime, targets.FaultTimeout)
	case c.e.failed != nil:
		c.fail(x, runtime.Failed, targets.FaultNetwork)
	default:
		return true
	}
	return false
}

func (c *webCall) fail(x *exchange, ending runtime.Ending, fault targets.Fault) {
	x.integration = time.Since(x.ready)
	x.invocation.Ending = ending
	x.invocation.Duration = max(0, x.integration-x.invocation.Init)
	x.fail(fault)
}

// failed fails for an error of the server.
func (c *webCall) failed(x *exchange, err error) {
	switch {
	case errors.Is(err, context.DeadlineExceeded):
		c.fail(x, runtime.Overtime, targets.FaultTimeout)
	case c.b.server != "" && errors.Is(err, syscall.ECONNREFUSED): // nothing listens
		c.fail(x, runtime.Failed, targets.FaultNetwork)
	default:
		c.fail(x, runtime.Failed, targets.FaultThrown)
	}
}

// ask sends the request, and hands over its response as it comes.
func (c *webCall) ask(ctx context.Context, x *exchange) {
	asked := time.Now()
	r, err := c.request(ctx, x)
	var got *http.Response
	if err == nil {
		got, err = c.b.client.Do(r)
	}
	x.integration = time.Since(x.ready)
	if err != nil {
		c.failed(x, err)
		c.end(time.Now())
		return
	}
	if n := got.ContentLength; n >= 0 && n <= wholeBody || x.request.Method == http.MethodHead {
		c.whole(x, got, asked)
		return
	}
	c.relay(x, got, asked)
}

// wholeBody is how large a response may be that is read whole, if its length is known:
// nothing shows whether it was passed on as it came. It is counted before the client has it.
const wholeBody = 256 << 10

// whole passes on a response of a known length. One that ends early is a failure.
func (c *webCall) whole(x *exchange, got *http.Response, asked time.Time) {
	defer func() { c.end(time.Now()) }()
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	x.integration = time.Since(x.ready)
	if err != nil {
		c.failed(x, err)
		return
	}
	x.invocation.Duration = time.Since(asked)
	c.head(x, got, body)
	x.response.length = []string{fmt.Sprint(max(got.ContentLength, int64(len(body))))}
}

// head is the response as far as its body, or its length, does not matter.
func (c *webCall) head(x *exchange, got *http.Response, body []byte) {
	x.response = c.b.door.passOn(got, body)
	if got.Header.Get("Content-Type") == "" {
		x.response.contentType = nil
	}
	x.response.extra = append(x.response.extra, c.b.door.webStream(c.e))
}

// relay passes on what comes. The invocation is over with its last byte.
func (c *webCall) relay(x *exchange, got *http.Response, asked time.Time) {
	c.head(x, got, nil)
	read, write := io.Pipe()
	ended := make(chan invocation, 1)
	out := x.invocation
	x.relay = &relay{got.Header.Get("Content-Type"), read, ended}
	c.b.door.background.Go(func() {
		_, err := io.Copy(write, got.Body)
		got.Body.Close()
		now := time.Now()
		if out.Duration = now.Sub(asked); err != nil {
			out.Ending = runtime.Failed
		}
		if errors.Is(err, context.DeadlineExceeded) {
			out.Ending = runtime.Overtime
		}
		write.Close() // what was written can still be read
		c.end(now)
		ended <- out
	})
}

// request is what the server gets.
func (c *webCall) request(ctx context.Context, x *exchange) (*http.Request, error) {
	q := x.request
	server := c.b.server
	if s, is := c.e.server.(*runtime.Server); is {
		server = "http://" + s.Address
	}
	r, err := http.NewRequestWithContext(ctx, q.Method, server+q.URL.RequestURI(), bytes.NewReader(slices.Clone(x.content())))
	if err != nil {
		return nil, err
	}
	r.Host, r.Header = q.Host, q.Header.Clone()
	for _, named := range strings.Split(strings.Join(q.Header.Values("Connection"), ","), ",") {
		r.Header.Del(strings.TrimSpace(named))
	}
	for name := range r.Header {
		if slices.Contains(notForServers, name) || strings.HasPrefix(strings.ToLower(name), "lambda-web-") {
			delete(r.Header, name)
		}
	}
	if c.b.door.config.Authorizer != nil { // it was verified
		r.Header.Del("Authorization")
	}
	r.Header.Set("Lambda-Web-Request-Id", x.ids[0])
	r.Header.Set("Lambda-Web-Endpoint-Name", c.b.door.Name)
	if host, _, err := net.SplitHostPort(q.RemoteAddr); err == nil {
		r.Header.Set("X-Forwarded-For", strings.TrimPrefix(strings.Join(q.Header.Values("X-Forwarded-For"), ", ")+", "+host, ", "))
	}
	if r.Header["User-Agent"] == nil {
		r.Header["User-Agent"] = nil // or net/http sends its own
	}
	return r, nil
}
