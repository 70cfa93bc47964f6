package doors

import (
	"cmp"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strings"

	"tollgate/targets"
)

// An Integration is what answers behind a route or a rule.
type Integration struct {
	Type     string            `json:"type"`               // "lambda" (default), "lambda-custom", "http", "mock", "queue", "dynamodb", "s3", "sns", "step-functions"; load balancer: "lambda", "http", "fixed-response", "redirect"
	Function string            `json:"function,omitempty"` // lambda, lambda-custom: of the list functions, with an alias, and with stage variables; none: the door's own
	URL      string            `json:"url,omitempty"`      // http: on this machine; an API sends requests there and nowhere below it, but for variables of the route: http://127.0.0.1:8000/{proxy}
	Status   int               `json:"status,omitempty"`   // mock, fixed-response: default 200; redirect: 301 (default) or 302
	Headers  map[string]string `json:"headers,omitempty"`  // mock
	Body     string            `json:"body,omitempty"`     // mock, fixed-response

	Location    string         `json:"location,omitempty"`     // redirect: with #{protocol}, #{host}, #{port}, #{path} and #{query}
	ContentType string         `json:"content_type,omitempty"` // mock, fixed-response
	Errors      map[string]int `json:"errors,omitempty"`       // lambda-custom: what a function's error message must match, and the status it becomes; of a service, its status
	Passthrough string         `json:"passthrough,omitempty"`  // lambda-custom: for bodies without a template: "WHEN_NO_MATCH" (default), "WHEN_NO_TEMPLATES" or "NEVER"
	Templates   []string       `json:"templates,omitempty"`    // lambda-custom: content types that have a mapping template, which hands the body over as it is
	ServiceUse
}

// integrations make what stands behind a route, by the type.
var integrations = map[string]func(*door, *Integration) stage{
	"lambda":         (*door).calls,
	"lambda-custom":  customLambda,
	"http":           backend,
	"mock":           fixedResponse,
	"fixed-response": fixedResponse,
	"redirect":       redirect,
	"queue":          func(*door, *Integration) stage { return enqueue },
	"dynamodb":       callService,
	"s3":             callService,
	"sns":            callService,
	"step-functions": callService,
}

func (i Integration) filled() Integration {
	status := http.StatusOK
	if i.Type == "redirect" {
		status = http.StatusMovedPermanently
	}
	i.Type, i.Status, i.ContentType = cmp.Or(i.Type, "lambda"), cmp.Or(i.Status, status), cmp.Or(i.ContentType, jsonType)
	return i
}

func (i Integration) check(at string, k *kind, p *problems) {
	if !slices.Contains(k.integrations, i.Type) {
		p.add("%s.type: %s", at, k.lacks(i.Type))
		return
	}
	p.status(at+".status", i.Status)
	for name, value := range i.Headers {
		if !plainHeader().MatchString(name) || !printable(value) {
			p.add("%s.headers: %q must be a plain name with a plain value", at, name)
		}
	}
	p.plain(at+".content_type", i.ContentType)
	i.checkCustom(at, p)
	i.checkService(at, p)
	if i.Function != "" && !strings.HasPrefix(i.Type, "lambda") {
		p.add("%s.function: only lambda and lambda-custom call a function; this is %q", at, i.Type)
	}
	switch isHTTP := i.Type == "http"; {
	case isHTTP && strings.Contains(i.URL, "{") && !slices.Contains(k.keys, "routes"):
		p.add("%s.url: path variables belong to routes of REST and HTTP APIs: remove them from %q", at, i.URL)
	case isHTTP && strings.ContainsAny(i.URL, "?#@"):
		p.add("%s.url: %q must have no query, fragment or user: the request's own query is sent", at, i.URL)
	case isHTTP && !onThisMachine(i.URL):
		p.add("%s.url: %q must be on this machine, such as http://127.0.0.1:8000", at, i.URL)
	case !isHTTP && i.URL != "":
		p.add("%s.url: only http integrations have one", at)
	}
	switch isRedirect := i.Type == "redirect"; {
	case isRedirect:
		i.checkRedirect(at, p)
	case i.Location != "":
		p.add("%s.location: only redirects have one", at)
	}
}

