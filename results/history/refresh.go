package history

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"

	"tollgate/results"
)

// Refresh reads the run directories that are new or have changed, and forgets
// those that are gone. It returns why directories cannot be read; the others are
// read all the same.
func (x *Index) Refresh(ctx context.Context) (problems []error, err error) {
	problems, err = x.refresh(ctx)
	if err != nil && !x.memory && ctx.Err() == nil {
		return x.inMemory(ctx)
	}
	return problems, err
}

func (x *Index) refresh(ctx context.Context) (problems []error, err error) {
	known := map[string]string{} // the stamps of the directories when they were read
	var name, stamp string
	err = each(ctx, x.db, "SELECT name, stamp FROM runs", nil, []any{&name, &stamp}, func() error {
		known[name] = stamp
		return nil
	})
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
	if err != nil {
		return nil, err
	}
	var problem string
	err = each(ctx, x.db, "SELECT problem FROM runs WHERE problem <> '' ORDER BY name", nil, []any{&problem}, func() error {
		problems = append(problems, errors.New(problem))
		return nil
	})
	return problems, err
}

// inMemory goes on in memory if the index is damaged or read-only: that is slower, but works.
func (x *Index) inMemory(ctx context.Context) (problems []error, err error) {
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
	e, err := Read(dir)
	if err != nil {
		return fresh{name: name, stamp: stamp, problem: err.Error()}, true
	}
	if e.State == results.Torn { // perhaps it is still at work
		stamp = ""
	}
	return fresh{name: name, stamp: stamp, entry: e}, true
}

// settle is how long a directory must have been left alone before its time is
// sure to differ after the next change.
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

// replace puts what was read in place of what was known.
func replace(ctx context.Context, tx *sql.Tx, changed []fresh, gone map[string]string) error {
	for _, f := range changed {
		gone[f.name] = ""
	}
	for name := range gone {
		for _, statement := range []string{"DELETE FROM runs WHERE name = ?", "DELETE FROM labels WHERE run = ?"} {
			if _, err := tx.ExecContext(ctx, statement, name); err != nil {
				return err
			}
		}
	}
	for _, f := range changed {
		if err := keep(ctx, tx, f); err != nil {
			return err
		}
	}
	return nil
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
