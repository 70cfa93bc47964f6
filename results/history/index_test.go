package history

import (
	"context"
	"database/sql"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"tollgate/results"
)

func TestAnIndexIsMadeAgain(t *testing.T) {
	rows := map[string]func(t *testing.T, file string){
		"when it is gone": func(t *testing.T, file string) {
			if err := remove(file); err != nil {
				t.Fatal(err)
			}
		},
		"when it is no database": func(t *testing.T, file string) {
			if err := os.WriteFile(file, []byte(strings.Repeat("no database ", 1000)), 0o600); err != nil {
				t.Fatal(err)
			}
		},
		"when it has another table": func(t *testing.T, file string) {
			execute(t, file, "DROP TABLE runs; CREATE TABLE runs (other TEXT)")
		},
		"when a view never ends": func(t *testing.T, file string) {
			execute(t, file, "DROP TABLE runs; CREATE VIEW runs AS WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i+1 FROM n) SELECT 'x' AS name, 'x' AS stamp, 'x' AS scenario, 1 AS started, 'valid' AS verdict, '' AS gate, '' AS problem, '{}' AS entry FROM n")
		},
		"when it has a trigger": func(t *testing.T, file string) {
			execute(t, file, "CREATE TRIGGER t AFTER DELETE ON runs BEGIN INSERT INTO labels VALUES ('a', 'b', randomblob(1000000)); END")
		},
		"when it is a pipe": func(t *testing.T, file string) {
			if err := errors.Join(remove(file), pipe(file)); err != nil {
				t.Fatal(err)
			}
		},
	}
	for name, spoil := range rows {
		t.Run(name, func(t *testing.T) {
			folder := t.TempDir()
			made(t, folder, "api", 0, nil)
			if err := opened(t, folder).Close(); err != nil {
				t.Fatal(err)
			}
			spoil(t, indexFile(t, folder))
			if got := found(t, opened(t, folder), Filter{}); got != "1" {
				t.Errorf("found %q", got)
			}
		})
	}
}

// execute changes an index behind its back.
func execute(t *testing.T, file, statement string) {
	t.Helper()
	db, err := sql.Open("sqlite", file)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := db.ExecContext(t.Context(), statement); err != nil {
		t.Fatal(err)
	}
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// A database that came with the folder is not looked at.
func TestAnIndexInTheFolderIsNotRead(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, "api", 0, nil)
	execute(t, filepath.Join(folder, ".history.sqlite"), "CREATE TABLE runs (name TEXT); INSERT INTO runs VALUES ('forged')")
	before, err := os.ReadFile(filepath.Join(folder, ".history.sqlite"))
	if err != nil {
		t.Fatal(err)
	}
	if got := found(t, opened(t, folder), Filter{}); got != "1" {
		t.Errorf("found %q", got)
	}
	if after, err := os.ReadFile(filepath.Join(folder, ".history.sqlite")); err != nil || string(after) != string(before) {
		t.Errorf("it was changed, %v", err)
	}
	if _, err := Open(t.Context(), filepath.Join(folder, "nowhere"), cacheOf(folder)); err == nil || !strings.Contains(err.Error(), "name the folder") {
		t.Errorf("a folder that is not there: %v", err)
	}
}

func TestWhereNothingCanBeWrittenTheIndexIsInMemory(t *testing.T) {
	folder := t.TempDir()
	made(t, folder, "api", 0, nil)
	if err := os.Mkdir(indexFile(t, folder), 0o750); err != nil { // no file can be made there, by anybody
		t.Fatal(err)
	}
	if got := found(t, opened(t, folder), Filter{}); got != "1" {
		t.Errorf("found %q", got)
	}
}

func TestOnAFullDiskTheIndexGoesOnInMemory(t *testing.T) {
	folder := nightly(t, 2)
	x := opened(t, folder)
	if _, err := x.db.ExecContext(t.Context(), "PRAGMA max_page_count = 1"); err != nil { // that is: as many as it has
		t.Fatal(err)
	}
	for n := range 5 {
		made(t, folder, "api", 2+n, results.Tags{"branch": strings.Repeat("long ", 50)})
	}
	refreshed(t, x)
	if entries, err := x.Find(t.Context(), Filter{}); err != nil || len(entries) != 7 || !x.memory {
		t.Errorf("%d runs, in memory: %v, %v", len(entries), x.memory, err)
	}
	if got := found(t, opened(t, folder), Filter{Limit: 1}); got != "7" {
		t.Errorf("once there is room again: %q", got)
	}
}

func TestManyWritersLeaveOneIndex(t *testing.T) {
	folder := nightly(t, 5)
	problems := make([]error, 6)
	var all sync.WaitGroup
	for i := range problems {
		all.Go(func() {
			x, err := Open(context.Background(), folder, cacheOf(folder))
			if err == nil {
				_, err = x.Refresh(context.Background())
				err = errors.Join(err, x.Close())
			}
			problems[i] = err
		})
	}
	all.Wait()
	if err := errors.Join(problems...); err != nil {
		t.Fatal(err)
	}
	if got := found(t, opened(t, folder), Filter{}); got != "5 4 3 2 1" {
		t.Errorf("found %q", got)
	}
}
