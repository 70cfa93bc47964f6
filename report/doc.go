// Package report shows the results of a run.
//
//  1. [New] computes everything that is shown, once, from a run directory in
//     memory: the targets with their figures, the notices that come before any
//     number, the answer in plain words, and the values of the charts.
//  2. Each of the [Formats] writes it: text, Markdown, HTML, JSON, CSV, JUnit.
//     A format prints and lays out; it does not calculate, so that no two
//     formats can disagree. [Summary] is the text for a terminal.
//  3. [Save] writes each chart and each table to a file of its own.
//
// [Overlay] combines several runs before that. [NewTrend] and [WriteTrend] do the
// same three steps for the runs of a scenario, and [Report.WithHistory] shows a
// single run among them. [WriteSite] is the overview of a site, of which these are
// the pages; who calls it chooses their files.
//
// In every format the result, pass or fail, comes first, with the reasons of a
// failure; then whether the measurement can be trusted, and whether the run is torn
// or interrupted, and which targets were models of the lab: all before the first
// number. A latency is in milliseconds with
// three significant digits. A percentile without enough requests is a dash and
// never a number. Texts from a scenario or a server are put on one line and escaped
// by package escape when they are written. A section without data is absent.
// Sentences from other packages get the number format of the tables. Text is
// wrapped for terminals only; a pipe gets a line for each fact.
//
// The comment of a pull request says pass, fail or neither, which conclusion.go decides
// from the run, its gate and its comparison; compare.Change has the figures.
//
// # Why
//
// A verb that posts the comment was rejected: it would need the pipeline's token, and an
// API of each host. The pipeline has both, so the action uses gh and the example for
// GitLab curl; elsewhere the user's own command posts what report prints.
//
// The formats are one package and not one each: they share the printers of numbers,
// the sentences and the tables, some sixty functions that would all have to be
// exported. Each has its files.
//
// The HTML page is one file without any script, under a content security policy
// that allows nothing but its own style: it is mailed, archived and opened
// years later, on machines that block the rest. Pages that fetch their chart
// library, and single-page applications with the data in a script, were
// rejected for that, and so was an optional script, which the page's own policy
// blocks. CSS does its work: check boxes and the :has selector hide series, radio
// buttons in the heads of columns sort tables (each row has its rank by each
// column, which the style sheet makes its order), and titles within the SVG are
// tooltips. Rows stay in the order of the run for a screen reader and on paper.
//
// The first screen of the page, also on a phone, answers five questions, above the navigation
// (TestTheFirstScreenComesBeforeEverythingElse):
//
//   - Did it pass? The badge below the name of the scenario; what failed stands in a red box.
//   - Can I trust it? The badge next to it, the gravest reason on the line below, and that
//     models were measured and not AWS.
//   - Which target should I take? The bars of p50, p99 and the month, each on one scale,
//     and which are best or too close to call.
//   - What does it cost a month? The third column of these.
//   - What went wrong? The box of failures, and how many requests failed by which cause.
//
// Charts are drawn by package chart in a wide and a narrow layout, of which the
// style sheet shows one. On a phone tables turn into lists instead of scrolling
// sideways, with roles that keep them tables for a screen reader.
//
// The report does not rank targets whose figures are within five percent of each
// other, as one run cannot distinguish them; package compare says how certain a
// difference is.
//
// The charts of a finding show the series and values that its probe recorded: a
// bucket is drawn over the refused requests because the finding has its rate and
// burst, not because the report inferred it again. Unknown series are drawn as lines.
//
// The map of costs leaves out a target that is cheapest everywhere, and says so: a
// map of one color does not help those who cannot use that target.
//
// # Other programs' reports
//
// As their documentation describes them (k6: "Web dashboard"; Gatling: "Static HTML reports";
// vegeta: its README on plot), November 2026:
//
//   - k6 exports its dashboard as one HTML file that needs scripts: an overview, the split of the
//     times of requests, and a summary, each over time or as a total. Here: the same split where it
//     was measured, percentiles, heat map and outcomes over time, without scripts.
//   - vegeta plot is one page with one chart, latencies over time, which can be zoomed. Here: a heat
//     map of all requests and no samples of them. It cannot be zoomed.
//   - Gatling writes a folder of pages: a total and one for each request, with ranges and a histogram
//     of response times, mean and standard deviation, percentiles, requests, responses and users over
//     time. Here: one file; requests have rows, and no pages or charts of their own; no mean,
//     deviation or histogram.
//   - None of them has several targets side by side, what a month costs, whether the load
//     generator was fit to measure, what CloudWatch counted, or an interval for a difference.
//
// Costs at other volumes come in as a value ([Costing]) because they are not part of
// the run: the price book may be a newer one.
package report
