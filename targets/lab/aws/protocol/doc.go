// Package protocol speaks the protocols of AWS's services: Smithy RPC v2 CBOR,
// AWS JSON, AWS Query, and JSON by path and method (REST).
//
// # The design
//
//  1. A [Service] has operations by name and speaks three dialects, one file
//     each. Each dialect decodes a request into the same [Form]; an operation
//     checks it and answers with an [Object], which the dialect encodes.
//  2. A [REST] service has operations by method and path. What stands in the
//     path, in the query and in the body is one Form again.
//  3. A Form remembers all that is wrong with its fields, so that a [Refusal]
//     names everything at once.
//  4. An [Endpoint] is one address for several services. Injected faults
//     come first; then it verifies the signature, and refuses a wrong one in the
//     service's own protocol; then the service answers.
//
// # Why
//
//   - Signatures are verified although the endpoint keeps no secrets: a client
//     that would be refused by AWS must be refused here, by the same message.
//   - Regions are not looked at: a client may sign for any, and all of them are
//     this machine.
//   - Operations do not know protocols: each exists once, and what one client
//     reads in CBOR others read in JSON and XML. One more protocol is one file.
//   - Structures are maps and not Go types: a request of a service has a dozen
//     fields, each is read once where it is checked, and three decoders by
//     reflection would be more code than the operations.
//   - Bodies are bounded before they are decoded, and nesting is bounded by each
//     decoder: any bytes are an error at most.
package protocol
