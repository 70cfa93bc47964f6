package doors

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"strconv"
	"strings"
	"time"

	"tollgate/targets/lab/function/runtime"
)

// balancerLog is the access log of a load balancer: 34 fields, parted by blanks. Sources:
// Application Load Balancer user guide, "Access log entries" (fields 1 to 29, times in
// seconds with three decimals, -1 where nothing was sent on, a - for the target of a Lambda
// function), and the record fields of vended logs (30 to 34). How quotes are escaped is from
// general knowledge. Bytes are those of heads and bodies as net/http writes them.
var balancerLog = &accessLogForm{
	group:  "/aws/elasticloadbalancing/",
	writes: func(*exchange) bool { return true },
	line: []logField{
		func(l *accessLog, x *exchange) string { return balancerScheme(l.door.config.TLS, x.request) },
		func(_ *accessLog, x *exchange) string { return logTime(x.begun.Add(x.elapsed)) },
		func(l *accessLog, _ *exchange) string { return l.door.Balancer },
		func(_ *accessLog, x *exchange) string { return x.request.RemoteAddr },
		noField, // target:port: of a function
		func(_ *accessLog, x *exchange) string { return logSeconds(x.asked(), x.ready.Sub(x.begun)) },
		func(_ *accessLog, x *exchange) string { return logSeconds(x.asked(), x.integration) },
		func(_ *accessLog, x *exchange) string {
			return logSeconds(x.asked(), x.elapsed-x.ready.Sub(x.begun)-x.integration)
		},
		func(_ *accessLog, x *exchange) string { return strconv.Itoa(x.response.status) },
		func(_ *accessLog, x *exchange) string { return integrationStatus(x) },
		func(_ *accessLog, x *exchange) string { return strconv.FormatInt(receivedBytes(x), 10) },
		func(l *accessLog, x *exchange) string { return strconv.FormatInt(l.headBytes(x)+x.sentBytes(), 10) },
		func(l *accessLog, x *exchange) string { return logText(balancerRequest(l.door.config.TLS, x.request)) },
		func(_ *accessLog, x *exchange) string { return logText(x.request.UserAgent()) },
		func(_ *accessLog, x *exchange) string {
			return ofTLS(x, func(t *tls.ConnectionState) string { return tls.CipherSuiteName(t.CipherSuite) })
		},
		func(_ *accessLog, x *exchange) string {
			return ofTLS(x, func(t *tls.ConnectionState) string {
				return strings.ReplaceAll(tls.VersionName(t.Version), "TLS 1.", "TLSv1.")
			})
		},
		func(l *accessLog, x *exchange) string {
			if x.own {
				return ""
			}
			return l.door.targetGroup()
		},
		func(l *accessLog, x *exchange) string { return logText(l.door.traceOf(x)) },
		func(_ *accessLog, x *exchange) string {
			return logText(ofTLS(x, func(t *tls.ConnectionState) string { return t.ServerName }))
		},
		func(_ *accessLog, x *exchange) string { return logText("") }, // the certificate that was chosen
		func(l *accessLog, x *exchange) string { return rulePriority(l.door, x) },
		func(_ *accessLog, x *exchange) string { return logTime(x.begun) },
		func(_ *accessLog, x *exchange) string { return logText(balancerActions(x)) },
		func(_ *accessLog, x *exchange) string { return logText(redirectedTo(x)) },
		func(_ *accessLog, x *exchange) string { return logText(balancerErrors[x.invocation.Ending]) },
		func(_ *accessLog, x *exchange) string { return logText("") }, // of targets, which a function has not
		func(_ *accessLog, x *exchange) string { return logText(integrationStatus(x)) },
		func(_ *accessLog, x *exchange) string { return logText("") }, // classification
		func(_ *accessLog, x *exchange) string { return logText("") }, // and its reason
		func(_ *accessLog, x *exchange) string { return connectionID(x.request) },
		func(_ *accessLog, x *exchange) string { return logText("") }, // transformed_host
		func(_ *accessLog, x *exchange) string { return logText("") }, // transformed_uri
		func(_ *accessLog, x *exchange) string { return logText("") }, // request_transform_status
		func(l *accessLog, _ *exchange) string { return hostOf(l.door.address) },
	},
}

