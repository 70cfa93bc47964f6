package limits

import (
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"tollgate/results"
	"tollgate/targets"
)

// The verdicts on a row, as the finding's table has them.
const (
	AsDocumented    = "as documented"
	WordedOtherwise = "worded differently"
	NotAsDocumented = "NOT as documented"
	NotAsked        = "not asked"
	CannotTell      = "cannot be told"
)

// The facts of rows that other probes look for, or how they begin.
const (
	NoPath        = "a path that is not there"
	NoStage       = "the stage left out of the path"
	NoSlash       = "the stage without a trailing slash"
	NoProof       = "no credentials"
	WrongProof    = "wrong credentials"
	MalformedBody = "a malformed body"
	Slow          = "a backend that takes longer than "
	Unreachable   = "a backend that cannot be reached"
	NoResponse    = "a function that returns no valid response"
	Handshake     = "a WebSocket handshake"
	Blocked       = "a request that AWS WAF blocks"
	Passes        = "request "
)

// Body is the fact of a request with a body of n bytes.
func Body(n int64) string { return "a body of " + bytesText(n) }

// Response is the fact of a response of n bytes.
func Response(n int64) string { return "a response of " + bytesText(n) }

// Largest is the fact of a response that Lambda does not pass on.
var Largest = Response(targets.LambdaBody * 11 / 10)

// answers collect what came of rows.
type answers struct {
	rows    [][]string
	checks  []results.Check
	counts  map[string]int
	failing map[string]bool // requests of the scenario that do not pass as they are

	credentials string // of requests that have the right ones
}

func (a *answers) add(r row, o outcome) {
	a.counts[o.verdict]++
	if r.proves != "" && !o.passed {
		a.failing[r.proves] = true
	}
	means := ""
	if o.verdict == NotAsDocumented || o.verdict == WordedOtherwise {
		means = r.otherwise
	}
	holds := map[string]string{AsDocumented: "yes", WordedOtherwise: "yes", NotAsDocumented: "no"}[o.verdict]
	if holds == "" {
		holds = "unknown"
	}
	by, took := "", ""
	if o.own {
		by = frontDoor
	}
	if o.took > 0 {
		took = o.took.Round(time.Millisecond).String()
	}
	a.rows = append(a.rows, []string{r.fact, r.want.String(), o.text, o.verdict, means, took, by})
	a.checks = append(a.checks, results.Check{
		Claim: r.fact + ": " + r.want.String(), Source: "what is documented for this kind", About: r.send.about(a.credentials),
		Measured: o.text, Holds: holds, Why: means,
	})
}

// about names a request, and how it authenticates.
func (q request) about(credentials string) string {
	text := "one request, " + q.method + " " + q.path
	switch {
	case q.outside:
		text += " without the stage, " + credentials
	case q.proof == noProof:
		text += " without credentials"
	case q.proof == wrongProof:
		text += " with wrong credentials"
	default:
		text += " " + credentials
	}
	return text
}

// Columns of the table that are read again.
var columns = []string{"request", "documented", "response", "verdict", "what it means", "took", "answered by"}

const frontDoor = "the front door"

func (a *answers) finding(rows int) results.Finding {
	f := results.Finding{Verdict: results.Valid, Values: map[string]results.Value{}, Checks: a.checks}
	f.Tables = []results.Table{{Title: "responses of the API and what is documented for its kind", Columns: columns, Rows: a.rows}}
	for name, verdict := range map[string]string{
		"as_documented": AsDocumented, "worded_otherwise": WordedOtherwise, "not_as_documented": NotAsDocumented, "not_asked": NotAsked, "cannot_be_told": CannotTell,
	} {
		f.Values[name] = results.Exactly(float64(a.counts[verdict]), "count", "rows of the table")
	}
	f.Conclusion = a.summary(rows)
	f.Assumptions = []string{
		"each request was sent once: what a busy API does now and then does not show",
		"gateway responses can be customised: a different text with the documented status code is distinguished from a different status code",
	}
	return f
}

func (a *answers) summary(rows int) string {
	text := fmt.Sprintf("%d of %d rows are as documented", a.counts[AsDocumented], rows)
	for _, more := range []struct{ verdict, format string }{
		{WordedOtherwise, ", %d with different words"},
		{NotAsDocumented, ", %d are not"},
		{NotAsked, ", %d were not asked"},
		{CannotTell, ", %d cannot be told"},
	} {
		if n := a.counts[more.verdict]; n > 0 {
			text += fmt.Sprintf(more.format, n)
		}
	}
	return text + "."
}

// A Row is a row of the probe's table, as another probe reads it.
type Row struct {
	Fact     string
	About    string // the request, and how it authenticated
	Response string // or why there is none
	Verdict  string
	Means    string
	Status   int // of the response; 0: there was none
	Took     time.Duration
	Own      bool // the front door itself answered
}

// Find returns the first row of a finding whose fact begins so.
func Find(f results.Finding, fact string) (Row, bool) {
	for _, t := range f.Tables {
		if !slices.Equal(t.Columns, columns) {
			continue
		}
		for i, cells := range t.Rows {
			if len(cells) == len(columns) && strings.HasPrefix(cells[0], fact) {
				r := rowOf(cells)
				if i < len(f.Checks) { // each row has one
					r.About = f.Checks[i].About
				}
				return r, true
			}
		}
	}
	return Row{}, false
}

func rowOf(cells []string) Row {
	r := Row{Fact: cells[0], Response: cells[2], Verdict: cells[3], Means: cells[4], Own: cells[6] == frontDoor}
	code, _, _ := strings.Cut(cells[2], " ")
	r.Status, _ = strconv.Atoi(code)         // else there was no response
	r.Took, _ = time.ParseDuration(cells[5]) // likewise
	return r
}
