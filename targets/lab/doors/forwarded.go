package doors

import (
	"net"
	"net/http"
)

// What a front door adds to a request that it hands to a server by HTTP.
//
// Sources: requests as servers behind API Gateway printed them, in public repositories (REST
// API, 2023: X-Amzn-Apigateway-Api-Id, X-Amzn-Trace-Id, X-Forwarded-For and -Proto; HTTP API,
// 2021 and 2023: Via, Forwarded, X-Amzn-Trace-Id); Application Load Balancer user guide, "HTTP
// headers and Application Load Balancers" (X-Forwarded-For, -Proto and -Port, each appended
// to; X-Amzn-Trace-Id; the Host of the client).

func forwardedByREST(d *door, x *exchange, to *http.Request) {
	to.Header.Set("X-Amzn-Apigateway-Api-Id", d.kind.id(d.apiName()))
	to.Header.Set("X-Amzn-Trace-Id", d.traceOf(x))
	appendTo(to, "X-Forwarded-For", addressOf(x.request).String())
	to.Header.Set("X-Forwarded-Proto", d.scheme())
	if to.Header.Get("User-Agent") == "" {
		to.Header.Set("User-Agent", "AmazonAPIGateway_"+d.kind.id(d.apiName()))
	}
}

func forwardedByHTTP(d *door, x *exchange, to *http.Request) {
	to.Header.Set("Via", "HTTP/1.1 AmazonAPIGateway")
	to.Header.Set("Forwarded", "for="+addressOf(x.request).String()+";host="+x.request.Host+";proto="+d.scheme())
	to.Header.Set("X-Amzn-Trace-Id", d.traceOf(x))
}

func forwardedByBalancer(d *door, x *exchange, to *http.Request) {
	to.Host = x.request.Host
	appendTo(to, "X-Forwarded-For", addressOf(x.request).String())
	to.Header.Set("X-Forwarded-Proto", d.scheme())
	_, port, err := net.SplitHostPort(d.address)
	if err == nil {
		to.Header.Set("X-Forwarded-Port", port)
	}
	to.Header.Set("X-Amzn-Trace-Id", d.traceOf(x))
}

// appendTo adds a value to the list that a header has.
func appendTo(r *http.Request, name, value string) {
	if before := r.Header.Get(name); before != "" {
		value = before + ", " + value
	}
	r.Header.Set(name, value)
}

func (d *door) scheme() string {
	if d.config.TLS {
		return "https"
	}
	return "http"
}
