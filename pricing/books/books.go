package books

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"strings"
	"sync"

	"tollgate/pricing"
)

//go:embed 20*/*.yaml
var files embed.FS

// Latest returns the newest embedded book, with all its regions.
func Latest() (*pricing.Book, error) { return latest() }

// The embedded files never change, so one reading of them serves for ever.
var latest = sync.OnceValues(func() (*pricing.Book, error) {
	dates, err := Dates()
	if err != nil {
		return nil, err
	}
	return Dated(dates[len(dates)-1])
})

// Dates returns the dates of the embedded books, oldest first.
func Dates() ([]string, error) {
	entries, err := fs.ReadDir(files, ".")
	if err != nil {
		return nil, fmt.Errorf("embedded price books: %w", err)
	}
	dates := make([]string, len(entries))
	for i, e := range entries {
		dates[i] = e.Name()
	}
	return dates, nil
}

// name is that of every embedded book.
const name = "AWS list prices"

// Dated returns the embedded book of a date, with all its regions. The file of a region
// is read when its prices are asked for first: reading all of them takes longer than
// most bills.
func Dated(date string) (*pricing.Book, error) {
	found, err := fs.Glob(files, path.Join(date, "*.yaml"))
	if err != nil || len(found) == 0 {
		return nil, fmt.Errorf("there is no embedded price book of %q", date)
	}
	regions := make(map[string]func() *pricing.Book, len(found))
	for _, file := range found {
		regions[strings.TrimSuffix(path.Base(file), ".yaml")] = func() *pricing.Book { return embedded(file) }
	}
	return pricing.Regional(name, date, regions), nil
}

// embedded reads a file. It panics if the file is broken, as a pattern does that cannot be
// compiled: the file is part of the program, and a test reads each.
func embedded(file string) *pricing.Book {
	data, err := files.ReadFile(file)
	if err != nil {
		panic(err)
	}
	book, err := pricing.ReadBook(file, data)
	if err != nil {
		panic(err)
	}
	return book
}
