package event

import (
	"encoding/json"
	"time"
)

// A Socket is what an event of a WebSocket API says of its connection.
type Socket struct {
	Type      string // "CONNECT", "MESSAGE" or "DISCONNECT"
	ID        string // of the connection
	Connected time.Time
	Message   string // MESSAGE: its id
	Binary    bool   // MESSAGE: it came in binary frames
	Code      int    // DISCONNECT: the status code of the Close frame
	Reason    string // DISCONNECT
}

// The types of events of a WebSocket API.
const (
	Connect    = "CONNECT"
	Message    = "MESSAGE"
	Disconnect = "DISCONNECT"
)

// encodeSocket makes the event of a WebSocket API. Only CONNECT has the headers and the
// query of the handshake.
// Source: API Gateway developer guide, "Set up a Lambda proxy integration with a
// WebSocket API" and the events recorded there.
func encodeSocket(r *Request) any {
	s := r.Socket
	context := object{
		"routeKey": r.RouteKey, "eventType": s.Type, "extendedRequestId": r.Extended, "requestTime": r.clock(),
		"messageDirection": "IN", "stage": r.Stage, "connectedAt": s.Connected.UnixMilli(), "requestTimeEpoch": r.Time.UnixMilli(),
		"identity":  object{"sourceIp": r.SourceIP, "userAgent": r.Header.Get("User-Agent")},
		"requestId": r.ID, "domainName": r.domain("execute-api", "amazonaws.com"), "connectionId": s.ID, "apiId": r.API,
	}
	e := object{"requestContext": context, "isBase64Encoded": false}
	if len(r.Variables) > 0 { // as aws-lambda-go reads them
		e["stageVariables"] = r.Variables
	}
	switch s.Type {
	case Connect:
		head, query := r.headers(false), r.query(true)
		e["headers"], e["multiValueHeaders"] = head.one(), head
		if len(query) > 0 {
			e["queryStringParameters"], e["multiValueQueryStringParameters"] = query.one(), query
		}
	case Message:
		context["messageId"] = s.Message
		e["body"], e["isBase64Encoded"] = r.body(!s.Binary)
	case Disconnect:
		context["disconnectStatusCode"], context["disconnectReason"] = s.Code, s.Reason
		head := values{"Host": {r.Host}, "x-api-key": {""}, "X-Forwarded-For": {""}, "x-restapi": {""}}
		e["headers"], e["multiValueHeaders"] = head.one(), head
	}
	return e
}

// Echo is what a function returns that sends messages back as they came; false: the event
// is not of a WebSocket API.
func Echo(text []byte) (returned []byte, is bool) {
	var e struct {
		Body    string `json:"body"`
		Base64  bool   `json:"isBase64Encoded"`
		Context struct {
			Type string `json:"eventType"`
		} `json:"requestContext"`
	}
	if json.Unmarshal(text, &e) != nil || e.Context.Type == "" {
		return nil, false
	}
	returned, err := json.Marshal(object{"statusCode": 200, "body": e.Body, "isBase64Encoded": e.Base64})
	return returned, err == nil
}
