package report

import (
	"fmt"
	"html/template"
	"slices"
)

// A Term is a word that the page uses and explains at its end.
type Term struct{ Name, Text string }

// ID is the end of the term's anchor.
func (t Term) ID() string { return slug(t.Name) }

// terms are explained in every page, in alphabetical order.
var terms = []Term{
	{"Basis", "How a quantity of a bill is known: measured by the client, reported by AWS, stated in the scenario, or assumed."},
	{"Block", "A part of a stage that every target receives, with the same due times, before the next part begins. Comparisons count blocks, not requests."},
	{"Break-even point", "The number of requests a month at which two targets cost the same."},
	{"Cold start", "A request that waits for a new execution environment of the function to start."},
	{"Control measurement", "Round trips to a server in the load generator’s own process, made all the while. They show what the machine of the load generator, and not the target, adds to each request."},
	{"Error share", "The share of requests that failed: throttled (429), other 4xx, 5xx, unexpected responses, timeouts, broken connections."},
	{"Event", "One message of an event stream (server-sent events), or one line, within a response. It came when its last byte did."},
	{"Gap", "From one event to the next. A response that failed while its next event was awaited has that wait among its gaps."},
	{"Good response", "A status code below 400, or the one that the scenario expects. Every other outcome has its own histogram, so fast errors do not make a target look fast."},
	{"Interval", "The range that contains the true value with the stated probability, estimated from the variation between blocks, runs or simulated months. A figure without an interval describes this run only."},
	{"Lag", "How far the load generator was behind its schedule. Where it is much of a percentile, that percentile says more about the generator than about the target, and the run is suspect; where it is so of the median, too, the run is invalid."},
	{"Month", "730 hours. The usage of this run, scaled to the stated requests a month, at list prices, without free tier, discounts or tax unless the bill says otherwise."},
	{"Open and closed loop", "In an open loop requests are due by the clock, whether or not earlier ones have ended; in a closed loop each user waits for a response first."},
	{"Percentile", "p99 is the time within which 99% of the good responses came. Percentiles come from merged histograms with three significant digits and are never averaged. A dash means too few requests: an upper bound for p99 needs 368 requests, for p99.9 it needs 3,688."},
	{"Requests per second", "What a target received during its own blocks, not over the whole run."},
	{"Response time", "From when a request was due by the schedule to the last byte of its response. If the generator or the target stalls, the wait counts; nothing is filled in later."},
	{"Service time", "From the first byte of a request on the wire to the last byte of its response, without the time to open a connection and to sign the request."},
	{"Throttled", "Rejected with status 429, because a rate or burst limit was reached."},
	{"Transfer", "From the first byte of a response to its last. Where it is long, the response was streamed or large, and the first byte says when a reader sees something."},
	{"Verdict", "Whether the numbers can be trusted: valid, suspect, or invalid, with the reasons; unknown of a run that another program recorded."},
}

// Terms are all that pages explain, in alphabetical order. The help's glossary lists them,
// too.
func Terms() []Term { return slices.Clone(terms) }

func termLink(word string) (template.HTML, error) { return termAs(word, word) }

// termAs links other words to the explanation of a term.
func termAs(name, words string) (template.HTML, error) {
	for _, t := range terms {
		if t.ID() == slug(name) {
			return template.HTML(`<a class="term" href="#term-` + t.ID() + `">` + template.HTMLEscapeString(words) + `</a>`), nil
		}
	}
	return "", fmt.Errorf("the glossary has no %q", name)
}
