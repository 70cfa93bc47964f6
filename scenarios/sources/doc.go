// Package sources makes scenarios of what people have at hand: a request as it is typed
// for curl (see [Request]), the same at two addresses ([Request.Pair]), and a scenario file
// with two versions of its target ([Replaced]). It sends nothing and reads no file.
//
// # The design
//
//  1. A source becomes the tree of a scenario file, which pricing/document writes. So a
//     scenario that was made is a file like any other: it is parsed, planned, recorded,
//     and can be edited and run again. Nothing is only in memory.
//  2. What the source does not say has a small default, and is written into the file.
//     What cannot be told is an error that names the flag which tells it. The host of an
//     API of API Gateway does not say whether it is a REST or an HTTP API, and the two
//     differ in price and limits: neither is assumed.
//  3. Secrets do not reach the text. The value of a header or parameter by a name under
//     which servers expect secrets becomes a reference to an environment variable, whose
//     value [Made] carries apart, for this run alone.
//
// # Why
//
// The flags are curl's where curl has them (-X, -H, --data, -u), since commands are
// copied from documentation and browsers. -d is the length of the load, as in hey, wrk
// and vegeta; a value that is no time gets a hint at --data.
//
// Rejected: to refuse literal secrets. Everyone's first command has one in it, and the
// shell's history already holds it. Rejected: to find the kind of an API by a request
// before the limits on hosts and cost were checked.
package sources
