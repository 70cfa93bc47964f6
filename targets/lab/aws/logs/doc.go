// Package logs answers queries over the logs of the lab's functions as
// CloudWatch Logs Insights does: StartQuery and GetQueryResults.
//
// # The design
//
//  1. StartQuery reads the query (query.go): the fields to return, which values of
//     which fields to filter by, the order and the limit. What is not understood
//     is a MalformedQueryException that says what would be right, never a guess.
//  2. The lines of the log group within the window become records: the fields of
//     Lambda's own lines are found in both log formats.
//  3. The results wait, bounded in number, until GetQueryResults asks.
//
// Source: CloudWatch Logs user guide, "CloudWatch Logs Insights language query
// syntax" and "Supported logs and discovered fields".
//
// # Why
//
//   - The query runs at once and its results are kept: the lab's logs are small,
//     and a client polls as it would in any case.
//   - Tollgate asks for REPORT lines and nothing else, so no more of the language
//     is read. An interpreter of its expressions and statistics was 900 lines that
//     nothing asked.
package logs
