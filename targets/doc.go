// Package targets says where requests go: what a front door does to a request, how
// AWS counts it, and how a request proves who sends it.
//
// # The design
//
//  1. A [Kind] is everything we know of one sort of front door in one value. It
//     embeds the front door as package pricing has it, and adds the exact bytes of
//     its errors ([ErrorResponses]) and the CloudWatch metrics that count it
//     ([Watch]). The parser, the lab, CloudWatch and the reports read that value;
//     none of them knows a front door by name. [ReadHost] knows AWS's own host
//     names, which say where a front door is.
//  2. A [Target] is a kind with an address and the names by which AWS counts it.
//     [Target.Door] is what it is billed as.
//  3. [Auth] says how requests prove who sends them. A [Signer] does it, before a
//     request's clocks start; a [Stamp] adds whether its proof may be reused, and the
//     [Keyring] that renews what it is made of.
//  4. A [Request] is what goes on the wire, byte for byte: its [Header] keeps the
//     spelling of names, which http.Header does not.
//  5. A [Secret] is a value that no way of printing gives away.
//
// Adding a front door takes one new file and one line in [Kinds].
//
// # Why
//
//   - One value, not one interface with a method for each reader: a kind has no
//     behavior of its own, only facts. Facts that are data can be listed, compared
//     and tested in a table.
//   - Where a reader needs to know why kinds differ, the kind has a field that says
//     the reason, such as StageInPath. Comparisons with kinds in the readers were
//     tried: there were a hundred in forty files, and two tables that disagreed.
//   - Metrics have roles ([Role]), since REST APIs count 4XXError, HTTP APIs 4xx,
//     function URLs Url4xxCount and load balancers HTTPCode_ELB_4XX_Count and
//     HTTPCode_Target_4XX_Count. Counts of metrics with the same role add up.
//   - Owners of REST APIs can customize every error, so nothing here classifies live
//     responses by their bodies.
//   - Each kind watches its function's own metrics too, because only a scenario knows
//     which function is behind it. Two targets of one function share them, and
//     reconciliation says so.
package targets
