package doors

import (
	"cmp"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/targets/lab/function/event"
	"tollgate/targets/lab/function/runtime"
)

// An AccessLog is that of a stage: a line for each connection, message and disconnection, in
// a log group of the lab's CloudWatch Logs, where a query finds it. Source: API Gateway
// developer guide, "Configure logging for WebSocket APIs".
type AccessLog struct {
	Group  string `json:"group,omitempty"`  // default "/aws/apigateway/" and the door's name
	Format string `json:"format,omitempty"` // text with $context variables; default the one in JSON that AWS proposes
}

// usualAccessLog is the format in JSON that the console proposes.
const usualAccessLog = `{"requestId":"$context.requestId","ip":"$context.identity.sourceIp","caller":"$context.identity.caller","user":"$context.identity.user",` +
	`"requestTime":"$context.requestTime","eventType":"$context.eventType","routeKey":"$context.routeKey","status":"$context.status","connectionId":"$context.connectionId"}`

// longestAccessLog is documented, in bytes of the format. Source: API Gateway developer guide,
// "Set up CloudWatch logging for REST APIs".
const longestAccessLog = 3 << 10

var (
	contextVariable = regexp.MustCompile(`\$context\.[A-Za-z]+(?:\.[A-Za-z]+)*`)
	plainGroup      = regexp.MustCompile(`^[A-Za-z0-9_./#-]{1,512}$`)
)

func (l *AccessLog) check(at string, p *problems) {
	if l == nil {
		return
	}
	if l.Group != "" && !plainGroup.MatchString(l.Group) {
		p.add("%s.group: %q must be letters, digits and _ . / # -", at, l.Group)
	}
	if len(l.Format) > longestAccessLog || strings.ContainsAny(l.Format, "\r\n") {
		p.add("%s.format: it is one line of at most %d bytes", at, longestAccessLog)
	}
	for _, name := range contextVariable.FindAllString(l.Format, -1) {
		if accessFields[name] == nil {
			p.add("%s.format: the lab does not know %s; it knows %s", at, name, strings.Join(accessNames(), ", "))
		}
	}
}

func accessNames() (names []string) {
	for name := range accessFields {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

// accessFields are the variables of a line; "" is written as "-". Those of callers stay empty:
// the lab does not say who signed a request. That the status of a connection and of a good
// message is 200 is assumed.
var accessFields = map[string]func(*accessLog, *exchange) string{
	"$context.apiId":              func(l *accessLog, _ *exchange) string { return l.door.API },
	"$context.connectedAt":        func(_ *accessLog, x *exchange) string { return epoch(x.connection.Connected) },
	"$context.connectionId":       func(_ *accessLog, x *exchange) string { return x.connection.ID },
	"$context.domainName":         func(_ *accessLog, x *exchange) string { return x.request.Host },
	"$context.error.message":      func(_ *accessLog, x *exchange) string { return x.failure() },
	"$context.eventType":          func(_ *accessLog, x *exchange) string { return x.connection.Type },
	"$context.extendedRequestId":  func(_ *accessLog, x *exchange) string { return x.gatewayID() },
	"$context.identity.caller":    func(*accessLog, *exchange) string { return "" },
	"$context.identity.sourceIp":  func(_ *accessLog, x *exchange) string { return sourceOf(x) },
	"$context.identity.user":      func(*accessLog, *exchange) string { return "" },
	"$context.identity.userAgent": func(_ *accessLog, x *exchange) string { return x.request.UserAgent() },
	"$context.integrationLatency": func(_ *accessLog, x *exchange) string { return integrationLatency(x) },
	"$context.integrationStatus":  func(_ *accessLog, x *exchange) string { return integrationStatus(x) },
	"$context.messageId":          func(_ *accessLog, x *exchange) string { return x.connection.Message },
	"$context.requestId":          func(_ *accessLog, x *exchange) string { return x.gatewayID() },
	"$context.requestTime":        func(_ *accessLog, x *exchange) string { return x.ready.UTC().Format("02/Jan/2006:15:04:05 +0000") },
	"$context.requestTimeEpoch":   func(_ *accessLog, x *exchange) string { return epoch(x.ready) },
	"$context.routeKey":           func(_ *accessLog, x *exchange) string { return x.routeKey },
	"$context.stage":              func(l *accessLog, _ *exchange) string { return l.door.Stage },
	"$context.status":             func(l *accessLog, x *exchange) string { return strconv.Itoa(x.loggedStatus(l.door.kind.MessageErrors)) },
}

func epoch(t time.Time) string { return strconv.FormatInt(t.UnixMilli(), 10) }

func sourceOf(x *exchange) string {
	host, _, _ := net.SplitHostPort(x.request.RemoteAddr) // net/http writes it so
	return host
}

func integrationLatency(x *exchange) string {
	if !x.called {
		return ""
	}
	return strconv.FormatInt(x.integration.Milliseconds(), 10)
}

// integrationStatus is the status code that what is behind a route gave.
func integrationStatus(x *exchange) string {
	if x.fault != "" || !x.called {
		return ""
	}
	return strconv.Itoa(cmp.Or(x.answered, x.response.status))
}

// failure is the message of a fault.
func (x *exchange) failure() string {
	switch {
	case x.fault == "":
		return ""
	case x.connection.Type == event.Message:
		return x.faultText()
	}
	var body struct {
		Message string `json:"message"`
	}
	_ = json.Unmarshal(x.response.body, &body) // of our own
	return body.Message
}

// loggedStatus is the status code of a connection, a message or a disconnection; codes are
// those of messages about faults.
func (x *exchange) loggedStatus(codes map[string]int) int {
	switch {
	case x.fault != "" && x.connection.Type == event.Message:
		return cmp.Or(codes[x.faultText()], http.StatusInternalServerError)
	case x.fault != "", x.connection.Type == event.Connect && !x.connected:
		return x.response.status
	}
	return http.StatusOK
}

// An accessLog writes lines in the format of its configuration.
type accessLog struct {
	log  *runtime.Log
	door *door
	text []string // before, between and after the variables
	of   []func(*accessLog, *exchange) string
}

func newAccessLog(d *door) *accessLog {
	config := d.config.Sockets.AccessLog
	if config == nil {
		return nil
	}
	l := &accessLog{log: runtime.NewLog(d.Name, cmp.Or(config.Group, "/aws/apigateway/"+d.Name), runtime.Text), door: d}
	format, at := cmp.Or(config.Format, usualAccessLog), 0
	for _, m := range contextVariable.FindAllStringIndex(format, -1) {
		l.text, l.of = append(l.text, format[at:m[0]]), append(l.of, accessFields[format[m[0]:m[1]]])
		at = m[1]
	}
	l.text = append(l.text, format[at:])
	return l
}

// write logs what happened on a connection. Calls of the @connections API are not logged, nor
// handshakes that are refused before $connect is reached: both are assumed.
func (l *accessLog) write(x *exchange) {
	if l == nil || x.connection == nil || x.routeKey == "" {
		return
	}
	var b strings.Builder
	for i, of := range l.of {
		b.WriteString(l.text[i])
		b.WriteString(cmp.Or(escaped(of(l, x)), "-"))
	}
	b.WriteString(l.text[len(l.of)])
	l.log.Write(runtime.Line{Time: time.Now(), Stream: fmt.Sprintf("%032x", l.door.seed), Message: b.String() + "\n"})
}

// escaped is a value that can stand in quotes: what clients send breaks no line.
func escaped(value string) string {
	quoted, _ := json.Marshal(value) // of a text
	return string(quoted[1 : len(quoted)-1])
}
