// Package event translates between HTTP and what front doors hand to Lambda
// functions as JSON: a request becomes an event, and what the function returns
// becomes a response. Each door has its formats ([Formats]).
//
//	REST API       proxy integration, payload 1.0
//	HTTP API       payload 2.0, or 1.0 where configured
//	Function URL   payload 2.0
//	WebSocket API  CONNECT, MESSAGE and DISCONNECT
//	load balancer  single values, or lists where multi-value headers are on
//
// The shapes are those of AWS's documentation and of aws-lambda-go's events.
// Sources: API Gateway developer guide, "Set up Lambda proxy integrations in API
// Gateway" and "Create AWS Lambda proxy integrations for HTTP APIs"; Lambda
// developer guide, "Invoking Lambda function URLs"; Application Load Balancer
// user guide, "Use Lambda functions as targets of an Application Load Balancer".
//
// [ReadCall] and [Call.Return] are the other side: what an adapter inside a function, such
// as the AWS Lambda Web Adapter, makes of an event for a web server, and of the server's
// response for the door. A response is text where its type is, or has the suffix +json or
// +xml, and base64 where it is not, is not UTF-8, or has a content-encoding.
// Source: github.com/awslabs/aws-lambda-web-adapter.
//
// # What a body becomes
//
// A REST API sends a body as text, unless its type is one of the API's binary
// media types. The others send text/*, application/json, application/javascript
// and application/xml as they are and everything else, and whatever has a
// content-encoding, as base64. That is documented for load balancers; for HTTP
// APIs and Function URLs the same list is assumed. Bytes that are not UTF-8 in a
// body sent as text become U+FFFD.
//
// # What a malformed response becomes
//
// Decode returns an error, and the door says what its kind says then: 502 at a
// REST API, a Function URL and a load balancer, 500 at an HTTP API. Formats 2.0
// take every JSON value that has no statusCode for a body.
//
// # Assumed
//
// Where a format has room for one value and a header or parameter has several,
// the last one counts in 1.0. Header names at a REST API come in Go's canonical
// spelling, since net/http does not keep the client's. A response without a
// content type has application/json at a REST API and a Function URL, text/plain
// at an HTTP API and application/octet-stream at a load balancer. An HTTP API
// decodes the path, a Function URL and a load balancer do not. An adapter takes the stage
// of an HTTP API off the path, as one with a base path does.
package event
