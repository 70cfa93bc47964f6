package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tollgate/results"
)

// Refresh reads the run directories that are new or have changed, and forgets
// those that are gone. Directories that cannot be read are told of, and stand
// in nobody's way.
func (x *Index) Refresh(ctx context.Context) (problems []error, err error) {
	problems, err = x.refresh(ctx)
	if err != nil && !x.memory && ctx.Err() == nil {
		return x.forsake(ctx)
	}
	return problems, err
}

func (x *Index) refresh(ctx context.Context) (problems []error, err error) {
	known, err := x.stamps(ctx)
	if err != nil {
		return nil, err
	}
	dirs, err := os.ReadDir(x.folder)
	if err != nil {
		return nil, err
	}
	var changed []fresh
	for _, d := range dirs {
		before := known[d.Name()]
		delete(known, d.Name())
		stamp, ok := stampOf(x.folder, d, before)
		if !ok || stamp != "" && stamp == before {
			continue
		}
		if f, ok := x.look(d.Name(), stamp); ok {
			changed = append(changed, f)
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	if len(changed)+len(known) > 0 {
		err = x.change(ctx, func(tx *sql.Tx) error { return replace(ctx, tx, changed, known) })
	}
	if err == nil {
		problems, err = x.problems(ctx)
	}
	return problems, err
}

// forsake goes on in memory where the index is damaged or cannot be written to,
// such as on a full disk: it takes longer, and those who evaluate by the history still can.
func (x *Index) forsake(ctx context.Context) (problems []error, err error) {
	m, err := openMemory(ctx, x.folder)
	if err != nil {
		return nil, err
	}
	_ = x.db.Close()
	*x = *m
	return x.Refresh(ctx)
}

// A fresh is a directory as it was just read.
type fresh struct {
	name, stamp, problem string
	entry                *Entry
}

// look reads a directory, if it is one of a run.
func (x *Index) look(name, stamp string) (fresh, bool) {
	dir := filepath.Join(x.folder, name)
	if !results.IsRun(dir) {
		return fresh{}, false
	}
	e, err := read(dir)
	if err != nil {
		return fresh{name: name, stamp: stamp, problem: err.Error()}, true
	}
	if e.State == results.Torn { // perhaps it is still at work
		stamp = ""
	}
	return fresh{name: name, stamp: stamp, entry: e}, true
}

// settle is how long a directory must have been left alone before its time is
// believed to tell it from its next change.
const settle = 2 * time.Second

// without ends the stamp of a directory without notes.
const without = " -"

// stampOf says what a directory looks like: whatever changes in it changes its
// time, since files are made and replaced by renaming, or the size of its
// notes. "" is for one that has changed too lately to be sure. A directory that
// had no notes, and whose time is the same, has none: it is not looked into.
func stampOf(folder string, d fs.DirEntry, before string) (stamp string, ok bool) {
	if !d.IsDir() {
		return "", false
	}
	info, err := d.Info()
	if err != nil {
		return "", false
	}
	if age := time.Since(info.ModTime()); age < settle {
		return "", true
	}
	at := strconv.FormatInt(info.ModTime().UnixNano(), 10)
	if before == at+without {
		return before, true
	}
	if n, err := os.Lstat(filepath.Join(folder, d.Name(), FileNotes)); err == nil {
		return at + " " + strconv.FormatInt(n.Size(), 10), true
	}
	return at + without, true
}

// stamps returns what each directory looked like when it was read.
func (x *Index) stamps(ctx context.Context) (map[string]string, error) {
	rows, err := x.db.QueryContext(ctx, "SELECT name, stamp FROM runs")
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	known := map[string]string{}
	for rows.Next() {
		var name, stamp string
		if err := rows.Scan(&name, &stamp); err != nil {
			return nil, err
		}
		known[name] = stamp
	}
	return known, rows.Err()
}

// replace puts what was read in place of what was known.
func replace(ctx context.Context, tx *sql.Tx, changed []fresh, gone map[string]string) error {
	for name := range gone {
		if err := forget(ctx, tx, name); err != nil {
			return err
		}
	}
	for _, f := range changed {
		if err := forget(ctx, tx, f.name); err != nil {
			return err
		}
		if err := keep(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
}

func forget(ctx context.Context, tx *sql.Tx, name string) error {
	_, err := tx.ExecContext(ctx, "DELETE FROM runs WHERE name = ?", name)
	if err == nil {
		_, err = tx.ExecContext(ctx, "DELETE FROM labels WHERE run = ?", name)
	}
	return err
}

func keep(ctx context.Context, tx *sql.Tx, f fresh) error {
	const insert = "INSERT INTO runs (name, stamp, scenario, started, verdict, gate, problem, entry) VALUES (?, ?, ?, ?, ?, ?, ?, ?)"
	if f.entry == nil {
		_, err := tx.ExecContext(ctx, insert, f.name, f.stamp, "", 0, "", "", f.problem, nil)
		return err
	}
	e := f.entry
	text, err := json.Marshal(e)
	if err != nil {
		return err
	}
	if _, err := tx.ExecContext(ctx, insert, f.name, f.stamp, e.Scenario, e.Started.UnixNano(), string(e.Verdict), string(e.Gate), "", text); err != nil {
		return err
	}
	const label = "INSERT OR IGNORE INTO labels (run, key, value) VALUES (?, ?, ?)"
	for _, t := range e.Targets {
		if _, err := tx.ExecContext(ctx, label, f.name, targetKey, t); err != nil {
			return err
		}
	}
	for key, value := range e.Tags {
		if _, err := tx.ExecContext(ctx, label, f.name, key, value); err != nil {
			return err
		}
	}
	return nil
}
