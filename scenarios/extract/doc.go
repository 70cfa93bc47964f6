// Package extract takes values from a response, which later steps of a flow send.
//
//	extract:
//	  token: $.access_token
//	  id: {header: location, matches: "/items/([^/]+)$"}
//	  csrf: {body: 'name="csrf" value="([^"]+)"'}
//	  session: {cookie: SESSION}
//	  next: {json: $.next, default: ""}
//	  code: {json: $.code, secret: true}
//
// # The design
//
// An [Extract] is compiled when a scenario is read. [Extract.From] is a pure function of a
// response. It reads the first 64 KiB of a body, without its content coding, as checks do,
// and with the same bounds on JSON, paths and expressions (package check).
//
//   - A JSONPath may select several values: the first counts. A string is taken as it is,
//     anything else as compact JSON; null counts as nothing.
//   - A field of several lines is one value, joined by ", ". matches takes a part of it:
//     what the first group of the expression matched, or all that it matched.
//   - A cookie is the value of the last Set-Cookie of that name, as browsers keep it.
//   - Where nothing is found, the error says what is there instead, by name: the members of
//     a JSON body, the cookies that are set. It shows no value, which may be a secret.
//   - A secret is masked wherever a run shows something: in the excerpt of the response that
//     it came from as in those of later steps, whatever the check is that failed. Names that
//     say so, such as token, make secrets by themselves; secret: false takes that back.
//   - With a default, finding nothing is no failure, and the default is the value before
//     the step was sent. A body that cannot be read is a failure even so: that there is no
//     next page is another thing than an answer that broke off.
//
// # Why
//
// Rejected: to take all matches as a list. A flow sends one value; for each of several
// items there is a request per item in the scenario's own data. Rejected: XPath, whose
// libraries are large, for a format that APIs behind these front doors rarely speak.
package extract
