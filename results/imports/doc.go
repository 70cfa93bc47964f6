// Package imports makes runs of what other programs recorded, so that they can be reported,
// compared, and gated like runs of Tollgate.
//
//  1. [Read] finds the format of files by their content, and reads all samples (or, of an
//     HdrHistogram log, all intervals) into a [Recording]. What is wrong with a file is
//     reported with its lines; a file with a wrong line is not imported, since a baseline
//     that lacks some of its requests is another one. A last line without its end is left
//     out, and what is missing of a compressed file, with a note: the recording was cut off.
//  2. [Recording.Write] cuts the time of the recording into blocks, and has
//     [results.Importer] write the directory of a run.
//
// # What a file does not say
//
// Each format states what it lacks ([results.Lack]): that goes into run.json, every report
// says it, and nothing is concluded from it. Lacking is
// always how the load generator performed. So the verdict on an imported run is "unknown" at
// best, and its comparison with another run treats it as one whose generator was disturbed:
// of the median there may be a verdict, of what lies beyond there is none without a
// history. Where the file does not say which requests failed, shares of errors are in no
// comparison; where it does not say when they were sent, neither is goodput.
//
// A latency is taken as the response time, which begins when a request was due. Other
// programs record when it was sent: what they leave out, coordinated omission, cannot be
// told from their files.
//
// # Hostile files
//
// Files come from anywhere. Lines, rows and messages have a largest length, and a recording
// a largest number of samples, targets and names of requests; so memory is bounded. Names
// are cut to a line of printable characters, queries of addresses are not kept. The decoder of gob reads
// no lists and no mappings, since a few bytes can claim any number of elements, and gets
// messages of bounded length with a bounded number of types: bodies of responses, which vegeta
// records whole, are skipped before it.
//
// # Why
//
// A run directory, and not a second reader behind every verb. All verbs read one format, and
// a baseline is imported once. The name of the directory has the digest of the files, so that a file
// that is imported again is the same run, and counts once in a baseline.
//
// Blocks by time. A run of one target is cut into consecutive pieces of time, too. The
// pieces of an imported run, at most twenty, are long enough for p99 where they can be.
//
// Lines of Go benchmarks are samples, each the mean of a batch, and each its own block:
// that is the unit that benchstat compares. So the median of a benchmark is benchstat's, up
// to three digits, where the number of lines is odd; of an even number ours is the lower of the two in the
// middle. Their interval differs by definition: benchstat's holds what varies
// between the lines of a file, ours what varies between runs as well.
//
// Rejected: summaries. Of percentiles it is not known how much they vary, and neither means
// nor anything else of a sum can be made of them. Rejected, too: to import with the library
// of vegeta, which would load bodies, headers and whatever else a file claims to hold.
package imports
