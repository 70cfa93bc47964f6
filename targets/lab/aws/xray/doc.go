// Package xray answers for AWS X-Ray about the invocations of the lab's
// functions: GetTraceSummaries and BatchGetTraces.
//
// # The design
//
//  1. A [Sampler] decides which invocations are recorded, as Lambda does: the
//     first of each second, and a share of the others.
//  2. [Traces] keeps what was recorded of each, bounded in number: the latest
//     stay. A trace can be read once its invocation has ended.
//  3. A trace becomes two segment documents (service.go), that of the service and
//     that of the function. INIT is a subsegment of the latter, called
//     Initialization, and is there only where the environment was new.
//
// Source: X-Ray developer guide, "AWS X-Ray segment documents" and "Getting
// data from AWS X-Ray"; Lambda developer guide, "Visualize Lambda function
// invocations using AWS X-Ray".
//
// # Why
//
//   - Traces are kept as a few numbers and become documents when a client asks:
//     a lab under load records thousands of which few are read.
//   - Of filter expressions one form is understood, the function's name, and
//     every other is refused: a filter that is ignored would give traces
//     that the client did not ask for.
//   - AWS publishes traces some seconds late; the lab at once, as with its logs.
package xray
