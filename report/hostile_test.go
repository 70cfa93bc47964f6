package report

import (
	"fmt"
	"math"
	"strings"
	"testing"
	"time"

	"tollgate/results"
)

// nasty are names that have broken reports before: markup, quotes, formulas,
// escape sequences, endless words, other directions and other scripts.
var nasty = []string{
	`<script>alert("x")</script>`,
	`"><img src=x onerror=alert(1)>`,
	`=cmd|' /C calc'!A0`,
	"\x1b[31mred\x1b[0m\x07\x00bell",
	"line\nbreak\r\ttab",
	strings.Repeat("endless", 60),
	"\u202egnirts desrever\u202c",
	"שלום עולם",
	"مرحبا بالعالم",
	"前門の計測",
	"`code` | *bold* [link](http://x) @someone #1",
	"]]></svg><style>*{display:none}</style>",
	"\xff\xfe not utf-8",
	"{{.Secret}} ${jndi:ldap://x}",
	"::error file=x::pwned",
	"##[error]pwned",
	"www.evil.example and https://evil.example",
	"-2+3",
	`a|b\|c`,
}

// hostiles are the runs that a report must survive, by what is wrong with them.
var hostiles = map[string]func(*testing.T) *Report{
	"hostile-names": nastyNames,
	"fifty":         fifty,
	"hostile-words": hostileWords,
	"no-targets":    func(t *testing.T) *Report { return reported(t, newMaker().done(), nil) },
	"nothing":       odd(func(*maker) {}),
	"one-request": odd(func(m *maker) {
		m.sample(results.Group{}, 0, 12*time.Millisecond, results.OK)
	}),
	"all-errors": odd(func(m *maker) {
		m.fill(0, 5*time.Millisecond, map[results.Outcome]float64{results.Throttled: 1})
		m.fill(1, 5*time.Millisecond, map[results.Outcome]float64{results.ServerError: 0.5, results.Broken: 0.2, results.TimedOut: 0.3})
	}),
	"torn": odd(func(m *maker) {
		m.blocks = 3
		m.fill(0, 21*time.Millisecond, nil)
		m.fill(1, 16*time.Millisecond, nil)
		m.run.Document.State = results.Torn
	}),
	"interrupted": odd(func(m *maker) {
		m.blocks = 3
		m.fill(0, 21*time.Millisecond, nil)
		m.run.Document.State = results.Interrupted
		m.run.Document.Warnings = []string{"stage 2 was not begun"}
	}),
}

// made keeps those that a test has made: nothing changes a report.
var made = map[string]*Report{}

// hostile returns one of them.
func hostile(t *testing.T, name string) *Report {
	t.Helper()
	if made[name] == nil {
		made[name] = hostiles[name](t)
	}
	return made[name]
}

// odd makes a run over two doors that differs from a good one as change says.
func odd(change func(*maker)) func(*testing.T) *Report {
	return func(t *testing.T) *Report {
		m := newMaker("rest", "http")
		change(m)
		return reported(t, m.done("p(99) < 100ms", "error_share < 0.1%"), nil)
	}
}

