// Package formats reads what other programs write about requests, and makes a
// [sources.Collection] of it: curl commands, HAR files of browsers, descriptions of APIs,
// collections of Postman, templates and stacks (see package stacks), targets of vegeta. One format is one file, and one line of [All], from which tollgate init
// has its flags, their help and their completion.
//
// # The design
//
//  1. A reader takes what its format says of requests and nothing else. What is the same
//     for all formats is not its business: which server is chosen, which headers a browser
//     adds, what is a secret, and which requests change data (see package sources).
//  2. Everything is bounded. A HAR file is read as a stream, one entry in memory at a time,
//     since its responses make it large; others have a largest size.
//  3. A file is data. Text that looks like a reference to an environment variable is
//     escaped ([sources.Literal]), so no file makes a scenario that sends a variable of
//     this machine. Only $NAME of a curl command becomes a reference: the shell would have
//     sent it as well.
//  4. Errors begin with file:line and say what was expected. One request that cannot be
//     sent is left out and named in the scenario; it does not fail the file.
//
// # Libraries
//
// Descriptions of APIs are read by github.com/getkin/kin-openapi: versions 3.0 to 3.2 and 2.0,
// references to other files through a function of ours, lines of all elements, and limits
// on what aliases of YAML multiply. Built cold on two cores, it adds 9 s of CPU time and
// 1.3 MB to the binary, parts of which this program has already (jsonschema, golang.org/x/text).
// Rejected: pb33f/libopenapi, which adds 39 s and 9 MB; and a reader of our own by
// pricing/document, whose parser takes too long for descriptions of several megabytes, and
// which would have to know four versions of two formats.
//
// curl commands are shell words, which mvdan.cc/sh/v3/syntax parses: quotes of all kinds,
// $'…' as browsers copy it, line continuations, pipes. It adds 0.6 MB to the binary and is
// kept up. Rejected: google/shlex, which is archived and knows no $'…'.
//
// HAR files, collections of Postman and targets of vegeta are small formats of which few
// keys matter. encoding/json reads them; [lines] gives positions.
package formats
