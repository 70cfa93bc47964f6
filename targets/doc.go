// Package targets says where requests go: what a front door is, what it does
// to a request, and how a request proves who sends it.
//
// # The design
//
//  1. A [Kind] is everything we know of one sort of front door in one value:
//     its limits, the exact bytes of its errors ([Manners]), the CloudWatch
//     metrics that watch it ([Watch]) and the dimensions it is billed for.
//     The parser, the lab, CloudWatch, pricing and the reports all read that
//     value; none of them knows a front door by name.
//     [ReadHost] knows AWS's own host names, which say where a front door is;
//     the regions themselves are a table of package pricing.
//  2. A [Target] is one place that requests go to: a kind and an address, with
//     the names under which AWS counts it.
//  3. A [Signer] proves who sends a request. It runs before a request's clocks
//     start; a [Stamp] adds whether its proof may be reused.
//  4. A [Request] is what goes on the wire, byte for byte: its [Header] keeps the
//     spelling of names, which http.Header does not.
//  5. A [Secret] is a value that no way of printing gives away.
//
// Growing by a front door is one new file and one line in [Kinds].
//
// # Why
//
//   - One value and not one interface with a method for each reader: a kind has
//     no behaviour of its own, only facts, and facts that are data can be
//     listed, compared, tested in a table and left out (a kind with only Billed
//     can be priced before it can be driven).
//   - The roles of metrics ([Role]) and not AWS's names: REST APIs count
//     4XXError, HTTP APIs 4xx, Function URLs Url4xxCount and load balancers
//     HTTPCode_ELB_4XX_Count and HTTPCode_Target_4XX_Count. Several metrics may
//     play one role; their counts add up.
//   - An [Answer] says whether it is documented or recorded on AWS, or rests on
//     knowledge alone: a simulation that hides which of its answers are guesses
//     is not evidence. AWS lets owners of REST APIs customise every error, so
//     nothing here classifies live responses by their bodies.
//   - A function's own metrics belong to each door that says which function is
//     behind it, since only a scenario knows; they are shared when two doors
//     share a function, and reconciliation says so.
package targets
