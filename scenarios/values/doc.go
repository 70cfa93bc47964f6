// Package values makes what differs from request to request: templates with places, values
// that are generated from a seed, and rows of data files.
//
// # Templates
//
// A [Template] is the text of a path, a header field or a body with places for values,
// written ${name}; $${ stands for the characters ${ themselves. It is compiled once and
// rendered for each request by appending bytes, without an allocation. A value is written
// as its place needs it ([Escape]): percent-encoded in a path, a query or a form, escaped
// within the strings of a JSON text, and as it is elsewhere. So a place outside of a string
// of a JSON text takes a number or any other JSON. A line break in a header is an error.
//
// # What a value depends on
//
// A value is a function of the run's seed, its name and a [Sending], and of nothing else: no
// counter is shared, so the same request has the same values at every target, in every
// engine and with any number of event loops, whatever they send first. A named value and the
// row of a data file belong to an iteration, and so stay the same in all steps of a flow; a
// value that is written inline, such as ${uuid}, is another one at each place of each request.
// [Time] alone differs between targets: it is when the request is due. A run with the same seed
// sends the same identifiers again; where a service remembers them, each run needs a seed of
// its own.
//
// # Data files
//
// [Open] reads a file once from its beginning to its end. It refuses what is wrong with its
// rows by line, takes the file's digest, and keeps where every so many rows begin: at most
// 8 MB for any number of rows. A file of up to 32 MB stays in memory. Of a larger one the
// part with the row is read when it is rendered, into memory that is used again. Rejected: to
// map the file into memory, since its pages count as the program's own, and a page that is
// not there yet stops the thread as a read does; and to keep parsed rows, which take several
// times the memory of the file.
//
// Rows are split here and not by encoding/csv, which reads from a stream and allocates; a
// fuzz test compares both. A data file is never copied into a run directory, since it may
// hold personal data: the run records its digest.
//
// A unique row is used once at each target. Which row a request takes follows from its number,
// so that targets can be compared; see scenarios.Plan.Rows for who counts.
package values
