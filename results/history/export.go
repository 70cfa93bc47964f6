package history

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode"

	"tollgate/pricing/escape"
	"tollgate/results/compare"
)

// A Format writes entries for other programs.
type Format struct {
	Name  string
	What  string
	Write func(io.Writer, []Entry) error
}

// Formats are all of them.
var Formats = []Format{
	{"csv", "a row for each target of each run", writeCSV},
	{"json", "a list of runs with everything that is known of them", writeJSON},
	{"benchfmt", "Go's benchmark format, for benchstat", writeBenchfmt},
	{"customSmallerIsBetter", "the newest run of each scenario, for github-action-benchmark", writeSmaller},
}

// FormatNamed returns the format of that name.
func FormatNamed(name string) (Format, error) {
	var names []string
	for _, f := range Formats {
		if f.Name == name {
			return f, nil
		}
		names = append(names, f.Name)
	}
	return Format{}, fmt.Errorf("there is no format %q; there are %s", name, strings.Join(names, ", "))
}

func writeJSON(w io.Writer, entries []Entry) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(entries)
}

// writeCSV writes a row for each target. Missing numbers are empty.
func writeCSV(w io.Writer, entries []Entry) error {
	c := csv.NewWriter(w)
	head := []string{"run", "started", "scenario", "state", "verdict", "gate", "commit", "branch", "ci_run", "target"}
	for _, m := range compare.Metrics() {
		head = append(head, column(m))
	}
	rows := [][]string{append(head, "month_usd", "model")}
	for i := range entries {
		e := &entries[i]
		for _, target := range e.Targets {
			row := []string{
				escape.Cell(e.Run), e.Started.UTC().Format(time.RFC3339), escape.Cell(e.Scenario), escape.Cell(string(e.State)), escape.Cell(string(e.Verdict)), escape.Cell(string(e.Gate)),
				escape.Cell(e.Tags["commit"]), escape.Cell(e.Tags["branch"]), escape.Cell(e.Tags["ci_run"]), escape.Cell(target),
			}
			for _, m := range compare.Metrics() {
				row = append(row, "")
				if v, ok := e.Value(target, m); ok {
					row[len(row)-1] = number(v.Value)
				}
			}
			rows = append(rows, append(row, e.month(target), strconv.FormatBool(e.Model(target))))
		}
	}
	return c.WriteAll(rows)
}

// column is a metric with its unit.
func column(m compare.Metric) string {
	if unit := m.Unit(); !strings.HasPrefix(string(m), unit) && !strings.HasSuffix(string(m), unit) {
		return string(m) + "_" + unit
	}
	return string(m)
}

func number(v float64) string { return strconv.FormatFloat(v, 'g', -1, 64) }

func (e *Entry) month(target string) string {
	for _, m := range e.MonthUSD {
		if m.Target == target {
			return number(m.USD)
		}
	}
	return ""
}

// writeBenchfmt writes Go's benchmark format, oldest run first. Runs are
// distinguished by configuration lines, so that benchstat -col commit compares commits.
// Format: https://golang.org/design/14313-benchmark-format
func writeBenchfmt(w io.Writer, entries []Entry) error {
	var b strings.Builder
	for _, m := range compare.Metrics() {
		better := "lower"
		if m == compare.Goodput {
			better = "higher"
		}
		fmt.Fprintf(&b, "Unit %s better=%s\n", benchUnit(m), better)
	}
	for _, e := range slices.Backward(entries) {
		config := map[string]string{"run": e.Run, "started": e.Started.UTC().Format(time.RFC3339), "verdict": string(e.Verdict), "commit": "", "branch": "", "ci_run": ""}
		for key, value := range e.Tags {
			if k := strings.ToLower(key); strings.IndexFunc(k, unicode.IsLetter) == 0 {
				config[k] = value
			}
		}
		config["models"] = strings.Join(e.Models, " ") // the targets that were models
		if len(e.Unverified) > 0 {
			config["unverified"] = strings.Join(e.Unverified, " ")
		}
		b.WriteByte('\n')
		for _, key := range slices.Sorted(maps.Keys(config)) {
			fmt.Fprintf(&b, "%s: %s\n", word(key), escape.Text(config[key]))
		}
		b.WriteByte('\n')
		for _, target := range e.Targets {
			b.WriteString(benchLine(&e, target))
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// benchLine is one target's result; nothing where nothing was measured.
func benchLine(e *Entry, target string) string {
	var n int64
	var values strings.Builder
	for _, m := range compare.Metrics() {
		if v, ok := e.Value(target, m); ok {
			n = max(n, v.N)
			fmt.Fprintf(&values, " %s %s", number(v.Value), benchUnit(m))
		}
	}
	if n == 0 {
		return ""
	}
	return fmt.Sprintf("Benchmark%s/target=%s %d%s\n", title(e.Scenario), word(target), n, values.String())
}

// benchUnit is a metric's unit in Go's format: "p99-ms".
func benchUnit(m compare.Metric) string { return strings.ReplaceAll(column(m), "_", "-") }

// word is a name without what ends one in Go's format.
func word(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsSpace(r) || !unicode.IsPrint(r) || r == '/' {
			return '_'
		}
		return r
	}, s)
}

// title is a word that may follow "Benchmark": it does not begin with a small letter.
func title(s string) string {
	s = word(s)
	for i, r := range s {
		if i == 0 {
			return string(unicode.ToUpper(r)) + s[len(string(r)):]
		}
	}
	return s
}

// modelMark is what stands behind the name of a target that was a model.
func modelMark(e *Entry, target string) string {
	if e.Model(target) {
		return ", a model, not AWS"
	}
	return ""
}

// A smaller is a number that github-action-benchmark draws over time.
type smaller struct {
	Name  string  `json:"name"`
	Unit  string  `json:"unit"`
	Value float64 `json:"value"`
	Extra string  `json:"extra,omitempty"`
}

// writeSmaller writes the newest run of each scenario, without goodput, of which more is better.
func writeSmaller(w io.Writer, entries []Entry) error {
	all := []smaller{}
	seen := map[string]bool{}
	for i := range entries { // newest first
		e := &entries[i]
		if seen[e.Scenario] {
			continue
		}
		seen[e.Scenario] = true
		for _, target := range e.Targets {
			for _, m := range compare.Metrics() {
				if v, ok := e.Value(target, m); ok && m != compare.Goodput {
					all = append(all, smaller{e.Scenario + "/" + target + "/" + string(m), m.Unit(), v.Value, "run " + e.Run + modelMark(e, target)})
				}
			}
		}
	}
	enc := json.NewEncoder(w)
	enc.SetIndent("", "  ")
	return enc.Encode(all)
}
