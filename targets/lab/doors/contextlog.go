package doors

import (
	"cmp"
	"encoding/json"
	"maps"
	"net"
	"net/http"
	"strconv"
	"time"

	"tollgate/targets"
	"tollgate/targets/lab/function/event"
)

// gatewayLog is the access log of an API in API Gateway: a form whose variables are those that
// all APIs have and some of its own. Sources: API Gateway developer guide, "Variables for
// access logging for API Gateway" (REST), "Customize HTTP API access logs" and "Configure
// logging for WebSocket APIs".
func gatewayLog(usual string, writes func(*exchange) bool, own map[string]logField) *accessLogForm {
	all := maps.Clone(gatewayVariables)
	maps.Copy(all, own)
	for name, of := range all {
		all[name] = func(l *accessLog, x *exchange) string { return escaped(of(l, x)) }
	}
	return &accessLogForm{group: "/aws/apigateway/", usual: usual, variables: all, writes: writes}
}

// gatewayVariables are those of every API. Those of callers stay empty: the lab does not say
// who signed a request.
var gatewayVariables = map[string]logField{
	"$context.accountId":          func(*accessLog, *exchange) string { return account },
	"$context.apiId":              func(l *accessLog, _ *exchange) string { return l.door.kind.id(l.door.apiName()) },
	"$context.domainName":         func(_ *accessLog, x *exchange) string { return x.request.Host },
	"$context.error.message":      func(_ *accessLog, x *exchange) string { return x.failure() },
	"$context.identity.caller":    func(*accessLog, *exchange) string { return "" },
	"$context.identity.sourceIp":  func(_ *accessLog, x *exchange) string { return sourceOf(x) },
	"$context.identity.user":      func(*accessLog, *exchange) string { return "" },
	"$context.identity.userAgent": func(_ *accessLog, x *exchange) string { return x.request.UserAgent() },
	"$context.integrationLatency": func(_ *accessLog, x *exchange) string { return integrationLatency(x) },
	"$context.requestTime":        func(_ *accessLog, x *exchange) string { return x.ready.UTC().Format("02/Jan/2006:15:04:05 +0000") },
	"$context.requestTimeEpoch":   func(_ *accessLog, x *exchange) string { return epoch(x.ready) },
	"$context.stage":              func(l *accessLog, _ *exchange) string { return l.door.Stage },
}

// requestVariables are those that requests have, and connections have not.
var requestVariables = map[string]logField{
	"$context.httpMethod":                    func(_ *accessLog, x *exchange) string { return x.request.Method },
	"$context.integration.integrationStatus": func(_ *accessLog, x *exchange) string { return lambdaStatus(x) },
	"$context.integration.latency":           func(_ *accessLog, x *exchange) string { return integrationLatency(x) },
	"$context.integration.status":            func(_ *accessLog, x *exchange) string { return integrationStatus(x) },
	"$context.integrationStatus":             func(_ *accessLog, x *exchange) string { return lambdaStatus(x) },
	"$context.path":                          func(_ *accessLog, x *exchange) string { return x.request.URL.EscapedPath() },
	"$context.protocol":                      func(_ *accessLog, x *exchange) string { return x.request.Proto },
	"$context.requestId":                     func(l *accessLog, x *exchange) string { return x.idsOf(l.door)[0] },
	"$context.responseLatency":               func(_ *accessLog, x *exchange) string { return strconv.FormatInt(x.elapsed.Milliseconds(), 10) },
	"$context.responseLength":                func(_ *accessLog, x *exchange) string { return strconv.FormatInt(x.sentBytes(), 10) },
	"$context.status":                        func(_ *accessLog, x *exchange) string { return strconv.Itoa(x.response.status) },
}

// withRequests adds what all requests have.
func withRequests(own map[string]logField) map[string]logField {
	maps.Copy(own, requestVariables)
	return own
}

// logsRequests says that a line is written of a request. AWS promises none of 413, of a path
// that no stage or mapping has, and of a flood of 429; of each 429 the lab writes one.
// Source: API Gateway developer guide, "Monitor REST APIs".
func logsRequests(x *exchange) bool { return !x.uncounted && x.fault != targets.FaultTooLarge }

// idsOf are the request ids of an exchange, which its response has in headers.
func (x *exchange) idsOf(d *door) []string {
	if x.ids == nil {
		for _, id := range d.ids {
			x.ids = append(x.ids, id.make(x))
		}
	}
	return x.ids
}

// sentBytes are those of the response's body.
func (x *exchange) sentBytes() int64 { return max(x.response.size(), x.passed) }

func epoch(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func sourceOf(x *exchange) string {
	host, _, _ := net.SplitHostPort(x.request.RemoteAddr) // net/http writes it so
	return host
}

// asked says whether what is behind the door was asked, and took the request.
func (x *exchange) asked() bool {
	if x.connection != nil {
		return x.called
	}
	return x.called && !x.invocation.Ending.Refused() || !x.called && x.fault == "" && !x.own && x.cache != cacheHit && x.integration > 0
}

func integrationLatency(x *exchange) string {
	if !x.asked() {
		return ""
	}
	return strconv.FormatInt(x.integration.Milliseconds(), 10)
}

// integrationStatus is the status code that what is behind a route gave.
func integrationStatus(x *exchange) string {
	if x.fault != "" || !x.asked() {
		return ""
	}
	return strconv.Itoa(cmp.Or(x.answered, x.response.status))
}

// lambdaStatus is that of Lambda and not that of the function's code, where a function was
// called.
func lambdaStatus(x *exchange) string {
	switch {
	case !x.called || !x.asked():
		return integrationStatus(x)
	case x.fault == targets.FaultTimeout:
		return ""
	}
	return strconv.Itoa(http.StatusOK)
}

// failure is the message of a fault.
func (x *exchange) failure() string {
	switch {
	case x.fault == "":
		return ""
	case x.connection != nil && x.connection.Type == event.Message:
		return x.faultText()
	}
	var body struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(x.response.body, &body) // of our own
	return body.Message
}
