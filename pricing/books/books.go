package books

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
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

// Dated returns the embedded book of a date, with all its regions.
func Dated(date string) (*pricing.Book, error) {
	names, err := fs.Glob(files, path.Join(date, "*.yaml"))
	if err != nil || len(names) == 0 {
		return nil, fmt.Errorf("there is no embedded price book of %q", date)
	}
	var book *pricing.Book
	for _, name := range names {
		data, err := files.ReadFile(name)
		if err != nil {
			return nil, fmt.Errorf("embedded price book: %w", err)
		}
		region, err := pricing.ReadBook(name, data)
		if err != nil {
			return nil, err
		}
		if book == nil {
			book = region
		} else {
			book = book.Overlay(region)
		}
	}
	return book, nil
}
