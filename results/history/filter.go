package history

import (
	"strings"
	"time"
	"unicode"
)

// A Filter says which runs are wanted; the zero value wants all.
type Filter struct {
	Scenario string
	Target   string            // one of the run's targets
	Verdict  string            // valid, suspect or invalid
	Gate     string            // what the gate said
	Tags     map[string]string // all of these; "commit" matches by its beginning
	Before   time.Time         // began earlier
	Since    time.Time         // began then or later
	Limit    int               // the newest so many; 0: all
}

// where is the filter as SQL has it, with its arguments.
func (f *Filter) where() (string, []any) {
	var terms []string
	var args []any
	add := func(term string, values ...any) {
		terms, args = append(terms, term), append(args, values...)
	}
	for column, value := range map[string]string{"scenario": f.Scenario, "verdict": f.Verdict, "gate": f.Gate} {
		if value != "" {
			add(column+" = ?", value)
		}
	}
	// A commit picks few runs, other labels many: those are looked up run by run.
	const labelled = "EXISTS (SELECT 1 FROM labels WHERE key = ? AND value = ? AND run = name)"
	if f.Target != "" {
		add(labelled, targetKey, f.Target)
	}
	for key, value := range f.Tags {
		if key == "commit" {
			add("name IN (SELECT run FROM labels WHERE key = ? AND value >= ? AND value < ?)", key, value, value+string(unicode.MaxRune))
			continue
		}
		add(labelled, key, value)
	}
	if !f.Before.IsZero() {
		add("started < ?", f.Before.UnixNano())
	}
	if !f.Since.IsZero() {
		add("started >= ?", f.Since.UnixNano())
	}
	sql := ""
	if len(terms) > 0 {
		sql = " WHERE " + strings.Join(terms, " AND ")
	}
	return sql, args
}

// targetKey is the label of a target's name. No tag can be called so.
const targetKey = "target name"
