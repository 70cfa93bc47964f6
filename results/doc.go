// Package results holds what happened: it records a run while it goes on, reads
// it again, sums it up, judges it, and turns it into a month of traffic.
//
// The directory of a run is the truth; everything else can be made from it.
//
//  1. An engine fills a [Sample] for each request and gives it to its [Shard],
//     one per event loop, which counts it and forgets it.
//  2. Once a second the [Recorder] takes what the shards hold and hands it to each
//     [Output]: first to the run directory, which appends latencies, sizes, counts
//     and the generator's health to its files, then to others, such as a live view.
//  3. [Open] reads a directory into a [Run], also one whose process died.
//  4. [Summarise] fills the [Document] (run.json) with each target's figures,
//     the verdict on the run itself, the thresholds, and the result.
//  5. [Traffic] scales what was measured to a month that package pricing can price.
//  6. [Merge] makes one run of several, and [MergeDirs] a directory of it.
//
// # The files
//
// run.json is the Document; its schema is run.schema.json ([RunSchema]).
// scenario.yaml holds the very bytes that ran. lab.json, where there were targets
// at the lab, is a lab file that says all of what served them, seeds and defaults
// included, with *** in place of secrets: "tollgate run RUN/scenario.yaml --lab
// RUN/lab.json" repeats the run, if you trust its author.
//
// Other files that a run read, such as bodies, are named in run.json with their
// digests ([Input]) and not kept.
//
// latency.hlog is an interval log of HdrHistogram, format 1.3, which the tools
// of that project read. A line is one second of one series:
//
//	Tag=target=rest;request=predict;block=3;outcome=ok;clock=response,12.000,1.000,84.935,HIST…
//
// The tag names target, request, block, outcome and clock; names are
// percent-encoded, since a tag must not hold a comma, a space or a line break. The tag
// ";clock=lag" without an outcome is how late the generator took up the
// requests of that block. Values are nanoseconds, the times of an interval are
// seconds after #[BaseTime], and its maximum is in milliseconds, as those tools
// expect. minutes.hlog holds the same by minute, for runs of more than one;
// "#[Complete until: 60.000]" follows each whole minute. sizes.hlog holds the
// bytes of requests and responses ("size=request", "size=response"), each
// counted as its size minus one (see [Sizes]).
//
// seconds.csv and generator.csv are RFC 4180, with a header; their columns are
// those of [Second] and [Health]. A second is on disk as a whole, or not at all:
// its row in generator.csv is written last, and readers ignore, in every file,
// what belongs to a second without that row. So a killed run loses its last
// second and no reader sees half of one. A last line without its end is left
// out and reported; a wrong line anywhere else is an error.
//
// failures.jsonl is there where something failed: a JSON object a line, with the
// first request that failed for each cause (a status code, or a class of error),
// by target and request. A line is appended in the second in which the failure
// was seen, so it survives a kill; how often each cause occurred is in the column
// "failures" of seconds.csv. Of a response it holds the names of the header
// fields and the start of the body, printable and with every secret masked. Of
// one target no more than [MaxFailures] lines are kept.
//
// observed.json and bill.json come from later steps, and are replaced as a
// whole, by a new file renamed over the old, as run.json is.
//
// # Two words about a run
//
// The verdict (valid, suspect, invalid) is about the load generator: whether the
// numbers may be trusted. The result (pass, fail, incomplete) is about the
// targets: whether they did what was asked of them. A run fails when a threshold
// fails, a check of a probe that must hold does not, an abort rule ended it, or
// not one request at a target succeeded. The result is computed in one place
// (result.go), from thresholds, findings, state and counts, whenever a run is
// opened or summed up; what run.json says of it is for other programs and is
// never read back. So runs recorded before there was a result have one, and a
// file cannot claim a pass.
//
// # A directory from anywhere
//
// Run directories travel: as artifacts of a pipeline, in branches, from a
// colleague. So a run directory is data, never an order. What is recorded can be
// read, merged, priced and rendered, within bounds. It is never executed, followed
// out of its directory, sent anywhere, or trusted over a file that the user names:
//
//   - A file is a regular file in the directory itself ([ReadFile], [AppendFile]): no
//     link, pipe or device, and no more bytes than its kind can have. The directory
//     that the user names may be a link; one in a folder of runs may not.
//   - JSON is counted before it is decoded ([ParseJSON]), lines and histograms while
//     they are read, so that memory and time are bounded by what a run can need and
//     not by what a few bytes unpack to.
//   - What has one of a few values has one of them ([OneOf]). Names are one printable
//     line. Longer texts may quote what a server said; they lose the characters that
//     steer a terminal, and every report format escapes the rest where it writes.
//   - Digests are verified when a run is opened. They tell a changed file from the one
//     that ran. They never allow anything: the author of a file can write its digest.
//   - A path in run.json, such as an [Input]'s, is a record. Nothing opens it.
//   - The scenario is parsed without files and environment variables. A rerun, a
//     signature or a variable takes a file that the user names on the command line.
//
// Command tollgate's tests hold every verb to these rules with a corpus of hostile
// directories. Rejected: links that stay inside the directory (no recorder makes
// one, and the check would be another thing to get wrong); signatures over the
// directory, whose key would have to come from somewhere.
//
// # Why
//
// One geometry. All histograms have the same buckets, 1 µs to 1 h with three
// significant digits, so that workers, seconds, shards and nights merge exactly;
// a histogram with other buckets is refused instead of approximated. Latencies
// out of range are clamped and counted. Percentiles are never averaged: they
// are read off merged histograms, and not at all where the sample is too small
// to carry them ([Histogram.Carries]). Rejected: t-digests and the like, whose
// merges depend on their order.
//
// Our own counters on the hot path. The library's dense histogram takes
// 192 KiB for each of the some forty series that a target can have, and its
// sparse one searches for the bucket: 72 ns a value and growing. A tally has
// the same buckets in pages of 4 KiB that exist where values fell: 5 ns, and a
// whole sample (three clocks, lag, two sizes, counts, lock) takes 70 ns and
// allocates nothing. The library keeps and merges the series of an opened run,
// decodes every file, and is the oracle that tests hold our buckets against.
//
// Our own encoder. The library's takes 440 µs and 830 KB of garbage for a line,
// because it begins each with a new compressor; ours takes 42 µs and none. The
// garbage would be collected during the measurement that it records.
//
// A mutex in each shard. It is held for one sample, or for swapping two
// pointers, once a second, so it is practically never contended (15 ns).
// Rejected: a channel, which costs more than all of the recording and queues;
// lock-free phasers, which save 10 ns and need an audit.
//
// Sizes as distributions. Metering rounds each request up by itself, so a mean
// size cannot be priced. A map of exact sizes has no bound; buckets are bounded,
// and aligned so that rounding up to metered units is exact.
//
// The time of a target. Rates are over the time that was the target's turn:
// for each block from its first due time to its planned end, or to when its
// last request was taken up, if that is later. Until its last answer would be
// the other choice: then a target that answers slowly seems to be asked slowly.
//
// No fsync every second. A killed process loses nothing that was written; a
// crash of the machine can, and to wait for a disk every second is felt by the
// generator. Files are synced when the run ends.
//
// First failures, and not samples of all. What somebody wants to see of a
// thousand 404s is one of them, with its body; to keep more would cost memory
// that the load can choose. The values of header fields are never kept: they
// carry cookies and tokens, and nothing that a name does not tell.
//
// CSV next to the logs. Counts by second are what people plot first, in
// whatever tool they have; a binary format would save a megabyte an hour.
package results
