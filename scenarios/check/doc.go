// Package check says what a good response is. It reads a scenario's expect:, compiles
// it, and evaluates responses: their status, header fields, size and body, the last by
// text, regular expression, JSONPath and JSON Schema.
//
//	expect:
//	  status: [2xx, 304]
//	  headers:
//	    content-type: application/json
//	    x-request-id: {matches: "^[0-9a-f-]{36}$"}
//	    x-debug: {absent: true}
//	  body:
//	    contains: prediction
//	    json:
//	      $.class: setosa
//	      $.scores[*]: {type: number}
//	    schema: response.schema.json
//	    max_size: 64kB
//	  events: {min: 2, max: 500, last: {json: {$.done: true}}}
//
// # The design
//
// An [Expect] is compiled once. [Expect.Evaluate] makes its checks in a fixed order,
// status, headers, sizes, texts, JSON, schema, and stops at the first that fails: cheap
// checks spare the others, and each failed response counts under one cause.
// What the check saw is worked out only for the response that a report shows.
//
// Without status, a response below 400 is good, and only good responses are checked
// further: the cause of a 500 is the 500.
//
//   - A field that came in several lines is one value, joined by ", " (RFC 9110,
//     section 5.3). Names are compared without regard to case.
//   - A body is searched without its content coding (package coding). A response in
//     another one fails the check, which says so. A size is that of the body as it was
//     received.
//   - Checks read the first [Window] bytes of a body, both before and after decoding, so
//     that neither a large body nor a decompression bomb takes more. JSON that goes on
//     beyond cannot be judged: the check fails and says why.
//   - JSON is read with exact numbers; nesting and numbers are bounded (see decodeJSON).
//     Integers are compared exactly, other numbers as double precision (RFC 8259,
//     section 6).
//   - Of a response that is read as events (package events), their number is checked, the end
//     that the scenario names, and the data of the first and the last one by the rules for
//     bodies. One event at least is expected.
//   - A JSONPath may select several values. Each of them must pass, and there must be
//     one; exists: false says that there must be none.
//
// # Why
//
//   - JSONPath is that of RFC 9535 by github.com/theory/jsonpath, which follows the
//     standard to the letter, has no dependencies and adds 0.2 MB to the program.
//     Rejected: github.com/ohler55/ojg, whose dialect is older than the standard, and
//     which adds 0.5 MB.
//   - A path has one descendant segment (..), and filters do not search the whole body
//     again: both multiply the time, and the body is not ours. What is left took 130 ms
//     for the worst body that was found.
//   - Regular expressions are Go's (RE2): their time grows with the body, whatever it is.
//   - A schema stands alone: see package jsonschema.
package check