func reported(t *testing.T, run *results.Run, c *Costing) *Report {
	t.Helper()
	r, err := New(run, c, nil)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

// nastyNames puts every nasty name everywhere that a name can stand.
func nastyNames(t *testing.T) *Report {
	m := newMaker(nasty...)
	m.blocks, m.perTurn = 2, 200
	for i := range nasty {
		target := &m.run.Document.Targets[i]
		target.Kind, target.Title, target.Region = "rest-api", nasty[i], nasty[i]
		target.URL = "http://127.0.0.1/" + strings.Repeat("a", 10_000)
		m.fill(i, time.Duration(5+i)*time.Millisecond, map[results.Outcome]float64{results.ServerError: 0.01})
	}
	all := strings.Join(nasty, " ")
	doc := &m.run.Document
	doc.Scenario, doc.Tool, doc.Digest = all, nasty[0], nasty[1]
	doc.Engine.Why, doc.Machine.Go, doc.Stages[0].Load = nasty[2], nasty[0], nasty[0]
	doc.Requests = []string{nasty[0]}
	doc.Warnings, doc.Reasons = nasty, nasty
	m.run.Failures = nil
	for i := range nasty {
		m.run.Failures = append(m.run.Failures, results.Failure{Target: uint16(i), Cause: results.Cause{Status: 502}, Excerpt: results.Excerpt{HeaderNames: nasty, Body: nasty[i], Detail: nasty[(i+1)%len(nasty)]}})
	}
	m.run.Scenario = []byte(all + strings.Repeat("x", 5000) + "\n</pre><script>alert(2)</script>\n")
	m.observe()
	for i := range m.run.Observed.Targets {
		m.run.Observed.Targets[i].Checks[0].Note = nasty[i%len(nasty)]
	}
	m.run.Observed.Targets[1].Checks, m.run.Observed.Targets[1].Error = nil, nasty[0]
	costing := m.price(t, 10_000_000)
	for i := range doc.Targets {
		for k := range doc.Targets[i].Bill.Lines {
			l := &doc.Targets[i].Bill.Lines[k]
			l.Derivation, l.Source = nasty[(i+k)%len(nasty)], nasty[(i+k+1)%len(nasty)]
		}
		doc.Targets[i].Bill.Warnings = nasty[:2]
	}
	run := m.done("p(99) < 100ms")
	run.Document.Thresholds[0].Why = nasty[0]
	run.Document.Result, run.Document.Failures = results.Fail, nasty
	for i := range run.Document.Thresholds {
		t := &run.Document.Thresholds[i]
		t.Threshold, t.Target, t.Request = nasty[i%len(nasty)], nasty[(i+2)%len(nasty)], nasty[(i+3)%len(nasty)]
	}
	run.Findings = findings(nasty[0], nasty[1])
	for i := range run.Findings {
		f := &run.Findings[i]
		f.Probe, f.Title, f.Conclusion = nasty[i+2], nasty[i+1], strings.Join(nasty, " ")
		f.Reasons, f.Assumptions, f.Disturbed = nasty, nasty, nasty
		f.Values[nasty[5]] = results.Exactly(math.MaxFloat64, nasty[4], nasty[3])
		f.Tables = []results.Table{{Title: nasty[4], Columns: nasty[:3], Rows: [][]string{nasty, nasty[:1], {}}}}
		f.Checks = []results.Check{{Claim: nasty[1], Source: nasty[2], Measured: nasty[6], Holds: nasty[0], Why: nasty[5]}}
		f.Series[0].Name, f.Series[0].X, f.Series[0].Y = nasty[0], nasty[5], nasty[7]
		f.Series[0].Points = [][2]float64{{math.MaxFloat64, -math.MaxFloat64}, {1, 1}, {1, 2}}
	}
	run.Document.ProbeStages = []results.ProbeStage{{
		Probe: nasty[0], Target: nasty[1], Stage: nasty[2], Load: nasty[3], Reasons: nasty, Verdict: results.Verdict(nasty[4]), Use: results.StageUse(nasty[5]),
	}}
	compared := versus()
	for i := range compared.Pairs {
		compared.Pairs[i].Base, compared.Pairs[i].Head = nasty[i], nasty[i+5]
		compared.Pairs[i].Effects[0].Words, compared.Pairs[i].Effects[0].Why = nasty[i], nasty[i+1]
	}
	r, err := New(run, costing, compared)
	if err != nil {
		t.Fatal(err)
	}
	past := append(runs(12), valuesOfRun(r))
	for i := range past {
		past[i].Values[0].Target, past[i].Values[1].Target = nasty[0], nasty[1]
		past[i].Run = fmt.Sprintf("%s %d", nasty[i%len(nasty)], i)
	}
	r.WithHistory(past)
	return r
}

// hostileWords has texts where this program writes words of its own.
func hostileWords(t *testing.T) *Report {
	m := newMaker("rest", "http")
	m.fill(0, 5*time.Millisecond, map[results.Outcome]float64{results.ServerError: 0.5})
	run := m.done("p(99) < 100ms")
	d := &run.Document
	d.ID, d.Result, d.State, d.Verdict = nasty[0], results.Result(nasty[1]), results.State(nasty[3]), results.Verdict(nasty[14])
	d.Targets[0].Status = map[string]int64{nasty[0]: 1, nasty[3]: 2}
	d.Targets[0].Errors = map[string]int64{nasty[14]: 1, nasty[10]: 2}
	d.Targets[0].Kind, d.Targets[0].URL = nasty[2], nasty[16]
	d.Targets[0].Failures = []results.FailureDoc{{Request: nasty[14], Error: nasty[2], Count: -1}, {Request: nasty[15], Status: -5, Check: nasty[3], Count: 1 << 60, First: &results.FirstDoc{At: math.MaxFloat64}}}
	d.Targets[0].Outcomes = map[string]results.OutcomeDoc{nasty[0]: {Count: 1}}
	run.Findings = findings("rest", "http")
	for i := range run.Findings {
		run.Findings[i].Verdict, run.Findings[i].Conclusion = results.Verdict(nasty[i]), nasty[14+i]
		run.Findings[i].Values = map[string]results.Value{nasty[14]: results.Exactly(-0.00001, nasty[15], nasty[2])}
	}
	return reported(t, run, nil)
}

func fifty(t *testing.T) *Report {
	var names []string
	for i := range 50 {
		names = append(names, fmt.Sprintf("door-%02d", i))
	}
	m := newMaker(names...)
	m.blocks, m.perTurn = 2, 60
	for i := range names {
		m.run.Document.Targets[i].Kind, m.run.Document.Targets[i].Title = "http-api", "HTTP API"
		if i%2 == 0 {
			m.run.Document.Targets[i].Kind, m.run.Document.Targets[i].Title = "alb", "Application Load Balancer"
		}
		m.fill(i, time.Duration(10+i)*time.Millisecond, nil)
	}
	m.observe()
	costing := m.price(t, 1_000_000)
	return reported(t, m.done("p(99) < 100ms"), costing)
}
