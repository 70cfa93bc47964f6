// Package report tells what a run came to.
//
// The way of a report:
//
//  1. [New] computes everything that is told, once, from a run directory in
//     memory: the doors with their figures, the notices that come before any
//     number, the answer in plain words, and the values of the charts.
//  2. Each of the [Formats] writes it: text, Markdown, HTML, JSON, CSV, JUnit.
//     A format prints and lays out; it does not calculate, so that no two
//     formats can disagree. [Summary] is the text for a terminal.
//  3. [Save] writes each chart and each table to a file of its own.
//
// [Overlay] lays several runs over each other before that. [NewTrend] and
// [WriteTrend] do the same three steps for the runs of a scenario, among which
// [Report.WithHistory] sets a single run.
//
// What holds for every format: the result, pass or fail, comes first, and
// why a run fails; then whether the measurement can be trusted, and that a run is
// torn or interrupted: all before the first number. A latency is in
// milliseconds with three significant digits. A percentile that the sample is
// too small for is a dash and never a number. Names, addresses and whatever
// else comes from a scenario or a server is put on one line and escaped as the
// format needs it, by package escape, when it is written.
// A section without data is absent. Numbers look the same everywhere: in the
// sentences that other packages wrote they are set as tables set them. Text is
// wrapped for terminals only; into a pipe goes a line for each fact.
//
// # Why
//
// The HTML page is one file without any script, under a content security policy
// that allows nothing but its own style: it is mailed, archived and opened
// years later, on machines that block the rest. Pages that fetch their chart
// library, and single-page applications with the data in a script, were
// rejected for that. A script that only enhances was left out as well: the
// policy that the page keeps to blocks it, so nobody could count on it. What it
// would do is done without: check boxes and the :has selector hide series, radio
// buttons in the heads of columns sort tables (each row has its rank by each
// column, and the style htmlTable makes it the row's order), titles within the SVG
// tell a resting pointer what it points at, details unfold. What is lost that
// way is little: rows stay in the order of the run for a screen reader and on
// paper.
//
// Charts are SVG drawn here with gonum (see report/chart),
// in a wide and a narrow layout of which style sheets show one. Tables turn
// into lists on a phone rather than scroll sideways, with roles that keep them
// tables for a screen reader.
//
// The report does not rank targets whose figures are within five percent of
// each other, since one run cannot tell them apart; how sure a difference is,
// over blocks and runs, is for package compare to say.
//
// Each sort of finding has a picture of its own, made from the series and values
// that its probe writes down: a bucket is drawn over what was refused because
// the finding says its rate and burst, not because the report inferred it again.
// What a probe of another day writes down is drawn as lines.
//
// The map of costs leaves out a target that is the cheapest everywhere, and says
// so: a map of one colour tells nothing of the choice that is left to those who
// cannot take that one.
//
// Costs at other volumes come in as a value ([Costing]) because they are not
// part of what happened in a run: the price book that makes them may be another
// one than on the day.
package report