func noField(*accessLog, *exchange) string { return "" }

// balancerErrors are why a function did not answer, as the log's error_reason has it. Source:
// Application Load Balancer user guide, "Error reason codes".
var balancerErrors = map[runtime.Ending]string{
	runtime.Failed: "LambdaUnhandled", runtime.Overtime: "LambdaUnhandled", runtime.Malformed: "LambdaInvalidResponse", runtime.TooLarge: "LambdaResponseTooLarge",
	runtime.Forbidden: "LambdaAccessDenied", runtime.AtRate: "LambdaThrottling", runtime.AtLimit: "LambdaThrottling", runtime.AtScaling: "LambdaThrottling",
}

func balancerScheme(secure bool, r *http.Request) string {
	switch {
	case asksForSocket(r) && secure:
		return "wss"
	case asksForSocket(r):
		return "ws"
	case r.ProtoMajor == 2:
		return "h2"
	case secure:
		return "https"
	}
	return "http"
}

func logTime(t time.Time) string { return t.UTC().Format("2006-01-02T15:04:05.000000Z") }

// logSeconds is a part of the time that a request took; -1 where nothing was sent on.
func logSeconds(asked bool, d time.Duration) string {
	if !asked {
		return "-1"
	}
	return fmt.Sprintf("%.3f", max(d, 0).Seconds())
}

// logText is a text in quotes.
func logText(text string) string {
	if text == "" {
		return `"-"`
	}
	var b strings.Builder
	b.WriteByte('"')
	for _, c := range []byte(text) {
		if c < ' ' || c > '~' || c == '"' || c == '\\' {
			fmt.Fprintf(&b, `\x%02X`, c)
			continue
		}
		b.WriteByte(c)
	}
	b.WriteByte('"')
	return b.String()
}

// balancerRequest is the request line, with the address that was asked and its port.
func balancerRequest(secure bool, r *http.Request) string {
	scheme, port := "http", "80"
	if secure {
		scheme, port = "https", "443"
	}
	host := r.Host
	if _, _, err := net.SplitHostPort(host); err != nil {
		host = net.JoinHostPort(strings.Trim(host, "[]"), port)
	}
	return fmt.Sprintf("%s %s://%s%s %s", r.Method, scheme, host, r.URL.RequestURI(), r.Proto)
}

func receivedBytes(x *exchange) int64 {
	lines, _ := headerBytes(x.request)
	return int64(requestLine(x.request)+lines+len("\r\n")) + x.received
}

// headBytes is how large the head of the response is.
func (l *accessLog) headBytes(x *exchange) int64 {
	h := http.Header{}
	l.door.headers(h, x)
	n := len("HTTP/1.1  \r\nDate: Mon, 02 Jan 2006 15:04:05 GMT\r\n\r\n") + len(strconv.Itoa(x.response.status)) + len(http.StatusText(x.response.status))
	for name, values := range h {
		for _, value := range values {
			n += len(name) + len(value) + len(": \r\n")
		}
	}
	return int64(n)
}

func ofTLS(x *exchange, of func(*tls.ConnectionState) string) string {
	if x.request.TLS == nil {
		return ""
	}
	return of(x.request.TLS)
}

// rulePriority is that of the rule that matched: the position of a rule, and 0 of the default.
func rulePriority(d *door, x *exchange) string {
	switch {
	case x.rules == 0:
		return ""
	case x.rules > len(d.config.Rules):
		return "0"
	}
	return strconv.Itoa(x.rules)
}

func balancerActions(x *exchange) string {
	switch {
	case x.rules == 0:
		return ""
	case x.own && redirectedTo(x) != "":
		return "redirect"
	case x.own:
		return "fixed-response"
	}
	return "forward"
}

func redirectedTo(x *exchange) string {
	for _, line := range x.extra {
		if x.own && line[0] == "Location" {
			return line[1]
		}
	}
	return ""
}

// connectionID is the same for all requests of a connection.
func connectionID(r *http.Request) string {
	opened, _ := r.Context().Value(openedKey{}).(time.Time)
	return fmt.Sprintf("TID_%032x", hashOf(fmt.Sprint(r.RemoteAddr, opened.UnixNano())))
}
