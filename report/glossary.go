package report

import (
	"fmt"
	"html/template"
)

// A Term is a word that the page uses and explains at its end.
type Term struct{ Name, Text string }

// ID is the end of the term's anchor.
func (t Term) ID() string { return slug(t.Name) }

// terms are explained in every page, in alphabetical order.
var terms = []Term{
	{"Basis", "How well a quantity of a bill is known: measured by the client, reported by AWS, stated in the scenario, or assumed."},
	{"Block", "A stretch of load that every target receives, with the same due times, before the next begins. Blocks, not requests, are what comparisons count."},
	{"Break-even point", "The number of requests a month at which two targets cost the same."},
	{"Cold start", "A request that had to wait until an execution environment of the function was started."},
	{"Error share", "Failed requests as a share of all that ended: throttled (429), other 4xx, 5xx, unexpected responses, timeouts, broken connections."},
	{"Good response", "A status below 400, or the one that the scenario expects. Every other outcome has a histogram of its own, so a fast refusal never makes a target look fast."},
	{"Interval", "The range that the truth lies in with the probability that stands beside it, judged from how much blocks, runs or drawn months differ. Without one, a figure is of this run only."},
	{"Lag", "How late the generator was against its own schedule. A late generator, not the target, would set the result; the run is then invalid."},
	{"Month", "730 hours. The usage of this run scaled to the stated requests a month, at list prices, without free tier, discounts or tax unless the bill says otherwise."},
	{"Open and closed loop", "In an open loop requests are due by the clock, whether or not earlier ones have ended; in a closed loop each user waits for an answer first."},
	{"Percentile", "p99 is the time within which 99% of the good responses came. Percentiles are read off merged histograms with three significant digits and never averaged. One that the sample is too small for is a dash: an upper bound for p99 needs 368 requests, for p99.9 it needs 3,688."},
	{"Requests per second", "What a target received while it was its turn, not over the whole run."},
	{"Response time", "From when the schedule wanted a request to be sent to the last byte of its response. If the generator or the target stalls, the wait counts; nothing is filled in afterwards."},
	{"Service time", "From the first byte of a request on the wire to the last byte of its response. The time it takes to open a connection and to sign a request is not in it."},
	{"Throttled", "Refused with status 429, because a rate or burst limit was reached."},
	{"Verdict", "Whether the numbers may be trusted: valid, suspect, or invalid, with the reasons."},
}

// termLink links a word to its explanation.
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
