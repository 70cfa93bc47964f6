package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"
	"unicode"

	"tollgate/results/compare"
)

// A Filter says which runs are wanted; the zero value wants all.
type Filter struct {
	Scenario string
	Target   string            // one of the run's targets
	Verdict  string            // valid, suspect, unknown or invalid
	Gate     string            // the gate's outcome
	Tags     map[string]string // all of these; "commit" matches by its beginning
	Before   time.Time         // began earlier
	Since    time.Time         // began then or later
	Limit    int               // the newest so many; 0: all
}

// targetKey is the label of a target's name. No tag can be called so.
const targetKey = "target name"

// where is the filter in SQL, with its arguments.
func (f *Filter) where() (string, []any) {
	terms, args := []string{"entry IS NOT NULL"}, []any{}
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
	return strings.Join(terms, " AND "), args
}

// Find returns the runs that a filter wants, newest first.
func (x *Index) Find(ctx context.Context, f Filter) ([]Entry, error) {
	where, args := f.where()
	query := "SELECT name, entry FROM runs WHERE " + where + " ORDER BY started DESC, name DESC"
	if f.Limit > 0 {
		query += " LIMIT ?"
		args = append(args, f.Limit)
	}
	entries := []Entry{}
	var name string
	var text []byte
	err := each(ctx, x.db, query, args, []any{&name, &text}, func() error {
		e, err := x.decode(name, text)
		entries = append(entries, e)
		return err
	})
	if err != nil {
		return nil, err
	}
	return entries, nil
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
	e, err := x.decode(name, text)
	if err != nil {
		return nil, err
	}
	return &e, nil
}

func (x *Index) decode(name string, text []byte) (e Entry, err error) {
	if err := json.Unmarshal(text, &e); err != nil {
		return e, fmt.Errorf("the index of %s is damaged: %w; tollgate history rebuild makes it again", x.folder, err)
	}
	e.Dir = filepath.Join(x.folder, name) // the folder may have moved since
	return e, nil
}

// A querier is a database or a transaction.
type querier interface {
	QueryContext(context.Context, string, ...any) (*sql.Rows, error)
}

// each calls f for each row of a query, once its columns are in dest.
func each(ctx context.Context, db querier, query string, args, dest []any, f func() error) error {
	rows, err := db.QueryContext(ctx, query, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			return err
		}
		if err := f(); err != nil {
			return err
		}
	}
	return rows.Err()
}

// How many runs analyses get: more than they use, with room for those that do not
// count.
const (
	ForGate         = 5 * compare.MostRuns
	ForChangePoints = 1000
)

// Runs returns the newest runs of a scenario, oldest first, for the gate and for trends.
func (x *Index) Runs(ctx context.Context, scenario string, most int) ([]compare.RunValues, error) {
	entries, err := x.Find(ctx, Filter{Scenario: scenario, Limit: most})
	if err != nil {
		return nil, err
	}
	runs := make([]compare.RunValues, len(entries))
	for i := range entries {
		runs[len(runs)-1-i] = entries[i].RunValues
	}
	return runs, nil
}
