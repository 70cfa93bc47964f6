package logs

import (
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"tollgate/targets/lab/aws/protocol"
)

// A query is what Tollgate asks of a log: columns of the records whose fields
// have certain values, in order of time.
type query struct {
	columns []string
	filter  []condition // one of them must hold; none: all records
	oldest  bool        // first; otherwise the newest
	limit   int
}

// A condition holds for records with that value in that field.
type condition struct{ field, value string }

// longestQuery is the length that AWS accepts.
// Source: CloudWatch Logs API reference, "StartQuery".
const longestQuery = 10_000

const field = `[@A-Za-z_][@A-Za-z0-9_.]*`

var (
	fieldForm     = regexp.MustCompile(`^` + field + `$`)
	conditionForm = regexp.MustCompile(`^(` + field + `)\s*=\s*(?:"([^"\\]*)"|'([^'\\]*)')$`)
	orForm        = regexp.MustCompile(`(?i)\s+or\s+`)
	sortForm      = regexp.MustCompile(`(?i)^@timestamp(?:\s+(asc|desc))?$`)
)

var errNotUnderstood = errors.New(`the lab answers queries of the form: fields @a, b.c | filter @type = "X" or type = "y" | sort @timestamp asc | limit 100`)

func parse(text string) (*query, error) {
	if len(text) > longestQuery {
		return nil, fmt.Errorf("a query may have %d characters, and this one has %d", longestQuery, len(text))
	}
	q := &query{limit: mostResults}
	for stage := range strings.SplitSeq(text, "|") {
		stage = strings.TrimSpace(stage)
		command, rest, _ := strings.Cut(stage, " ")
		if err := q.stage(strings.ToLower(command), strings.TrimSpace(rest)); err != nil {
			return nil, fmt.Errorf("%.60q: %w", stage, err)
		}
	}
	if len(q.columns) == 0 {
		q.columns = []string{"@timestamp", "@message"}
	}
	return q, nil
}

func (q *query) stage(command, rest string) error {
	switch command {
	case "fields":
		for name := range strings.SplitSeq(rest, ",") {
			if name = strings.TrimSpace(name); !fieldForm.MatchString(name) {
				return errNotUnderstood
			}
			q.columns = append(q.columns, name)
		}
	case "filter":
		if q.filter != nil {
			return errNotUnderstood
		}
		for _, text := range orForm.Split(rest, -1) {
			m := conditionForm.FindStringSubmatch(text)
			if m == nil {
				return errNotUnderstood
			}
			q.filter = append(q.filter, condition{m[1], m[2] + m[3]})
		}
	case "sort":
		m := sortForm.FindStringSubmatch(rest)
		if m == nil {
			return errNotUnderstood
		}
		q.oldest = strings.EqualFold(m[1], "asc")
	case "limit":
		n, err := strconv.Atoi(rest)
		if err != nil || n < 1 || n > mostResults {
			return fmt.Errorf("the limit must be a whole number from 1 to %d", mostResults)
		}
		q.limit = n
	default:
		return errNotUnderstood
	}
	return nil
}

// apply returns the records that the filter lets pass, in order, and how many
// there were before the limit.
func (q *query) apply(records []record) (out []record, matched int) {
	records = slices.DeleteFunc(records, func(r record) bool { return !q.matches(r) })
	slices.SortStableFunc(records, func(a, b record) int {
		if q.oldest {
			return a.at.Compare(b.at)
		}
		return b.at.Compare(a.at)
	})
	return records[:min(q.limit, len(records))], len(records)
}

func (q *query) matches(r record) bool {
	return len(q.filter) == 0 || slices.ContainsFunc(q.filter, func(c condition) bool {
		value, has := r.fields[c.field]
		return has && value == c.value
	})
}

func (q *query) rows(records []record) []any {
	rows := make([]any, len(records))
	for i, r := range records {
		row := []any{}
		for _, name := range append(slices.Clone(q.columns), "@ptr") {
			if v, has := r.fields[name]; has {
				row = append(row, protocol.Object{"field": name, "value": v})
			}
		}
		rows[i] = row
	}
	return rows
}
