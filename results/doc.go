// Package results holds what happened: it records a run, reads it again, sums it up,
// checks its thresholds, and turns it into a month of traffic. The directory of a run
// is the truth; everything else can be made from it.
//
//  1. An engine fills a [Sample] for each request and gives it to its [Shard],
//     one per event loop, which counts it and forgets it.
//  2. Once a second the [Recorder] takes what the shards hold and hands it to each
//     [Output]: first to the run directory, then to others, such as a live view.
//  3. [Open] reads a directory into a [Run], also one whose process died.
//  4. [Summarise] fills the [Document] (run.json) with each target's figures,
//     the verdict on the run itself, the thresholds, and the result.
//  5. [Traffic] scales what was measured to a month that package pricing can price.
//  6. [Merge] makes one run of several, and [MergeDirs] a directory of it.
//  7. [Importer] writes the directory of a run that another program recorded
//     (package imports reads its files), with what is not known of it ([ImportDoc]).
//
// # The files
//
// run.json is the Document; its schema is run.schema.json ([RunSchema]).
// scenario.yaml holds the bytes that ran. lab.json is the lab file of a run with
// targets at the lab, with *** in place of secrets: "tollgate run RUN/scenario.yaml
// --lab RUN/lab.json" repeats the run, if you trust its author. Other files that the
// run read are only named in run.json, with their digests ([Input]).
//
// latency.hlog is an interval log of HdrHistogram, format 1.3. A line is one second
// of one series:
//
//	Tag=target=rest;request=predict;block=3;outcome=ok;clock=response,12.000,1.000,84.935,HIST…
//
// Names in the tag are percent-encoded. A request that is called "probe:…" stands for a
// probe's, "flow:…" for whole flows, and "release:…" for the requests that met a release
// ([Release]), which are among the others as well. The tag ";clock=lag" without an outcome is
// how late the generator sent the requests of that block, and ";clock=control" what the
// control measurement took meanwhile (package control). Values are nanoseconds, the
// times of an interval are seconds after #[BaseTime], and its maximum is in
// milliseconds, as HdrHistogram's tools expect. minutes.hlog holds the same by
// minute, for runs of more than one; "#[Complete until: 60.000]" follows each whole
// minute. sizes.hlog holds the bytes of requests and responses ("size=request",
// "size=response"), each counted as its size minus one (see [Sizes]).
//
// seconds.csv and generator.csv are RFC 4180, with a header; their columns are
// those of [Second] and [Health]; "protocols" counts requests by [Protocol], "events"
// the responses that were read as events by [EventCounts], and columns about headers are [HeaderBytes], those about decoded bodies [DecodedBytes]. Before a name that a spreadsheet would take for
// a formula stands an apostrophe. The row of a second in generator.csv is written
// last, and readers ignore, in every file, a second without that row. So a killed run
// loses its last second, and readers never see half of one. A last line without its
// end is left out and reported; a wrong line anywhere else is an error.
//
// failures.jsonl exists if requests failed: a JSON object a line, with the first
// failed request for each cause (a status code and the check that failed, or a class of
// error), by target and request. How often each cause occurred is in the column
// "failures" of seconds.csv: "404:3 200?body%3A+want+it+to+contain+ok:2 timeout:1".
// Of a response it holds the names of the header fields and the start of the body,
// printable and with every secret masked; of one target at most [MaxFailures] lines.
//
// samples.bin.gz holds every request of probes, and those of the load where the run
// was asked to keep them; [SampleFormats] write it for other programs.
//
// observed.json and bill.json come from later steps, and are replaced as a
// whole, by a new file renamed over the old, as run.json is.
//
// A merged run has the same files, and no minutes.hlog. Its logs hold every interval
// of its parts, moved by the difference of their starts.
//
// # Shards
//
// Shards of one run (see [ShardDoc]) began at a moment on which they agreed, so their times
// count from it, whatever the clocks of their machines say, and the same seconds of all
// shards are one second of the merged run: its histograms, counts and rows are those that
// one machine would have recorded, and as many. A shard alone judges no threshold. The
// merged run is judged as a whole, and by the worst of its load generators: a sum over a
// thousand machines hides the one that was overloaded, whose requests are as wrong as any.
// What was sent is held against what all shards together were to send.
//
// Rejected: to merge percentiles or verdicts that shards computed, since neither adds up;
// and to keep the logs of all shards line by line, as of other runs: 1,000 shards would
// make a run that takes a thousand times as long to open.
//
// # Verdict and result
//
// The verdict (valid, suspect, invalid) is about the load generator: whether the
// numbers may be trusted. Its rules are those of [Conduct]: how much of what is
// measured may be the generator's lag, and the control measurement; its own faults; its
// share of the processors. Steal, run queue and other programs only explain a doubt,
// since what harm they did shows in lag and control. Loads and the stages of probes are
// held to the same rules, and only how much they can bear differs ([Tolerance]).
//
// A load is assessed by what is compared, its percentiles: three milliseconds of lateness at
// p99 are nothing where p99 is 300 ms, a doubt about p99 where it is 20 ms, and in either
// case none about a median of requests that were sent on time. So a run is suspect where
// a percentile is in doubt, and its reasons say which and which not; it is invalid where
// the generator's delay is most of a percentile and likely half of the median, too, so
// that nothing can be interpreted. [Disturbance] bounds what of a percentile is the
// generator's; gates widen their limits by it. A threshold that failed by no more than the
// lag is in doubt. Rejected: to assess all by p99, which threw runs away on a machine with
// other work, though their medians differed by half a percent.
//
// Of an imported run nothing is known about the generator, so its verdict is "unknown" at
// best. Rejected: "suspect", which says that something was found.
//
// The result (pass, fail, incomplete) is about the targets.
// A run fails when a threshold fails, a required check of a probe does not hold, an
// abort rule ended the run, or no request at a target succeeded. The result is computed
// in one place (result.go) whenever a run is opened or summed up; the one in run.json
// is for other programs and is never read back. So a file cannot claim a pass.
//
// Thresholds limit the metrics of one table (metric.go), again after each step that adds
// to a run: those of bills once it is priced, those of CloudWatch once it is observed. A
// bill has an interval, and of CloudWatch's percentiles by minute only bounds of the
// run's are known: a limit within them fails and says so. Rejected: to take the likely
// value, which passes what is not known, and to merge percentiles, which cannot be done.
//
// # A directory from anywhere
//
// Run directories travel: as artifacts of a pipeline, in branches, from a colleague.
// A run directory is data. It is read, merged, priced and rendered, within bounds. It
// is never executed, followed out of its directory, sent anywhere, or trusted over a
// file that the user names:
//
//   - A file is a regular file in the directory itself ([ReadFile], [AppendFile]): no
//     link, pipe or device, and no more bytes than its kind can have. The directory
//     that the user names may be a link; one in a folder of runs may not.
//   - JSON is counted before it is decoded ([ParseJSON]), lines and histograms while
//     they are read: memory and time are bounded by what a run can need.
//   - What has one of a few values has one of them ([OneOf]). Names are one printable
//     line. Longer texts lose the characters that steer a terminal, and every report
//     format escapes the rest.
//   - Digests are verified when a run is opened. They show that a file was changed.
//     They never allow anything: the author of a file can write its digest.
//   - A path in run.json, such as an [Input]'s, is a record. Nothing opens it.
//   - The scenario is parsed without files and environment variables. A rerun, a
//     signature or a variable takes a file that the user names on the command line.
//
// Command tollgate's tests hold every verb to these rules with a corpus of hostile
// directories. Rejected: links within the directory (no recorder makes one);
// signatures over the directory, whose key would have to come from somewhere.
//
// # Why
//
// One geometry. All histograms have the same buckets, 1 µs to 1 h with three
// significant digits, so that workers, seconds, shards and runs merge exactly.
// Latencies out of range are clamped and counted. Percentiles are never averaged:
// they are read off merged histograms, and not at all where the sample is too small
// ([Histogram.Carries]). Rejected: t-digests, whose merges depend on their order.
//
// Events. A gap between events is one of many in its response, so a pause of ten seconds is
// one gap among hundreds, and the longer servers pause the fewer gaps there are: percentiles
// over all gaps omit what they should show. The clock longest_gap counts each response once,
// and a response that was cut off has the wait for its next event among its gaps. The first
// event is timed from when the request was due, as the response is. Rejected: to fill in gaps
// that an expected interval would have brought, since nothing else here is filled in.
//
// Our own counters on the hot path. The library's dense histogram takes 192 KiB for
// each series, and its sparse one searches for the bucket: 72 ns a value. Ours has
// the same buckets in pages of 4 KiB: 5 ns, and a whole sample takes 70 ns and
// allocates nothing. The library keeps and merges the series of an opened run, and
// tests compare our buckets with it. Our own encoder: the library's takes 440 µs and
// 830 KB of garbage a line, collected during the measurement; ours 42 µs and none.
//
// A mutex in each shard, held for one sample or a swap of pointers (15 ns). Rejected:
// a channel, which costs more than all of the recording; lock-free phasers, which
// save 10 ns and need an audit.
//
// Sizes as distributions. Metering rounds each request up by itself, so a mean
// size cannot be priced. Buckets are bounded, and aligned so that rounding up to
// metered units is exact.
//
// The time of a target. Rates are over the target's own time: for each block from
// its first due time to its planned end, or to when its last request was sent if that
// is later. Rejected: until its last response, which makes a slow target seem to have
// been asked slowly. Turns of several populations at a target coincide: the time that they
// share counts once for the target, and for each population its own.
//
// Populations are named in run.json alone. A block belongs to one stage and a stage to one
// population, so samples, seconds and histograms need no further name, and runs without
// populations read as before. Rejected: a column for each, which would say it twice.
//
// Stages are parts like requests. Blocks are numbered on from stage to stage, so what every
// version recorded has the figures of each stage in it, and a sample needs no field more.
// A run is added up by its smallest parts, one request at one target in one stage, and
// every larger part is a sum of these. The blocks of a warm-up go to a Run of their own
// when a directory is opened (Run.WarmUp), and not into Series and Seconds with a mark: so
// no reader of a run can count them by mistake, and those that must, such as the
// comparison with CloudWatch, ask for them (Run.Sent).
//
// No fsync every second: to wait for a disk would delay requests. A killed process
// loses nothing that was written; files are synced when the run ends.
package results
