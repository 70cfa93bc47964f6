package history

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"

	_ "modernc.org/sqlite" // the driver, in Go
)

// format is the number of the index's format; see the package documentation.
const format = 6

// tables are the index. A run's entry is one JSON document; the other columns and
// the labels are what runs are found by.
const tables = `
CREATE TABLE runs (
	name     TEXT PRIMARY KEY, -- of the directory
	stamp    TEXT NOT NULL,    -- of what was read
	scenario TEXT NOT NULL,
	started  INTEGER NOT NULL, -- ns since 1970
	verdict  TEXT NOT NULL,
	gate     TEXT NOT NULL,
	problem  TEXT NOT NULL,    -- why it could not be read; then there is no entry
	entry    BLOB
) WITHOUT ROWID;
CREATE INDEX by_start ON runs (started);
CREATE INDEX by_scenario ON runs (scenario, started);
CREATE TABLE labels (
	run   TEXT NOT NULL,
	key   TEXT NOT NULL,
	value TEXT NOT NULL,
	PRIMARY KEY (key, value, run)
) WITHOUT ROWID;
CREATE INDEX by_run ON labels (run);
`

// An Index finds the runs of a folder. Any number of programs may use one at
// the same time.
type Index struct {
	folder string
	db     *sql.DB
	memory bool // it is in no file
}

// Open opens the index of a folder, and makes it where there is none. Indexes are
// files in the folder cache, which is the user's own; "" keeps it in memory.
// Entries are as old as the last refresh.
func Open(ctx context.Context, folder, cache string) (*Index, error) {
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	if err != nil {
		return nil, fmt.Errorf("the history in %s cannot be read: %w; name the folder that runs are made in", folder, err)
	}
	file, err := fileOf(folder, cache)
	if err != nil {
		return openMemory(ctx, folder)
	}
	x, err := openFile(ctx, folder, file)
	if err == nil || ctx.Err() != nil {
		return x, err
	}
	if err := remove(file); err == nil { // it holds nothing that cannot be made again
		if x, err := openFile(ctx, folder, file); err == nil {
			return x, nil
		}
	}
	return openMemory(ctx, folder)
}

// fileOf names the index of a folder.
func fileOf(folder, cache string) (string, error) {
	if cache == "" {
		return "", errors.New("there is no cache")
	}
	folder, err := filepath.Abs(folder)
	if err == nil {
		folder, err = filepath.EvalSymlinks(folder)
	}
	if err == nil {
		err = os.MkdirAll(cache, 0o700)
	}
	sum := sha256.Sum256([]byte(folder))
	return filepath.Join(cache, fmt.Sprintf("%s-%d.sqlite", hex.EncodeToString(sum[:16]), format)), err
}

func openFile(ctx context.Context, folder, file string) (*Index, error) {
	info, err := os.Lstat(file)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a regular file", file)
	}
	at := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()}
	at.RawQuery = url.Values{
		"_pragma": {"busy_timeout(20000)", "trusted_schema(OFF)", "cell_size_check(ON)", "journal_mode(WAL)", "synchronous(NORMAL)"}, "_txlock": {"immediate"},
	}.Encode()
	return open(ctx, folder, at.String())
}

// openMemory opens an index that is gone with the program, without a writable cache.
func openMemory(ctx context.Context, folder string) (*Index, error) {
	x, err := open(ctx, folder, ":memory:")
	if err == nil {
		x.memory = true
	}
	return x, err
}

func open(ctx context.Context, folder, source string) (*Index, error) {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	x := &Index{folder: folder, db: db}
	if err := x.prepare(ctx); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return x, nil
}

// prepare makes the tables. A file with other tables, views or triggers is an error.
func (x *Index) prepare(ctx context.Context) error {
	return x.change(ctx, func(tx *sql.Tx) error {
		var have, want []string
		var statement string
		// no more than one too many of them
		err := each(ctx, tx, "SELECT substr(sql, 1, 2000) FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY rowid LIMIT 10", nil, []any{&statement}, func() error {
			have = append(have, statement)
			return nil
		})
		if err != nil {
			return err
		}
		for statement := range strings.SplitSeq(strings.TrimSpace(tables), ";\n") {
			want = append(want, strings.TrimSuffix(statement, ";"))
		}
		switch {
		case len(have) == 0:
			_, err = tx.ExecContext(ctx, tables)
			return err
		case !slices.Equal(have, want):
			return errors.New("it is no index of this program")
		}
		return nil
	})
}

// change runs f in a transaction of its own.
func (x *Index) change(ctx context.Context, f func(*sql.Tx) error) error {
	tx, err := x.db.BeginTx(ctx, nil)
	if err != nil {
		return err
	}
	if err := f(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// Close closes the index.
func (x *Index) Close() error { return x.db.Close() }

// Delete deletes the index of a folder, and nothing else.
func Delete(folder, cache string) error {
	file, err := fileOf(folder, cache)
	if err != nil {
		return fmt.Errorf("the index of %s is not deleted: %w", folder, err)
	}
	return remove(file)
}

// remove deletes an index with SQLite's other files.
func remove(file string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(file + suffix); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
