package function

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
)

// An event has the fields that the events of all front doors have, by their several
// names. Sources: API Gateway developer guide, "Lambda proxy integrations" (formats 1.0
// and 2.0) and "integration requests of WebSocket APIs"; Lambda developer guide,
// "Invoking Lambda function URLs"; Application Load Balancers guide, "Lambda functions as
// targets".
type event struct {
	Version string              `json:"version"`
	Method  string              `json:"httpMethod"`
	Path    string              `json:"path"`
	Raw     string              `json:"rawPath"`
	Query   map[string]string   `json:"queryStringParameters"`
	Queries map[string][]string `json:"multiValueQueryStringParameters"`
	Lists   json.RawMessage     `json:"multiValueHeaders"`
	Body    string              `json:"body"`
	Base64  bool                `json:"isBase64Encoded"`
	Context struct {
		HTTP struct {
			Method string `json:"method"`
		} `json:"http"`
		ELB        *struct{} `json:"elb"`
		Domain     string    `json:"domainName"`
		Stage      string    `json:"stage"`
		Type       string    `json:"eventType"` // CONNECT, MESSAGE or DISCONNECT
		Connection string    `json:"connectionId"`
	} `json:"requestContext"`
}

// The formats of events.
const (
	formatProxy    = "proxy 1.0"
	formatProxy2   = "proxy 2.0"
	formatBalancer = "balancer"
	formatSocket   = "websocket"
)

// A call is what the function is asked, whichever front door it came through.
type call struct {
	Format string `json:"format"`
	Method string `json:"method,omitempty"`
	Path   string `json:"path,omitempty"`

	query      map[string]string
	body       []byte
	lists      bool   // headers are lists of values
	socket     string // what happened at a WebSocket; "": it is a request
	connection string
	domain     string
	stage      string
}

// read reads an event.
func read(text []byte) (call, error) {
	var e event
	if err := json.Unmarshal(text, &e); err != nil {
		return call{}, fmt.Errorf("this is no event of a front door: %w", err)
	}
	c := call{
		Format: formatProxy, Method: e.Method, Path: e.Path, query: e.Query, body: []byte(e.Body),
		socket: e.Context.Type, connection: e.Context.Connection, domain: e.Context.Domain, stage: e.Context.Stage,
	}
	switch {
	case e.Context.ELB != nil:
		c.Format, c.lists = formatBalancer, e.Lists != nil
	case e.Context.Connection != "":
		c.Format = formatSocket
	case e.Version == "2.0":
		c.Format, c.Method, c.Path = formatProxy2, e.Context.HTTP.Method, e.Raw
	}
	if e.Base64 {
		body, err := base64.StdEncoding.DecodeString(e.Body)
		if err != nil {
			return call{}, fmt.Errorf("the body is not Base64: %w", err)
		}
		c.body = body
	}
	if len(c.query) == 0 && len(e.Queries) > 0 {
		c.query = map[string]string{}
		for name, values := range e.Queries {
			if len(values) > 0 {
				c.query[name] = values[len(values)-1] // as the others have it
			}
		}
	}
	if c.Format == formatBalancer {
		c.query = unescaped(c.query)
	}
	return c, nil
}

// unescaped decodes parameters, which a balancer passes on as they came.
// Source: Application Load Balancers guide, "Receive events from the load balancer".
func unescaped(query map[string]string) map[string]string {
	all := make(map[string]string, len(query))
	for name, value := range query {
		if !strings.ContainsAny(value, "%+") {
			all[name] = value
		} else if plain, err := url.QueryUnescape(value); err == nil {
			all[name] = plain
		}
	}
	return all
}
