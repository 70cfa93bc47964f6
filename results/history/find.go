package history

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"time"
	"unicode"

	"tollgate/results/compare"
)

// Find returns the runs that a filter wants, newest first.
func (x *Index) Find(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.where()
	if where == "" {
		where = " WHERE entry IS NOT NULL"
	} else {
		where += " AND entry IS NOT NULL"
	}
	query := "SELECT name, entry FROM runs" + where + " ORDER BY started DESC, name DESC"
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	rows, err := x.db.QueryContext(ctx, query, args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	entries := []Entry{}
	for rows.Next() {
		var name string
		var text []byte
		if err := rows.Scan(&name, &text); err != nil {
			return nil, err
		}
		var e Entry
		if err := json.Unmarshal(text, &e); err != nil {
			return nil, fmt.Errorf("the index in %s is damaged: %w; tollgate history rebuild makes it again", x.folder, err)
		}
		e.Dir = filepath.Join(x.folder, name) // the folder may have moved since
		entries = append(entries, e)
	}
	return entries, rows.Err()
}

// Entry returns the run of a directory's name.
func (x *Index) Entry(ctx context.Context, name string) (*Entry, error) {
	var text []byte
	var problem string
	err := x.db.QueryRowContext(ctx, "SELECT entry, problem FROM runs WHERE name = ?", name).Scan(&text, &problem)
	switch {
	case err != nil:
		return nil, fmt.Errorf("%s has no run %q", x.folder, name)
	case problem != "":
		return nil, errors.New(problem)
	}
	e := new(Entry)
	if err := json.Unmarshal(text, e); err != nil {
		return nil, fmt.Errorf("the index in %s is damaged: %w; tollgate history rebuild makes it again", x.folder, err)
	}
	e.Dir = filepath.Join(x.folder, name)
	return e, nil
}

// problems are the directories that could not be read.
func (x *Index) problems(ctx context.Context) (all []error, err error) {
	rows, err := x.db.QueryContext(ctx, "SELECT problem FROM runs WHERE problem <> '' ORDER BY name")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var problem string
		if err := rows.Scan(&problem); err != nil {
			return nil, err
		}
		all = append(all, errors.New(problem))
	}
	return all, rows.Err()
}

// How many runs analyses are handed: more than they look back on, with room
// for those that do not count.
const (
	ForGate         = 5 * compare.MostRuns
	ForChangePoints = 1000
)

// Runs returns the newest runs of a scenario, oldest first, as gates and the
// search for points want them.
func (x *Index) Runs(ctx context.Context, scenario string, most int) ([]compare.RunValues, error) {
	entries, err := x.Find(ctx, Filter{Scenario: scenario, Limit: most})
	if err != nil {
		return nil, err
	}
	runs := make([]compare.RunValues, len(entries))
	for i := range entries {
		runs[i] = entries[i].RunValues
	}
	slices.Reverse(runs)
	return runs, nil
}

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
