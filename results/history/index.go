package history

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"

	_ "modernc.org/sqlite" // the driver, in Go
)

// FileIndex is the index of a folder of run directories.
const FileIndex = ".history.sqlite"

// format is the number of the index's format; see the package documentation.
const format = 2

// tables are the index. A run's entry is one JSON document; what runs are found
// by stands beside it.
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

// Open opens the index of a folder, and makes it where there is none. Entries
// are as old as the last refresh.
func Open(ctx context.Context, folder string) (*Index, error) {
	info, err := os.Stat(folder)
	if err == nil && !info.IsDir() {
		err = errors.New("it is not a folder")
	}
	if err != nil {
		return nil, fmt.Errorf("the history in %s cannot be read: %w; name the folder that runs are made in", folder, err)
	}
	file := filepath.Join(folder, FileIndex)
	x, err := openFile(ctx, folder, file)
	if err == nil || errors.As(err, new(*NewerError)) || ctx.Err() != nil {
		return x, err
	}
	if damaged(file) { // it holds nothing that cannot be made again
		if x, again := remade(ctx, folder, file); again == nil {
			return x, nil
		}
	}
	return openMemory(ctx, folder)
}

// A NewerError says that an index is of a newer program.
type NewerError struct {
	File string
	Is   int
}

func (e *NewerError) Error() string {
	return fmt.Sprintf("%s is of format %d, and this program knows formats up to %d: use the newer program, or delete the file (it is made again from the run directories)", e.File, e.Is, format)
}

// openFile opens an index in a file.
func openFile(ctx context.Context, folder, file string) (*Index, error) {
	at := url.URL{Scheme: "file", Opaque: (&url.URL{Path: filepath.ToSlash(file)}).EscapedPath()}
	at.RawQuery = url.Values{
		"_pragma": {"busy_timeout(20000)", "journal_mode(WAL)", "synchronous(NORMAL)"}, "_txlock": {"immediate"},
	}.Encode()
	return open(ctx, folder, file, at.String())
}

// openMemory opens an index that is gone with the program, for folders that
// nothing can be written to.
func openMemory(ctx context.Context, folder string) (*Index, error) {
	x, err := open(ctx, folder, folder, ":memory:")
	if err == nil {
		x.memory = true
	}
	return x, err
}

func open(ctx context.Context, folder, file, source string) (*Index, error) {
	db, err := sql.Open("sqlite", source)
	if err != nil {
		return nil, err
	}
	db.SetMaxOpenConns(1)
	x := &Index{folder: folder, db: db}
	if err := x.prepare(ctx, file); err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return x, nil
}

// prepare makes the tables where there are none, or older ones.
func (x *Index) prepare(ctx context.Context, file string) error {
	return x.change(ctx, func(tx *sql.Tx) error {
		var is int
		if err := tx.QueryRowContext(ctx, "PRAGMA user_version").Scan(&is); err != nil {
			return err
		}
		switch {
		case is == format:
			return nil
		case is > format:
			return &NewerError{file, is}
		}
		_, err := tx.ExecContext(ctx, fmt.Sprintf("DROP TABLE IF EXISTS runs; DROP TABLE IF EXISTS labels; %s PRAGMA user_version = %d", tables, format))
		return err
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

// damaged says whether a file is there that is no index.
func damaged(file string) bool {
	info, err := os.Stat(file)
	return err == nil && info.Mode().IsRegular()
}

// remade makes an index anew.
func remade(ctx context.Context, folder, file string) (*Index, error) {
	if err := Delete(folder); err != nil {
		return nil, err
	}
	return openFile(ctx, folder, file)
}

// Delete deletes the index of a folder, and nothing else.
func Delete(folder string) error {
	var errs []error
	for _, suffix := range []string{"", "-wal", "-shm", "-journal"} {
		if err := os.Remove(filepath.Join(folder, FileIndex+suffix)); !errors.Is(err, os.ErrNotExist) {
			errs = append(errs, err)
		}
	}
	return errors.Join(errs...)
}