// lacks says which integrations a kind has in place of one that it has not.
func (k *kind) lacks(integration string) string {
	if len(k.integrations) == 0 {
		return fmt.Sprintf("a door of kind %s has no integrations: leave them out", k.Name)
	}
	return fmt.Sprintf("a door of kind %s has no %q; it has %s", k.Name, integration, strings.Join(k.integrations, ", "))
}

// onThisMachine says whether an address is plain HTTP at a loopback address,
// without query or user.
func onThisMachine(address string) bool {
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "http" || u.RawQuery != "" || u.User != nil || u.Fragment != "" || u.Port() == "" {
		return false
	}
	return targets.Loopback(u.Hostname())
}

// fixedResponse responds without asking anything.
func fixedResponse(_ *door, i *Integration) stage {
	r := newResponse(i.Status, i.ContentType, i.Body)
	for name, value := range i.Headers {
		r.extra = append(r.extra, [2]string{name, value})
	}
	return func(x *exchange) bool {
		x.response, x.own = r, true
		return false
	}
}

// enqueue is the AWS service integration of SendMessage: what SQS says when it
// has taken a message.
func enqueue(x *exchange) bool {
	x.response = newResponse(http.StatusOK, jsonType, `{"SendMessageResponse":{"ResponseMetadata":{"RequestId":"`+requestID()+
		`"},"SendMessageResult":{"MessageId":"`+requestID()+`"}}}`)
	x.queued = true
	return false
}

// redirects are the statuses that a load balancer redirects by.
var redirects = map[int]string{http.StatusMovedPermanently: "Moved Permanently", http.StatusFound: "Found"}

// checkRedirect reports what is wrong with a redirect action.
func (i Integration) checkRedirect(at string, p *problems) {
	if _, known := redirects[i.Status]; !known {
		p.add("%s.status: a redirect has 301 or 302, not %d", at, i.Status)
	}
	const same = "#{protocol}://#{host}:#{port}/#{path}"
	switch {
	case i.Location == "" || strings.HasPrefix(i.Location, same):
		p.add(`%s.location: it must lead elsewhere, such as "https://#{host}:443/#{path}?#{query}"`, at)
	case strings.ContainsFunc(i.Location, func(r rune) bool { return r <= ' ' || r > '~' }):
		p.add("%s.location: %q must be plain text", at, i.Location)
	}
}

// redirect is a load balancer's redirect action. Its location may hold
// #{protocol}, #{host}, #{port}, #{path} and #{query} of the request.
// Source: Application Load Balancer user guide, "Redirect actions".
func redirect(d *door, i *Integration) stage {
	title := fmt.Sprintf("%d %s", i.Status, redirects[i.Status])
	page := "<html>\r\n<head><title>" + title + "</title></head>\r\n<body>\r\n<center><h1>" + title + "</h1></center>\r\n</body>\r\n</html>\r\n"
	r := newResponse(i.Status, "text/html", page)
	protocol, port := "http", "80"
	if d.config.TLS {
		protocol, port = "https", "443"
	}
	return func(x *exchange) bool {
		host, given, err := net.SplitHostPort(x.request.Host)
		if err != nil {
			host, given = x.request.Host, port
		}
		location := strings.NewReplacer("#{protocol}", protocol, "#{host}", host, "#{port}", given,
			"#{path}", strings.TrimPrefix(x.request.URL.EscapedPath(), "/"), "#{query}", x.request.URL.RawQuery).Replace(i.Location)
		x.response, x.own = r, true
		x.extra = append(x.extra, [2]string{"Location", strings.TrimSuffix(location, "?")})
		return false
	}
}
