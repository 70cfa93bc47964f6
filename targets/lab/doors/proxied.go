package doors

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// A proxied function is a web server that answers in place of a Lambda function, as if
// it ran there with an adapter such as the AWS Lambda Web Adapter: the door makes an
// event of the request, the adapter an HTTP request of the event, and the response goes
// the same way back. So headers, bodies and sizes are what they are at AWS.
//
// Environments are modelled: how many there may be, when one is new, and how long its
// INIT takes, since the server runs already. Durations are those of the server.
type proxied struct {
	*version
	server string
	client *http.Client
}

// pooledFor is shorter than the 5 s after which Node.js and uvicorn close idle
// connections, so that no request meets one that is about to close. The AWS Lambda Web
// Adapter has the same figure.
const pooledFor = 4 * time.Second

// startProxied puts a web server behind v.
func (v *version) startProxied() {
	p := &proxied{v, strings.TrimRight(v.Proxy, "/"), &http.Client{
		Transport:     &http.Transport{MaxIdleConnsPerHost: *v.Concurrency, IdleConnTimeout: pooledFor, DisableCompression: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}}
	v.call = p.invoke
	v.of.rest = append(v.of.rest, p.client.CloseIdleConnections)
}

// invoke calls the server as Lambda calls a function. INIT comes before the request.
func (p *proxied) invoke(in runtime.Invocation) invocation {
	i := invocation{Outcome: runtime.Outcome{Begun: time.Now()}}
	p.mu.Lock()
	p.place(&i)
	if i.Ending.Refused() {
		p.mu.Unlock()
		return i
	}
	held := p.environments.hold(i.where)
	p.mu.Unlock()
	if err := p.of.timer.Wait(p.of.life, i.Begun.Add(i.Init)); err != nil {
		i.Ending, i.ErrorType = runtime.Failed, errorServer
	} else {
		p.ask(&i, in)
	}
	ended := time.Now()
	p.mu.Lock()
	p.environments.release(held, ended, i.Ending == runtime.Overtime)
	p.mu.Unlock()
	p.log(i.Report(in.ID, ended, int(p.Memory), modelledMemory))
	if i.ErrorType == runtime.ErrorTooLarge {
		i.Ending = runtime.TooLarge
	}
	return i
}

// errorServer is the type of the error of a function whose server does not answer.
const errorServer = "Runtime.ServerUnavailable"

func (p *proxied) ask(i *invocation, in runtime.Invocation) {
	limit := time.Duration(p.Timeout)
	ctx, cancel := context.WithTimeout(p.of.life, limit)
	defer cancel()
	begun := time.Now()
	payload, err := p.fetch(ctx, &in)
	i.Duration = min(time.Since(begun), limit)
	switch {
	case ctx.Err() == context.DeadlineExceeded:
		i.Ending, i.ErrorType, i.Duration = runtime.Overtime, runtime.ErrorTimedOut, limit
	case err != nil:
		i.Ending, i.ErrorType = runtime.Failed, errorServer
		p.say(fmt.Sprintf("RequestId: %s the server at %s does not answer: %v", in.ID, p.server, err))
	case len(payload) > largestPayload:
		i.Ending, i.ErrorType = runtime.Failed, runtime.ErrorTooLarge
	default:
		i.Payload = payload
	}
}

// say writes a line of the lab's own into the function's log.
func (p *proxied) say(what string) {
	p.of.log.Write(runtime.Line{Time: time.Now(), Message: "[lab] " + what + "\n"})
}

// fetch is the adapter: it returns what the function returns, or streams it.
func (p *proxied) fetch(ctx context.Context, in *runtime.Invocation) ([]byte, error) {
	c, err := event.ReadCall(in.Event)
	if err != nil {
		return nil, err
	}
	r, err := p.request(ctx, c)
	if err != nil {
		return nil, err
	}
	got, err := p.client.Do(r)
	if err != nil {
		return nil, err
	}
	defer got.Body.Close()
	maps.DeleteFunc(got.Header, func(name string, _ []string) bool { return hopByHop[name] })
	if in.Stream != nil {
		return nil, passOnStream(in.Stream(runtime.StreamType), c.Return(got.StatusCode, got.Header, nil), got.Body)
	}
	body, err := io.ReadAll(io.LimitReader(got.Body, largestPayload+1))
	if err != nil {
		return nil, err
	}
	return c.Return(got.StatusCode, got.Header, body), nil
}

// passOnStream is the adapter in its mode of response streaming: status and headers, then the
// body as it comes.
func passOnStream(to io.Writer, head []byte, body io.Reader) error {
	if _, err := to.Write(append(head, preludeEnd...)); err != nil {
		return err
	}
	n, err := io.Copy(to, io.LimitReader(body, largestStream+1))
	if err == nil && n > largestStream {
		err = errStreamTooLarge
	}
	return err
}

var errStreamTooLarge = errors.New("the response is larger than Lambda streams")

func (p *proxied) request(ctx context.Context, c *event.Call) (*http.Request, error) {
	address := p.server + c.Path
	if c.Query != "" {
		address += "?" + c.Query
	}
	r, err := http.NewRequestWithContext(ctx, c.Method, address, bytes.NewReader(c.Body))
	if err != nil {
		return nil, err
	}
	r.Host, r.Header = c.Host, c.Header
	maps.DeleteFunc(r.Header, func(name string, _ []string) bool { return hopByHop[name] })
	r.Header.Set(event.ContextHeader, string(c.Context))
	if r.Header["User-Agent"] == nil {
		r.Header["User-Agent"] = nil // or net/http sends its own
	}
	return r, nil
}

func (f Function) checkProxy(at string, p *problems) {
	if f.Proxy == "" {
		if f.ProxyBeyond {
			p.add("%s.proxy_beyond_loopback: it is of a proxy, such as http://192.0.2.7:8000", at)
		}
		return
	}
	switch u, err := targets.ParseServer(f.Proxy); {
	case err != nil:
		p.add("%s.proxy: %w", at, err)
	case !f.ProxyBeyond && !targets.Loopback(u.Hostname()):
		p.add("%s.proxy: %q is another machine: the lab sends requests to this machine only, such as http://127.0.0.1:8000, unless proxy_beyond_loopback is true", at, u.Host)
	}
	if len(f.Command) > 0 {
		p.add("%s: a function has a command or a proxy, not both", at)
	}
	if f.Thrown > 0 || f.Malformed > 0 || *f.Warm != defaultWarm {
		p.add("%s: thrown, malformed and duration are of modelled functions; a server takes as long as it does", at)
	}
}

// Proxies are the addresses of the web servers that answer behind the doors, each once.
// Beyond is the place of one that may be at another machine; "": there is none.
func (c Config) Proxies() (addresses []string, beyond string) {
	add := func(at string, f Function) {
		if f.Proxy != "" && !slices.Contains(addresses, f.Proxy) {
			addresses = append(addresses, f.Proxy)
		}
		if f.ProxyBeyond && beyond == "" {
			beyond = at
		}
	}
	add("function", c.Function)
	for _, name := range slices.Sorted(maps.Keys(c.Functions)) {
		f, at := c.Functions[name], fmt.Sprintf("functions[%s]", name)
		add(at, f)
		for _, number := range slices.Sorted(maps.Keys(f.Versions)) {
			add(at, f.Versions[number].of(f))
		}
	}
	for i, d := range c.Doors {
		if d.Function != nil {
			add(fmt.Sprintf("doors[%d].function", i), *d.Function)
		}
	}
	return addresses, beyond
}
