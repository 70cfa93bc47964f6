// Package accesslog reads the logs that front doors and functions of AWS write, and those
// of two web servers: one request, invocation or connection after the other.
//
// # The design
//
//  1. A [Format] is one kind of log, in a file of its own and a line of [Formats]. It makes
//     a decoder, which fills an [Entry] from a line. Most decoders are a list of fields: a
//     name in the log's documentation, and the setter of what it says.
//  2. [Read] takes a stream apart: compressed by gzip or not, in the format that is asked
//     for or in the one that the first lines are recognized as. What CloudWatch Logs puts
//     before a message (a time, or a time and a stream) is taken off.
//  3. An Entry is the caller's for the length of one call. Its texts point into the line.
//     So memory is that of a line, whatever the log's length.
//  4. A line that cannot be read is counted, and the first few are in [Counted] with their
//     number and what is wrong. It is never fatal: logs are cut off, and formats grow.
//  5. Numbers that a log does not have are [Unknown], and not 0.
//
// # Times
//
// What is wanted is when a request arrived. Few logs say it: load balancers and API Gateway
// do, CloudFront, Lambda and web servers log the end and how long it took. The reader
// subtracts, and [Entry.Resolution] says how exactly the log knows: a whole second in the
// presets of API Gateway and in CloudFront's standard logs.
//
// # Personal data
//
// Entries hold addresses, users, paths and queries as they were logged. Callers keep hashes
// and classes of them alone (package paths). Problems never quote a line: it may hold
// a secret.
//
// # Why
//
// A table of names and setters, and not one parser a format: a load balancer's line, its
// JSON from CloudWatch and a stated selection of fields are the same names in another order,
// and so are CloudFront's three forms. A template of API Gateway or nginx ([Template])
// uses the same tables.
//
// Rejected: encoding/json, which needs six times as long as the scanner of flat objects
// here; regular expressions, likewise. Rejected: Parquet, which needs a library of several
// MB; the same logs can be delivered as JSON or W3C, and the error says so.
//
// Sources of the fields: Application Load Balancer guide, "Access logs" and "Connection
// logs"; CloudFront developer guide, "Standard log file fields"; API Gateway developer
// guide, "Variables for access logging" and "Set up CloudWatch logging"; Lambda developer
// guide, "Log and monitor" (REPORT line) and "Telemetry API" (platform.report); nginx,
// "ngx_http_log_module"; HAProxy configuration manual, "HTTP log format".
package accesslog
