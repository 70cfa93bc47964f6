package imports

import (
	"bytes"
	"fmt"
	"strings"
)

// A summarySign says that a file is the summary of some program: all of its words are in its
// beginning.
type summarySign struct {
	program string
	words   []string
	instead string // what to record
}

// summaries are reports of other programs.
var summaries = []summarySign{
	{"vegeta report", []string{"Requests", "[total, rate", "Latencies"}, "the file that vegeta attack wrote"},
	{"vegeta report --type json", []string{`"latencies"`, `"bytes_in"`, `"status_codes"`}, "the file that vegeta attack wrote"},
	{"wrk", []string{"Running ", "Thread Stats", "Latency"}, "another program: wrk keeps no samples, such as vegeta attack, or tollgate run"},
	{"ab", []string{"ApacheBench", "Time per request"}, "another program: ab -g writes times in whole milliseconds, sorted; or tollgate run"},
	{"hey", []string{"Summary:", "Slowest:", "Fastest:"}, "hey -o csv"},
	{"oha", []string{`"summary"`, `"latencyPercentiles"`}, "oha --output-format csv"},
	{"k6", []string{"http_req_duration", "p(95)"}, "k6 run --out csv=results.csv"},
	{"k6", []string{`"metrics"`, `"http_req_duration"`, `"med"`}, "k6 run --out csv=results.csv"},
	{"fortio", []string{`"DurationHistogram"`, `"Percentiles"`}, "another program, such as vegeta attack: fortio keeps no samples"},
	{"JMeter", []string{`"pct1ResTime"`}, "the JTL file: jmeter -l results.jtl"},
	{"locust", []string{"Request Count", "Median Response Time"}, "a listener that writes a CSV row for each request"},
	{"artillery", []string{`"aggregate"`, `"http.response_time"`}, "a plugin that writes each request"},
	{"Gatling", []string{`"percentiles1"`, `"meanResponseTime"`}, "simulation.log, and a row of CSV for each request of it"},
	{"benchstat", []string{"sec/op", "vs base"}, "the files that benchstat was given"},
	{"percentiles", []string{"p50", "p90", "p99"}, "each request"},
}

// whySummary says what cannot be done with a summary.
const whySummary = "of the percentiles of a run it cannot be told how requests or blocks vary, so nothing can be compared with them, and they cannot be merged"

// summaryOf is why a file cannot be imported; nil if it is no summary that is known.
func summaryOf(head []byte) error {
	for _, s := range summaries {
		all := true
		for _, word := range s.words {
			all = all && bytes.Contains(head, []byte(word))
		}
		if all {
			return fmt.Errorf("this is a summary (%s): %s. Import %s", s.program, whySummary, strings.TrimSpace(s.instead))
		}
	}
	return nil
}
