package accesslog

import (
	"bytes"
	"regexp"
	"time"
)

// apiFields are the variables of API Gateway's access logs that are wanted, without
// $context. Source: API Gateway developer guide, "Variables for access logging" of REST,
// HTTP and WebSocket APIs. resourcePath is the resource, with the names of its variables.
var apiFields = []field{
	{"requestTime", setArrivedCLF},
	{"requestTimeEpoch", setArrivedMS},
	{"httpMethod", setMethod},
	{"resourcePath", setRoute},
	{"routeKey", setRoute},
	{"path", setPath},
	{"stage", setStage},
	{"domainName", setHost},
	{"status", setStatus},
	{"responseLength", setOut},
	{"responseLatency", length(tookOf, time.Millisecond)},
	{"integrationLatency", length(backendOf, time.Millisecond)},
	{"integration.latency", length(backendOf, time.Millisecond)},
	{"integration.status", setBackendStatus},
	{"integrationStatus", setBackendStatus},
	{"integration.integrationStatus", setBackendStatus},
	{"identity.sourceIp", setClient},
	{"identity.ip", setClient}, // so in AWS's own presets
	{"identity.userAgent", setAgent},
	{"identity.apiKeyId", setUser},
	{"identity.caller", nil},
	{"identity.user", nil},
	{"apiId", setGroup},
	{"eventType", setEvent},
	{"connectionId", setConn},
	{"connectedAt", setOpenedMS},
}

// apiKeys are the keys of JSON that people write for these variables: AWS's presets, and
// the names of the variables.
var apiKeys = []field{
	{"ip", setClient},
	{"sourceIp", setClient},
	{"userAgent", setAgent},
	{"apiKeyId", setUser},
	{"integrationLatency", length(backendOf, time.Millisecond)},
}

// The presets of API Gateway's console. Source: API Gateway developer guide, "Set up
// CloudWatch logging" and "Customize HTTP API access logs", example access log formats. CLF
// has no blank before the quote there; people put one in. What is behind the request's id is
// not wanted. XML of REST APIs has had no extended id before. presetRoute, presetItems and
// presetNodes are those of HTTP APIs.
const (
	presetCLF   = `$context.identity.ip $context.identity.caller $context.identity.user [$context.requestTime]"$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId`
	presetCLF2  = `$context.identity.ip $context.identity.caller $context.identity.user [$context.requestTime] "$context.httpMethod $context.resourcePath $context.protocol" $context.status $context.responseLength $context.requestId`
	presetRoute = `$context.identity.sourceIp - - [$context.requestTime] "$context.httpMethod $context.routeKey $context.protocol" $context.status $context.responseLength $context.requestId`
	presetCSV   = `$context.identity.ip,$context.identity.caller,$context.identity.user,$context.requestTime,$context.httpMethod,$context.resourcePath,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId`
	presetItems = `$context.identity.ip,$context.requestTime,$context.httpMethod,$context.routeKey,$context.protocol,$context.status,$context.responseLength,$context.requestId,$context.extendedRequestId`
	presetXML   = `<request id="$context.requestId"> <ip>$context.identity.ip</ip> <caller>$context.identity.caller</caller> <user>$context.identity.user</user> <requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> <resourcePath>$context.resourcePath</resourcePath> <status>$context.status</status> <protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> </request>`
	presetXML2  = `<request id="$context.requestId"> <extendedRequestId>$context.extendedRequestId</extendedRequestId> <ip>$context.identity.ip</ip> <caller>$context.identity.caller</caller> <user>$context.identity.user</user> <requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> <resourcePath>$context.resourcePath</resourcePath> <status>$context.status</status> <protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> </request>`
	presetNodes = `<request id="$context.requestId"> <ip>$context.identity.ip</ip> <requestTime>$context.requestTime</requestTime> <httpMethod>$context.httpMethod</httpMethod> <routeKey>$context.routeKey</routeKey> <status>$context.status</status> <protocol>$context.protocol</protocol> <responseLength>$context.responseLength</responseLength> <extendedRequestId>$context.extendedRequestId</extendedRequestId> </request>`
)

var (
	isCLF    = regexp.MustCompile(`^\S+ \S+ \S+ \[[^\]]+\] ?"\S+ \S+( \S+){1,2}" (\d{3}|-) (\d+|-) [^" ]`).Match
	isAPICSV = regexp.MustCompile(`^[^,]+,([^,]*,[^,]*,)?\d\d/[A-Z][a-z]{2}/\d{4}:[^,]+,[A-Z-]+,[^,]*,HTTP/`).Match
)

var apiJSON = Format{
	Name: "api-gateway-json", Title: "access log of API Gateway, JSON",
	is: func(line []byte) bool {
		return isObject(line) && has(line, `"status"`) && (has(line, `"requestTime`) || has(line, `"httpMethod"`) || has(line, `"routeKey"`)) ||
			isObject(line) && has(line, `"eventType"`) && has(line, `"connectionId"`)
	},
	open: func() decoder { return routed(objects(Request, named(apiFields, apiKeys))) },
}

var apiCLF = Format{
	Name: "api-gateway-clf", Title: "access log of API Gateway, CLF",
	is: isCLF,
	open: func() decoder {
		return routed(anyOf(presetRoute, presetCLF, presetCLF2)())
	},
}

var apiCSV = Format{
	Name: "api-gateway-csv", Title: "access log of API Gateway, CSV",
	is:   isAPICSV,
	open: func() decoder { return routed(anyOf(presetCSV, presetItems)()) },
}

var apiXML = Format{
	Name: "api-gateway-xml", Title: "access log of API Gateway, XML",
	is:   func(line []byte) bool { return startsWith(line, `<request id="`) },
	open: func() decoder { return routed(anyOf(presetXML2, presetXML, presetNodes)()) },
}

// routed takes a method off a route key such as "GET /users/{id}", and the stage off a path,
// and makes messages of the events of a WebSocket.
func routed(d decoder) decoder {
	return func(e *Entry, line []byte) (bool, error) {
		ok, err := d(e, line)
		if !ok || err != nil {
			return ok, err
		}
		if len(e.Event) > 0 {
			e.What = Message
		}
		if e.BackendStatus == 0 && e.Backend > 0 {
			e.BackendStatus = Unknown // it was waited for
		}
		method, path, isKey := bytes.Cut(e.Route, []byte(" "))
		if isKey {
			e.Route = path
			if e.Method == nil {
				e.Method = method
			}
		}
		e.unstage(!isKey)
		return true, nil
	}
}
